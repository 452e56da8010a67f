"""Keeps the deadlines of the instance current, in one background thread of the process."""

from __future__ import annotations

import logging
import threading
import traceback
from typing import TYPE_CHECKING, Protocol

from jupyter_dsw.clock import elapsed_seconds
from jupyter_dsw.language import text
from jupyter_dsw.notebook import person, source
from jupyter_dsw.notebook.deadlines import deadlines_of, nearest
from jupyter_dsw.reading import SOONEST_NEXT_READ_MS

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_dsw.notebook.deadlines import Deadlines
    from jupyter_dsw.notebook.reading import Reading

log = logging.getLogger(__name__)

# After so many seconds without a question, and with no alarm set, nobody is asking: no calls.
FORGOTTEN_AFTER_S = 600.0
AFTER_A_FAULT_S = 15.0


class Alarm(Protocol):
    """What wants to be rung before a stop."""

    def due_at(self, deadlines: Deadlines) -> float | None:
        """The monotonic second from which it wants to be rung; None for not at all."""
        ...

    def ring(self, reading: Reading, deadlines: Deadlines, now: float) -> None:
        """Begin what it does; returns at once."""
        ...


class Watch:
    """The deadlines as last read, and the alarms to ring before them.

    One thread takes its turns; every other may look. `clock` gives the monotonic seconds of the
    readings.
    """

    def __init__(self, clock: Callable[[], float] = elapsed_seconds) -> None:
        self.clock = clock
        self.alarms: tuple[Alarm, ...] = ()
        """Replaced, never changed, so that no turn sees it change."""
        self.next_at: float | None = None
        """The monotonic second of the nearest stop."""
        self.scheduled_at: float | None = None
        """The monotonic second of the scheduled stop."""
        self._deadlines: Deadlines = {}
        self._next_read = float("-inf")
        self._reading: Reading | None = None
        self._warned = False

    def turn(self) -> float:
        """Read if it is time to, ring what is due; returns the seconds until there is more to do.

        Blocks while it asks.
        """
        if self.clock() >= self._next_read:
            self._read()
        if self._due():
            # The reading may be a minute old, and the stop may have been called off since.
            self._read(fresh=True)
            self._ring()
        moments = [alarm.due_at(self._deadlines) for alarm in self.alarms]
        soonest = min([self._next_read, *(at for at in moments if at is not None)])
        return max(0.0, soonest - self.clock())

    def _due(self) -> list[Alarm]:
        now = self.clock()
        due = [(alarm, alarm.due_at(self._deadlines)) for alarm in self.alarms]
        return [alarm for alarm, at in due if at is not None and at <= now]

    def _ring(self) -> None:
        for alarm in self._due():
            if self._reading is not None:
                alarm.ring(self._reading, self._deadlines, self.clock())

    def _read(self, *, fresh: bool = False) -> None:
        reading = source.ask(fresh=fresh)
        self._next_read = max(reading.next_read, self.clock() + SOONEST_NEXT_READ_MS / 1000)
        if reading.instance is not None:
            self._reading = reading
        elif self._reading is None:
            self._warn_once(reading)
        self._deadlines = deadlines_of(reading, self._deadlines)
        stop = nearest(self._deadlines)
        self.next_at = None if stop is None else self._deadlines[stop]
        self.scheduled_at = self._deadlines.get("scheduled")

    def _warn_once(self, reading: Reading) -> None:
        # By logging: a warning can be set to raise, and no training may end of this.
        if not self._warned and reading.error is not None:
            self._warned = True
            why = (reading.error.message, reading.error.advice)
            # It reaches the person, on stderr, where logging is as Python sets it up.
            warning = text("It is not known when this instance will be stopped: %1 %2", *why)
            log.warning("%s", person.said(warning))


class WatchThread:
    """The daemon thread that takes the turns of `watch`, while somebody wants to know.

    It begins with `begin` or `add`, and ends when `asked_at` is long ago and there is no alarm.
    """

    def __init__(self) -> None:
        self.watch = Watch()
        self.asked_at = float("-inf")
        """The monotonic second of the last question; set by whoever asks."""
        self.current = False
        """Whether `watch` is kept current; if not, `begin` and wait for a reading."""
        self._changed = threading.Condition()
        self._read_once = threading.Event()
        self._running = False

    def begin(self) -> threading.Event:
        """See to it that the thread runs; the event tells that it has read.

        Raises `RuntimeError` where no thread can be started, as at the interpreter's end.
        """
        with self._changed:
            if not self._running:
                self._read_once = threading.Event()
                # It must not hold up the end of the interpreter.
                threading.Thread(target=self._run, name="jupyter-dsw-watch", daemon=True).start()
                self._running = True
            return self._read_once

    def add(self, alarm: Alarm) -> None:
        """Have `alarm` rung from now on; begins as `begin` does."""
        with self._changed:
            self.watch.alarms = (*self.watch.alarms, alarm)
            self._changed.notify()
        self.begin()

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
                self._changed.wait(pause)

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
            # The text of an unforeseen exception may quote anything: its type and place are told.
            places = "".join(traceback.format_tb(error.__traceback__))
            log.error("%s while looking after the next stop, at\n%s", type(error).__name__, places)
            return AFTER_A_FAULT_S
