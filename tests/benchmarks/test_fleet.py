"""A simulated fleet shares its quota, and recovers without bursts: counts of simulated calls."""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from benchmarks.fleet import (
    BETWEEN_SAMPLES_S,
    CUT,
    MINUTE,
    OPENING,
    OUTAGE,
    PAGE_JITTER,
    Endpoint,
    InstantMonitor,
    Record,
    Scenario,
    run,
)
from jupyter_dsw.monitor import Monitor
from jupyter_dsw.reading import SOONEST_NEXT_READ_MS
from tests.clock import Clock

if TYPE_CHECKING:
    from jupyter_dsw.upstream.client import Client

POLLER = Path(__file__).parents[2] / "labextension/src/panel/poller.ts"
AT_REST = (5 * MINUTE, 30 * MINUTE)


def test_the_same_seed_gives_the_same_record() -> None:
    scenario = replace(CUT, instances=50, quota=1)
    first = run(scenario)
    assert run(scenario) == first
    assert run(replace(scenario, seed=2)).calls != first.calls


def test_the_model_requests_as_pages_do() -> None:
    source = POLLER.read_text("utf-8")
    assert f"const JITTER = {PAGE_JITTER};" in source
    assert re.search(rf"const LEAST_MS = {SOONEST_NEXT_READ_MS};", source)


def test_a_call_that_takes_no_thread_is_decided_as_any_other() -> None:
    """Good ones, an outage and throttled ones, each with the same chance."""
    scenario = replace(OUTAGE, quota=0.01, window_s=100, retry_after=30.0)
    waits = []
    for kind in (Monitor, InstantMonitor):
        clock = Clock(0.0)
        endpoint = cast("Client", Endpoint(scenario, clock, Record([0] * 9999, [0] * 9999)))
        monitor = kind(endpoint, clock=clock, uniform=random.Random(1).uniform)
        found = []
        for _ in range(60):
            reading = monitor.read().result(timeout=30)
            found.append((clock.now, reading.error and reading.error.code))
            clock.now = reading.next_read
        waits.append(found)
    assert waits[0] == waits[1]
    assert {code for _, code in waits[0]} == {None, "Throttled", "Unreachable"}


@pytest.mark.parametrize("instances", [10, 100, 1000])
def test_within_the_quota_everything_is_fresh(instances: int) -> None:
    record = run(Scenario(instances=instances, quota=20))
    assert record.throttled_share(*AT_REST) < 0.1
    assert record.age(*AT_REST, 0.99) <= 69
    # Once a minute, up to a tenth later.
    assert instances / 66 <= record.rate(*AT_REST) <= instances / 60


def test_after_an_outage_no_second_has_far_more_calls_than_the_others() -> None:
    record = run(replace(OUTAGE, instances=2000, quota=100))
    assert record.burst(20 * MINUTE, 30 * MINUTE) < 2.5
    recovered = record.fresh_again_s(20 * MINUTE)
    assert recovered is not None
    # The longest back-off, and a reading after it.
    assert recovered <= 300 + 60


def test_a_fleet_that_may_come_back_at_one_moment_does_not_come_at_once() -> None:
    scenario = replace(CUT, instances=1000, quota=20)
    record, in_step = run(scenario), run(replace(scenario, jitter=False))
    for phase in ((10 * MINUTE, 20 * MINUTE), (20 * MINUTE, 30 * MINUTE)):
        assert record.burst(*phase) < 6
    # All in one second of the minute: what this test would see without the jitter.
    assert in_step.burst(20 * MINUTE, 30 * MINUTE) > 30


@pytest.mark.parametrize("retry_after", [None, 1.0, 30.0])
def test_a_throttled_fleet_does_not_hammer(retry_after: float | None) -> None:
    """Half of what it needs is granted; after "come back in 1 s" it must not come each second."""
    record = run(Scenario(instances=600, quota=5, retry_after=retry_after))
    assert record.rate(*AT_REST) < 4 * 5
    assert record.throttled_share(*AT_REST) < 0.75
    # What was granted was used.
    assert record.rate(*AT_REST) * (1 - record.throttled_share(*AT_REST)) > 0.95 * 5


def test_pages_that_were_opened_at_once_drift_apart() -> None:
    record = run(replace(OPENING, instances=1000))
    assert record.burst(10 * MINUTE, 30 * MINUTE) < 6 < record.burst(0, MINUTE)


def test_figures_of_a_record_that_is_known() -> None:
    record = Record(calls=[2, 2, 8, 0], throttled=[0, 0, 4, 0])
    assert record.burst(0, 4) == 8 / 3
    assert record.burst(3, 4) == 0
    assert record.throttled_share(0, 4) == 4 / 12
    record.ages = {10: Counter({5: 98, 700: 2}), 20: Counter({5: 90, 700: 10})}
    assert [record.age(0, 30, share) for share in (0.5, 0.95, 0.99)] == [5, 700, 700]
    assert record.age(30, 40, 0.5) == 0
    assert record.fresh_again_s(0) == BETWEEN_SAMPLES_S
    assert record.fresh_again_s(11) is None
