"""Changes in words, for the server's log: whole lines, in English as all of that log."""

from __future__ import annotations

import logging

from jupyter_dsw.render.labels import format_duration
from jupyter_dsw.server.changes import Change, ReadingChange, StatusChange, StopChange

_REASONS = {"idle": "for idleness", "scheduled": "by its schedule"}


def log_line(change: Change) -> tuple[int, str]:
    """The level and the text that tell of `change`."""
    if isinstance(change, StatusChange):
        return logging.INFO, _status_line(change)
    if isinstance(change, StopChange):
        return logging.INFO, _stop_line(change)
    return _reading_line(change)


def _status_line(change: StatusChange) -> str:
    before = f"; it was {change.previous_status}" if change.previous_status else ""
    return f"{change.instance_id} is {change.status}{before}."


def _stop_line(change: StopChange) -> str:
    if change.stop is None:
        return f"No stop of {change.instance_id} lies ahead any more."
    reason, left = _REASONS[change.stop], _left(change.remaining_seconds)
    if change.action == "unknown":
        return f"{change.instance_id} will be stopped {reason}, at a time that could not be read."
    if change.action == "near":
        return f"{change.instance_id} will be stopped {reason} in {left}."
    return f"The stop of {change.instance_id} has moved away: it will be {reason} in {left}."


def _left(seconds: int | None) -> str:
    return "an unknown time" if seconds is None else format_duration(seconds * 1000)


def _reading_line(change: ReadingChange) -> tuple[int, str]:
    if change.action == "recovered":
        return logging.INFO, "The instance can be read again."
    request = f" (Request id: {change.request_id})" if change.request_id else ""
    return logging.WARNING, f"{change.code}: {change.message} {change.advice}{request}"
