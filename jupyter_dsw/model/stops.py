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

if TYPE_CHECKING:
    from jupyter_dsw.model.elements import IdleInstanceCuller, InstanceShutdownTimer
    from jupyter_dsw.model.instance import Instance

Stop: TypeAlias = Literal["idle", "scheduled"]
"""By what the instance is stopped."""

State: TypeAlias = Literal["off", "active", "counting", "unknown"]
"""`off`: no such stop; `active`: not idle now; `counting`: on its way; `unknown`: set, but its time
could not be read."""

Milliseconds: TypeAlias = Annotated[int, msgspec.Meta(ge=0)]

_MINUTE_MS = 60_000
_CULLER, _TIMER = "IdleInstanceCuller", "InstanceShutdownTimer"
# A `Date` header has whole seconds: the moment itself is up to a second later.
_DATE_RESOLUTION = timedelta(seconds=1)


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
    next_stop: Stop | None = None
    """The nearest one with a known time, else one whose time is unknown; None where none is set."""

    @property
    def by_kind(self) -> dict[Stop, IdleCountdown | ScheduledCountdown]:
        """Both countdowns by their kind of stop."""
        return {"scheduled": self.scheduled, "idle": self.idle}

    @property
    def remaining_ms(self) -> int | None:
        """Milliseconds to the next stop; None where there is none, or its time is unknown."""
        return None if self.next_stop is None else self.by_kind[self.next_stop].remaining_ms

    @property
    def unknown(self) -> tuple[Stop, ...]:
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


def _next_stop(both: Countdowns) -> Stop | None:
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
