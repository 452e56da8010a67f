"""The messages: what each is about, and its text, which is made when it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Literal

from jupyter_dsw.i18n import text, time_zone, translated
from jupyter_dsw.model.instance import status_label
from jupyter_dsw.render.values import Moments, format_duration, listed, percent, plain, reason_of

if TYPE_CHECKING:
    from jupyter_dsw.i18n import Text
    from jupyter_dsw.model.elements import InstanceSnapshot
    from jupyter_dsw.model.stops import Stop
    from jupyter_dsw.notify.record import RecordedStop
    from jupyter_dsw.notify.sender import Kind
    from jupyter_dsw.notify.settings import NotifySettings
    from jupyter_dsw.reading import Reading

LONGEST_NAME = 40
_DECIDERS: dict[str, Text] = {
    "workspace": text("A policy of the workspace decides it."),
    "user": text("A policy of yours decides it."),
    "system": text("A policy of the platform decides it."),
    "unknown": text("A policy decides it."),
}


@dataclass(frozen=True)
class Subject:
    """The instance that messages are about, as it was read; and how its reader wants them."""

    reading: Reading
    settings: NotifySettings

    @property
    def name(self) -> str:
        """The instance's name, or its ID, short enough for a title."""
        instance = self.reading.instance
        name = plain((instance and instance.instance_name) or self.reading.source.instance_id)
        return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"

    @property
    def moments(self) -> Moments:
        """How moments are written: those of today without the date, since a message has its own."""
        zone = time_zone(self.reading.source.region)
        return Moments(zone=zone, now=datetime.now(timezone.utc))

    def written(self, title: Text, lines: list[Text]) -> tuple[str, str]:
        """Return title and body in the reader's language."""
        source, language = self.reading.source, self.settings.language
        if source.simulated:
            title = text("Simulated: %1", title)
        if self.reading.error is not None:
            since = self.moments.write(self.reading.read_at)
            lines = [*lines, text("The instance could not be read again since %1.", since)]
        which = listed(source.instance_id or "", source.region or "")
        lines = [*lines, text("Instance: %1", which)]
        return translated(title, language), "\n".join(translated(line, language) for line in lines)


@dataclass(frozen=True)
class StopNear:
    """A stop is near."""

    subject: Subject
    stop: Stop
    topic: str
    at: float
    """When it is due (`elapsed_seconds`)."""
    kind: Kind = "warning"

    def text_at(self, now: float) -> tuple[str, str] | None:
        """Return title and body with the time that is left; None once it is over."""
        left_s = (self.at - now) * self.subject.reading.source.speed
        if left_s <= 0:
            return None
        left = format_duration(left_s * 1000)
        if self.stop.kind == "idle":
            title = text("%1 is idle and will be stopped in %2", self.subject.name, left)
        else:
            title = text("%1 will be stopped in %2, as scheduled", self.subject.name, left)
        return self.subject.written(title, [*_due(self.stop, self.subject.moments), *self._hints()])

    def _hints(self) -> list[Text]:
        stop, rule = self.stop, self.stop.rule
        lines = [_DECIDERS[stop.decided_by]] if stop.decided_by in _DECIDERS else []
        if rule.expression:
            lines.append(text("Policy: %1", plain(rule.expression)))
        if stop.kind == "idle":
            lines.append(_what_counts(rule.cpu_percent, rule.gpu_percent))
        if stop.can_skip:
            lines.append(text("You can skip it in the PAI console."))
        return lines


def _due(stop: Stop, moments: Moments) -> list[Text]:
    at = moments.write(stop.at)
    if not at:
        return []
    if stop.kind == "scheduled":
        return [text("Scheduled stop at %1.", at)]
    limit = stop.rule.max_idle_minutes
    if stop.idle_minutes is None or limit is None:
        return [text("Idle stop at %1.", at)]
    idle = text("It has been idle for %1 of %2 minutes.", f"{stop.idle_minutes:g}", f"{limit:g}")
    return [text("Idle stop at %1.", at), idle]


