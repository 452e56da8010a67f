"""What `time_left()` costs in a training loop, against `time.monotonic()`."""

from __future__ import annotations

import time
import timeit
from typing import TYPE_CHECKING

import jupyter_dsw
from benchmarks.harness import Row, in_turns, ratio_at_most
from benchmarks.surroundings import on_an_instance

if TYPE_CHECKING:
    from collections.abc import Callable

CALLS = 20_000
ROUNDS = 25


def measure() -> list[Row]:
    """Between readings, on the emulator's instance."""
    with on_an_instance() as emulator:
        jupyter_dsw.time_left()  # the first one waits for a reading
        calls = emulator.calls
        mine, theirs = in_turns(_cost(jupyter_dsw.time_left), _cost(time.monotonic), ROUNDS)
        asked = emulator.calls - calls
    row = ratio_at_most("`time_left()`", "`time.monotonic()`", mine, theirs, 20, "ns")
    steps = CALLS * ROUNDS
    return [
        row,
        Row(
            f"calls at the endpoint for {steps:,} steps of a loop", "", asked, "0 or 1", asked <= 1
        ),
    ]


def _cost(call: Callable[[], object]) -> Callable[[], float]:
    return lambda: timeit.timeit(call, number=CALLS) / CALLS * 1e9
