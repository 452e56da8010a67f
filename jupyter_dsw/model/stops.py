"""When the instance will be stopped: after idleness, and by schedule.

Nothing here looks at a clock. The idle stop counts in the response's own minutes; the scheduled one
in the response's own remaining time, or from its `Date` header. So neither a wrong local clock nor
the time zone of anybody matters.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from math import floor
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import msgspec

from jupyter_dsw.model.decoding import MAX_NAMES
from jupyter_dsw.model.policies import PolicyContext, StopRule

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jupyter_dsw.model.elements import IdleInstanceCuller, InstanceShutdownTimer
    from jupyter_dsw.model.instance import Instance
    from jupyter_dsw.model.policies import Condition

Kind: TypeAlias = Literal["idle", "scheduled"]
"""By what the instance is stopped."""

State: TypeAlias = Literal["off", "active", "counting", "unknown"]
"""`off`: no such stop; `active`: not idle now; `counting`: on its way; `unknown`: set, but its time
could not be read."""

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

_MINUTE_MS = 60_000
_CULLER, _TIMER = "IdleInstanceCuller", "InstanceShutdownTimer"
# A `Date` header has whole seconds: the moment itself is up to a second later.
_DATE_RESOLUTION = timedelta(seconds=1)


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


class IdleCountdown(msgspec.Struct, frozen=True, kw_only=True):
    """The stop after idleness, from `IdleInstanceCuller`."""

    state: State = "off"
    """`off`: no such stop is set; `active`: the instance is not idle now; `counting`: it is;
    `unknown`: it is set, but its time could not be read, which is not the same as no stop."""
    remaining_ms: Milliseconds | None = None
    """Milliseconds to the stop, as of this response, if the instance stays idle; None unless
    counting."""
    idle_minutes: float | None = None
    """Minutes the instance had been idle when the endpoint responded."""
    max_idle_minutes: float | None = None
    """Minutes of idleness after which it is stopped."""
    cpu_percent_threshold: float | None = None
    """CPU utilization in percent that ends idleness."""
    gpu_percent_threshold: float | None = None
    """GPU utilization in percent that ends idleness; None unless this is a GPU instance."""


class ScheduledCountdown(msgspec.Struct, frozen=True, kw_only=True):
    """The stop by schedule, from `InstanceShutdownTimer`."""

    state: State = "off"
    """`off`: no such stop is set; `counting`: it is; `unknown`: it is set, but its time could not
    be read."""
    remaining_ms: Milliseconds | None = None
    """Milliseconds to the stop, as of this response; None unless counting."""
    due_time: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    """When it will be stopped (UTC), by the endpoint's clock; None where that is unknown."""


class Countdowns(msgspec.Struct, frozen=True, kw_only=True):
    """Both stops, and which comes first."""

    idle: IdleCountdown = IdleCountdown()
    """The stop after idleness."""
    scheduled: ScheduledCountdown = ScheduledCountdown()
    """The stop by schedule."""
    next_stop: Kind | None = None
    """The nearest one with a known time, else one whose time is unknown; None where none is set."""

    @property
    def by_kind(self) -> dict[Kind, IdleCountdown | ScheduledCountdown]:
        """Both countdowns by their kind of stop."""
        return {"scheduled": self.scheduled, "idle": self.idle}

    @property
    def remaining_ms(self) -> int | None:
        """Milliseconds to the next stop; None where there is none, or its time is unknown."""
        return None if self.next_stop is None else self.by_kind[self.next_stop].remaining_ms

    @property
    def unknown(self) -> tuple[Kind, ...]:
        """The stops that are set, and whose time is unknown."""
        return tuple(stop for stop, each in self.by_kind.items() if each.state == "unknown")


def countdowns(
    instance: Instance, *, responded_at: datetime | None, elapsed_ms: int = 0
) -> Countdowns:
    """Work out both stops of an instance.

    Args:
        instance: as it was in the response.
        responded_at: the response's `Date` header; a naive one counts as UTC.
        elapsed_ms: milliseconds since the request was sent, by a clock that counts sleep.
    """
    if instance.has_ended:
        idle, scheduled = _ended(instance), ScheduledCountdown()
    else:
        idle = _idle(instance, elapsed_ms)
        scheduled = _scheduled(instance, responded_at, elapsed_ms)
    both = Countdowns(idle=idle, scheduled=scheduled)
    return msgspec.structs.replace(both, next_stop=_next_stop(both))


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
    merged = _own_stops(instance, _in_utc(responded_at))
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
    return msgspec.structs.replace(stop, remaining_ms=_left(stop.remaining_ms, elapsed_ms))


