"""What stops the instance, and when: its own idle culler and timer, and stop policies.

Nothing here looks at a clock. The idle stop counts in the response's own minutes; the scheduled one
in the response's own remaining time, or from its `Date` header. So neither a wrong local clock nor
the time zone of anybody matters.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from math import floor
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import msgspec

from jupyter_dsw.model.decoding import MAX_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jupyter_dsw.model.elements import InstanceShutdownTimer
    from jupyter_dsw.model.instance import Instance

Kind: TypeAlias = Literal["idle", "scheduled"]
"""By what the instance is stopped."""

DecidedBy: TypeAlias = Literal["instance", "workspace", "user", "system", "unknown"]
"""Who decided that the instance is stopped. `instance`: its own settings; the others: a policy of
the workspace, of the user, or of the platform."""

StopState: TypeAlias = Literal["counting", "armed", "unknown"]
"""`counting`: on its way; `armed`: set, and the instance is not idle now; `unknown`: set, but its
time is not known."""

PoliciesState: TypeAlias = Literal["read", "off", "not_available"]
"""Whether stop policies are known. `off`: a setting switched them off; `not_available`: they could
not be read."""

Milliseconds: TypeAlias = Annotated[int, msgspec.Meta(ge=0)]

MINUTE_MS = 60_000
_CULLER, _TIMER = "IdleInstanceCuller", "InstanceShutdownTimer"
# A `Date` header has whole seconds: the moment itself is up to a second later.
_DATE_RESOLUTION = timedelta(seconds=1)


class StopRule(msgspec.Struct, frozen=True, kw_only=True):
    """When a stop comes, as it was set."""

    max_idle_minutes: float | None = None
    """Minutes of idleness after which the instance is stopped; None where that is not known."""
    cpu_percent: float | None = None
    """CPU utilization in percent that ends idleness; None where it does not count."""
    gpu_percent: float | None = None
    """GPU utilization in percent that ends idleness; None unless this is a GPU instance."""
    expression: str | None = None
    """The policy's own text, where it is not understood."""


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """What stops the instance, or may stop it."""

    kind: Kind
    """`idle`: after idleness; `scheduled`: at a moment, whatever the instance does."""
    decided_by: DecidedBy
    """Whose setting it is: the instance's own, or a policy's."""
    state: StopState
    """`counting`: on its way; `armed`: set, and the instance is not idle now; `unknown`: set, but
    its time is not known."""
    remaining_ms: Milliseconds | None = None
    """Milliseconds to the stop, as of this response, if nothing changes; None unless counting."""
    at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    """When that is (UTC), by the endpoint's clock; None where it is unknown."""
    idle_minutes: float | None = None
    """Minutes the instance had been idle when the endpoint responded; None where that is not known,
    and of a scheduled stop."""
    rule: StopRule = StopRule()
    """What was set."""
    can_skip: bool = False
    """Whether the user can skip it in the console."""
    delayed: bool = False
    """Whether a delay runs, at whose end it comes."""


def stops_of(
    instance: Instance,
    policy_stops: Sequence[Stop] = (),
    *,
    responded_at: datetime | None,
    elapsed_ms: int = 0,
) -> tuple[Stop, ...]:
    """Return all stops of an instance, nearest first; each once, although two calls report it.

    Args:
        instance: as it was in the response.
        policy_stops: those of its policies, as of the same moment.
        responded_at: the response's `Date` header; a naive one counts as UTC.
        elapsed_ms: milliseconds since the request was sent, by a clock that counts sleep.
    """
    if instance.has_ended:
        return ()
    responded = in_utc(responded_at)
    merged = [
        stop
        for stop in (_own_idle_stop(instance, responded), _own_timer(instance, responded))
        if stop
    ]
    for stop in policy_stops:
        same = next((n for n, other in enumerate(merged) if _are_one(other, stop)), None)
        if same is None:
            merged.append(stop)
        else:
            merged[same] = _merged(merged[same], stop)
    return nearest_first(aged(stop, elapsed_ms) for stop in merged)


def next_stop(stops: Sequence[Stop]) -> Stop | None:
    """Return the stop that comes first, or may do so; None where none is on its way.

    Args:
        stops: sorted as by `nearest_first`.
    """
    return stops[0] if stops and stops[0].state != "armed" else None


def nearest_first(stops: Iterable[Stop]) -> tuple[Stop, ...]:
    """Sort stops: by the time left, then those of unknown time, then those that do not count."""
    return tuple(sorted(stops, key=_distance))


def _distance(stop: Stop) -> tuple[int, int, bool]:
    # Of two at the same moment the scheduled one: nothing that a person does moves it.
    order = {"counting": 0, "unknown": 1, "armed": 2}[stop.state]
    return order, stop.remaining_ms or 0, stop.kind == "idle"


def aged(stop: Stop, elapsed_ms: int) -> Stop:
    """Return `stop` as it is after `elapsed_ms` in which nothing changed."""
    if stop.remaining_ms is None:
        return stop
    return msgspec.structs.replace(stop, remaining_ms=left_after(stop.remaining_ms, elapsed_ms))


# Idle minutes are whole, and an endpoint may refresh them every 5 minutes only.
_IDLE_TOLERANCE_MS = 6 * MINUTE_MS
_SCHEDULED_TOLERANCE_MS = MINUTE_MS


