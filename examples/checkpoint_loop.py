"""A training loop that writes a checkpoint before its DSW instance is stopped, and resumes.

Run it on an instance, or beside `jupyter dsw emulator` with the variables that it prints:

    python examples/checkpoint_loop.py --steps 100000000 --checkpoint /mnt/data/run-1.json

Run it again, and it goes on where the checkpoint was written. It needs no PyTorch: the model is a
straight line and the optimizer stochastic gradient descent. The comments say what stands there in
a loop of PyTorch; what has to do with the stop is the same.
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
    """Everything that training changes: the model, the optimizer, how far it is."""
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
    """Write the checkpoint whole or not at all, even if the instance goes while it is written."""
    half_written = checkpoint.with_suffix(".part")
    with half_written.open("w") as file:
        json.dump(state, file)  # torch.save({"model": model.state_dict(), ...}, file)
        file.flush()
        os.fsync(file.fileno())
    half_written.replace(checkpoint)


def load(checkpoint: Path) -> State:
    """Return the state to go on from."""
    if not checkpoint.exists():
        return initial_state()
    state: State = json.loads(checkpoint.read_text())  # torch.load(checkpoint)
    print(f"resumed at step {state['step']:.0f}, loss {state['loss']:.2e}", flush=True)
    return state


def train(steps: int, checkpoint: Path, minutes: float) -> State:
    """Train for `steps` steps in all; a checkpoint is written `minutes` before a stop."""
    state = load(checkpoint)
    noise = random.Random(state["step"])  # noqa: S311 - samples, no secrets
    stop_is_near = threading.Event()

    def warn(_reading: jupyter_dsw.Reading, _time_left: object) -> None:
        # This is another thread. It saves nothing itself: the step that is under way would be
        # saved by halves. The loop does it between two steps.
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
    """Return the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--checkpoint", type=Path, default=Path("checkpoint.json"))
    parser.add_argument("--minutes", type=float, default=10, help="how long before a stop")
    asked = parser.parse_args()
    state = train(asked.steps, asked.checkpoint, asked.minutes)
    print(f"done: y = {state['slope']:.3f}x {state['offset']:+.3f}, loss {state['loss']:.2e}")


if __name__ == "__main__":
    main()