def policy_stops_of(
    instance: Instance,
    conditions: Iterable[Condition],
    *,
    responded_at: datetime | None,
    elapsed_ms: int = 0,
) -> tuple[Stop, ...]:
    """Return the stop of each condition.

    Args:
        instance: the conditions are this one's.
        conditions: from QueryAutoShutdownPolicies.
        responded_at: when the instance was read, by the endpoint's clock.
        elapsed_ms: milliseconds from the request for the conditions to that for the instance.
    """
    responded = _in_utc(responded_at)
    return tuple(
        _policy_stop(condition, instance, responded, elapsed_ms) for condition in conditions
    )


_SOURCES: dict[str, DecidedBy] = {"workspace": "workspace", "user": "user", "system": "system"}


def _policy_stop(
    condition: Condition, instance: Instance, responded: datetime | None, elapsed_ms: int
) -> Stop:
    context, rule = condition.context or PolicyContext(), condition.rule
    if not instance.is_gpu:
        rule = msgspec.structs.replace(rule, gpu_percent=None)
    of_idleness = rule.max_idle_minutes is not None or condition.is_of_idleness
    idle_for = context.idle_duration if of_idleness else None
    if idle_for is not None and idle_for < 0:  # the platform does not know
        idle_for = None
    delay_s = context.delay_shutdown_countdown_seconds or 0
    remaining_ms = _remaining_of(rule, idle_for, context.idle_shutdown_remaining_seconds, delay_s)
    if remaining_ms is not None:
        remaining_ms = _left(remaining_ms, elapsed_ms)
    armed = remaining_ms is None and idle_for == 0
    return Stop(
        kind="idle" if of_idleness else "scheduled",
        decided_by=_SOURCES.get((condition.source_type or "").strip().lower(), "unknown"),
        state="counting" if remaining_ms is not None else "armed" if armed else "unknown",
        remaining_ms=remaining_ms,
        at=_later(responded, remaining_ms),
        idle_minutes=idle_for,
        rule=rule,
        can_skip=context.enable_skip is True,
        delayed=delay_s > 0,
    )


def _remaining_of(
    rule: StopRule, idle_for: float | None, remaining_s: float | None, delay_s: float
) -> int | None:
    # While a delay runs, the instance is not stopped, however long it has been idle.
    if delay_s > 0:
        return floor(delay_s * 1000)
    if remaining_s is not None and remaining_s > 0:
        return floor(remaining_s * 1000)
    if rule.max_idle_minutes is None or not idle_for:
        return None
    return max(0, floor((rule.max_idle_minutes - idle_for) * _MINUTE_MS))


# Idle minutes are whole, and an endpoint may refresh them every 5 minutes only.
_IDLE_TOLERANCE_MS = 6 * _MINUTE_MS
_SCHEDULED_TOLERANCE_MS = _MINUTE_MS


def _are_one(one: Stop, other: Stop) -> bool:
    """Whether two calls, or two conditions, are about the same stop."""
    if one.kind != other.kind:
        return False
    known = (one.remaining_ms, other.remaining_ms)
    at_once = None
    if known[0] is not None and known[1] is not None:
        tolerance = _IDLE_TOLERANCE_MS if one.kind == "idle" else _SCHEDULED_TOLERANCE_MS
        at_once = abs(known[0] - known[1]) <= tolerance
        if not at_once:
            return False
    first, second = _measures(one), _measures(other)
    if one.kind == "idle" and None not in (first[0], second[0]):
        return first == second
    # The user's own setting comes in both responses, in whatever words.
    repeats = "user" in (one.decided_by, other.decided_by)
    contradicts = any(a != b for a, b in zip(first, second, strict=True) if None not in (a, b))
    return (at_once is True or repeats) and not contradicts


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


