"""When the instance will be stopped: after idleness, and by schedule.

Nothing here looks at a clock. The idle stop counts in the answer's own minutes; the scheduled one
in the answer's own remaining time, or from its `Date` header. So neither a wrong local clock nor
the time zone of anybody matters.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

if TYPE_CHECKING:
    from .elements import InstanceShutdownTimer
    from .model import Instance

State: TypeAlias = Literal["off", "active", "counting"]
"""`off`: no stop from this side; `active`: not idle now; `counting`: on its way."""

_MINUTE_MS = 60_000


class IdleCountdown(msgspec.Struct, frozen=True, kw_only=True):
    """The stop after idleness, from `IdleInstanceCuller`."""

    state: State = "off"
    """Whether it is set, and whether the instance is idle now."""
    remaining_ms: int | None = None
    """Milliseconds to the stop if the instance stays idle; None unless counting."""
    idle_minutes: int | None = None
    """Minutes the instance had been idle when the endpoint answered."""
    max_idle_minutes: int | None = None
    """Minutes of idleness after which it is stopped."""
    cpu_percent_threshold: int | None = None
    """CPU utilization in percent that ends idleness."""
    gpu_percent_threshold: int | None = None
    """GPU utilization in percent that ends idleness; None unless this is a GPU instance."""


class ScheduledCountdown(msgspec.Struct, frozen=True, kw_only=True):
    """The stop by schedule, from `InstanceShutdownTimer`."""

    state: State = "off"
    """`off` or `counting`."""
    remaining_ms: int | None = None
    """Milliseconds to the stop; None unless counting, or where the answer does not tell."""
    due_time: datetime | None = None
    """When it will be stopped (UTC), by the endpoint's clock."""


class Countdowns(msgspec.Struct, frozen=True, kw_only=True):
    """Both stops, and which comes first."""

    idle: IdleCountdown = IdleCountdown()
    """The stop after idleness."""
    scheduled: ScheduledCountdown = ScheduledCountdown()
    """The stop by schedule."""
    next_stop: Literal["idle", "scheduled"] | None = None
    """The nearer one that is counting; None where none is."""

    @property
    def remaining_ms(self) -> int | None:
        """Milliseconds to the nearer one; None where none is counting, or it is not told."""
        if self.next_stop is None:
            return None
        nearer = self.idle if self.next_stop == "idle" else self.scheduled
        return nearer.remaining_ms


def countdowns(
    instance: Instance, *, answered_at: datetime | None, elapsed_ms: int = 0
) -> Countdowns:
    """Work out both stops of an instance.

    Args:
        instance: as it was in the answer.
        answered_at: the answer's `Date` header; a naive one counts as UTC.
        elapsed_ms: milliseconds since the answer, by a monotonic clock.
    """
    idle = _idle(instance, elapsed_ms)
    scheduled = _scheduled(instance, answered_at, elapsed_ms)
    return Countdowns(idle=idle, scheduled=scheduled, next_stop=_nearer(idle, scheduled))


def _idle(instance: Instance, elapsed_ms: int) -> IdleCountdown:
    culler = instance.idle_instance_culler
    if culler is None or (culler.max_idle_time_in_minutes or 0) <= 0:
        return IdleCountdown()
    longest = culler.max_idle_time_in_minutes or 0
    # Left out by the endpoint, it is the zero of an instance that is not idle.
    idle_for = max(0, culler.idle_time_in_minutes or 0)
    countdown = IdleCountdown(
        state="active" if idle_for == 0 else "counting",
        remaining_ms=_left((longest - idle_for) * _MINUTE_MS, elapsed_ms) if idle_for else None,
        idle_minutes=idle_for,
        max_idle_minutes=longest,
        cpu_percent_threshold=culler.cpu_percent_threshold,
        gpu_percent_threshold=culler.gpu_percent_threshold if instance.is_gpu else None,
    )
    if instance.has_ended:
        return msgspec.structs.replace(countdown, state="off", remaining_ms=None)
    return countdown


def _scheduled(
    instance: Instance, answered_at: datetime | None, elapsed_ms: int
) -> ScheduledCountdown:
    timer = instance.instance_shutdown_timer
    if timer is None or instance.has_ended:
        return ScheduledCountdown()
    # Zero without a time is how an endpoint writes a timer that is not set.
    if timer.due_time is None and not timer.remaining_time_in_ms:
        return ScheduledCountdown()
    answered = _in_utc(answered_at)
    remaining = _remaining_at_answer(timer, answered)
    return ScheduledCountdown(
        state="counting",
        remaining_ms=None if remaining is None else _left(remaining, elapsed_ms),
        due_time=timer.due_time or _later(answered, remaining),
    )


def _remaining_at_answer(timer: InstanceShutdownTimer, answered: datetime | None) -> int | None:
    if timer.remaining_time_in_ms is not None:
        return timer.remaining_time_in_ms
    if timer.due_time is None or answered is None:
        return None
    return (timer.due_time - answered) // timedelta(milliseconds=1)


def _nearer(
    idle: IdleCountdown, scheduled: ScheduledCountdown
) -> Literal["idle", "scheduled"] | None:
    if scheduled.state != "counting":
        return "idle" if idle.state == "counting" else None
    if idle.state != "counting" or idle.remaining_ms is None:
        return "scheduled"
    if scheduled.remaining_ms is None or idle.remaining_ms < scheduled.remaining_ms:
        return "idle"
    return "scheduled"


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