def _what_counts(cpu: float | None, gpu: float | None) -> Text:
    if cpu is None:
        return text("Typing does not count as use.")
    if gpu is None:
        return text("Typing does not count as use; CPU over %1 does.", percent(cpu))
    return text(
        "Typing does not count as use; CPU over %1 or GPU over %2 does.", percent(cpu), percent(gpu)
    )


@dataclass(frozen=True)
class Event:
    """Something that happened."""

    subject: Subject
    title: Text
    lines: tuple[Text, ...]
    topic: str
    kind: Kind

    def text_at(self, now: float) -> tuple[str, str]:
        """Return title and body, which do not depend on `now`."""
        del now
        return self.subject.written(self.title, list(self.lines))


def called_off(subject: Subject, kind: Literal["idle", "scheduled"], topic: str) -> Event:
    """Make the message that a stop that was reported is not to come any more."""
    if kind == "idle":
        title = text("%1: the idle stop was called off", subject.name)
        return Event(subject, title, (text("The instance is no longer idle."),), topic, "success")
    title = text("%1: the scheduled stop was called off", subject.name)
    return Event(subject, title, (text("It is no longer set."),), topic, "success")


def put_off(subject: Subject, stop: Stop, topic: str) -> Event:
    """Make the message that a stop that was reported comes later."""
    title = text("%1: the scheduled stop was put off", subject.name)
    if stop.kind == "idle":
        title = text("%1: the idle stop was put off", subject.name)
    return Event(subject, title, tuple(_due(stop, subject.moments)), topic, "success")


def running_again(subject: Subject) -> Event:
    """Make the message that the instance can be used again."""
    return Event(subject, text("%1 is running again", subject.name), (), "status", "success")


def not_running(subject: Subject, status: str, cause: RecordedStop | None) -> Event:
    """Make the message that the instance cannot be used any more; `cause` is the stop due then."""
    label = status_label(plain(status))
    lines = []
    if cause is not None and cause.kind == "scheduled":
        due = subject.moments.write(cause.due_time or cause.at)
        lines.append(text("The instance is stopping, as scheduled for %1.", due))
    elif cause is not None and cause.max_idle_minutes is not None:
        minutes = f"{cause.max_idle_minutes:g}"
        lines.append(text("The instance is stopping, after %1 idle minutes.", minutes))
    instance = subject.reading.instance
    if instance is not None and (
        reason := reason_of(instance.reason_code, instance.reason_message)
    ):
        lines.append(text("Reason: %1", reason))
    title = text("%1 is no longer running: %2", subject.name, label)
    return Event(subject, title, tuple(lines), "status", "failure")


def image_saved(subject: Subject, snapshot: InstanceSnapshot) -> Event:
    """Make the message that an image was saved, or could not be saved."""
    image = plain(snapshot.image_name or snapshot.image_id)
    topic = f"image {snapshot.image_id or image}"
    if snapshot.status == "Saved":
        title = text("%1: image saved", subject.name)
        return Event(subject, title, (text("Image saved: %1", image),), topic, "success")
    reason = reason_of(snapshot.reason_code, snapshot.reason_message)
    line = text("Image not saved: %1. See the console for the reason.", image)
    if reason:
        line = text("Image not saved: %1. %2", image, reason)
    return Event(subject, text("%1: image not saved", subject.name), (line,), topic, "failure")


def node_failed(subject: Subject, moves_at: datetime | None, *, moves: bool) -> Event:
    """Make the message that the machine below failed; `moves`: DSW takes another one by itself."""
    if not moves:
        line = text("The machine of this instance has failed. Look at it in the PAI console.")
    elif moves_at is None:
        line = text("The machine of this instance has failed. DSW moves the instance.")
    else:
        line = text(
            "The machine of this instance has failed. DSW moves the instance at about %1.",
            subject.moments.write(moves_at),
        )
    title = text("%1: its machine has failed", subject.name)
    return Event(subject, title, (line,), "node", "failure")