def _own_stops(instance: Instance, responded: datetime | None) -> list[Stop]:
    """Return the stops that GetInstance reports, as of its request."""
    idle, scheduled = _idle(instance, 0), _scheduled(instance, responded, 0)
    own = []
    if idle.state != "off":
        own.append(
            Stop(
                kind="idle",
                decided_by="instance",
                state="armed" if idle.state == "active" else idle.state,
                remaining_ms=idle.remaining_ms,
                at=_later(responded, idle.remaining_ms),
                idle_minutes=idle.idle_minutes,
                rule=StopRule(
                    max_idle_minutes=idle.max_idle_minutes,
                    cpu_percent=idle.cpu_percent_threshold,
                    gpu_percent=idle.gpu_percent_threshold,
                ),
            )
        )
    if scheduled.state in {"counting", "unknown"}:
        own.append(
            Stop(
                kind="scheduled",
                decided_by="instance",
                state="counting" if scheduled.state == "counting" else "unknown",
                remaining_ms=scheduled.remaining_ms,
                at=scheduled.due_time,
            )
        )
    return own


def _ended(instance: Instance) -> IdleCountdown:
    countdown = _idle(instance, 0)
    return msgspec.structs.replace(countdown, state="off", remaining_ms=None)


def _idle(instance: Instance, elapsed_ms: int) -> IdleCountdown:
    culler = instance.idle_instance_culler
    if culler is None:
        return IdleCountdown(state="unknown" if _could_not_read(instance, _CULLER) else "off")
    longest = culler.max_idle_time_in_minutes
    if longest is None and _could_not_read(instance, f"{_CULLER}.MaxIdleTimeInMinutes"):
        return _idle_rule(instance, culler, "unknown")
    if longest is None or longest <= 0:
        return IdleCountdown()
    idle_for = culler.idle_time_in_minutes
    if idle_for is None and _could_not_read(instance, f"{_CULLER}.IdleTimeInMinutes"):
        return _idle_rule(instance, culler, "unknown")
    # Left out by the endpoint, it is the zero of an instance that is not idle.
    idle_for = max(0, idle_for or 0)
    rule = _idle_rule(instance, culler, "counting" if idle_for else "active")
    remaining_ms = _left(floor((longest - idle_for) * _MINUTE_MS), elapsed_ms) if idle_for else None
    return msgspec.structs.replace(rule, idle_minutes=idle_for, remaining_ms=remaining_ms)


def _idle_rule(instance: Instance, culler: IdleInstanceCuller, state: State) -> IdleCountdown:
    return IdleCountdown(
        state=state,
        max_idle_minutes=culler.max_idle_time_in_minutes,
        cpu_percent_threshold=culler.cpu_percent_threshold,
        gpu_percent_threshold=culler.gpu_percent_threshold if instance.is_gpu else None,
    )


def _scheduled(
    instance: Instance, responded_at: datetime | None, elapsed_ms: int
) -> ScheduledCountdown:
    timer = instance.instance_shutdown_timer
    if timer is None:
        return ScheduledCountdown(state="unknown" if _could_not_read(instance, _TIMER) else "off")
    # Zero without a time is how an endpoint writes a timer that is not set.
    if timer.due_time is None and not timer.remaining_time_in_ms:
        parts = (f"{_TIMER}.DueTime", f"{_TIMER}.RemainingTimeInMs")
        lost = any(_could_not_read(instance, part) for part in parts)
        return ScheduledCountdown(state="unknown" if lost else "off")
    responded = _in_utc(responded_at)
    remaining = _remaining_at_response(timer, responded)
    if remaining is None:
        return ScheduledCountdown(state="unknown", due_time=timer.due_time)
    return ScheduledCountdown(
        state="counting",
        remaining_ms=_left(remaining, elapsed_ms),
        due_time=timer.due_time or _later(responded, remaining),
    )


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


def _next_stop(both: Countdowns) -> Kind | None:
    left = {stop: each.remaining_ms for stop, each in both.by_kind.items()}
    known = [(remaining, stop) for stop, remaining in left.items() if remaining is not None]
    # Of two at the same moment the scheduled one.
    nearest = min(known, key=lambda each: each[0], default=None)
    return nearest[1] if nearest else next(iter(both.unknown), None)


def _left(remaining_ms: int, elapsed_ms: int) -> int:
    return max(0, remaining_ms - max(0, elapsed_ms))


def _later(time: datetime | None, milliseconds: int | None) -> datetime | None:
    if time is None or milliseconds is None:
        return None
    try:
        return time + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None


def _in_utc(time: datetime | None) -> datetime | None:
    if time is None:
        return None
    return time.replace(tzinfo=time.tzinfo or timezone.utc)
