"""Elapsed time that counts sleep: by it readings are dated, ages and countdowns counted."""

from __future__ import annotations

import sys
import time

LONGEST_WAIT_S = 15.0
"""The longest single wait before looking at the clock again. Waits (`Condition.wait`,
`time.sleep`) count the time awake only: after a sleep of the machine a long one ends too late."""


def _elapsed_clock() -> int | None:
    """Find the clock of this system that goes on while the machine sleeps."""
    # `time.monotonic()` stands still meanwhile on Linux (`CLOCK_MONOTONIC`) and macOS
    # (`mach_absolute_time`), but not on Windows.
    name = "CLOCK_MONOTONIC_RAW" if sys.platform == "darwin" else "CLOCK_BOOTTIME"
    clock: int | None = getattr(time, name, None)
    if clock is None:
        return None
    try:
        time.clock_gettime(clock)
    except OSError:  # known to Python, but not to this kernel
        return None
    return clock


_CLOCK = _elapsed_clock()


def elapsed_seconds() -> float:
    """Return seconds since some moment in the past, those of sleep included; never decreasing.

    Comparable within one process only, and never with `time.monotonic()`.
    """
    return time.monotonic() if _CLOCK is None else time.clock_gettime(_CLOCK)
