"""What changed since the last reading that was compared, and what of it a person must know.

A pure function of what is recorded and of a reading: so a restart, or a second server, changes
nothing about what is reported.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_dsw.model.instance import USABLE_STATUSES
from jupyter_dsw.notify.messages import (
    StopNear,
    called_off,
    image_saved,
    node_failed,
    not_running,
    put_off,
    running_again,
)
from jupyter_dsw.notify.record import RecordedStop, Reported
from jupyter_dsw.stop_tracker import OVER_AFTER_S, KnownStop, StopKey, StopTracker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_dsw.model.elements import InstanceSnapshot
    from jupyter_dsw.model.instance import Instance
    from jupyter_dsw.model.stops import Stop
    from jupyter_dsw.notify.delivery import Message
    from jupyter_dsw.notify.messages import Subject

# Two servers may have read the instance in another order than they compare. What is older by more
# than this was dated by a clock that has been set since.
OVERTAKEN = timedelta(minutes=10)
# A stop is called off when it is missing in two readings, so far apart: one may be incomplete.
MISSING_FOR_S = 10.0
# A stop so near its moment is the cause of what the status becomes.
CAUSE_WITHIN = timedelta(minutes=2)
# Without another change, the moment of the reading is recorded this rarely.
RECORDED_EVERY = timedelta(minutes=10)
# One that has vanished may return.
REMEMBERED = timedelta(days=1)
MOST_STOPS = 50
MOST_IMAGES = 500


@dataclass(frozen=True)
class Comparison:
    """What a reading brings."""

    reported: Reported
    """What is to be recorded."""
    messages: tuple[Message, ...] = ()
    """What is to be sent."""
    next_at: float | None = None
    """When the next message before a stop is due (`elapsed_seconds`)."""


def compare(
    reported: Reported, subject: Subject, now: float, *, only_stops: bool = False
) -> Comparison:
    """Compare what was reported to one service with the reading of `subject`, at `now`."""
    reading = subject.reading
    instance = reading.instance
    if instance is None or reading.taken is None:
        return Comparison(reported)
    read_at = reading.read_at or datetime.now(timezone.utc)
    if reported.read_at is not None and read_at < reported.read_at < read_at + OVERTAKEN:
        return Comparison(reported)
    messages: list[Message] = []
    next_at, after = None, msgspec.structs.replace(reported, read_at=read_at, stops=())
    if not instance.has_ended:  # else whatever comes next is another stop
        stops = _Stops(reported, subject, read_at, now)
        recorded = stops.follow()
        number = max([reported.next_number, *(stop.number + 1 for stop in recorded)])
        after = msgspec.structs.replace(after, stops=recorded, next_number=number)
        messages, next_at = stops.messages, min(stops.waiting, default=None)
    if not only_stops:
        messages += _events(reported, subject, instance, read_at)
        after = _with_events(after, instance, read_at)
    if not messages and _same(reported, after):
        after = reported
    return Comparison(after, tuple(messages), next_at)


def _same(before: Reported, after: Reported) -> bool:
    """Whether there is nothing to record but that time went on."""
    if before.read_at is None or after.read_at is None:
        return False
    dates = {"read_at": before.read_at, "events_read_at": before.events_read_at}
    same = msgspec.structs.replace(after, **dates) == before
    return same and after.read_at - before.read_at < RECORDED_EVERY


class _Stops:
    """The stops of a reading, followed on from those that are recorded."""

    def __init__(self, reported: Reported, subject: Subject, read_at: datetime, now: float) -> None:
        self._subject, self._read_at, self._now = subject, read_at, now
        self._taken = subject.reading.taken or 0.0
        self._before = {stop.number: stop for stop in reported.stops}
        self._shown: dict[StopKey, Stop] = {}
        for stop in subject.reading.stops_at(now):
            self._shown.setdefault(StopKey.of(stop), stop)
        self.messages: list[Message] = []
        self.waiting: list[float] = []
        """When later messages are due (`elapsed_seconds`)."""
        # Of two with one key, the one that is pending is the last.
        by_state = sorted(reported.stops, key=lambda stop: stop.is_pending)
        known = [self._restored(stop) for stop in by_state]
        pending = [stop for stop in known if self._before[stop.number].is_pending]
        self._tracker = StopTracker(known, pending, reported.next_number)
        self._tracker.update(subject.reading)

    def follow(self) -> tuple[RecordedStop, ...]:
        """Return what is to be recorded; afterwards, `messages` and `waiting` are complete."""
        pending = {stop.number for stop in self._tracker.stops}
        last = {stop.number: stop for stop in self._tracker.last}
        unread = {
            number: stop
            for number, stop in self._before.items()
            if self._is_unread(stop, last.get(number))
        }
        stops = [
            self._pending(stop) if number in pending else self._missing(stop, self._before[number])
            for number, stop in last.items()
            if number not in unread and (number in pending or number in self._before)
        ]
        stops += unread.values()
        stops += [
            self._replaced(stop)
            for number, stop in self._before.items()
            if stop.reported and number not in last and number not in unread
        ]
        kept = [stop for stop in stops if self._is_kept(stop)]
        return tuple(sorted(kept, key=lambda stop: not stop.is_pending)[:MOST_STOPS])

    def _is_unread(self, before: RecordedStop, now: KnownStop | None) -> bool:
        """Whether this reading knows nothing of a policy's stop, which another one may read again.

        It may be of another process, for which a setting decides whether policies are read.
        """
        return (
            self._subject.reading.stop_policies != "read"
            and before.decided_by != "instance"
            and (now is None or now.key.decided_by != "instance")
            and self._read_at < before.at + timedelta(seconds=OVER_AFTER_S)
        )

    def _restored(self, stop: RecordedStop) -> KnownStop:
        since_s = (stop.at - self._read_at).total_seconds()
        return KnownStop(
            stop.key,
            self._taken + since_s,
            stop.number,
            stop.due_time,
            stop.idle_minutes,
            self._subject.reading.source.speed,
        )

    def _recorded(self, stop: KnownStop, **more: Any) -> RecordedStop:
        # In whole milliseconds, so that it is the same after it was restored.
        since = timedelta(milliseconds=round((stop.at - self._taken) * 1000))
        return RecordedStop(
            kind=stop.key.kind,
            decided_by=stop.key.decided_by,
            expression=stop.key.expression,
            at=self._read_at + since,
            due_time=stop.due_time,
            idle_minutes=stop.idle_minutes,
            number=stop.number,
            **more,
        )

    def _pending(self, stop: KnownStop) -> RecordedStop:
        before = self._before.get(stop.number)
        reported = set() if before is None else set(before.reported)
        shown = self._shown.get(stop.key)
        limit = None if shown is None else shown.rule.max_idle_minutes
        if limit is None and before is not None:
            limit = before.max_idle_minutes
        left_s = stop.left_s(self._now)
        due = set()
        for minutes in self._subject.settings.minutes:
            # What lies before the idleness itself would be reported as soon as it begins.
            if limit is not None and minutes >= limit:
                continue
            if left_s <= minutes * 60:
                due.add(minutes)
            elif minutes not in reported:
                self.waiting.append(stop.moment_with(minutes * 60))
        if shown is not None:
            if due - reported:
                self.messages.append(StopNear(self._subject, shown, _topic(stop.number), stop.at))
            reported |= due
        return self._recorded(stop, max_idle_minutes=limit, reported=tuple(sorted(reported)))

    def _missing(self, stop: KnownStop, before: RecordedStop) -> RecordedStop:
        record = self._recorded(stop, is_pending=False, max_idle_minutes=before.max_idle_minutes)
        return self._without(record, before)

    def _replaced(self, before: RecordedStop) -> RecordedStop:
        """Report that another stop has taken the place of `before`, or that none has."""
        other = next((stop for stop in self._tracker.last if stop.key == before.key), None)
        gone = msgspec.structs.replace(before, is_pending=False)
        if other is None:
            return self._without(gone, before)
        shown = self._shown.get(other.key)
        is_near = any(message.topic == _topic(other.number) for message in self.messages)
        if shown is not None and not is_near:
            self.messages.append(put_off(self._subject, shown, _topic(before.number)))
        return msgspec.structs.replace(gone, reported=())

    def _without(self, record: RecordedStop, before: RecordedStop) -> RecordedStop:
        """Report that a stop was called off, once it has been missing for a while."""
        if not before.reported or before.at <= self._read_at:  # it is over, not called off
            return msgspec.structs.replace(record, reported=(), missing_since=None)
        since = before.missing_since or self._read_at
        if (self._read_at - since).total_seconds() < MISSING_FOR_S:
            return msgspec.structs.replace(record, reported=before.reported, missing_since=since)
        topic = _topic(before.number)
        self.messages.append(called_off(self._subject, before.kind, topic))
        return msgspec.structs.replace(record, reported=(), missing_since=None)

    def _is_kept(self, stop: RecordedStop) -> bool:
        is_recent = abs(stop.at - self._read_at) < REMEMBERED
        return stop.is_pending or bool(stop.reported) or is_recent


def _topic(number: int) -> str:
    return f"stop {number}"


def _cause(reported: Reported, read_at: datetime) -> RecordedStop | None:
    """Return the stop that was due when the status was read."""
    due = [stop for stop in reported.stops if stop.is_pending and stop.at <= read_at + CAUSE_WITHIN]
    return min(due, key=lambda stop: stop.at, default=None)


def _events(
    reported: Reported, subject: Subject, instance: Instance, read_at: datetime
) -> Iterator[Message]:
    if reported.events_read_at is not None:
        yield from _status(reported, subject, instance, read_at)
        yield from _images(reported, subject, instance, reported.events_read_at)
    recovery = instance.node_error_recovery
    if recovery is not None and recovery.has_node_error and not reported.node_failed:
        moves, left = (
            bool(recovery.enable_auto_switch_on_node_error),
            recovery.auto_switch_countdown,
        )
        yield node_failed(subject, read_at + left if left else None, moves=moves)


def _status(
    reported: Reported, subject: Subject, instance: Instance, read_at: datetime
) -> Iterator[Message]:
    before, status = reported.status, instance.status
    if not status or not before or status == before:
        return
    if status in USABLE_STATUSES:
        if before not in USABLE_STATUSES:
            yield running_again(subject)
    elif before in USABLE_STATUSES or status == "Failed":
        yield not_running(subject, status, _cause(reported, read_at))


def _images(
    reported: Reported, subject: Subject, instance: Instance, since: datetime
) -> Iterator[Message]:
    for name, snapshot in _snapshots(instance).items():
        status = snapshot.status or ""
        if status not in {"Saved", "Failed"}:
            continue
        before = reported.images.get(name)
        # A list that comes late is no news.
        made = snapshot.gmt_create_time
        is_news = before != status if before is not None else made is not None and made >= since
        if is_news:
            yield image_saved(subject, snapshot)


def _snapshots(instance: Instance) -> dict[str, InstanceSnapshot]:
    """Return the snapshots by what they are known again by; without those that have nothing."""
    found: dict[str, InstanceSnapshot] = {}
    for snapshot in instance.snapshots:
        made = snapshot.gmt_create_time
        name = None if made is None else f"{snapshot.image_name or ''} {made.isoformat()}"
        if key := snapshot.image_id or name:
            found.setdefault(key, snapshot)
    return found


def _with_events(reported: Reported, instance: Instance, read_at: datetime) -> Reported:
    """Return `reported` with all of `instance` but its stops."""
    seen = {name: each.status or "" for name, each in _snapshots(instance).items()}
    images = {
        **{name: status for name, status in reported.images.items() if name not in seen},
        **seen,
    }
    recovery = instance.node_error_recovery
    failed = reported.node_failed if recovery is None else bool(recovery.has_node_error)
    return msgspec.structs.replace(
        reported,
        events_read_at=read_at,
        status=instance.status or reported.status,
        images=dict(list(images.items())[-MOST_IMAGES:]),
        node_failed=failed,
    )
