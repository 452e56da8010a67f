"""What `time_left()` costs in a training loop, against `time.monotonic()`: `make bench`."""

from __future__ import annotations

import os
import time

import jupyter_dsw
from benchmarks.harness import compare
from jupyter_dsw.emulator import Emulator


def main() -> None:
    """Measure on the emulator's instance, between readings."""
    with Emulator() as emulator:
        os.environ.update(emulator.environment())
        jupyter_dsw.time_left()  # the first one waits for a reading
        print(compare("time_left()", jupyter_dsw.time_left, "monotonic()", time.monotonic, 20))
        steps = 1_000_000
        calls = emulator.calls
        begun = time.perf_counter()
        for _ in range(steps):
            jupyter_dsw.time_left()
        took = time.perf_counter() - begun
        asked = emulator.calls - calls
        print(f"{steps:,} steps: {took / steps * 1e9:.0f} ns each, {asked} calls at the endpoint")


if __name__ == "__main__":
    main()
