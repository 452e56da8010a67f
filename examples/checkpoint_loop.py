"""A training loop that writes a checkpoint before its DSW instance is stopped, and resumes.

Run it on an instance, or with the variables that `jupyter dsw emulator` prints:

    python examples/checkpoint_loop.py --steps 100000000 --checkpoint /mnt/data/run-1.json

Run it again, and it continues from the checkpoint. It needs no PyTorch: the model is a straight
line, and the optimizer is stochastic gradient descent. Comments show the lines of a loop in
PyTorch; the part about the stop is the same.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import threading
from pathlib import Path

import jupyter_dsw

State = dict[str, float]


def initial_state() -> State:
    """Return everything that training changes: the model and the progress."""
    return {"step": 0, "slope": 0.0, "offset": 0.0, "loss": 1.0}


def train_step(state: State, noise: random.Random, rate: float = 0.05) -> None:
    """Make one step of the optimizer, with one sample of y = 3x - 1."""
    x = noise.uniform(-1, 1)
    error = state["slope"] * x + state["offset"] - (3 * x - 1)
    state["slope"] -= rate * error * x
    state["offset"] -= rate * error
    state["loss"] = 0.99 * state["loss"] + 0.01 * error * error
    state["step"] += 1


def save(state: State, checkpoint: Path) -> None:
    """Write the checkpoint completely or not at all, even if the instance is stopped meanwhile."""
    unfinished = checkpoint.with_suffix(".part")
    with unfinished.open("w") as file:
        json.dump(state, file)  # torch.save({"model": model.state_dict(), ...}, file)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(checkpoint)


def load(checkpoint: Path) -> State:
    """Return the state to continue from."""
    if not checkpoint.exists():
        return initial_state()
    state: State = json.loads(checkpoint.read_text())  # torch.load(checkpoint)
    print(f"resumed at step {state['step']:.0f}, loss {state['loss']:.2e}", flush=True)
    return state


def train(steps: int, checkpoint: Path, minutes: float) -> State:
    """Train for `steps` steps in all, and write a checkpoint `minutes` before a stop."""
    state = load(checkpoint)
    noise = random.Random(state["step"])  # noqa: S311 - samples, no secrets
    stop_is_near = threading.Event()

    def warn(_reading: jupyter_dsw.Reading, _time_left: object) -> None:
        # This runs in another thread, where a step may be half done. So the loop saves, between
        # two steps.
        stop_is_near.set()

    with jupyter_dsw.before_stop(warn, minutes=minutes):
        while state["step"] < steps:
            train_step(state, noise)
            if stop_is_near.is_set():
                stop_is_near.clear()
                save(state, checkpoint)
                left = jupyter_dsw.time_left()
                print(f"saved at step {state['step']:.0f}, {left} before the stop", flush=True)
    save(state, checkpoint)
    return state


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--checkpoint", type=Path, default=Path("checkpoint.json"))
    parser.add_argument("--minutes", type=float, default=10, help="how long before a stop")
    options = parser.parse_args()
    state = train(options.steps, options.checkpoint, options.minutes)
    print(f"done: y = {state['slope']:.3f}x {state['offset']:+.3f}, loss {state['loss']:.2e}")


if __name__ == "__main__":
    main()
