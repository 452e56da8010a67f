"""When the instance will be stopped, as moments of this process's monotonic clock.

A reading tells how long is left; a moment can be compared with that of the reading before, so that
one and the same stop is known again.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jupyter_dsw.reading import Reading

Stop: TypeAlias = Literal["idle", "scheduled"]
Deadlines: TypeAlias = "Mapping[Stop, float]"
"""The monotonic second of each stop that is on its way."""

# By how many seconds readings may differ about the same stop. Idle minutes are whole, so a stop
# looks up to a minute later than it is, and the reading itself takes a while; for the scheduled
# stop it is the whole seconds of the Date header.
JITTER_S: dict[Stop, float] = {"idle": 90.0, "scheduled": 5.0}
# What an endpoint may say at most: more does not fit into a timedelta.
FARTHEST_S = 1e9


def deadlines_of(reading: Reading, known: Deadlines) -> Deadlines:
    """The deadlines after `reading`, where those before it were `known`.

    Of all readings about the same stop the earliest moment holds. An instance that is being
    stopped, by whomever, has reached the deadline that was next.
    """
    if reading.instance is None or reading.taken is None:
        return known
    if reading.instance.has_ended:
        reached = nearest(known) or "scheduled"
        return {reached: min(reading.taken, known.get(reached, reading.taken))}
    return {
        stop: reading.taken + _earliest(stop, left_s, known.get(stop, inf) - reading.taken)
        for stop, left_s in _told(reading, reading.taken)
    }


def nearest(deadlines: Deadlines) -> Stop | None:
    """The stop that comes first; None where none is on its way."""
    return min(deadlines, key=lambda stop: deadlines[stop], default=None)


def _told(reading: Reading, taken: float) -> Iterator[tuple[Stop, float]]:
    both = reading.countdowns_at(taken)
    if both is None:
        return
    if both.idle.remaining_ms is not None:
        yield "idle", min(both.idle.remaining_ms / 1000, FARTHEST_S)
    if both.scheduled.remaining_ms is not None:
        yield "scheduled", min(both.scheduled.remaining_ms / 1000, FARTHEST_S)


def _earliest(stop: Stop, left_s: float, known_s: float) -> float:
    # A stop that is overdue is told as due now, at every reading.
    same = left_s == 0 or abs(left_s - known_s) <= JITTER_S[stop]
    return min(left_s, known_s) if same else left_s


class Heeded:
    """Which stops a callback was called for already, so that each gets one call."""

    def __init__(self, within_s: float) -> None:
        self._within_s = within_s
        self._heeded: dict[Stop, float] = {}

    def due_at(self, deadlines: Deadlines) -> float | None:
        """The monotonic second from which a call is due; None while there is nothing to call for.

        A stop that went away or moved later is another stop when it comes; one that moved nearer
        is the same.
        """
        self._heeded = {
            stop: min(at, deadlines[stop])
            for stop, at in self._heeded.items()
            if stop in deadlines and deadlines[stop] <= at + JITTER_S[stop]
        }
        new = (at for stop, at in deadlines.items() if stop not in self._heeded)
        return min((at - self._within_s for at in new), default=None)

    def heed(self, deadlines: Deadlines, now: float) -> None:
        """One call has been made for every stop that is near now."""
        near = {stop: at for stop, at in deadlines.items() if at - self._within_s <= now}
        self._heeded.update(near)
