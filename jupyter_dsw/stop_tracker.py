"""Which stop is which: the stops of the instance, followed from one reading to the next.

The rule, with examples, is in `tests/stops/sequences.json`; the browser follows the same one.
Moments are seconds of `jupyter_dsw.clock`.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jupyter_dsw.model.stops import DecidedBy, Kind, PoliciesState, Stop, StopState
    from jupyter_dsw.reading import Reading

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
# A policy's stop that cannot be read any more is over so long after its moment.
OVER_AFTER_S = 120.0


class StopKey(NamedTuple):
    """By what stops of one reading differ."""

    kind: Kind
    decided_by: DecidedBy = "instance"
    expression: str | None = None
    """The policy's own text, where it is not understood."""

    @classmethod
    def of(cls, stop: Stop) -> StopKey:
        """Return the key of a reading's stop."""
        return cls(stop.kind, stop.decided_by, stop.rule.expression)


@dataclass(frozen=True)
class KnownStop:
    """One stop of the instance, as far as it is known from all readings."""

    key: StopKey
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

    @property
    def kind(self) -> Kind:
        """By what the instance is stopped."""
        return self.key.kind

    def left_s(self, now: float) -> float:
        """Return the seconds that the instance has left; 0 once the moment has passed."""
        return max(0.0, (self.at - now) * self.speed)

    def moment_with(self, left_s: float) -> float:
        """Return the moment at which the instance has so many seconds left."""
        return self.at - left_s / self.speed


def nearest(stops: Iterable[KnownStop]) -> KnownStop | None:
    """Return the stop that comes first; None if none is pending."""
    return min(stops, key=lambda stop: stop.at, default=None)


class StopTracker:
    """Follows the stops of an instance: at most one of each kind, decider and expression.

    `last` and `stops` are those of an earlier tracker, to go on from.
    """

    def __init__(
        self, last: Iterable[KnownStop] = (), stops: Iterable[KnownStop] = (), number: int = 1
    ) -> None:
        self.stops: tuple[KnownStop, ...] = tuple(stops)
        """Those that are pending. One whose time became unreadable stays as it was known."""
        self.time_unknown = False
        """Whether the last reading has a stop whose time could not be read."""
        self._speed = 1.0
        self._last = {stop.key: stop for stop in last}
        self._numbers = itertools.count(number)

    @property
    def last(self) -> tuple[KnownStop, ...]:
        """The last stop of each key, also if it vanished."""
        return tuple(self._last.values())

    def update(self, reading: Reading) -> None:
        """Take `reading` into account; one without an instance changes nothing."""
        instance, taken = reading.instance, reading.taken
        if instance is None or taken is None:
            return
        if instance.has_ended:
            self._end(taken)
            return
        self.time_unknown = False
        self._speed = reading.source.speed
        timer = instance.instance_shutdown_timer
        due_time = None if timer is None else timer.due_time
        seen: dict[StopKey, Stop] = {}
        for stop in reading.stops_at(taken):
            seen.setdefault(StopKey.of(stop), stop)
        for key, stop in seen.items():
            # A moment that was worked out is not the endpoint's own due time.
            stated = due_time if key.kind == "scheduled" and stop.at == due_time else None
            if key not in self._last and stop.remaining_ms is not None:
                self._rename(key, seen, taken + stop.remaining_ms / 1000 / self._speed)
            self.observe(key, stop.state, taken, stop.remaining_ms, stated, stop.idle_minutes)
        self._forget_others(seen, taken, reading.stop_policies)

    def _rename(self, key: StopKey, seen: Iterable[StopKey], at: float) -> None:
        """Follow the stop on where only its decider is another one.

        So it is where policies are read now, and were not before: they show who decides it.
        """
        for old, known in self._last.items():
            tolerance = IDLE_TOLERANCE_S if key.kind == "idle" else MOMENT_TOLERANCE_S
            if old.kind == key.kind and old not in seen and abs(known.at - at) <= tolerance:
                del self._last[old]
                self._last[key] = replace(known, key=key)
                self.stops = tuple(stop for stop in self.stops if stop.key != old)
                return

    def _forget_others(
        self, seen: Iterable[StopKey], taken: float, policies: PoliciesState
    ) -> None:
        for stop in self.stops:
            if stop.key in seen:
                continue
            if (
                policies == "not_available"
                and stop.key.decided_by != "instance"
                and taken < stop.at + OVER_AFTER_S
            ):
                self.time_unknown = True
            else:
                self.observe(stop.key, "off", taken, None, None, None)

    def observe(
        self,
        key: StopKey,
        state: StopState | Literal["off"],
        taken: float,
        remaining_ms: int | None,
        due_time: datetime | None,
        idle_minutes: float | None,
    ) -> None:
        """Take into account what one reading, `taken` then, states of one stop; `off`: nothing."""
        known = self._last.get(key)
        if known is not None and _was_active(known, idle_minutes):
            del self._last[key]
            known = None
        if remaining_ms is None:
            if state in {"armed", "off"}:
                self._replace(key, None)
            else:
                self.time_unknown = True
            return
        left_s = min(remaining_ms / 1000 / self._speed, FARTHEST_S)
        seen = KnownStop(key, taken + left_s, 0, due_time, idle_minutes, self._speed)
        if known is not None and _is_same(known, seen, overdue=left_s <= 0):
            seen = _merged(known, seen)
        else:
            seen = replace(seen, number=next(self._numbers))
        self._last[key] = seen
        self._replace(key, seen)

    def _end(self, taken: float) -> None:
        """Take the next stop as due now, whatever stopped the instance."""
        stop = nearest(self.stops) or KnownStop(StopKey("scheduled"), taken, next(self._numbers))
        self.stops = (replace(stop, at=min(taken, stop.at)),)
        self.time_unknown = False

    def _replace(self, key: StopKey, stop: KnownStop | None) -> None:
        others = tuple(other for other in self.stops if other.key != key)
        self.stops = others if stop is None else (*others, stop)


def _was_active(known: KnownStop, idle_minutes: float | None) -> bool:
    if idle_minutes is None or known.idle_minutes is None:
        return False
    return idle_minutes < known.idle_minutes - IDLE_MINUTES_TOLERANCE


def _is_same(known: KnownStop, seen: KnownStop, *, overdue: bool) -> bool:
    if known.due_time is not None and seen.due_time is not None:
        return seen.due_time - known.due_time <= DUE_TIME_TOLERANCE
    # One that is overdue is due now in every reading.
    tolerance = IDLE_TOLERANCE_S if seen.kind == "idle" else MOMENT_TOLERANCE_S
    return overdue or seen.at <= known.at + tolerance


def _merged(known: KnownStop, seen: KnownStop) -> KnownStop:
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
        self._numbers: set[int] = set()

    def due_at(self, stops: Iterable[KnownStop]) -> float | None:
        """Return the moment from which a call is due; None if there is no stop to report."""
        new = (stop for stop in stops if stop.number not in self._numbers)
        return min((stop.moment_with(self._within_s) for stop in new), default=None)

    def add(self, stops: Iterable[KnownStop], now: float) -> None:
        """Note that one call was made for all of `stops` that are near `now`."""
        near = (stop for stop in stops if stop.moment_with(self._within_s) <= now)
        self._numbers.update(stop.number for stop in near)
