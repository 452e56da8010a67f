"""The clock that readings are dated by counts the time in which the machine sleeps."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from jupyter_dsw import clock

if TYPE_CHECKING:
    import pytest


def test_elapsed_seconds_are_those_since_the_machine_was_started_on_linux() -> None:
    before = time.clock_gettime(time.CLOCK_BOOTTIME)
    elapsed = clock.elapsed_seconds()
    assert before <= elapsed <= time.clock_gettime(time.CLOCK_BOOTTIME)


def test_a_sleep_of_the_machine_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    # As the two clocks of Linux are after 15 minutes of suspend.
    monkeypatch.setattr(time, "monotonic", lambda: 100.0)
    monkeypatch.setattr(time, "clock_gettime", {time.CLOCK_BOOTTIME: 100.0}.__getitem__)
    before = clock.elapsed_seconds()
    monkeypatch.setattr(time, "clock_gettime", {time.CLOCK_BOOTTIME: 1000.0}.__getitem__)
    assert clock.elapsed_seconds() - before == 900.0


def test_where_the_kernel_does_not_know_that_clock_the_monotonic_one_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unknown(_clock: int) -> float:
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(time, "clock_gettime", unknown)
    assert clock._elapsed_clock() is None
    monkeypatch.setattr(clock, "_CLOCK", None)
    monkeypatch.setattr(time, "monotonic", lambda: 7.0)
    assert clock.elapsed_seconds() == 7.0
