"""Elapsed time that counts sleep, by which readings are dated; and calls that end in time."""

from __future__ import annotations

import concurrent.futures
import sys
import threading
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
BOUNDED = "jupyter-dsw-bounded"
"""The name of the threads that `in_thread` starts."""

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


class Deadline:
    """A moment, so many seconds from now."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    @property
    def remaining_s(self) -> float:
        """Seconds that are left; 0 when it has passed."""
        return max(self._ends - time.monotonic(), 0)

    @property
    def expired(self) -> bool:
        """Whether the moment has come."""
        return self.remaining_s == 0


def in_thread(call: Callable[[], T]) -> concurrent.futures.Future[T]:
    """Start `call` in a daemon thread; return the future of what it returns or raises."""
    future: concurrent.futures.Future[T] = concurrent.futures.Future()

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # noqa: BLE001 - it is raised again, in the waiting thread
            future.set_exception(error)

    threading.Thread(target=run, daemon=True, name=BOUNDED).start()
    return future


def bounded(call: Callable[[], T], timeout_s: float) -> T:
    """Return what `call` returns; raise what it raises, or TimeoutError after `timeout_s`.

    For calls that take no timeout of their own, name resolution first of all: `call` runs in a
    daemon thread that is left to itself when its time is up.
    """
    future = in_thread(call)
    try:
        return future.result(timeout_s)
    except concurrent.futures.TimeoutError as error:
        if future.done():
            raise
        # Python 3.10's is not the built-in one.
        raise TimeoutError from error
