"""A short day, and a small crowd for a moment, so that `make soak` is known to work for long."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.soak import day, load

if TYPE_CHECKING:
    from pathlib import Path

    from tests.canaries import Canaries

# The endpoint that never responds is given up sooner.
SMALL = load.Plan(clients=50, seconds=1, pause_s=0.1, options={"DSWExtension.read_timeout_s": 1})


@pytest.mark.parametrize("scenario", ["healthy", "hang"])
def test_a_crowd_gets_responses_without_an_error_of_our_own_for_one_call(
    scenario: str, tmp_path: Path, canaries: Canaries
) -> None:
    under_load = load.run(scenario, SMALL, tmp_path, canaries)
    assert under_load.errors() == []
    assert sum(under_load.responses.values()) >= SMALL.clients
    assert under_load.lag_ms > 0
    assert under_load.idle_lag_ms > 0


def test_half_an_hour_of_readings_leaves_no_file_and_no_thread_behind(canaries: Canaries) -> None:
    short = day.run(0.5, canaries)
    assert short.errors() == []
    assert short.readings >= 30
    assert short.failures
    assert short.calls >= short.readings / 2
