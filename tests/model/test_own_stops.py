"""Stops of the instance's own settings, whatever the local clock and the time zone are."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from jupyter_dsw.model.decoding import MAX_NAMES
from jupyter_dsw.model.instance import parse_instance
from jupyter_dsw.model.stops import Stop, next_stop, stops_of

if TYPE_CHECKING:
    from collections.abc import Iterator

MINUTE_MS = 60_000
NOON = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)


def _idle(idle: Any = 30, longest: Any = 60, **more: Any) -> dict[str, Any]:
    culler = {"IdleTimeInMinutes": idle, "MaxIdleTimeInMinutes": longest}
    thresholds = {"CpuPercentThreshold": 20, "GpuPercentThreshold": 10}
    return {"Status": "Running", "IdleInstanceCuller": culler | thresholds, **more}


def _timer(due: Any = None, remaining: Any = None) -> dict[str, Any]:
    timer = {"DueTime": due, "RemainingTimeInMs": remaining}
    return {"Status": "Running", "InstanceShutdownTimer": timer}


def _stops(
    response: dict[str, Any], at: datetime | None = NOON, elapsed_ms: int = 0
) -> tuple[Stop, ...]:
    stops = stops_of(parse_instance(response), responded_at=at, elapsed_ms=elapsed_ms)
    assert {stop.decided_by for stop in stops} <= {"instance"}
    return stops


def _one(response: dict[str, Any], at: datetime | None = NOON, elapsed_ms: int = 0) -> Stop:
    (stop,) = _stops(response, at, elapsed_ms)
    return stop


@pytest.mark.parametrize(
    ("idle", "longest", "elapsed_ms", "state", "remaining_ms"),
    [
        (30, 60, 0, "counting", 30 * MINUTE_MS),
        (30, 60, 90_000, "counting", 30 * MINUTE_MS - 90_000),
        (59, 60, 10 * MINUTE_MS, "counting", 0),
        (75, 60, 0, "counting", 0),
        (59.5, 60, 0, "counting", 30_000),
        ("59.5", "60.0", 0, "counting", 30_000),
        (30, 30.5, 0, "counting", 30_000),
        (0.2, 60, 0, "counting", 3_588_000),
        (0, 60, 0, "armed", None),
        (None, 60, 0, "armed", None),
        (2**53 - 1, 2**53 - 1, 0, "counting", 0),
    ],
)
def test_the_idle_stop_is_the_longest_idleness_less_the_present_one(
    idle: Any, longest: Any, elapsed_ms: int, state: str, remaining_ms: int | None
) -> None:
    stop = _one(_idle(idle, longest), elapsed_ms=elapsed_ms)
    assert (stop.kind, stop.state, stop.remaining_ms) == ("idle", state, remaining_ms)


@pytest.mark.parametrize("longest", [0, None])
def test_a_culler_without_a_limit_is_no_stop(longest: int | None) -> None:
    assert _stops(_idle(30, longest)) == ()


def test_the_idle_stop_has_its_conditions() -> None:
    stop = _one(_idle())
    assert stop.idle_minutes == 30
    assert (stop.rule.max_idle_minutes, stop.rule.cpu_percent) == (60, 20)
    assert stop.at == NOON + timedelta(minutes=30)


@pytest.mark.parametrize(("accelerator", "threshold"), [("GPU", 10), ("CPU", None), (None, None)])
def test_the_gpu_threshold_counts_for_gpu_instances_only(
    accelerator: str | None, threshold: int | None
) -> None:
    assert _one(_idle(AcceleratorType=accelerator)).rule.gpu_percent == threshold


@pytest.mark.parametrize(
    ("due", "remaining", "responded_at", "expected_ms"),
    [
        (None, 3_600_000, NOON, 3_600_000),
        (None, 3_600_000, None, 3_600_000),
        # The endpoint's own count is believed before anybody's clock.
        ("2026-11-23T12:30:00Z", 3_600_000, NOON, 3_600_000),
        # `Date` has whole seconds: it may be a second later already.
        ("2026-11-23T12:30:00Z", None, NOON, 30 * MINUTE_MS - 1000),
        ("2026-11-23T20:30:00+08:00", None, NOON, 30 * MINUTE_MS - 1000),
        ("2026-11-23T20:30:00+0800", None, NOON, 30 * MINUTE_MS - 1000),
        ("2026-11-23T20:30:00+08", None, NOON, 30 * MINUTE_MS - 1000),
        ("2026-11-23T04:30-08", None, NOON, 30 * MINUTE_MS - 1000),
        (1_795_437_000, None, NOON, 30 * MINUTE_MS - 1000),
        ("1795437000", None, NOON, 30 * MINUTE_MS - 1000),
        ("1795437000.5", None, NOON, 30 * MINUTE_MS - 500),
        (1_795_437_000_000, None, NOON, 30 * MINUTE_MS - 1000),
        ("1795437000250", None, NOON, 30 * MINUTE_MS - 750),
        (None, "300000.0", NOON, 300_000),
        (None, "3e5", NOON, 300_000),
        (None, 300_000.9, NOON, 300_000),
        ("soon", 300_000, NOON, 300_000),
        ("2026-11-23T12:30:00", None, NOON, 30 * MINUTE_MS - 1000),
        ("2026-11-23T12:30:00Z", None, NOON.replace(tzinfo=None), 30 * MINUTE_MS - 1000),
        ("2026-11-23T12:30:00Z", "soon", NOON, 30 * MINUTE_MS - 1000),
        (
            "2026-11-23T12:30:00Z",
            None,
            NOON.astimezone(timezone(timedelta(hours=8))),
            30 * MINUTE_MS - 1000,
        ),
        ("2026-11-23T11:00:00Z", None, NOON, 0),
        ("2026-11-23T12:30:00Z", 0, NOON, 0),
    ],
)
def test_the_scheduled_stop_counts_by_the_endpoints_clock(
    due: Any, remaining: Any, responded_at: datetime | None, expected_ms: int
) -> None:
    stop = _one(_timer(due, remaining), at=responded_at)
    assert (stop.kind, stop.state, stop.remaining_ms) == ("scheduled", "counting", expected_ms)


@pytest.mark.parametrize(
    "timer",
    [
        _timer(),
        _timer("", 0),
        _timer("", "0.0"),
        _timer(0, 0),
        _timer("0", None),
        _timer("0001-01-01T00:00:00Z", 0),
        {},
    ],
)
def test_an_empty_timer_is_off(timer: dict[str, Any]) -> None:
    assert _stops(timer) == ()


@pytest.mark.parametrize(
    "timer",
    [
        _timer("soon"),
        _timer("soon", 0),
        _timer("2026-11-23T12:30:00+99:00"),
        _timer("2026-11-23T25:00:00Z"),
        # Digits that are a date, and not milliseconds in the year 2612.
        _timer("20261123123000"),
        _timer(300),
        _timer(-1),
        _timer(True),
        _timer({"Seconds": 5}),
        _timer(None, "soon"),
        _timer("", [300_000]),
        _timer(None, 10**30),
        _timer(None, "1e999"),
        {"InstanceShutdownTimer": "2026-11-23T12:30:00Z"},
        {"InstanceShutdownTimer": 300_000},
        {"InstanceShutdownTimer": [{"RemainingTimeInMs": 300_000}]},
    ],
)
def test_a_timer_that_cannot_be_read_is_a_stop_at_an_unknown_time(timer: dict[str, Any]) -> None:
    stop = _one({"Status": "Running"} | timer)
    assert (stop.kind, stop.state, stop.remaining_ms) == ("scheduled", "unknown", None)


def test_a_due_time_without_any_clock_to_compare_it_with_is_an_unknown_time() -> None:
    stop = _one(_timer("2026-11-23T12:30:00Z"), at=None)
    assert (stop.state, stop.remaining_ms) == ("unknown", None)
    assert stop.at == NOON + timedelta(minutes=30)


@pytest.mark.parametrize(
    ("culler", "longest"),
    [
        ("on", None),
        ([60], None),
        ({"MaxIdleTimeInMinutes": "an hour", "IdleTimeInMinutes": 30}, None),
        ({"MaxIdleTimeInMinutes": True, "IdleTimeInMinutes": 30}, None),
        ({"MaxIdleTimeInMinutes": 60, "IdleTimeInMinutes": "half"}, 60),
        ({"MaxIdleTimeInMinutes": 60, "IdleTimeInMinutes": [30]}, 60),
    ],
)
def test_a_culler_that_cannot_be_read_is_a_stop_at_an_unknown_time(
    culler: object, longest: int | None
) -> None:
    stop = _one({"Status": "Running", "IdleInstanceCuller": culler})
    assert (stop.kind, stop.state, stop.remaining_ms) == ("idle", "unknown", None)
    assert stop.rule.max_idle_minutes == longest


def test_a_threshold_that_cannot_be_read_costs_only_itself() -> None:
    stop = _one(
        _idle()
        | {
            "IdleInstanceCuller": {
                "MaxIdleTimeInMinutes": 60,
                "IdleTimeInMinutes": 30,
                "CpuPercentThreshold": "low",
                "GpuPercentThreshold": "12.5",
            },
            "AcceleratorType": "GPU",
        }
    )
    assert stop.state == "counting"
    assert stop.rule.cpu_percent is None
    assert stop.rule.gpu_percent == 12.5


def test_of_a_known_and_an_unknown_stop_the_known_one_is_named_and_neither_is_hidden() -> None:
    stops = _stops(_idle() | {"InstanceShutdownTimer": {"DueTime": "soon"}})
    assert [(stop.kind, stop.state, stop.remaining_ms) for stop in stops] == [
        ("idle", "counting", 30 * MINUTE_MS),
        ("scheduled", "unknown", None),
    ]


def test_nothing_is_unknown_of_an_instance_that_has_ended() -> None:
    ended = {"Status": "Stopped", "InstanceShutdownTimer": 5, "IdleInstanceCuller": 5}
    assert _stops(ended) == ()


def test_a_timer_stays_unknown_however_much_else_cannot_be_read() -> None:
    odd = {"Datasets": [5] * 1000, "InstanceShutdownTimer": {"DueTime": "soon"}}
    parsed = parse_instance({"Status": "Running"} | odd)
    assert len(parsed.unreadable) == MAX_NAMES
    kinds = {stop.kind: stop.state for stop in stops_of(parsed, responded_at=NOON)}
    assert kinds["scheduled"] == "unknown"


def test_elapsed_time_is_taken_off_the_scheduled_stop() -> None:
    assert _one(_timer(remaining=5000), elapsed_ms=2000).remaining_ms == 3000
    assert _one(_timer("2026-11-23T12:00:05Z"), elapsed_ms=9000).remaining_ms == 0


def test_a_missing_due_time_is_worked_out_from_the_date_of_the_response() -> None:
    stop = _one(_timer(remaining=3_600_000), elapsed_ms=60_000)
    assert stop.at == NOON + timedelta(hours=1)
    assert _one(_timer(remaining=2**53 - 1)).at is None


@pytest.mark.parametrize("status", ["Stopped", "Stopping", "Failed", "Deleting"])
def test_no_stop_lies_ahead_of_an_instance_that_has_ended(status: str) -> None:
    stops = _stops(_idle(Status=status) | {"InstanceShutdownTimer": {"RemainingTimeInMs": 1000}})
    parsed = _stops(_idle() | _timer(remaining=1000) | {"Status": status})
    assert stops == parsed == ()


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (_idle() | _timer(remaining=29 * MINUTE_MS), "scheduled"),
        (_idle() | _timer(remaining=31 * MINUTE_MS), "idle"),
        (_idle() | _timer(remaining=30 * MINUTE_MS), "scheduled"),
        (_idle(idle=0) | _timer(remaining=31 * MINUTE_MS), "scheduled"),
        (_idle(), "idle"),
        (_idle(idle=0), None),
        (_timer(remaining=1), "scheduled"),
        ({}, None),
    ],
)
def test_the_nearer_stop_is_the_next_one(response: dict[str, Any], kind: str | None) -> None:
    first = next_stop(_stops(response))
    assert (first and first.kind) == kind


@pytest.fixture(params=["Asia/Shanghai", "America/St_Johns", "Pacific/Kiritimati"])
def _time_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("_time_zone")
def test_the_local_time_zone_does_not_matter() -> None:
    for due in ("2026-11-23T12:30:00", "2026-11-23T12:30:00Z"):
        left_ms = 30 * MINUTE_MS - 1000
        assert _one(_timer(due)).remaining_ms == left_ms
        assert _one(_timer(due), at=NOON.astimezone()).remaining_ms == left_ms


def test_a_wrong_local_clock_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = _stops(_idle() | _timer("2026-11-23T12:30:00Z"))
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert _stops(_idle() | _timer("2026-11-23T12:30:00Z")) == expected
