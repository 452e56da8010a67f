"""A simulated fleet shares its quota, and recovers without bursts: counts of simulated calls."""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import fleet
from benchmarks.fleet_figures import (
    ages,
    burstiness,
    per_second,
    recovery_s,
    refused_share,
    worst_served,
)
from benchmarks.fleet_model import (
    BETWEEN_SAMPLES_S,
    PAGE_JITTER,
    SOONEST_S,
    Clock,
    Endpoint,
    InstantMonitor,
    Record,
    run,
)
from benchmarks.fleet_scenarios import MINUTE, SCENARIOS, Scenario
from jupyter_dsw.monitor import Monitor

POLICY = Path(__file__).parents[2] / "labextension/src/panel/sources/policy.ts"
TOLD_TO_WAIT_FOR_THE_WINDOW = Scenario(
    instances=1000, quota=20, window_s=MINUTE, retry_after="window"
)


def phase(record: Record, name: str) -> tuple[int, int]:
    return record.scenario.phases[name]


def test_the_same_seed_gives_the_same_record() -> None:
    scenario = SCENARIOS["cut"](Scenario(instances=50, quota=1, watched=0.5))
    first = run(scenario)
    assert run(scenario) == first
    assert run(replace(scenario, seed=2)).calls != first.calls


def test_the_model_asks_as_pages_do() -> None:
    source = POLICY.read_text("utf-8")
    assert f"const JITTER = {PAGE_JITTER};" in source
    assert re.search(rf"const LEAST_MS = {SOONEST_S * 1000:.0f};", source)


def test_a_call_that_takes_no_thread_is_decided_as_any_other() -> None:
    """Good ones, an outage and refusals, each with the same chance."""
    scenario = replace(SCENARIOS["outage"](Scenario(quota=0.01)), window_s=100, retry_after=30.0)
    waits = []
    for kind in (Monitor, InstantMonitor):
        clock = Clock()
        endpoint = Endpoint(scenario, clock, Record(scenario, [0] * 9999, [0] * 9999))
        monitor = kind(endpoint, clock=clock, uniform=random.Random(1).uniform)
        found = []
        for _ in range(60):
            reading = monitor.ask().result(timeout=30)
            found.append((clock.now, reading.error and reading.error.code))
            clock.now = reading.next_read
        waits.append(found)
    assert waits[0] == waits[1]
    assert {code for _, code in waits[0]} == {None, "Throttled", "Unreachable"}


@pytest.mark.parametrize("instances", [10, 100, 1000])
def test_within_the_quota_all_is_fresh(instances: int) -> None:
    record = run(Scenario(instances=instances, quota=20))
    at_rest = phase(record, "at rest")
    assert refused_share(record, *at_rest) < 0.1
    assert ages(record, *at_rest, 0.99)[0] <= 63
    # Once a minute, up to a tenth sooner.
    assert instances / 60 <= per_second(record, *at_rest) <= instances / 54


def test_who_does_not_look_costs_nothing() -> None:
    all_day, now_and_then = (run(Scenario(watched=share)) for share in (1.0, 0.2))
    assert sum(now_and_then.calls) < 0.3 * sum(all_day.calls)


def test_after_an_outage_no_second_has_far_more_calls_than_the_others() -> None:
    record = run(SCENARIOS["outage"](Scenario(instances=2000, quota=100)))
    assert burstiness(record, *phase(record, "10 min after")) < 2.5
    recovered = recovery_s(record, 20 * MINUTE)
    assert recovered is not None
    # The longest back-off, and a reading after it.
    assert recovered <= 300 + 60


def test_those_that_are_told_one_moment_to_come_back_do_not_come_at_once() -> None:
    scenario = SCENARIOS["cut"](TOLD_TO_WAIT_FOR_THE_WINDOW)
    record, in_step = run(scenario), run(replace(scenario, in_step=True))
    for name in ("during", "10 min after"):
        assert burstiness(record, *phase(record, name)) < 6
    # All in one second of the minute: what this test would see without the jitter.
    assert burstiness(in_step, *phase(record, "10 min after")) > 30


@pytest.mark.parametrize("told", [None, 1.0, 30.0])
def test_a_throttled_fleet_neither_hammers_nor_leaves_anybody_out(told: float | None) -> None:
    """Half of what it wants is granted; told to come back in 1 s, it must not come each second."""
    record = run(Scenario(instances=600, quota=5, retry_after=told))
    at_rest = phase(record, "at rest")
    assert per_second(record, *at_rest) < 4 * 5
    assert refused_share(record, *at_rest) < 0.75
    assert worst_served(record) > 0.15
    # What was granted was used.
    used = per_second(record, *at_rest) * (1 - refused_share(record, *at_rest))
    assert used > 0.95 * 5


@pytest.mark.parametrize("by_kernels", [False, True])
def test_pages_that_were_opened_at_once_drift_apart(*, by_kernels: bool) -> None:
    scenario = SCENARIOS["nine"](Scenario(quota=10_000, by_kernels=by_kernels))
    record = run(scenario)
    later = burstiness(record, *phase(record, "from minute 10"))
    assert later < 6 < burstiness(record, *phase(record, "first minute"))


def test_near_a_stop_four_times_as_many_calls_are_made_and_no_more() -> None:
    record = run(SCENARIOS["six"](Scenario(quota=1000)))
    near = per_second(record, *phase(record, "last 9 min"))
    assert 3.5 < near / per_second(record, *phase(record, "at rest")) < 4.5
    assert ages(record, *phase(record, "last 9 min"), 0.99)[0] <= 16


def test_the_largest_fleet_is_the_one_before_readings_come_late() -> None:
    common = Scenario(quota=5, until=10 * MINUTE)
    found = fleet.largest(common, "at rest", 63)
    assert 0.5 * 300 <= found <= 300
    too_large = run(replace(common, instances=round(1.3 * found)))
    assert ages(too_large, *phase(too_large, "at rest"), 0.99)[0] > 63


def test_figures_of_a_record_that_is_known() -> None:
    record = Record(Scenario(), calls=[2, 2, 8, 0], refused=[0, 0, 4, 0], readings=[1] * 19 + [0])
    assert burstiness(record, 0, 4) == 8 / 3
    assert burstiness(record, 3, 4) == 0
    assert refused_share(record, 0, 4) == 4 / 12
    assert worst_served(record) == 0
    record.ages = {10: Counter({5: 98, 700: 2}), 20: Counter({5: 90, 700: 10})}
    assert ages(record, 0, 30, 0.5, 0.95, 0.99) == [5, 700, 700]
    assert ages(record, 30, 40, 0.5) == [0]
    assert recovery_s(record, 0) == BETWEEN_SAMPLES_S
    assert recovery_s(record, 11) is None


def test_the_command_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    fleet.main(["--scenario=outage", "--instances=20", "--retry-after=window", "--seed=3"])
    printed = capsys.readouterr().out
    for name in ("before", "during", "10 min after", "later", "fresh again after"):
        assert name in printed


def test_the_command_tells_of_each_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        fleet.main(["--help"])
    assert end.value.code == 0
    told = " ".join(capsys.readouterr().out.split())
    for name, build in SCENARIOS.items():
        assert build.__doc__
        assert f"{name}: {' '.join(build.__doc__.split())}" in told