def _are_one(one: Stop, other: Stop) -> bool:
    """Whether two calls, or two conditions, are about the same stop."""
    if one.kind != other.kind:
        return False
    times = [stop.remaining_ms for stop in (one, other) if stop.remaining_ms is not None]
    both_known = len(times) == 2
    tolerance = _IDLE_TOLERANCE_MS if one.kind == "idle" else _SCHEDULED_TOLERANCE_MS
    if both_known and abs(times[0] - times[1]) > tolerance:
        return False
    first, second = _measures(one), _measures(other)
    if one.kind == "idle" and None not in (first[0], second[0]):
        return first == second
    # The user's own setting comes in both responses, in whatever words.
    repeats = "user" in (one.decided_by, other.decided_by)
    contradicts = any(a != b for a, b in zip(first, second, strict=True) if None not in (a, b))
    return (both_known or repeats) and not contradicts


def _measures(stop: Stop) -> tuple[float | None, float | None, float | None]:
    return stop.rule.max_idle_minutes, stop.rule.cpu_percent, stop.rule.gpu_percent


def _merged(one: Stop, other: Stop) -> Stop:
    """Make one stop of two reports about it: the earlier moment, and what either of them knows."""
    near, far = nearest_first((one, other))
    first, second = _measures(one), _measures(other)
    minutes, cpu, gpu = (b if a is None else a for a, b in zip(first, second, strict=True))
    understood = minutes is not None
    idle = [each for each in (one.idle_minutes, other.idle_minutes) if each is not None]
    return msgspec.structs.replace(
        near,
        # The user's setting is the instance's own.
        decided_by=one.decided_by if other.decided_by in {"user", "unknown"} else other.decided_by,
        at=near.at or far.at,
        idle_minutes=max(idle, default=None),
        rule=StopRule(
            max_idle_minutes=minutes,
            cpu_percent=cpu,
            gpu_percent=gpu,
            expression=None if understood else one.rule.expression or other.rule.expression,
        ),
        can_skip=one.can_skip or other.can_skip,
        delayed=one.delayed or other.delayed,
    )


def _own_idle_stop(instance: Instance, responded: datetime | None) -> Stop | None:
    """Return the stop of `IdleInstanceCuller`, as of its request; None if none is set."""
    culler = instance.idle_instance_culler
    if culler is None:
        return _own("idle", "unknown") if _could_not_read(instance, _CULLER) else None
    longest, idle_for = culler.max_idle_time_in_minutes, culler.idle_time_in_minutes
    rule = StopRule(
        max_idle_minutes=longest,
        cpu_percent=culler.cpu_percent_threshold,
        gpu_percent=culler.gpu_percent_threshold if instance.is_gpu else None,
    )
    if longest is None and _could_not_read(instance, f"{_CULLER}.MaxIdleTimeInMinutes"):
        return _own("idle", "unknown", rule=rule)
    if longest is None or longest <= 0:
        return None
    if idle_for is None and _could_not_read(instance, f"{_CULLER}.IdleTimeInMinutes"):
        return _own("idle", "unknown", rule=rule)
    # Left out by the endpoint, it is the zero of an instance that is not idle.
    idle_for = max(0, idle_for or 0)
    if not idle_for:
        return _own("idle", "armed", rule=rule, idle_minutes=idle_for)
    remaining_ms = left_after(floor((longest - idle_for) * MINUTE_MS), 0)
    return _own(
        "idle",
        "counting",
        rule=rule,
        idle_minutes=idle_for,
        remaining_ms=remaining_ms,
        at=later(responded, remaining_ms),
    )


def _own_timer(instance: Instance, responded: datetime | None) -> Stop | None:
    """Return the stop of `InstanceShutdownTimer`, as of its request; None if none is set."""
    timer = instance.instance_shutdown_timer
    if timer is None:
        return _own("scheduled", "unknown") if _could_not_read(instance, _TIMER) else None
    # Zero without a time is how an endpoint writes a timer that is not set.
    if timer.due_time is None and not timer.remaining_time_in_ms:
        parts = (f"{_TIMER}.DueTime", f"{_TIMER}.RemainingTimeInMs")
        lost = any(_could_not_read(instance, part) for part in parts)
        return _own("scheduled", "unknown") if lost else None
    remaining_ms = _remaining_at_response(timer, responded)
    if remaining_ms is None:
        return _own("scheduled", "unknown", at=timer.due_time)
    return _own(
        "scheduled",
        "counting",
        remaining_ms=left_after(remaining_ms, 0),
        at=timer.due_time or later(responded, remaining_ms),
    )


def _own(kind: Kind, state: StopState, **known: Any) -> Stop:
    return Stop(kind=kind, decided_by="instance", state=state, **known)


def _could_not_read(instance: Instance, path: str) -> bool:
    """Return whether the response has something at this path that was left out of `instance`."""
    if path in instance.unreadable or path in instance.redacted:
        return True
    # No more paths than these are named: this one may be among the others.
    return len(instance.unreadable) >= MAX_NAMES


def _remaining_at_response(timer: InstanceShutdownTimer, responded: datetime | None) -> int | None:
    if timer.remaining_time_in_ms is not None:
        return floor(timer.remaining_time_in_ms)
    if timer.due_time is None or responded is None:
        return None
    return (timer.due_time - responded - _DATE_RESOLUTION) // timedelta(milliseconds=1)


def left_after(remaining_ms: int, elapsed_ms: int) -> int:
    """Return what is left of `remaining_ms` after `elapsed_ms`; 0 once it has passed."""
    return max(0, remaining_ms - max(0, elapsed_ms))


def later(time: datetime | None, milliseconds: int | None) -> datetime | None:
    """Return the moment so many milliseconds after `time`; None where either is not known."""
    if time is None or milliseconds is None:
        return None
    try:
        return time + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None


def in_utc(time: datetime | None) -> datetime | None:
    """Return an aware time; a naive one counts as UTC."""
    if time is None:
        return None
    return time.replace(tzinfo=time.tzinfo or timezone.utc)
