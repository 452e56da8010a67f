"""The thread that watches: when it reads, what it verifies, and when it is quiet."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from jupyter_dsw.notify.delivery import Delivery
from jupyter_dsw.notify.sender import Outcome
from jupyter_dsw.notify.services import services_of
from jupyter_dsw.notify.settings import NotifySettings, QuietHours
from jupyter_dsw.notify.watcher import AFTER_A_FAULT_S, Watcher
from tests.notify.story import Story, idle, scheduled

if TYPE_CHECKING:
    from pathlib import Path

    from jupyter_dsw.notify.delivery import Message
    from jupyter_dsw.reading import Reading

AT_NIGHT = QuietHours(23 * 60, 8 * 60)
# In UTC+8 the story begins at 20:00.
NIGHT_BEGINS, NIGHT_ENDS = 3 * 60, 12 * 60


class Outbox(Delivery):
    """Takes messages, and sends none."""

    def __init__(self) -> None:
        super().__init__((), send=lambda *_: Outcome("sent"))
        self.titles: list[tuple[int, str]] = []
        self.now = 0.0

    def add(self, number: int, message: Message) -> None:
        text = message.text_at(self.now)
        assert text is not None
        self.titles.append((number, text[0]))


@dataclass
class World:
    """An instance, a clock and a watcher."""

    folder: Path
    settings: NotifySettings
    responses: dict[str, Any] = field(default_factory=dict)
    reads: list[tuple[float, bool]] = field(default_factory=list)
    """The minute of each reading, and whether a new one was requested."""

    def __post_init__(self) -> None:
        self.story = Story(self.settings)
        self.outbox = Outbox()
        self.watcher = Watcher(
            self.settings,
            self.read,
            delivery=self.outbox,
            clock=lambda: self.story.minute * 60,
            date=lambda: self.story.now,
            folder=self.folder,
        )

    def read(self, fresh: bool) -> Reading:
        self.reads.append((self.story.minute, fresh))
        response = self.responses
        return self.story.reading(response() if callable(response) else response)

    def until(self, minute: float) -> list[str]:
        """Let the time pass in the watcher's own steps; return the titles of what it sends."""
        before = len(self.outbox.titles)
        while self.story.minute < minute:
            self.outbox.now = self.story.minute * 60
            pause_s = self.watcher.turn()
            self.story.minute = min(minute, self.story.minute + max(pause_s, 0.5) / 60)
        return [title for _, title in self.outbox.titles[before:]]


def world(folder: Path, **settings: Any) -> World:
    services = services_of(["json://a"])
    return World(folder, NotifySettings(services=services, **settings))


def due(story: Story, minute: float) -> Any:
    moment = story.now - timedelta(minutes=story.minute) + timedelta(minutes=minute)
    return lambda: scheduled(moment, story.now)


def test_it_reads_once_a_minute_and_anew_before_each_message(tmp_path: Path) -> None:
    here = world(tmp_path)
    here.responses = due(here.story, 60.25)
    assert here.until(59) == [
        "vision will be stopped in 30 min, as scheduled",
        "vision will be stopped in 10 min, as scheduled",
    ]
    fresh = [minute for minute, anew in here.reads if anew]
    assert fresh == [pytest.approx(30.25, abs=0.02), pytest.approx(50.25, abs=0.02)]
    assert len(here.reads) <= 59 + 4


def test_a_stop_that_was_called_off_just_before_is_not_reported(tmp_path: Path) -> None:
    here = world(tmp_path)
    here.responses = due(here.story, 60.25)
    here.until(30.2)
    here.responses = {}
    assert here.until(70) == []


