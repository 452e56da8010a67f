"""Every stop, whoever decides it: GetInstance's own and those of policies, each once."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest

from jupyter_dsw.model.instance import parse_instance
from jupyter_dsw.model.policies import parse_policies, policy_stops_of
from jupyter_dsw.model.stops import Stop, StopRule, stops_of

MINUTE_MS = 60_000
NOON = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
INSTANCE_ID = "dsw-730a4c1f9be2d6"
EXPRESSION = "IdleDuration > 1440 min AND CpuUtilization <= 1%"


def _culler(idle: Any = 30, longest: Any = 60, cpu: Any = 20, gpu: Any = None) -> dict[str, Any]:
    culler = {"IdleTimeInMinutes": idle, "MaxIdleTimeInMinutes": longest}
    culler |= {"CpuPercentThreshold": cpu, "GpuPercentThreshold": gpu}
    return {"IdleInstanceCuller": culler}


def _timer(remaining_ms: int) -> dict[str, Any]:
    return {"InstanceShutdownTimer": {"RemainingTimeInMs": remaining_ms}}


def _condition(
    source: str | None = "Workspace", expression: str | None = EXPRESSION, **context: Any
) -> dict[str, Any]:
    return {"SourceType": source, "Expression": expression, "Context": context}


def _response(*conditions: Any, instance_id: str = INSTANCE_ID) -> dict[str, Any]:
    policy = {"InstanceId": instance_id, "Conditions": list(conditions)}
    return {"RequestId": "1", "AutoShutdownPolicies": [policy]}


def _stops(
    *conditions: dict[str, Any],
    own: dict[str, Any] | None = None,
    elapsed_ms: int = 0,
    gpu: bool = True,
) -> tuple[Stop, ...]:
    kind = {"AcceleratorType": "GPU" if gpu else "CPU"}
    instance = parse_instance({"Status": "Running"} | kind | (own or {}))
    read = parse_policies(_response(*conditions), INSTANCE_ID)
    assert read is not None
    policies = policy_stops_of(instance, read, responded_at=NOON)
    return stops_of(instance, policies, responded_at=NOON, elapsed_ms=elapsed_ms)


def _one(*conditions: dict[str, Any], **more: Any) -> Stop:
    (stop,) = _stops(*conditions, **more)
    return stop


def test_the_instances_own_stops_come_nearest_first() -> None:
    stops = _stops(own=_culler(idle=30) | _timer(10 * MINUTE_MS))
    assert [(stop.kind, stop.decided_by, stop.state, stop.remaining_ms) for stop in stops] == [
        ("scheduled", "instance", "counting", 10 * MINUTE_MS),
        ("idle", "instance", "counting", 30 * MINUTE_MS),
    ]
    assert [stop.at for stop in stops] == [NOON + timedelta(minutes=n) for n in (10, 30)]


def test_a_workspace_policy_is_a_stop_although_getinstance_knows_of_none() -> None:
    stop = _one(_condition(IdleDuration=1430, IdleShutdownRemainingSeconds=590, EnableSkip=True))
    assert (stop.kind, stop.decided_by, stop.state) == ("idle", "workspace", "counting")
    assert stop.remaining_ms == 590_000
    assert stop.at == NOON + timedelta(seconds=590)
    assert stop.rule == StopRule(max_idle_minutes=1440, cpu_percent=1)
    assert (stop.idle_minutes, stop.can_skip, stop.delayed) == (1430, True, False)


@pytest.mark.parametrize(
    ("context", "state", "remaining_ms"),
    [
        ({"IdleDuration": 1430}, "counting", 10 * MINUTE_MS),
        ({"IdleDuration": "1430"}, "counting", 10 * MINUTE_MS),
        ({"IdleDuration": 1500}, "counting", 0),
        ({"IdleDuration": 0}, "armed", None),
        ({"IdleDuration": -1}, "unknown", None),
        ({}, "unknown", None),
        ({"IdleDuration": "soon"}, "unknown", None),
        ({"IdleDuration": -1, "IdleShutdownRemainingSeconds": 30}, "counting", 30_000),
        ({"IdleDuration": 1430, "IdleShutdownRemainingSeconds": 0}, "counting", 10 * MINUTE_MS),
        ({"IdleDuration": 1440, "DelayShutdownCountdownSeconds": 3600}, "counting", 3_600_000),
        ({"IdleShutdownRemainingSeconds": 2**53 - 1}, "counting", (2**53 - 1) * 1000),
    ],
)
def test_the_time_of_a_policys_stop_comes_from_what_is_known(
    context: dict[str, Any], state: str, remaining_ms: int | None
) -> None:
    stop = _one(_condition(**context))
    assert (stop.kind, stop.state, stop.remaining_ms) == ("idle", state, remaining_ms)
    assert stop.delayed is ("DelayShutdownCountdownSeconds" in context)


def test_time_that_passes_is_taken_off_every_stop() -> None:
    stops = _stops(
        _condition(IdleShutdownRemainingSeconds=60), own=_timer(90_000), elapsed_ms=50_000
    )
    assert [stop.remaining_ms for stop in stops] == [10_000, 40_000]


def test_time_between_both_requests_is_taken_off_the_policys_stop() -> None:
    instance = parse_instance({"Status": "Running"})
    read = parse_policies(_response(_condition(IdleShutdownRemainingSeconds=600)), INSTANCE_ID)
    stops = policy_stops_of(instance, read or (), responded_at=NOON, elapsed_ms=120_000)
    assert [stop.remaining_ms for stop in stops] == [480_000]


@pytest.mark.parametrize(
    ("expression", "rule"),
    [
        (EXPRESSION, StopRule(max_idle_minutes=1440, cpu_percent=1)),
        ("idleduration >= 2h", StopRule(max_idle_minutes=120)),
        ("IdleDuration>90", StopRule(max_idle_minutes=90)),
        (
            "IdleDuration > 5400 s && GpuUtilization < 5 %",
            StopRule(max_idle_minutes=90, gpu_percent=5),
        ),
        (
            "CpuUtilization < 1.5% and  GpuUtilization <= 2 AND IdleDuration > 30 minutes",
            StopRule(max_idle_minutes=30, cpu_percent=1.5, gpu_percent=2),
        ),
        *(
            (odd, StopRule(expression=odd))
            for odd in (
                "CpuUtilization <= 1%",
                "IdleDuration > 10 min OR CpuUtilization <= 1%",
                "IdleDuration < 10 min",
                "IdleDuration > 10 min AND CpuUtilization >= 1%",
                "IdleDuration > 10 min AND IdleDuration > 20 min",
                "IdleDuration > 10 parsecs",
                "NOT (IdleDuration > 10 min)",
                "RunningDuration > 1440 min",
                "关机",
            )
        ),
    ],
)
def test_an_expression_is_read_where_it_is_understood_and_kept_where_not(
    expression: str, rule: StopRule
) -> None:
    assert _one(_condition(expression=expression)).rule == rule


@pytest.mark.parametrize("kind", ["a AND ", "a > ", " ", "9", "IdleDuration > 1 min AND "])
def test_a_long_expression_is_cut(kind: str) -> None:
    rule = _one(_condition(expression="x" + kind * 20_000)).rule
    assert rule.max_idle_minutes is None
    assert rule.expression is not None
    assert len(rule.expression) <= 400


def test_a_secret_in_an_expression_is_removed() -> None:
    stop = _one(_condition(expression="AccessKeySecret=YourAccessKeySecret0123456789abc"))
    assert "YourAccessKeySecret" not in (stop.rule.expression or "")


def test_a_policy_that_is_not_about_idleness_is_a_stop_at_an_unknown_time() -> None:
    stop = _one(_condition("System", "RunningDuration > 1440 min"))
    assert (stop.kind, stop.decided_by, stop.state) == ("scheduled", "system", "unknown")


@pytest.mark.parametrize("condition", [5, None, [], {}, "IdleDuration > 5"])
def test_a_condition_that_cannot_be_read_is_a_stop_of_which_nothing_is_known(
    condition: Any,
) -> None:
    stop = _one(condition)
    assert (stop.decided_by, stop.state, stop.remaining_ms) == ("unknown", "unknown", None)


@pytest.mark.parametrize(
    "response",
    [
        {},
        {"AutoShutdownPolicies": None},
        {"AutoShutdownPolicies": {}},
        {"AutoShutdownPolicies": b"[]"},
        {"AutoShutdownPolicies": [5]},
        {"AutoShutdownPolicies": [{"InstanceId": INSTANCE_ID, "Conditions": "none"}]},
    ],
)
def test_a_response_without_policies_is_not_the_same_as_no_policy(response: Any) -> None:
    assert parse_policies(response, INSTANCE_ID) is None


def test_no_policy_is_no_stop() -> None:
    assert parse_policies({"AutoShutdownPolicies": []}, INSTANCE_ID) == ()
    assert parse_policies(_response(), INSTANCE_ID) == ()


def test_policies_of_another_instance_are_left_out() -> None:
    assert parse_policies(_response(_condition(), instance_id="dsw-other"), INSTANCE_ID) == ()


def test_the_deprecated_place_of_a_condition_counts_where_there_is_no_other() -> None:
    policy = {"InstanceId": INSTANCE_ID} | _condition("User", IdleDuration=0)
    read = parse_policies({"AutoShutdownPolicies": [policy]}, INSTANCE_ID)
    assert read is not None
    assert [(each.source_type, each.expression) for each in read] == [("User", EXPRESSION)]
    both = policy | {"Conditions": [_condition(IdleDuration=0)]}
    read = parse_policies({"AutoShutdownPolicies": [both]}, INSTANCE_ID)
    assert [each.source_type for each in read or ()] == ["Workspace"]


def test_a_context_may_be_json_in_a_text() -> None:
    condition = {"SourceType": "Workspace", "Expression": EXPRESSION}
    stop = _one(condition | {"Context": '{"IdleShutdownRemainingSeconds": 60}'})
    assert stop.remaining_ms == 60_000


RULE = "IdleDuration > 60 min AND CpuUtilization < 20%"


@pytest.mark.parametrize(
    ("source", "decided_by"),
    [("Workspace", "workspace"), ("System", "system"), ("User", "instance"), (None, "instance")],
)
def test_a_stop_that_both_calls_report_is_there_once(source: str, decided_by: str) -> None:
    condition = _condition(source, RULE, IdleDuration=30, EnableSkip=True)
    stop = _one(condition, own=_culler())
    assert (stop.decided_by, stop.remaining_ms, stop.can_skip) == (
        decided_by,
        30 * MINUTE_MS,
        True,
    )


def test_of_a_stop_that_both_calls_report_the_earlier_moment_counts() -> None:
    condition = _condition(expression=RULE, IdleShutdownRemainingSeconds=29 * 60 + 10)
    assert _one(condition, own=_culler(idle=30)).remaining_ms == (29 * 60 + 10) * 1000
    condition = _condition(expression=RULE, IdleShutdownRemainingSeconds=31 * 60)
    assert _one(condition, own=_culler(idle=30)).remaining_ms == 30 * MINUTE_MS


def test_a_stop_that_only_the_policy_knows_the_time_of_has_it() -> None:
    condition = _condition(expression=RULE, IdleShutdownRemainingSeconds=600)
    assert _one(condition, own=_culler(idle="half")).state == "counting"


def test_the_users_own_condition_repeats_the_culler_in_whatever_words() -> None:
    condition = _condition("User", "闲置 IdleDuration", IdleDuration=30)
    stop = _one(condition, own=_culler())
    assert stop.decided_by == "instance"
    assert stop.rule == StopRule(max_idle_minutes=60, cpu_percent=20)


@pytest.mark.parametrize(
    ("expression", "context"),
    [
        ("IdleDuration > 120 min AND CpuUtilization < 20%", {"IdleDuration": 30}),
        ("IdleDuration > 60 min AND CpuUtilization < 5%", {"IdleDuration": 30}),
        # Somebody delayed the policy's stop, and the instance's own is due before.
        (RULE, {"IdleDuration": 30, "DelayShutdownCountdownSeconds": 7200}),
        ("SomethingIdle", {"IdleShutdownRemainingSeconds": 60}),
    ],
)
def test_stops_by_other_rules_or_at_another_time_are_two(
    expression: str, context: dict[str, Any]
) -> None:
    stops = _stops(_condition(expression=expression, **context), own=_culler(idle=30))
    assert {stop.decided_by for stop in stops} == {"instance", "workspace"}


def test_a_policy_that_is_not_understood_is_the_cullers_if_both_come_at_once() -> None:
    stop = _one(_condition("System", "Idle!", IdleShutdownRemainingSeconds=1795), own=_culler())
    assert (stop.decided_by, stop.remaining_ms) == ("system", 1_795_000)


def test_two_conditions_of_the_same_words_are_one_stop() -> None:
    twice = [_condition(source, IdleDuration=1430) for source in ("Workspace", "System")]
    assert len(_stops(*twice)) == 1


def test_a_gpu_threshold_counts_for_gpu_instances_only() -> None:
    condition = _condition(expression="IdleDuration > 60 min AND GpuUtilization < 5%")
    assert _one(condition).rule.gpu_percent == 5
    assert _one(condition, gpu=False).rule.gpu_percent is None


def test_unknown_times_come_after_known_ones_and_what_is_not_counting_last() -> None:
    stops = _stops(
        _condition(IdleDuration=0),
        _condition("System", "RunningDuration > 1440 min"),
        _condition("User", "IdleDuration > 10 min", IdleDuration=1),
        own=_timer(MINUTE_MS),
    )
    assert [stop.state for stop in stops] == ["counting", "counting", "unknown", "armed"]
    assert [stop.kind for stop in stops] == ["scheduled", "idle", "scheduled", "idle"]


def test_nothing_stops_an_instance_that_has_ended() -> None:
    condition = _condition(IdleShutdownRemainingSeconds=60)
    assert _stops(condition, own=_culler() | {"Status": "Stopped"}) == ()


def test_a_stop_has_the_shape_of_the_rest_contract() -> None:
    condition = _condition(IdleDuration=1430, EnableSkip="true")
    assert msgspec.json.decode(msgspec.json.encode(_one(condition))) == {
        "kind": "idle",
        "decided_by": "workspace",
        "state": "counting",
        "remaining_ms": 600_000,
        "at": "2026-11-23T12:10:00Z",
        "idle_minutes": 1430,
        "rule": {
            "max_idle_minutes": 1440,
            "cpu_percent": 1,
            "gpu_percent": None,
            "expression": None,
        },
        "can_skip": True,
        "delayed": False,
    }
