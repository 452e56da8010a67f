"""When a reading is completed by stop policies and last runs: real client, emulator, fake clock."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from jupyter_dsw.monitor import AFTER_DENIAL, POLICIES_KEPT, Monitor
from jupyter_dsw.upstream.client import Client
from jupyter_dsw.upstream.errors import Throttled
from jupyter_dsw.upstream.settings import Settings
from tests.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from jupyter_dsw.emulator import Emulator
    from jupyter_dsw.reading import Reading

POLICIES, LIFECYCLE = "QueryAutoShutdownPolicies", "GetLifecycle"
QUIET: dict[str, object] = {"InstanceSnapshotList": [], "LatestSnapshot": None}
HOUR = 3600.0


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(emulator: Emulator, clock: Clock, environment: dict[str, str]) -> Iterator[Client]:
    del environment  # credentials are read from it
    emulator.change(**QUIET)
    client = Client(Settings.from_environment, elapsed=clock)
    yield client
    client.close()


@pytest.fixture
def monitor(client: Client, clock: Clock) -> Monitor:
    return Monitor(client, clock=clock, uniform=lambda low, _high: low)


def read(monitor: Monitor) -> Reading:
    return monitor.read(fresh=True).result(timeout=30)


def at_rest(monitor: Monitor, clock: Clock, seconds: float) -> Reading:
    """Read as soon as the last reading is no longer fresh, for so many seconds."""
    until, reading = clock.now + seconds, read(monitor)
    while clock.now < until:
        clock.now = reading.next_read
        reading = monitor.read().result(timeout=30)
    return reading


def test_a_policy_alone_stops_an_instance(monitor: Monitor, emulator: Emulator) -> None:
    emulator.scenario = "policy"
    reading = read(monitor)
    (stop,) = reading.stops_at(monitor.clock())
    assert reading.stop_policies == "read"
    assert (stop.kind, stop.decided_by, stop.state) == ("idle", "workspace", "counting")
    assert 31 * 60_000 < (stop.remaining_ms or 0) <= 32 * 60_000
    assert reading.error is None


def test_policies_are_read_with_each_reading_and_runs_once(
    monitor: Monitor, emulator: Emulator, clock: Clock
) -> None:
    for _ in range(10):
        reading = read(monitor)
        clock.now += 60
    assert emulator.requests == {"GetInstance": 10, POLICIES: 10, LIFECYCLE: 1}
    assert reading.sessions is not None
    assert [each.ended_by for each in reading.sessions][:3] == [None, "idle", "scheduled"]


def test_the_runs_are_read_again_after_a_change_of_the_status(
    monitor: Monitor, emulator: Emulator, clock: Clock
) -> None:
    for status, lifecycles in [("Running", 1), ("Saving", 2), ("Saving", 2), ("Running", 3)]:
        emulator.change(Status=status)
        read(monitor)
        clock.now += 60
        assert emulator.requests[LIFECYCLE] == lifecycles


def test_policies_of_an_instance_that_has_ended_are_not_requested(
    monitor: Monitor, emulator: Emulator
) -> None:
    emulator.change(Status="Stopped")
    reading = read(monitor)
    assert emulator.requests == {"GetInstance": 1, LIFECYCLE: 1}
    assert reading.stops_at(monitor.clock()) == ()


@pytest.mark.parametrize("scenario", ["extra-denied", "extra-unknown"])
def test_refused_calls_add_less_than_one_percent_of_requests(
    monitor: Monitor, emulator: Emulator, clock: Clock, scenario: str
) -> None:
    emulator.scenario = scenario
    emulator.change(IdleInstanceCuller={}, InstanceShutdownTimer={})
    reading = at_rest(monitor, clock, 12 * HOUR - 60)
    requests = emulator.requests
    assert requests[POLICIES] == requests[LIFECYCLE] == 2
    assert requests[POLICIES] + requests[LIFECYCLE] < 0.01 * requests["GetInstance"]
    assert (reading.stop_policies, reading.sessions) == ("not_available", None)
    assert reading.instance is not None
    assert reading.error is None


def test_what_is_permitted_later_is_read_hours_later(
    monitor: Monitor, emulator: Emulator, clock: Clock
) -> None:
    emulator.scenario = "extra-denied"
    read(monitor)
    emulator.scenario = "policy"
    clock.now += AFTER_DENIAL - 1
    assert read(monitor).stop_policies == "not_available"
    clock.now += 10
    reading = read(monitor)
    assert reading.stop_policies == "read"
    assert reading.sessions is not None


def test_at_rest_there_are_two_calls_for_each_reading(
    monitor: Monitor, emulator: Emulator, clock: Clock
) -> None:
    emulator.change(IdleInstanceCuller={}, InstanceShutdownTimer={})
    at_rest(monitor, clock, HOUR)
    # At the start, and each minute; the lifecycle once.
    assert emulator.requests == {"GetInstance": 61, POLICIES: 61, LIFECYCLE: 1}


@pytest.mark.parametrize("body", [None, "null", [{"Conditions": 7}]])
def test_failures_back_off_and_never_reach_the_reading(
    monitor: Monitor, emulator: Emulator, clock: Clock, body: Any
) -> None:
    emulator.change_extra(POLICIES, AutoShutdownPolicies=body)
    emulator.change_extra(LIFECYCLE, Lifecycle=body)
    emulator.change(IdleInstanceCuller={}, InstanceShutdownTimer={})
    begun = clock.now
    attempts: list[float] = []
    while clock.now - begun < 4 * HOUR:
        before = emulator.requests[POLICIES]
        reading = read(monitor)
        if emulator.requests[POLICIES] > before:
            attempts.append(clock.now - begun)
        assert reading.error is None
        assert (reading.stop_policies, reading.sessions) == ("not_available", None)
        clock.now += 60
    waits = [round((b - a) / 60) for a, b in pairwise(attempts)]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    assert emulator.requests[LIFECYCLE] == emulator.requests[POLICIES]


def test_a_hanging_endpoint_delays_a_reading_by_a_small_bound_and_seldom(
    monitor: Monitor, emulator: Emulator, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jupyter_dsw.monitor.EXTRA_DEADLINE", 1.0)
    emulator.scenario = "extra-hang"
    begun = time.monotonic()
    reading = read(monitor)
    # Both calls share the time: the second is not even begun.
    assert time.monotonic() - begun < 20, "an endpoint that hangs would do so for ever"
    assert emulator.requests == {"GetInstance": 1, POLICIES: 1}
    assert reading.instance is not None
    assert reading.error is None
    assert reading.stop_policies == "not_available"
    clock.now += 10
    assert read(monitor).error is None
    assert emulator.requests == {"GetInstance": 2, POLICIES: 1, LIFECYCLE: 1}


def test_policies_that_cannot_be_read_for_a_while_count_on_and_are_then_forgotten(
    monitor: Monitor, emulator: Emulator, clock: Clock
) -> None:
    emulator.scenario = "policy"
    (before,) = read(monitor).stops_at(clock.now)
    emulator.change_extra(POLICIES, AutoShutdownPolicies=None)
    clock.now += 300
    reading = read(monitor)
    (after,) = reading.stops_at(clock.now)
    assert reading.stop_policies == "read"
    assert after.remaining_ms == (before.remaining_ms or 0) - 300_000
    clock.now += POLICIES_KEPT
    forgotten = read(monitor)
    assert forgotten.stop_policies == "not_available"
    assert forgotten.stops_at(clock.now) == ()


def test_policies_that_were_refused_are_forgotten_at_once(
    monitor: Monitor, emulator: Emulator, clock: Clock
) -> None:
    emulator.scenario = "policy"
    assert read(monitor).stop_policies == "read"
    emulator.scenario = "extra-denied"
    clock.now += 10
    reading = read(monitor)
    assert reading.stop_policies == "not_available"
    assert all(stop.decided_by == "instance" for stop in reading.stops_at(clock.now))


def test_the_wait_that_the_endpoint_requests_is_kept(
    monitor: Monitor, client: Client, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = 0

    def throttled(_deadline: object) -> None:
        nonlocal calls
        calls += 1
        raise Throttled("too many", retry_after_ms=600_000)

    monkeypatch.setattr(client, "get_stop_policies", throttled)
    for wait, expected in [(0, 1), (594, 1), (6, 2)]:
        clock.now += wait
        read(monitor)
        assert calls == expected


def test_the_time_of_the_extra_calls_is_not_that_of_get_instance(
    client: Client, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(_deadline: object) -> None:
        clock.now += 1.5

    monkeypatch.setattr(client, "get_stop_policies", slow)
    seconds: list[float] = []
    observe = lambda _reading, took: seconds.append(took)  # noqa: E731
    read(Monitor(client, clock=clock, observe=observe))
    assert seconds == [0]


def test_switched_off_policies_are_not_requested(
    monitor: Monitor, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.scenario = "policy"
    monkeypatch.setenv("JUPYTER_DSW_STOP_POLICIES", "off")
    reading = read(monitor)
    assert (reading.stop_policies, reading.stops_at(monitor.clock())) == ("off", ())
    assert reading.sessions is not None
    assert emulator.requests == {"GetInstance": 1, LIFECYCLE: 1}


def test_another_instance_has_policies_and_runs_of_its_own(
    monitor: Monitor, emulator: Emulator, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.scenario = "policy"
    assert read(monitor).sessions is not None
    emulator.scenario = "extra-denied"
    monkeypatch.setattr(emulator, "instance_id", "dsw-another")
    monkeypatch.setenv("DSW_INSTANCE_ID", "dsw-another")
    emulator.change(InstanceId="dsw-another")
    clock.now += 10
    reading = read(monitor)
    assert reading.instance is not None
    assert (reading.stop_policies, reading.sessions) == ("not_available", None)
