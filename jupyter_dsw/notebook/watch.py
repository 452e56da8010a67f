"""Keeps the stops of the instance current, in one background thread of the process."""

from __future__ import annotations

import logging
import threading
import traceback
from typing import TYPE_CHECKING, Protocol

from jupyter_dsw.clock import LONGEST_WAIT_S, elapsed_seconds
from jupyter_dsw.columns import escaped
from jupyter_dsw.i18n import joined, text
from jupyter_dsw.notebook import person, readings
from jupyter_dsw.notebook.deadlines import StopTracker, nearest
from jupyter_dsw.reading import SOONEST_NEXT_READ_MS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jupyter_dsw.notebook.deadlines import Stop
    from jupyter_dsw.notebook.readings import Reading

log = logging.getLogger(__name__)

# After so many seconds without a question, and with no alarm set, nobody is asking: no calls.
FORGOTTEN_AFTER_S = 600.0
AFTER_A_FAULT_S = 15.0


class Alarm(Protocol):
    """What wants to be rung before a stop."""

    def due_at(self, stops: Iterable[Stop]) -> float | None:
        """Return the second from which it wants to be rung; None for not at all."""
        ...

    def ring(self, reading: Reading, stops: Iterable[Stop], now: float) -> None:
        """Begin what it does, without waiting for it."""
        ...


class Watch:
    """The stops as last read, and the alarms to ring before them.

    One thread takes its turns; every other may look. `clock` gives the seconds by which readings
    are dated.
    """

    def __init__(self, clock: Callable[[], float] = elapsed_seconds) -> None:
        self.clock = clock
        self.alarms: tuple[Alarm, ...] = ()
        """Replaced, never changed, so that no turn sees it change."""
        self.next_at: float | None = None
        """The second of the nearest stop."""
        self.scheduled_at: float | None = None
        """The second of the scheduled stop."""
        self.speed = 1.0
        """How many seconds of the instance pass in one of ours."""
        self._tracker = StopTracker()
        self._next_read = float("-inf")
        self._reading: Reading | None = None
        self._warned = False

    def turn(self) -> float:
        """Read if it is time to, ring what is due; return the seconds until there is more to do.

        Blocks while it waits for a response.
        """
        if self.clock() >= self._next_read:
            self._read()
        if self._due():
            # The reading may be a minute old, and the stop may have been called off since.
            self._read(fresh=True)
            self._ring()
        moments = [alarm.due_at(self._tracker.stops) for alarm in self.alarms]
        soonest = min([self._next_read, *(at for at in moments if at is not None)])
        return max(0.0, soonest - self.clock())

    def _due(self) -> list[Alarm]:
        now = self.clock()
        due = [(alarm, alarm.due_at(self._tracker.stops)) for alarm in self.alarms]
        return [alarm for alarm, at in due if at is not None and at <= now]

    def _ring(self) -> None:
        for alarm in self._due():
            if self._reading is not None:
                alarm.ring(self._reading, self._tracker.stops, self.clock())

    def _read(self, *, fresh: bool = False) -> None:
        reading = readings.current(fresh=fresh)
        self._next_read = max(reading.next_read, self.clock() + SOONEST_NEXT_READ_MS / 1000)
        self._tracker.update(reading)
        if reading.instance is not None:
            self._reading = reading
        elif self._reading is None and reading.error is not None:
            self.warn_once(joined(" ", (reading.error.message, reading.error.advice)))
        stop = nearest(self._tracker.stops)
        if stop is None and self._tracker.time_unknown:
            self.warn_once(text("its time in the response of PAI-DSW cannot be read."))
        scheduled = (stop.at for stop in self._tracker.stops if stop.kind == "scheduled")
        self.speed = reading.source.speed
        self.next_at = None if stop is None else stop.at
        self.scheduled_at = next(scheduled, None)

    def warn_once(self, why: str) -> None:
        """Log why no time is known; only the first of all reasons."""
        # By logging: a warning can be set to raise, and no training may end of this.
        if not self._warned:
            self._warned = True
            # It reaches the person, on stderr, where logging is as Python sets it up.
            warning = text("It is not known when this instance will be stopped: %1", why)
            log.warning("%s", escaped(person.translated(warning)))


class WatchThread:
    """The daemon thread that takes the turns of `watch`, while somebody wants to know.

    It begins with `begin` or `add`, and ends when `asked_at` is long ago and there is no alarm.
    """

    def __init__(self) -> None:
        self.watch = Watch()
        self.asked_at = float("-inf")
        """The second of the last call of `time_left`; set by that."""
        self.current = False
        """Whether `watch` is kept current; if not, `begin` and wait for a reading."""
        self._changed = threading.Condition()
        self._read_once = threading.Event()
        self._running = False

    def begin(self) -> threading.Event:
        """See to it that the thread runs; the event is set when it has read.

        Raises `RuntimeError` where no thread can be started: at a limit of the container, or at
        the interpreter's end.
        """
        with self._changed:
            if not self._running:
                self._read_once = threading.Event()
                # It must not hold up the end of the interpreter.
                threading.Thread(target=self._run, name="jupyter-dsw-watch", daemon=True).start()
                self._running = True
            return self._read_once

    def add(self, alarm: Alarm) -> None:
        """Have `alarm` rung from now on; begins, and raises, as `begin` does."""
        with self._changed:
            self.watch.alarms = (*self.watch.alarms, alarm)
            self._changed.notify()
        try:
            self.begin()
        except RuntimeError:
            self.remove(alarm)
            raise

    def remove(self, alarm: Alarm) -> None:
        """Have `alarm` rung no more; nothing where it is not there."""
        with self._changed:
            self.watch.alarms = tuple(kept for kept in self.watch.alarms if kept is not alarm)

    def _run(self) -> None:
        while self._is_wanted():
            pause = self._turn()
            self.current = True
            self._read_once.set()
            with self._changed:
                # It counts the time awake only: after a sleep of the machine it would end too late.
                self._changed.wait(min(pause, LONGEST_WAIT_S))

    def _is_wanted(self) -> bool:
        with self._changed:
            asked = self.watch.clock() - self.asked_at < FORGOTTEN_AFTER_S
            self._running = asked or bool(self.watch.alarms)
            self.current = self.current and self._running
            return self._running

    def _turn(self) -> float:
        try:
            return self.watch.turn()
        except Exception as error:  # noqa: BLE001 - a fault of ours must not end all later alarms
            # The text of an unforeseen exception may quote anything: its type and place will do.
            places = "".join(traceback.format_tb(error.__traceback__))
            log.error("%s while looking after the next stop, at\n%s", type(error).__name__, places)
            return AFTER_A_FAULT_S
