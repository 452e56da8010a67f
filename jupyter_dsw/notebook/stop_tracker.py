"""Which stop is which: the stops of the instance, followed from one reading to the next.

The rule, with examples, is in `tests/stops/sequences.json`; the browser follows the same one.
Moments are seconds of `jupyter_dsw.clock`.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jupyter_dsw.reading import Reading

Kind: TypeAlias = Literal["idle", "scheduled"]

# How much later a stop may be due and still be the one that was known.
DUE_TIME_TOLERANCE = timedelta(seconds=5)
# Without a due time its moment depends on how long the responses took.
MOMENT_TOLERANCE_S = 30.0
# Idle minutes are whole, and an endpoint may refresh them every 5 minutes only.
IDLE_TOLERANCE_S = 360.0
# Two responses may overtake each other.
IDLE_MINUTES_TOLERANCE = 1
# What an endpoint may state at most: more does not fit into a timedelta.
FARTHEST_S = 1e9


@dataclass(frozen=True)
class Stop:
    """One stop of the instance, as far as it is known."""

    kind: Kind
    at: float
    """When it is due: the earliest moment that any reading gave."""
    number: int = 0
    """Another one for another stop."""
    due_time: datetime | None = None
    """Of a scheduled stop, as the endpoint stated it."""
    idle_minutes: float | None = None
    """Of an idle stop, the most that were seen."""
    speed: float = 1.0
    """How many seconds of the instance pass in one of ours: more where it is simulated."""

    def left_s(self, now: float) -> float:
        """Return the seconds that the instance has left; 0 once the moment has passed."""
        return max(0.0, (self.at - now) * self.speed)

    def moment_with(self, left_s: float) -> float:
        """Return the moment at which the instance has so many seconds left."""
        return self.at - left_s / self.speed


def nearest(stops: Iterable[Stop]) -> Stop | None:
    """Return the stop that comes first; None if none is pending."""
    return min(stops, key=lambda stop: stop.at, default=None)


class StopTracker:
    """Follows the stops of an instance, at most one of each kind."""

    def __init__(self) -> None:
        self.stops: tuple[Stop, ...] = ()
        """Those that are pending. One whose time became unreadable stays as it was known."""
        self.time_unknown = False
        """Whether the last reading has a stop whose time could not be read."""
        self._speed = 1.0
        self._last: dict[Kind, Stop] = {}
        self._numbers = itertools.count(1)

    def update(self, reading: Reading) -> None:
        """Take `reading` into account; one without an instance changes nothing."""
        if reading.instance is None or reading.taken is None:
            return
        both = reading.countdowns_at(reading.taken)
        if both is None:
            return
        if reading.instance.has_ended:
            self._end(reading.taken)
            return
        timer = reading.instance.instance_shutdown_timer
        idle, scheduled = both.idle, both.scheduled
        self.time_unknown = False
        self._speed = reading.source.speed
        self.observe("idle", idle.state, reading.taken, idle.remaining_ms, None, idle.idle_minutes)
        # Not the countdown's own due time, which is worked out where the endpoint states none.
        due_time = None if timer is None else timer.due_time
        state, left_ms = scheduled.state, scheduled.remaining_ms
        self.observe("scheduled", state, reading.taken, left_ms, due_time, None)

    def observe(
        self,
        kind: Kind,
        state: str,
        taken: float,
        remaining_ms: int | None,
        due_time: datetime | None,
        idle_minutes: float | None,
    ) -> None:
        """Take into account what one reading, `taken` then, states of the stop of one kind."""
        known = self._last.get(kind)
        if known is not None and _was_active(known, idle_minutes):
            del self._last[kind]
            known = None
        if remaining_ms is None:
            if state in {"off", "active"}:
                self._replace(kind, None)
            else:
                self.time_unknown = True
            return
        left_s = min(remaining_ms / 1000 / self._speed, FARTHEST_S)
        seen = Stop(kind, taken + left_s, 0, due_time, idle_minutes, self._speed)
        if known is not None and _is_same(known, seen, overdue=left_s <= 0):
            seen = _merged(known, seen)
        else:
            seen = replace(seen, number=next(self._numbers))
        self._last[kind] = seen
        self._replace(kind, seen)

    def _end(self, taken: float) -> None:
        """Take the next stop as due now, whatever stopped the instance."""
        stop = nearest(self.stops) or Stop("scheduled", taken, next(self._numbers))
        self.stops = (replace(stop, at=min(taken, stop.at)),)
        self.time_unknown = False

    def _replace(self, kind: Kind, stop: Stop | None) -> None:
        others = tuple(other for other in self.stops if other.kind != kind)
        self.stops = others if stop is None else (*others, stop)


def _was_active(known: Stop, idle_minutes: float | None) -> bool:
    if idle_minutes is None or known.idle_minutes is None:
        return False
    return idle_minutes < known.idle_minutes - IDLE_MINUTES_TOLERANCE


def _is_same(known: Stop, seen: Stop, *, overdue: bool) -> bool:
    if known.due_time is not None and seen.due_time is not None:
        return seen.due_time - known.due_time <= DUE_TIME_TOLERANCE
    # One that is overdue is due now in every reading.
    tolerance = IDLE_TOLERANCE_S if seen.kind == "idle" else MOMENT_TOLERANCE_S
    return overdue or seen.at <= known.at + tolerance


def _merged(known: Stop, seen: Stop) -> Stop:
    due = [time for time in (known.due_time, seen.due_time) if time is not None]
    idle = [minutes for minutes in (known.idle_minutes, seen.idle_minutes) if minutes is not None]
    return replace(
        known,
        at=min(known.at, seen.at),
        due_time=min(due, default=None),
        idle_minutes=max(idle, default=None),
    )


class ReportedStops:
    """The stops that were reported to a callback, so that each is reported once."""

    def __init__(self, within_s: float) -> None:
        self._within_s = within_s
        self._numbers: dict[Kind, int] = {}

    def due_at(self, stops: Iterable[Stop]) -> float | None:
        """Return the moment from which a call is due; None if there is no stop to report."""
        new = (stop for stop in stops if self._numbers.get(stop.kind) != stop.number)
        return min((stop.moment_with(self._within_s) for stop in new), default=None)

    def add(self, stops: Iterable[Stop], now: float) -> None:
        """Note that one call was made for all of `stops` that are near `now`."""
        near = (stop for stop in stops if stop.moment_with(self._within_s) <= now)
        self._numbers.update({stop.kind: stop.number for stop in near})
