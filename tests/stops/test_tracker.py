"""Several stops of one instance, each followed by its kind, who decides it, and its expression."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import msgspec

from jupyter_dsw.model.instance import parse_instance
from jupyter_dsw.model.stops import Stop, StopRule
from jupyter_dsw.reading import Reading
from jupyter_dsw.stop_tracker import ReportedStops, StopTracker
from jupyter_dsw.upstream.settings import Source

NOON = datetime(2026, 11, 26, 12, tzinfo=timezone.utc)
CULLER = {"MaxIdleTimeInMinutes": 60, "CpuPercentThreshold": 20}
MIRROR = Stop(
    kind="idle",
    decided_by="workspace",
    state="counting",
    remaining_ms=600_000,
    idle_minutes=50,
    rule=StopRule(max_idle_minutes=60, cpu_percent=20),
)


def _policy(remaining_s: float | None, **changes: Any) -> Stop:
    remaining_ms = None if remaining_s is None else round(remaining_s * 1000)
    known: dict[str, Any] = {
        "kind": "idle",
        "decided_by": "workspace",
        "state": "unknown" if remaining_s is None else "counting",
        "remaining_ms": remaining_ms,
    }
    return Stop(**known | changes)


def _reading(taken: float, *policy_stops: Stop, policies: Any = "read", **elements: Any) -> Reading:
    return Reading(
        source=Source(instance_id="dsw-1"),
        next_read=taken,
        instance=parse_instance({"Status": "Running"} | elements),
        read_at=NOON,
        taken=taken,
        policy_stops=policy_stops,
        stop_policies=policies,
    )


def _known(tracker: StopTracker) -> list[tuple[str, float, int]]:
    return [(stop.key.decided_by, stop.at, stop.number) for stop in tracker.stops]


def test_a_policys_stop_is_followed_although_the_instance_has_none() -> None:
    tracker = StopTracker()
    tracker.update(_reading(0, _policy(600)))
    assert _known(tracker) == [("workspace", 600, 1)]
    tracker.update(_reading(60, _policy(545)))
    assert _known(tracker) == [("workspace", 600, 1)]


def test_stops_of_different_deciders_and_expressions_are_followed_apart() -> None:
    rules = [StopRule(expression=words) for words in ("one", "other")]
    tracker, reported = StopTracker(), ReportedStops(600)
    stops = [
        _policy(500, rule=rules[0]),
        _policy(900, rule=rules[1]),
        _policy(1300, decided_by="system"),
    ]
    tracker.update(_reading(0, *stops))
    assert sorted(stop.number for stop in tracker.stops) == [1, 2, 3]
    reported.add(tracker.stops, 0)
    assert reported.due_at(tracker.stops) == 300
    tracker.update(_reading(60, *stops[1:]))
    assert sorted(stop.number for stop in tracker.stops) == [2, 3]


def test_of_stops_that_share_all_that_the_nearest_is_followed() -> None:
    rules = [StopRule(max_idle_minutes=minutes) for minutes in (60, 120)]
    tracker = StopTracker()
    stops = [_policy(4000, rule=rules[1]), _policy(400, rule=rules[0])]
    tracker.update(_reading(0, *stops))
    assert _known(tracker) == [("workspace", 400, 1)]


def test_a_stop_is_the_same_once_its_policy_is_read_and_when_it_is_not_any_more() -> None:
    tracker, reported = StopTracker(), ReportedStops(600)
    culler = CULLER | {"IdleTimeInMinutes": 50}
    without = {"policies": "not_available", "IdleInstanceCuller": culler}
    tracker.update(_reading(0, **without))
    assert _known(tracker) == [("instance", 600, 1)]
    reported.add(tracker.stops, 0)
    tracker.update(_reading(5, MIRROR, IdleInstanceCuller=culler))
    assert _known(tracker) == [("workspace", 600, 1)]
    tracker.update(_reading(10, **without))
    assert _known(tracker) == [("instance", 600, 1)]
    assert reported.due_at(tracker.stops) is None


def test_a_policys_stop_stays_known_while_policies_cannot_be_read_until_it_is_over() -> None:
    tracker = StopTracker()
    tracker.update(_reading(0, _policy(600)))
    tracker.update(_reading(60, policies="not_available"))
    assert _known(tracker) == [("workspace", 600, 1)]
    assert tracker.time_unknown
    tracker.update(_reading(730, policies="not_available"))
    assert _known(tracker) == []


def test_a_policys_stop_that_is_not_there_any_more_is_none() -> None:
    tracker = StopTracker()
    tracker.update(_reading(0, _policy(600)))
    tracker.update(_reading(60))
    assert _known(tracker) == []
    assert not tracker.time_unknown


def test_a_policys_stop_that_is_not_idle_any_more_is_another_one_later() -> None:
    tracker = StopTracker()
    tracker.update(_reading(0, _policy(600, idle_minutes=50)))
    armed = msgspec.structs.replace(MIRROR, state="armed", remaining_ms=None, idle_minutes=0)
    tracker.update(_reading(60, armed))
    assert _known(tracker) == []
    tracker.update(_reading(3600, _policy(600, idle_minutes=50)))
    assert _known(tracker) == [("workspace", 4200, 2)]


def test_a_policys_stop_at_an_unknown_time_is_reported_as_such() -> None:
    tracker = StopTracker()
    tracker.update(_reading(0, _policy(None)))
    assert _known(tracker) == []
    assert tracker.time_unknown


def test_a_due_time_that_was_worked_out_is_none_of_the_endpoints() -> None:
    tracker = StopTracker()
    timer = {"RemainingTimeInMs": 600_000}
    tracker.update(_reading(0, InstanceShutdownTimer=timer))
    tracker.update(_reading(20, InstanceShutdownTimer=timer))
    assert _known(tracker) == [("instance", 600, 1)]
