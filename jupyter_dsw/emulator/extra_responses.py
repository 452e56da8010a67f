"""The responses to QueryAutoShutdownPolicies and GetLifecycle, for a state of the instance.

Written after the API pages of version 2022-01-01. No list of reason codes is published: those here
are made up, and one of them is of a kind that nobody knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from jupyter_dsw.emulator.instance_response import api_time
from jupyter_dsw.emulator.simulation import STARTING, state

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_dsw.emulator.credentials import Canaries
    from jupyter_dsw.emulator.simulation import Life, Policy, State

_HOUR = 3600
_CPU_PERCENT = 10
_WITH_POLICIES = ("Running", "Saving", "SaveFailed")
_IDLE_CODE, _TIMER_CODE = "IdleShutdown", "ShutdownTimer"


@dataclass(frozen=True)
class _Run:
    """An earlier run, in hours before the start of the current one; how it ended."""

    begun: float
    ended: float
    code: str = ""
    message: str = ""
    statuses: tuple[str, ...] = ("Stopping", "Stopped")


_EARLIER = (
    _Run(30, 22, _IDLE_CODE, "The instance was idle for 60 minutes."),
    _Run(54, 46, _TIMER_CODE, "The scheduled time was reached."),
    _Run(77, 71, "UserStop", "Stopped by ma-jun (password=<secret>)."),
    _Run(150, 120, statuses=("ArrearStopping", "Arrearge")),
    _Run(200, 199, "SpotReclaimed", "The spot instance was reclaimed."),
)


class ExtraResponses:
    """Writes the responses of one instance, with a canary where a secret could be."""

    def __init__(self, instance_id: str, canaries: Canaries) -> None:
        self._instance_id = instance_id
        self._secret = canaries.mint()

    def write(
        self, action: str, query: str, life: Life, elapsed: float, at: Callable[[float], float]
    ) -> dict[str, Any]:
        """Return the response to `action`, without its request ID.

        `elapsed` is simulated seconds; `at` turns such seconds into seconds since the epoch.
        """
        if action == "GetLifecycle":
            return self._lifecycle(dict(parse_qsl(query)), life, elapsed, at)
        return self._policies(life, elapsed)

    def _policies(self, life: Life, elapsed: float) -> dict[str, Any]:
        now = state(life, elapsed)
        if life.policy is None or now.status not in _WITH_POLICIES:
            return {"AutoShutdownPolicies": []}
        condition = self._condition(life, life.policy, now, elapsed)
        return {
            "AutoShutdownPolicies": [
                # The elements outside of `Conditions` are deprecated.
                {**condition, "InstanceId": self._instance_id, "Conditions": [condition]}
            ]
        }

    def _condition(self, life: Life, policy: Policy, now: State, elapsed: float) -> dict[str, Any]:
        # `Operator` is no element of the API: whatever is not known has to be dropped.
        condition = {"SourceType": "Workspace", "Operator": self._secret}
        if policy.expression:
            return {**condition, "Expression": policy.expression, "Context": {}}
        context: dict[str, Any] = {
            "IdleDuration": now.idle_minutes,
            "EnableSkip": policy.can_skip,
            "CallbackToken": self._secret,
        }
        remaining_s = int(life.policy_stops_at - elapsed)
        if policy.delayed_until is not None and remaining_s > 0:
            context["DelayShutdownCountdownSeconds"] = remaining_s
        elif now.idle_minutes and remaining_s > 0:
            context["IdleShutdownRemainingSeconds"] = remaining_s
        expression = (
            f"IdleDuration > {policy.max_idle_minutes} min AND CpuUtilization <= {_CPU_PERCENT}%"
        )
        return {**condition, "Expression": expression, "Context": context}

    def _lifecycle(
        self, query: dict[str, str], life: Life, elapsed: float, at: Callable[[float], float]
    ) -> dict[str, Any]:
        runs = [_current(life, elapsed), *(_earlier(life, run) for run in _EARLIER)]
        shown = runs[: int(query.get("Limit", len(runs)))]
        if query.get("Order") != "DESC":
            shown.reverse()
        return {
            "TotalCount": len(runs),
            "Lifecycle": [self._steps(run, at) for run in shown],
            "Success": True,
            "Code": "null",
            "Message": "null",
        }

    def _steps(self, run: list[_Step], at: Callable[[float], float]) -> list[dict[str, Any]]:
        ends = [step.begun for step in run[1:]]
        return [
            {
                "Status": step.status,
                "ReasonCode": step.code,
                "ReasonMessage": step.message.replace("<secret>", self._secret),
                "GmtCreateTime": api_time(at(step.begun)),
                "GmtEndTime": api_time(at(end)) if end is not None else "",
                "LifecycleId": f"lc-{int(at(step.begun)):x}",
                "Trace": self._secret,
            }
            for step, end in zip(run, [*ends, None], strict=True)
        ]


@dataclass(frozen=True)
class _Step:
    begun: float
    status: str
    code: str = ""
    message: str = ""


def _start(at: float) -> list[_Step]:
    steps = []
    for status, seconds in STARTING:
        steps.append(_Step(at, status))
        at += seconds
    return [*steps, _Step(at, "Running")]


def _earlier(life: Life, run: _Run) -> list[_Step]:
    ended_at = life.started_at - run.ended * _HOUR
    end = [
        _Step(ended_at + 60 * number, status, run.code, run.message)
        for number, status in enumerate(run.statuses)
    ]
    return [*_start(life.started_at - run.begun * _HOUR), *end]


def _current(life: Life, elapsed: float) -> list[_Step]:
    if life.failed:
        return [_Step(life.started_at - 60, "Creating"), _Step(life.started_at, "Failed")]
    by_timer = life.stops_at == life.stop_at
    code, message = (
        (_TIMER_CODE, "The scheduled time was reached.")
        if by_timer
        else (_IDLE_CODE, "The instance was idle.")
    )
    end = [
        _Step(life.stops_at, "Stopping", code, message),
        _Step(life.stops_at + 60, "Stopped", code, message),
    ]
    return [step for step in [*_start(life.started_at), *end] if step.begun <= elapsed]