def test_in_quiet_hours_nothing_is_read_and_what_is_still_true_is_sent_afterwards(
    tmp_path: Path,
) -> None:
    here = world(tmp_path, quiet_hours=AT_NIGHT)
    here.until(NIGHT_BEGINS - 1)
    here.responses = due(here.story, NIGHT_BEGINS + 60)
    before = len(here.reads)
    assert here.until(NIGHT_ENDS) == []
    assert len(here.reads) - before <= 2
    saved = {"ImageId": "image-1", "ImageName": "tuned", "Status": "Saved"}
    made = {"GmtCreateTime": "2025-11-26T20:00:00Z"}
    here.responses = {"InstanceSnapshotList": [{**saved, **made}], "Status": "Running"}
    assert here.until(NIGHT_ENDS + 5) == ["vision: image saved"]


def test_a_stop_that_is_near_when_quiet_hours_end_is_reported_then(tmp_path: Path) -> None:
    here = world(tmp_path, quiet_hours=AT_NIGHT)
    here.responses = due(here.story, NIGHT_ENDS + 20)
    assert here.until(NIGHT_ENDS) == []
    assert here.until(NIGHT_ENDS + 2) == ["vision will be stopped in 20 min, as scheduled"]


def test_stops_can_be_reported_in_quiet_hours_while_all_else_waits(tmp_path: Path) -> None:
    here = world(tmp_path, quiet_hours=AT_NIGHT, stops_in_quiet_hours=True)
    here.until(NIGHT_BEGINS + 1)
    saved = {"ImageId": "image-1", "ImageName": "tuned", "Status": "Saved"}
    made = {"GmtCreateTime": "2025-11-26T16:00:00Z"}
    stop = due(here.story, NIGHT_BEGINS + 60)
    here.responses = lambda: {**stop(), "InstanceSnapshotList": [{**saved, **made}]}  # type: ignore[assignment]
    assert here.until(NIGHT_BEGINS + 59) == [
        "vision will be stopped in 30 min, as scheduled",
        "vision will be stopped in 10 min, as scheduled",
    ]
    here.responses = {"InstanceSnapshotList": [{**saved, **made}]}
    assert here.until(NIGHT_ENDS + 2) == ["vision: image saved"]


def test_two_services_get_each_message_once_and_one_that_is_added_gets_the_next(
    tmp_path: Path,
) -> None:
    here = world(tmp_path)
    here.responses = idle(31)
    here.until(1)
    urls = ["json://a", "ntfy://b"]
    later = World(tmp_path, NotifySettings(services=services_of(urls)))
    later.responses = idle(31)
    later.story.minute = 1
    later.until(2)
    assert [number for number, _ in here.outbox.titles] == [1]
    assert [number for number, _ in later.outbox.titles] == [2]


def test_the_order_of_the_urls_does_not_matter_to_what_was_sent(tmp_path: Path) -> None:
    first = World(tmp_path, NotifySettings(services=services_of(["json://a", "ntfy://b"])))
    first.responses = idle(31)
    assert len(first.until(1)) == 2
    second = World(tmp_path, NotifySettings(services=services_of(["ntfy://b", "json://a"])))
    second.responses = idle(31)
    second.story.minute = 1
    assert second.until(2) == []


def test_a_fault_of_ours_is_logged_without_its_text_and_ends_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    here = world(tmp_path)

    def fail(_: bool) -> Reading:
        raise ValueError("a " + "secret")

    faulty = Watcher(here.settings, fail, delivery=here.outbox, folder=tmp_path)
    with caplog.at_level(logging.ERROR):
        assert faulty._turn() == AFTER_A_FAULT_S
    assert "ValueError" in caplog.text
    assert "a secret" not in caplog.text


def test_a_reading_without_an_instance_waits_for_the_next_one(tmp_path: Path) -> None:
    here = world(tmp_path)
    reading = msgspec.structs.replace(here.story.reading({}), instance=None, next_read=300)
    watcher = Watcher(
        here.settings,
        lambda _: reading,
        delivery=here.outbox,
        clock=lambda: 0.0,
        folder=tmp_path,
    )
    assert watcher.turn() == 300
    assert not list(tmp_path.iterdir())
