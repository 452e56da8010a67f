"""What the small trainings share: options, losses, and steps that take long.

A test follows a training by the lines that it prints, and has it go on by lines on its stdin.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import distributed

import jupyter_dsw
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_dsw.integrations.save_plan import SavePlan

MINUTES = 600.0
"""Far away in real time, although the emulator's instance runs fast."""
BATCH = 4


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", required=True, help="where checkpoints go")
    parser.add_argument("--losses", required=True, help="file for the loss of each step")
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--samples", type=int, default=64)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--end-training", action="store_true")
    parser.add_argument("--package", help="lightning or pytorch_lightning")
    parser.add_argument("--accumulate", type=int, default=1)
    parser.add_argument("--evaluate-every", type=int, help="steps between evaluations")
    parser.add_argument(
        "--at",
        action="append",
        default=[],
        metavar="STEP=WHAT",
        help="what a step waits for: near, called-off, line; evaluation=WHAT for its batches",
    )
    torch.set_num_threads(1)
    torch.manual_seed(7)
    return parser.parse_args()


def samples(arguments: argparse.Namespace) -> torch.Tensor:
    """The data, the same in each run."""
    return torch.randint(0, 32, (arguments.samples, 8), generator=torch.Generator().manual_seed(3))


def show(line: str) -> None:
    """Print a line that a test waits for."""
    print(line, flush=True)


class Progress:
    """Writes losses, and makes certain steps wait, on the first rank."""

    def __init__(self, arguments: argparse.Namespace, *, is_first: bool = True) -> None:
        self._is_first = is_first
        self._file = Path(arguments.losses).open("a", buffering=1)  # noqa: SIM115 - closed at the end
        self._waits = [at.split("=") for at in arguments.at]

    def loss(self, step: int, loss: float) -> None:
        """Write the loss of a step."""
        if self._is_first:
            self._file.write(json.dumps([step, loss]) + "\n")

    def wait_at(self, place: int | str, plan: SavePlan) -> None:
        """Wait for what is next in the options, if this is its place."""
        if not self._is_first or not self._waits or self._waits[0][0] != str(place):
            return
        _, what = self._waits.pop(0)
        show(f"waits at {place}")
        if what == "line":
            sys.stdin.readline()
        else:
            until(plan._is_near.is_set)
            if what == "called-off":
                show("is near")
                until(lambda: jupyter_dsw.time_left() is None)

    def end(self, model: torch.nn.Module) -> None:
        """Print a digest of the weights; one of several processes ends here."""
        if self._is_first:
            digest = hashlib.sha256()
            for name, value in sorted(model.state_dict().items()):
                digest.update(name.encode() + value.numpy().tobytes())
            show(f"weights {digest.hexdigest()}")
        if distributed.is_initialized():
            distributed.barrier()
            # PyTorch 2.13 on the CPU sometimes aborts while it takes a group apart: "terminate
            # called without an active exception".
            os._exit(0)


def linear_model(dropout: float) -> torch.nn.Sequential:
    """A model of a few weights."""
    return torch.nn.Sequential(
        torch.nn.Linear(8, 16),
        torch.nn.Dropout(dropout),
        torch.nn.Tanh(),
        torch.nn.Linear(16, 1),
    )


def loss_of(model: Callable[[torch.Tensor], Any], batch: torch.Tensor) -> Any:
    """How far the model is from the mean of the sample."""
    wanted = batch.float().mean(dim=1, keepdim=True) / 32
    return torch.nn.functional.mse_loss(model(batch.float() / 32), wanted)
