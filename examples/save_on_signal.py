"""A training in several processes that saves when its launcher's processes get a signal.

USR1 has it save and go on, TERM save and end. With a launcher, on a DSW instance:

    jupyter dsw run --before-stop 10m --on-stop 'pkill -USR1 -P "$JUPYTER_DSW_COMMAND_PID"' -- \
        torchrun --nproc-per-node 2 examples/save_on_signal.py --checkpoint /mnt/data/run-1.pt

Run it again, and it continues from the checkpoint. `jupyter_dsw.integrations` needs no signal: it
is the simpler way where the program can be changed.
"""

from __future__ import annotations

import argparse
import os
import signal
from pathlib import Path
from typing import Any

import torch
from torch import distributed
from torch.nn.parallel import DistributedDataParallel

# Agreeing costs an exchange between the processes, and on a GPU a wait for it.
STEPS_BETWEEN_AGREEMENTS = 20
received = 0


def note(number: int, _frame: object) -> None:
    """Note the signal: a step may be half done, so the loop saves between two steps."""
    global received  # noqa: PLW0603 - a signal handler has nothing else
    received = max(received, 2 if number == signal.SIGTERM else 1)


def agreed() -> int:
    """Return 0, 1 (save) or 2 (save and end): the most that any process has received."""
    global received  # noqa: PLW0603
    most = torch.tensor(received)
    distributed.all_reduce(most, distributed.ReduceOp.MAX)
    received = 0
    return int(most)


def save(state: dict[str, Any], checkpoint: Path) -> None:
    """Write the checkpoint completely or not at all, from one process; the others wait."""
    if distributed.get_rank() == 0:
        unfinished = checkpoint.with_suffix(".part")
        torch.save(state, unfinished)
        unfinished.replace(checkpoint)
        print(f"saved at step {state['step']}", flush=True)
    distributed.barrier()


def train(steps: int, checkpoint: Path) -> None:
    """Train for `steps` steps in all."""
    torch.manual_seed(0)
    plain = torch.nn.Linear(8, 1)
    optimizer = torch.optim.SGD(plain.parameters(), lr=0.01)
    step = 0
    if checkpoint.exists():
        state = torch.load(checkpoint)
        plain.load_state_dict(state["model"])
        step = state["step"]
        print(f"resumed at step {step}", flush=True)
    model = DistributedDataParallel(plain)
    print(f"process {os.environ['RANK']} trains", flush=True)
    while step < steps:
        batch = torch.rand(4, 8)
        loss = (model(batch) - batch.sum(dim=1, keepdim=True)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        step += 1
        if step % STEPS_BETWEEN_AGREEMENTS == 0 and (wanted := agreed()):
            save({"model": plain.state_dict(), "step": step}, checkpoint)
            if wanted == 2:
                return


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--steps", type=int, default=10**9)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--local_rank", help="set by the launcher of DeepSpeed; not needed here")
    options = parser.parse_args()
    for number in (signal.SIGUSR1, signal.SIGTERM):
        signal.signal(number, note)
    distributed.init_process_group("gloo")
    train(options.steps, options.checkpoint)
    distributed.destroy_process_group()


if __name__ == "__main__":
    main()
