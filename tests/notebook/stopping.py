"""Instances that will be stopped, as overrides of the emulator's response; the end of watching."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from jupyter_dsw.clock import elapsed_seconds
from jupyter_dsw.notebook.stop_watch import FORGOTTEN_AFTER_S
from tests.waiting import until

if TYPE_CHECKING:
    from jupyter_dsw.notebook.stop_watch import WatchThread

# No image is being saved: a reading is fresh for a minute.
QUIET: dict[str, Any] = {"InstanceSnapshotList": [], "LatestSnapshot": None}
BUSY: dict[str, Any] = {**QUIET, "IdleInstanceCuller": {"IdleTimeInMinutes": 0}}
NO_STOP: dict[str, Any] = {**BUSY, "InstanceShutdownTimer": None}


def stops_in(minutes: float) -> dict[str, Any]:
    """A busy instance that will be stopped by schedule in so many minutes."""
    due = datetime.now(timezone.utc) + timedelta(minutes=minutes)
    timer = {"RemainingTimeInMs": int(minutes * 60_000), "DueTime": f"{due:%Y-%m-%dT%H:%M:%SZ}"}
    return {**BUSY, "InstanceShutdownTimer": timer}


def unused_for_long(thread: WatchThread) -> None:
    """Return when `thread` has seen that it is not used any more."""
    thread.last_used_at = elapsed_seconds() - FORGOTTEN_AFTER_S

    def has_ended() -> bool:
        with thread._changed:
            thread._changed.notify()
        return not thread._running

    until(has_ended)
