"""Watches the instance without anybody looking, and has messages sent: in a thread of its own."""

from __future__ import annotations

import logging
import sys
import threading
from datetime import datetime, timezone
from functools import lru_cache
from typing import TYPE_CHECKING

from jupyter_dsw.clock import LONGEST_WAIT_S, elapsed_seconds
from jupyter_dsw.i18n import Text, text, time_zone
from jupyter_dsw.notify.changes import compare
from jupyter_dsw.notify.delivery import Delivery, library_is_there
from jupyter_dsw.notify.messages import Subject
from jupyter_dsw.notify.record import Record, Reported
from jupyter_dsw.notify.services import Service
from jupyter_dsw.upstream.errors import log_unforeseen

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from jupyter_dsw.notify.settings import NotifySettings
    from jupyter_dsw.reading import Reading

log = logging.getLogger(__name__)

THREAD = "jupyter-dsw-notify"
SHORTEST_PAUSE_S = 1.0
AFTER_A_FAULT_S = 60.0


def _now() -> datetime:
    return datetime.now(timezone.utc)


class NotStarted(Exception):
    """The instance is not watched, and nothing is sent: `message` has the reason."""

    def __init__(self, message: Text) -> None:
        super().__init__(message)
        self.message = message


class Watcher:
    """Reads the instance when it is due, and has sent what `settings` ask for.

    `read` returns the current reading, a new one if its argument is true, and may block. It is
    called in quiet hours only if stops are reported in them, too. `clock` gives the seconds that
    readings are dated in, `date` the moment, for quiet hours; `folder` is that of the record.
    """

    def __init__(
        self,
        settings: NotifySettings,
        read: Callable[[bool], Reading],
        *,
        delivery: Delivery | None = None,
        clock: Callable[[], float] = elapsed_seconds,
        date: Callable[[], datetime] = _now,
        folder: Path | None = None,
    ) -> None:
        self._settings = settings
        self._read = read
        self._delivery = Delivery(settings.services) if delivery is None else delivery
        self._clock, self._date, self._folder = clock, date, folder
        self._records: dict[str, Record] = {}
        # One takes as long as a login.
        self._fingerprint = lru_cache(maxsize=64)(Service.fingerprint)
        self._region: str | None = None
        self._next_read, self._message_at = float("-inf"), float("inf")
        self._closed = threading.Event()

    def start(self) -> None:
        """Start the thread. Raises `NotStarted`."""
        if not library_is_there():
            raise NotStarted(
                text(
                    "Nothing is sent, since the package apprise is not installed in %1. Install it "
                    "there: pip install 'jupyter-dsw[notify]'",
                    sys.prefix,
                )
            )
        try:
            # It must not hold up the end of the server or the kernel.
            threading.Thread(target=self._run, name=THREAD, daemon=True).start()
        except RuntimeError:
            raise NotStarted(text("Nothing is sent, since no thread can be started.")) from None

    def close(self) -> None:
        """End the thread, and send nothing more."""
        self._closed.set()
        self._delivery.close()

    def turn(self) -> float:
        """Read and report if it is time to; return the seconds until the next turn."""
        quiet_s = self._quiet_s()
        if quiet_s and not self._settings.stops_in_quiet_hours:
            return quiet_s
        is_due = self._clock() >= self._message_at
        if is_due or self._clock() >= self._next_read:
            # A reading may be a minute old, and the stop may have been called off since.
            reading = self._read(is_due)
            self._region = reading.source.region or self._region
            self._next_read = max(reading.next_read, self._clock() + SHORTEST_PAUSE_S)
            self._message_at = float("inf")
            quiet_s = self._quiet_s()
            if not quiet_s or self._settings.stops_in_quiet_hours:
                self._report(reading, only_stops=bool(quiet_s))
        return max(0.0, min(self._next_read, self._message_at) - self._clock())

    def _quiet_s(self) -> float:
        hours = self._settings.quiet_hours
        if hours is None:
            return 0.0
        return hours.left_s(self._date().astimezone(time_zone(self._region)))

    def _report(self, reading: Reading, *, only_stops: bool) -> None:
        instance_id = reading.source.instance_id
        if reading.instance is None or not instance_id:
            return
        record = self._records.setdefault(instance_id, Record(instance_id, self._folder))
        subject, now = Subject(reading, self._settings), self._clock()
        new = []
        with record.open() as content:
            for service in self._settings.services:
                fingerprint = self._fingerprint(service, content.salt)
                reported = content.services.get(fingerprint, Reported())
                comparison = compare(reported, subject, now, only_stops=only_stops)
                if comparison.reported is not reported:
                    content.put(fingerprint, comparison.reported)
                new += [(service.number, message) for message in comparison.messages]
                if comparison.next_at is not None:
                    self._message_at = min(comparison.next_at, self._message_at)
        for number, message in new:
            self._delivery.add(number, message)

    def _run(self) -> None:
        while not self._closed.is_set():
            end = self._clock() + self._turn()
            # In short waits: one that a sleep of the machine interrupts would end too late.
            while (left_s := end - self._clock()) > 0:
                if self._closed.wait(min(left_s, LONGEST_WAIT_S)):
                    return

    def _turn(self) -> float:
        try:
            return self.turn()
        except Exception as error:  # noqa: BLE001 - a fault of ours must not end all later messages
            log_unforeseen(log, "watching for notifications", error)
            return AFTER_A_FAULT_S
