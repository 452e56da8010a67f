"""The responses to GetInstance, QueryAutoShutdownPolicies and GetLifecycle, for a moment.

`example.json` is the example response of GetInstance's API page; `instance.json` replaces its
values by those of an instance such as a team has, with a canary for every secret. No list of reason
codes is published: those of the lifecycle are made up, and one is of a kind that nobody knows.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl

from jupyter_dsw.emulator.gateway import api_time
from jupyter_dsw.emulator.simulation import STOPPING_S, starting, state

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_dsw.emulator.gateway import Canaries
    from jupyter_dsw.emulator.simulation import ImageState, Life, Policy, State

_HERE = Path(__file__).parent
_REGISTRY = "vision-registry-vpc.cn-hangzhou.cr.aliyuncs.com/vision/images"
_HOUR = 3600
_DAY = 24 * _HOUR
_EARLIER_RUNS_MS = 42 * _HOUR * 1000
_POLICY_CPU_PERCENT = 10
_STATUSES_WITH_POLICIES = ("Running", "Saving", "SaveFailed")

EXAMPLE: dict[str, Any] = json.loads((_HERE / "example.json").read_text("utf-8"))
"""The example response of the API page, as it stands there."""


class _Run(NamedTuple):
    """An earlier run, in hours before the start of the current one; how it ended."""

    begun: float
    ended: float
    code: str = ""
    message: str = ""
    statuses: tuple[str, ...] = ("Stopping", "Stopped")


_EARLIER_RUNS = (
    _Run(30, 22, "IdleShutdown", "The instance was idle for 60 minutes."),
    _Run(54, 46, "ShutdownTimer", "The scheduled time was reached."),
    _Run(77, 71, "UserStop", "Stopped by ma-jun (password=<secret>)."),
    _Run(150, 120, statuses=("ArrearStopping", "Arrearge")),
    _Run(200, 199, "SpotReclaimed", "The spot instance was reclaimed."),
)


class _Step(NamedTuple):
    """One status in a run."""

    begun: float
    status: str
    code: str = ""
    message: str = ""


class Moment(NamedTuple):
    """A moment of a simulated instance, `elapsed` simulated seconds into its `life`.

    `anchor` is where that life begins, in seconds since the epoch.
    """

    life: Life
    elapsed: float
    anchor: float

    def time(self, simulated: float) -> str:
        """Return when it is `simulated` seconds into the life, as the API writes it."""
        return api_time(self.anchor + simulated)


def merge(old: Any, new: Any) -> Any:
    """Return `old` with `new` over it: objects are merged deeply, everything else replaced."""
    if not (isinstance(old, Mapping) and isinstance(new, Mapping)):
        return new
    changed = {key: merge(old.get(key), value) for key, value in new.items()}
    return {**old, **changed}


class Responses:
    """Writes the responses of one instance, whose id and secrets stay the same."""

    def __init__(self, instance_id: str, canaries: Canaries) -> None:
        self._instance_id = instance_id
        self._canaries = canaries
        self._blanks: dict[str, Callable[[], str]] = {
            "<instance id>": lambda: instance_id,
            "<secret>": canaries.mint,
            "<access key id>": lambda: canaries.mint("LTAIcanary"),
            "<role access key id>": lambda: canaries.mint("STS.canary"),
        }
        values = json.loads((_HERE / "instance.json").read_text("utf-8"))
        self._fixed: dict[str, Any] = merge(EXAMPLE, self._planted(values))
        self._repository = self._planted(
            "https://cr.console.aliyun.com/repository/cn-hangzhou/vision/images?authToken=<secret>"
        )
        self._secret = canaries.mint()

    def _planted(self, value: Any, name: str = "") -> Any:
        """Return `value` with its blanks filled and, by its element's `name`, encoded.

        Each secret is a canary of its own.
        """
        if isinstance(value, str):
            filled = re.sub(r"<[a-z ]+>", lambda blank: self._blanks[blank[0]](), value)
            if name == "ImageAuth":
                filled = base64.b64encode(filled.encode()).decode()
                self._canaries.planted.append(filled)
            return filled
        if isinstance(value, list):
            return [self._planted(item) for item in value]
        if isinstance(value, dict):
            planted = {key: self._planted(item, key) for key, item in value.items()}
            # These two are JSON inside a string.
            return json.dumps(planted, indent=2) if name in {"Options", "Policy"} else planted
        return value

    def instance(self, moment: Moment, request_id: str) -> dict[str, Any]:
        """Return the response to GetInstance."""
        life, now = moment.life, state(moment.life, moment.elapsed)
        images = [self._image(image, moment) for image in now.images]
        newest = max(images, key=lambda image: str(image["GmtCreateTime"]), default={})
        changes = {
            "Status": now.status,
            "GmtCreateTime": moment.time(life.started_at - 9 * _DAY),
            "GmtModifiedTime": moment.time(now.changed_at),
            "AccumulatedRunningTimeInMs": _EARLIER_RUNS_MS + int(now.running_s * 1000),
            "IdleInstanceCuller": self._culler(life, now),
            "InstanceSnapshotList": images,
            "LatestSnapshot": newest,
            "InstanceShutdownTimer": self._timer(now, moment),
            "RequestId": request_id,
        }
        return {**self._fixed, **changes}

    def _timer(self, now: State, moment: Moment) -> dict[str, Any]:
        if now.due_at is None or now.remaining_s is None:
            return {}
        created = moment.time(now.due_at - 8 * _HOUR)
        return {
            "InstanceId": self._instance_id,
            "GmtCreateTime": created,
            "GmtModifiedTime": created,
            "DueTime": moment.time(now.due_at),
            "RemainingTimeInMs": int(now.remaining_s * 1000),
        }

    def _culler(self, life: Life, now: State) -> dict[str, Any]:
        if life.max_idle_minutes is None:
            return {}
        return {
            "InstanceId": self._instance_id,
            "CpuPercentThreshold": 20,
            "GpuPercentThreshold": 10,
            "MaxIdleTimeInMinutes": life.max_idle_minutes,
            "IdleTimeInMinutes": now.idle_minutes,
        }

    def _image(self, image: ImageState, moment: Moment) -> dict[str, Any]:
        return {
            "ImageId": f"image-{image.name}",
            "ImageName": image.name,
            "ImageUrl": f"{_REGISTRY}:{image.name}",
            "RepositoryUrl": self._repository,
            "GmtCreateTime": moment.time(image.begun_at),
            "GmtModifiedTime": moment.time(image.changed_at),
            "ReasonCode": image.reason_code,
            "ReasonMessage": image.reason_message,
            "Status": image.status,
        }

    def policies(self, moment: Moment) -> dict[str, Any]:
        """Return the response to QueryAutoShutdownPolicies, without its request ID."""
        policy, now = moment.life.policy, state(moment.life, moment.elapsed)
        if policy is None or now.status not in _STATUSES_WITH_POLICIES:
            return {"AutoShutdownPolicies": []}
        condition = self._condition(policy, now, moment)
        return {
            "AutoShutdownPolicies": [
                # The elements outside of `Conditions` are deprecated.
                {**condition, "InstanceId": self._instance_id, "Conditions": [condition]}
            ]
        }

    def _condition(self, policy: Policy, now: State, moment: Moment) -> dict[str, Any]:
        # `Operator` is no element of the API: whatever is not known has to be dropped.
        condition = {"SourceType": "Workspace", "Operator": self._secret}
        if policy.expression:
            return {**condition, "Expression": policy.expression, "Context": {}}
        context: dict[str, Any] = {
            "IdleDuration": now.idle_minutes,
            "EnableSkip": policy.can_skip,
            "CallbackToken": self._secret,
        }
        remaining_s = int(moment.life.policy_stops_at - moment.elapsed)
        if policy.delayed_until is not None and remaining_s > 0:
            context["DelayShutdownCountdownSeconds"] = remaining_s
        elif now.idle_minutes and remaining_s > 0:
            context["IdleShutdownRemainingSeconds"] = remaining_s
        expression = (
            f"IdleDuration > {policy.max_idle_minutes} min "
            f"AND CpuUtilization <= {_POLICY_CPU_PERCENT}%"
        )
        return {**condition, "Expression": expression, "Context": context}

    def lifecycle(self, query: str, moment: Moment) -> dict[str, Any]:
        """Return the response to GetLifecycle with this query string, without its request ID."""
        options = dict(parse_qsl(query))
        runs = [_current(moment), *(_earlier(moment.life, run) for run in _EARLIER_RUNS)]
        shown = runs[: int(options.get("Limit", len(runs)))]
        if options.get("Order") != "DESC":
            shown.reverse()
        return {
            "TotalCount": len(runs),
            "Lifecycle": [self._steps(run, moment) for run in shown],
            "Success": True,
            "Code": "null",
            "Message": "null",
        }

    def _steps(self, run: list[_Step], moment: Moment) -> list[dict[str, Any]]:
        ends = [moment.time(step.begun) for step in run[1:]]
        return [
            {
                "Status": step.status,
                "ReasonCode": step.code,
                "ReasonMessage": step.message.replace("<secret>", self._secret),
                "GmtCreateTime": moment.time(step.begun),
                "GmtEndTime": end,
                "LifecycleId": f"lc-{int(moment.anchor + step.begun):x}",
                "Trace": self._secret,
            }
            for step, end in zip(run, [*ends, ""], strict=True)
        ]


def _started(at: float) -> list[_Step]:
    return [_Step(*step) for step in starting(at)]


def _earlier(life: Life, run: _Run) -> list[_Step]:
    ended_at = life.started_at - run.ended * _HOUR
    end = [
        _Step(ended_at + 60 * number, status, run.code, run.message)
        for number, status in enumerate(run.statuses)
    ]
    return [*_started(life.started_at - run.begun * _HOUR), *end]


def _current(moment: Moment) -> list[_Step]:
    life = moment.life
    if life.failed:
        return [_Step(life.started_at - 60, "Creating"), _Step(life.started_at, "Failed")]
    reason = ("IdleShutdown", "The instance was idle.")
    if life.stops_at == life.stop_at:
        reason = ("ShutdownTimer", "The scheduled time was reached.")
    steps = [
        *_started(life.started_at),
        _Step(life.stops_at, "Stopping", *reason),
        _Step(life.stops_at + STOPPING_S, "Stopped", *reason),
    ]
    return [step for step in steps if step.begun <= moment.elapsed]
