"""What changed from one reading to the next: its event and its line in the log."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

import msgspec

from jupyter_dsw.model.stops import DecidedBy, Kind, next_stop
from jupyter_dsw.render.values import format_duration, plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from logging import Logger

    from jupyter_events import EventLogger

    from jupyter_dsw.reading import Reading

LIMITS = (2, 10, 30)
"""How many minutes ahead a stop is reported, as the JupyterLab extension warns."""
_REASONS = {"idle": "for idleness", "scheduled": "by its schedule"}
_DECIDERS = {
    "instance": "",
    "workspace": ", by a policy of the workspace,",
    "user": ", by a policy that a user set,",
    "system": ", by a policy of the platform,",
    "unknown": ", by a policy,",
}


class StatusChange(msgspec.Struct, frozen=True):
    """The instance's status is another one, or was read for the first time.

    Its fields, like those of the other changes, are those of the event with its `schema_id`; its
    `line` is for the log, and in English, as all of it.
    """

    schema_id: ClassVar[str] = "urn:jupyter-dsw:event:instance-status:v1"
    level: ClassVar[int] = logging.INFO

    instance_id: str | None
    status: str
    previous_status: str | None

    @property
    def line(self) -> str:
        """What the log has of it."""
        before = f"; it was {self.previous_status}" if self.previous_status else ""
        return f"{self.instance_id} is {self.status}{before}."


class StopChange(msgspec.Struct, frozen=True):
    """A stop has come within a limit, has moved away from one, or its time became unknown."""

    schema_id: ClassVar[str] = "urn:jupyter-dsw:event:instance-stop:v1"
    level: ClassVar[int] = logging.INFO

    instance_id: str | None
    action: Literal["near", "moved", "unknown"]
    stop: Kind | None
    decided_by: DecidedBy | None
    within_minutes: int | None
    remaining_seconds: int | None

    @property
    def line(self) -> str:
        """What the log has of it."""
        if self.stop is None:
            return f"No stop of {self.instance_id} lies ahead any more."
        reason = _REASONS[self.stop] + _DECIDERS[self.decided_by or "unknown"]
        if self.action == "unknown":
            why = reason.rstrip(",")
            return f"{self.instance_id} will be stopped {why}, at a time that could not be read."
        seconds = self.remaining_seconds
        left = "an unknown time" if seconds is None else format_duration(seconds * 1000)
        if self.action == "near":
            return f"{self.instance_id} will be stopped {reason} in {left}."
        return f"The stop of {self.instance_id} has moved away: it will be {reason} in {left}."


class ReadingChange(msgspec.Struct, frozen=True):
    """Reading the instance fails, in another way than before; or it works again."""

    schema_id: ClassVar[str] = "urn:jupyter-dsw:event:instance-reading:v1"

    instance_id: str | None
    action: Literal["failed", "recovered"]
    code: str | None = None
    message: str | None = None
    advice: str | None = None
    request_id: str | None = None

    @property
    def level(self) -> int:
        """The level of its line."""
        return logging.WARNING if self.action == "failed" else logging.INFO

    @property
    def line(self) -> str:
        """What the log has of it."""
        if self.action == "recovered":
            return "The instance can be read again."
        request = f" (Request ID: {self.request_id})" if self.request_id else ""
        return f"{self.code}: {self.message} {self.advice}{request}"


Change: TypeAlias = StatusChange | StopChange | ReadingChange


class Changes:
    """Compares each reading with those before."""

    def __init__(self) -> None:
        self._instance_id: str | None = None
        self._failure: tuple[str, str] | None = None
        self._status: str | None = None
        self._within: int | None = None
        self._unknown: frozenset[tuple[Kind, DecidedBy]] = frozenset()

    def of(self, reading: Reading, now: float) -> list[Change]:
        """Return what is new in `reading`, at `now` (`elapsed_seconds`); mostly nothing."""
        if reading.source.instance_id != self._instance_id:
            self._instance_id = reading.source.instance_id
            self._status = self._within = None
            self._unknown = frozenset()
        return [*self._reading(reading), *self._statuses(reading), *self._stops(reading, now)]

    def _reading(self, reading: Reading) -> Iterator[ReadingChange]:
        problem = reading.error
        # Messages may have figures in them that differ each time; advice stays with its cause.
        failure = None if problem is None else (problem.code, problem.advice)
        if failure == self._failure:
            return
        self._failure = failure
        if problem is None:
            yield ReadingChange(self._instance_id, "recovered")
            return
        message, advice = plain(problem.message), plain(problem.advice)
        yield ReadingChange(
            self._instance_id, "failed", problem.code, message, advice, problem.request_id
        )

    def _statuses(self, reading: Reading) -> Iterator[StatusChange]:
        status = None if reading.instance is None else reading.instance.status
        if status and status != self._status:
            yield StatusChange(self._instance_id, status, self._status)
            self._status = status

    def _stops(self, reading: Reading, now: float) -> Iterator[StopChange]:
        before, unknown_before = self._within, self._unknown
        stops = reading.stops_at(now)
        first = next_stop(stops)
        remaining_ms = None if first is None else first.remaining_ms
        self._within = within = _limit(remaining_ms)
        self._unknown = frozenset(
            (stop.kind, stop.decided_by) for stop in stops if stop.state == "unknown"
        )
        for kind, decided_by in sorted(self._unknown - unknown_before):
            yield StopChange(self._instance_id, "unknown", kind, decided_by, None, None)
        if within == before or reading.instance is None or reading.instance.has_ended:
            return
        if remaining_ms is None and self._unknown:
            return  # it has not moved away, as far as is known
        yield StopChange(
            self._instance_id,
            "near" if within is not None and (before is None or within < before) else "moved",
            None if first is None else first.kind,
            None if first is None else first.decided_by,
            within,
            None if remaining_ms is None else remaining_ms // 1000,
        )


def _limit(remaining_ms: int | None) -> int | None:
    if remaining_ms is None:
        return None
    return next((limit for limit in LIMITS if remaining_ms <= limit * 60_000), None)


class Reporter:
    """Reports what changed, in the log and, with an `event_logger`, as events of one server."""

    def __init__(self, log: Logger, event_logger: EventLogger | None) -> None:
        self._log = log
        self._event_logger = event_logger
        self._changes = Changes()

    def report(self, reading: Reading, now: float) -> None:
        """Report what is new in `reading`, at `now`; on the event loop, where listeners run."""
        for change in self._changes.of(reading, now):
            self._log.log(change.level, "jupyter-dsw: %s", change.line)
            if self._event_logger is not None:
                data = msgspec.to_builtins(change)
                self._event_logger.emit(schema_id=change.schema_id, data=data)
