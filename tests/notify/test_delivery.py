"""Sending: each service on its own, retried within bounds, and only what is still true."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from jupyter_dsw.clock import elapsed_seconds
from jupyter_dsw.notify.delivery import MOST_WAITING, THREAD, Delivery
from jupyter_dsw.notify.sender import Outcome
from jupyter_dsw.notify.services import services_of
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_dsw.notify.sender import Kind
    from jupyter_dsw.notify.services import Service

SENT, FAILED = Outcome("sent"), Outcome("status", 500)
SERVICES = services_of(["json://a", "ntfy://b"])


@dataclass(frozen=True)
class Note:
    title: str
    topic: str = "a topic"
    kind: Kind = "info"
    until: float = float("inf")

    def text_at(self, now: float) -> tuple[str, str] | None:
        return None if now > self.until else (self.title, "body")


@dataclass
class Services:
    """What the services got, and how they respond."""

    got: list[tuple[int, str]] = field(default_factory=list)
    outcomes: dict[str, list[Outcome]] = field(default_factory=dict)
    hangs: threading.Event = field(default_factory=threading.Event)
    hanging: int = 0

    def send(self, service: Service, title: str, body: str, kind: Kind) -> Outcome:
        del body, kind
        self.got.append((service.number, title))
        if service.number == self.hanging:
            self.hangs.wait()
        left = self.outcomes.get(title)
        return left.pop(0) if left else SENT

    def titles(self, number: int) -> list[str]:
        return [title for which, title in self.got if which == number]


@pytest.fixture
def services() -> Iterator[Services]:
    services = Services()
    yield services
    services.hangs.set()
    until(lambda: not [each for each in threading.enumerate() if each.name == THREAD])


def make(services: Services, pauses_s: tuple[float, ...] = (0.01, 0.01, 0.01)) -> Delivery:
    return Delivery(SERVICES, send=services.send, pauses_s=pauses_s)


def test_a_service_that_hangs_delays_no_other(services: Services) -> None:
    services.hanging = 1
    sending = make(services)
    for number in range(5):
        for service in (1, 2):
            sending.add(service, Note(f"note {number}", f"topic {number}"))
    until(lambda: services.titles(2) == [f"note {number}" for number in range(5)])
    assert services.titles(1) == ["note 0"]
    threads = [each for each in threading.enumerate() if each.name == THREAD]
    assert len(threads) <= len(SERVICES)


def test_a_message_that_fails_is_tried_four_times_and_then_one_line_is_logged(
    services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    services.outcomes = {"note": [FAILED] * 10}
    make(services).add(1, Note("note"))
    until(lambda: caplog.records)
    assert services.titles(1) == ["note"] * 4
    assert "service 1 (json) did not get a message" in caplog.text
    assert "HTTP 500" in caplog.text


def test_a_message_that_fails_first_arrives_later(services: Services) -> None:
    services.outcomes = {"note": [FAILED, FAILED]}
    sending = make(services)
    sending.add(1, Note("note"))
    sending.add(1, Note("next", "another topic"))
    until(lambda: services.titles(1) == ["note", "note", "note", "next"])


@pytest.mark.parametrize("reason", ["not_installed", "not_understood"])
def test_what_cannot_become_better_is_not_tried_again(
    services: Services, caplog: pytest.LogCaptureFixture, reason: str
) -> None:
    services.outcomes = {"note": [Outcome(reason)]}  # type: ignore[arg-type]
    make(services).add(1, Note("note"))
    until(lambda: caplog.records)
    assert services.titles(1) == ["note"]


def test_what_some_recipients_may_have_got_is_not_sent_to_them_again(
    services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    services.outcomes = {"note": [Outcome("other", 200)] * 10}
    make(services).add(1, Note("note"))
    until(lambda: caplog.records)
    assert services.titles(1) == ["note"]


def test_a_newer_message_on_the_topic_takes_the_place_of_one_that_waits(
    services: Services,
) -> None:
    services.outcomes = {"in 30 min": [FAILED] * 10}
    sending = make(services, pauses_s=(3600,))
    sending.add(1, Note("in 30 min", "stop 1"))
    until(lambda: services.titles(1) == ["in 30 min"])
    sending.add(1, Note("in 10 min", "stop 1"))
    until(lambda: services.titles(1) == ["in 30 min", "in 10 min"])


def test_what_is_no_longer_true_is_not_sent(services: Services) -> None:
    sending = make(services)
    sending.add(1, Note("over", "one", until=elapsed_seconds() - 1))
    sending.add(1, Note("now", "another"))
    until(lambda: services.titles(1) == ["now"])


def test_of_many_that_wait_the_oldest_are_given_up(services: Services) -> None:
    services.hanging = 1
    sending = make(services)
    sending.add(1, Note("first", "first"))
    until(lambda: services.got)
    for number in range(MOST_WAITING + 5):
        sending.add(1, Note(f"{number}", f"{number}"))
    services.hangs.set()
    until(lambda: services.titles(1)[-1] == f"{MOST_WAITING + 4}")
    assert services.titles(1)[1] == "5"
    assert len(services.got) == 1 + MOST_WAITING


def test_after_its_end_nothing_more_is_sent(services: Services) -> None:
    services.outcomes = {"note": [FAILED] * 10}
    sending = make(services, pauses_s=(3600,))
    sending.add(1, Note("note"))
    until(lambda: services.got)
    sending.close()
    sending.add(1, Note("later"))
    until(lambda: not [each for each in threading.enumerate() if each.name == THREAD])
    assert services.titles(1) == ["note"]


def test_a_fault_of_ours_ends_no_later_message(
    services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    class Faulty(Note):
        def text_at(self, now: float) -> tuple[str, str] | None:
            raise ValueError("a secret")

    sending = make(services)
    sending.add(1, Faulty("faulty", "one"))
    sending.add(1, Note("note", "another"))
    until(lambda: services.titles(1) == ["note"])
    assert "ValueError" in caplog.text
    assert "a secret" not in caplog.text


def test_where_no_thread_can_be_started_the_next_message_tries_again(
    services: Services, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    sending = make(services)
    with monkeypatch.context() as limited:
        limited.setattr(threading.Thread, "start", refuse)
        sending.add(1, Note("note", "one"))
    assert "no thread can be started" in caplog.text
    sending.add(1, Note("next", "another"))
    until(lambda: services.titles(1) == ["note", "next"])
