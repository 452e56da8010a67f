"""A short day, so that `make soak` is known to work: its day has 24 hours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.soak import day

if TYPE_CHECKING:
    from tests.canaries import Canaries


def test_half_an_hour_of_readings_leaves_no_file_and_no_thread_behind(canaries: Canaries) -> None:
    short = day.run(0.5, canaries)
    assert short.errors() == []
    assert short.readings >= 30
    assert short.failures
    assert short.calls >= short.readings / 2
