"""`time_left()`, and the one background thread of the process that keeps the stops current."""

from __future__ import annotations

import logging
import os
import sys
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from jupyter_dsw.clock import LONGEST_WAIT_S, elapsed_seconds
from jupyter_dsw.columns import escaped
from jupyter_dsw.i18n import joined, text, translated
from jupyter_dsw.notebook import readings
from jupyter_dsw.reading import SOONEST_NEXT_READ_MS
from jupyter_dsw.stop_tracker import StopTracker, nearest
from jupyter_dsw.upstream.errors import log_unforeseen

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_dsw.notebook.output import Reading
    from jupyter_dsw.stop_tracker import ReportedStops

log = logging.getLogger(__name__)

NONE_LEFT = timedelta(0)
NO_THREAD = text(
    "No background thread can be started: the limit of threads or processes is reached. Raise "
    "it (ulimit -u, or the container's limit of process IDs), or end processes that you do not "
    "need."
)
# A reading takes at most 40 s: the server's deadline, then the endpoint's.
FIRST_READING_PATIENCE_S = 60.0
# After so many seconds without a call of `time_left`, and without a listener, nothing is read.
FORGOTTEN_AFTER_S = 600.0
AFTER_A_FAULT_S = 15.0


def time_left(*, scheduled_only: bool = False) -> timedelta | None:
    """Return how long until this DSW instance is stopped: by the nearest stop, whoever decides it.

    None if no stop is pending (an idle timer does not run while the instance is busy), and if the
    time is unknown: the instance or the time of the stop could not be read, or no background
    thread could be started. The reason is logged once. Zero once the moment has passed; never
    negative. `scheduled_only` leaves the idle stop out.

    Call it in every step of a loop: it computes from the last reading, in less than 2 µs. The first
    call waits for a reading and starts the background thread that renews it; after 10 minutes
    without a call that thread ends, and the next call waits again. It never raises, sends no kernel
    message, and does not count as activity.

    >>> import jupyter_dsw
    >>> jupyter_dsw.time_left()  # doctest: +SKIP
    datetime.timedelta(seconds=1799, microseconds=512345)
    """
    thread = watch_thread
    thread.last_used_at = now = elapsed_seconds()
    if not thread.current:
        thread.wait_for_a_reading()
        now = elapsed_seconds()
    watch = thread.watch
    at = watch.scheduled_at if scheduled_only else watch.next_at
    if at is None:
        return None
    return timedelta(seconds=(at - now) * watch.speed) if at > now else NONE_LEFT


class StopListener(Protocol):
    """Is called before a stop."""

    @property
    def reported(self) -> ReportedStops:
        """For which stops it was called."""
        ...

    def begin(self, reading: Reading, left: timedelta) -> None:
        """Begin its call, without waiting for it."""
        ...


class Watch:
    """The stops as last read, and the listeners to call before them.

    One thread takes its turns; every other may read it. `clock` returns the seconds by which
    readings are dated.
    """

    def __init__(self, clock: Callable[[], float] = elapsed_seconds) -> None:
        self.clock = clock
        self.listeners: tuple[StopListener, ...] = ()
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
        """Read if it is time to, report what is due, and return the seconds until the next turn.

        Blocks while it waits for a response.
        """
        if self.clock() >= self._next_read:
            self._read()
        if self._due():
            # The reading may be a minute old, and the stop may have been cancelled since.
            self._read(fresh=True)
            self._report_due()
        moments = [listener.reported.due_at(self._tracker.stops) for listener in self.listeners]
        soonest = min([self._next_read, *(at for at in moments if at is not None)])
        return max(0.0, soonest - self.clock())

    def _due(self) -> list[StopListener]:
        now, stops = self.clock(), self._tracker.stops
        due = [(listener, listener.reported.due_at(stops)) for listener in self.listeners]
        return [listener for listener, at in due if at is not None and at <= now]

    def _report_due(self) -> None:
        stops = self._tracker.stops
        stop = nearest(stops)
        for listener in self._due():
            if self._reading is not None and stop is not None:
                now = self.clock()
                listener.reported.add(stops, now)
                listener.begin(self._reading, timedelta(seconds=stop.left_s(now)))

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
            self.warn_once(text("PAI-DSW's response has a time that cannot be read."))
        scheduled = (stop.at for stop in self._tracker.stops if stop.kind == "scheduled")
        self.speed = reading.source.speed
        self.next_at = None if stop is None else stop.at
        self.scheduled_at = next(scheduled, None)

    def warn_once(self, why: str) -> None:
        """Log why no time is known; only the first of all reasons."""
        # By logging: a warning can be set to raise, and no training may end of this.
        if not self._warned:
            self._warned = True
            # With Python's default logging it reaches the person, on stderr.
            warning = text("The time of the next stop is unknown. %1", why)
            log.warning("%s", escaped(translated(warning)))


class WatchThread:
    """The daemon thread that takes the turns of `watch` while it is used.

    It starts with `wait_for_a_reading` or `add`, and ends when `last_used_at` is long ago and no
    listener is left.
    """

    def __init__(self) -> None:
        self.watch = Watch()
        self.last_used_at = float("-inf")
        """The second of the last call of `time_left`; set by that."""
        self.current = False
        """Whether `watch` is kept current; if not, wait for a reading."""
        self._changed = threading.Condition()
        self._read_once = threading.Event()
        self._running = False

    def wait_for_a_reading(self) -> None:
        """Start the thread unless it runs, and wait until it has read once. Never raises."""
        try:
            read_once = self._begin()
        except RuntimeError:
            if not sys.is_finalizing():
                self.watch.warn_once(NO_THREAD)
            return
        read_once.wait(FIRST_READING_PATIENCE_S)

    def add(self, listener: StopListener) -> None:
        """Call `listener` from now on; starts the thread.

        Raises `RuntimeError` if none can be started: at a limit of the container, or at the end of
        the interpreter.
        """
        with self._changed:
            self.watch.listeners = (*self.watch.listeners, listener)
            self._changed.notify()
        try:
            self._begin()
        except RuntimeError:
            self.remove(listener)
            raise

    def remove(self, listener: StopListener) -> None:
        """Do not call `listener` any more; does nothing if it is not there."""
        with self._changed:
            self.watch.listeners = tuple(
                other for other in self.watch.listeners if other is not listener
            )

    def _begin(self) -> threading.Event:
        with self._changed:
            if not self._running:
                self._read_once = threading.Event()
                # It must not hold up the end of the interpreter.
                threading.Thread(target=self._run, name="jupyter-dsw-watch", daemon=True).start()
                self._running = True
            return self._read_once

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
            used = self.watch.clock() - self.last_used_at < FORGOTTEN_AFTER_S
            self._running = used or bool(self.watch.listeners)
            self.current = self.current and self._running
            return self._running

    def _turn(self) -> float:
        try:
            return self.watch.turn()
        except Exception as error:  # noqa: BLE001 - a fault of ours must not end all later calls
            log_unforeseen(log, "watching for the next stop", error)
            return AFTER_A_FAULT_S


watch_thread = WatchThread()


def _start_anew_in_a_fork() -> None:
    """Forget the parent's threads and callbacks in a forked process (a DataLoader's worker)."""
    global watch_thread  # noqa: PLW0603 - one a process
    watch_thread = WatchThread()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_anew_in_a_fork)
