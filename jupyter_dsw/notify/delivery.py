"""Sends messages to services: each service in its turn, retried within bounds, delaying nobody."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections import deque
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol

import msgspec

from jupyter_dsw.clock import LONGEST_WAIT_S, elapsed_seconds
from jupyter_dsw.i18n import Text, text
from jupyter_dsw.notify.sender import Order, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jupyter_dsw.notify.sender import Kind
    from jupyter_dsw.notify.services import Service

log = logging.getLogger(__name__)

THREAD = "jupyter-dsw-notify-send"
DEADLINE_S = 30
"""Seconds that one attempt may take in all."""
PAUSES_S = (15.0, 60.0, 240.0)
"""Seconds after each attempt that failed; after the last one the message is given up."""
MOST_WAITING = 20
"""Messages that wait for one service; of more, the oldest are given up."""
# The modules of the folder where this process runs must not be taken for others.
_PROGRAM = (
    "import sys; sys.path[:] = [place for place in sys.path if place]; "
    "from jupyter_dsw.notify.sender import main; main()"
)
# What no service needs: the account's keys, and the URLs of the other services.
_NOT_FOR_IT = ("ALIBABA_CLOUD_", "JUPYTER_DSW_")
_FINAL = {"not_installed", "not_understood"}


class Message(Protocol):
    """Something to send. Its text is made when it is sent, so that it is true then."""

    @property
    def topic(self) -> str:
        """What it is about: a newer message on the same topic takes the place of one that waits."""
        ...

    @property
    def kind(self) -> Kind:
        """How a service may colour it."""
        ...

    def text_at(self, now: float) -> tuple[str, str] | None:
        """Return title and body at `now` (`elapsed_seconds`); None if it is out of date."""
        ...


def library_is_there() -> bool:
    """Return whether Apprise is installed here; without importing it."""
    return find_spec("apprise") is not None


def attempt(
    service: Service, title: str, body: str, kind: Kind, *, deadline_s: int = DEADLINE_S
) -> Outcome:
    """Send one message to one service, in a process of its own. Blocks for `deadline_s` at most.

    Nothing of what the service's URL is made of is logged, raised or returned.
    """
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(_NOT_FOR_IT)
    }
    try:
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM],
            input=msgspec.json.encode(Order(service.url, title, body, kind, deadline_s)),
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=deadline_s,
            check=False,
        )
        return msgspec.json.decode(done.stdout, type=Outcome)
    except OSError:
        return Outcome("no_process")
    # Without an outcome it was ended from outside, or by its own alarm.
    except (subprocess.TimeoutExpired, msgspec.MsgspecError):
        return Outcome("timeout")


def describe(outcome: Outcome) -> Text:
    """Describe what became of a message, as a sentence with what to do."""
    code = outcome.code
    if outcome.reason == "status":
        return _STATUSES.get(code or 0, text("The service responded with HTTP %1.", code))
    if outcome.reason == "refused":
        return text(
            "The service refused the message with code %1. Look that code up in the service's "
            "documentation; a robot's keywords, signature and allowed addresses are usual causes.",
            code,
        )
    return _REASONS[outcome.reason]


_STATUSES: dict[int, Text] = {
    401: text("The service does not accept the token or password in the URL (HTTP 401)."),
    403: text("The service does not accept the token or password in the URL (HTTP 403)."),
    404: text("The service does not know the address in the URL (HTTP 404)."),
    429: text("The service got too many messages (HTTP 429)."),
}
_REASONS: dict[str, Text] = {
    "sent": text("Sent."),
    "not_installed": text(
        "The package apprise is not installed: pip install 'jupyter-dsw[notify]'"
    ),
    "not_understood": text(
        "Apprise does not understand this URL. Compare it with Apprise's page about the service: "
        "a part may be missing, too short, or in another place."
    ),
    "timeout": text("The service did not respond in time."),
    "tls": text("The certificate of the service, or of a proxy in between, was not accepted."),
    "proxy": text("The proxy in between cannot be reached, or refused. Check HTTPS_PROXY."),
    "no_connection": text(
        "The service cannot be reached. Check the host in the URL, and whether the instance has "
        "access to the internet."
    ),
    "login": text("The mail server does not accept the user or password in the URL."),
    "other": text("The service did not accept the message. Check the URL."),
    "no_process": text(
        "No process can be started for sending: a limit of the container is reached."
    ),
}


def _is_final(outcome: Outcome) -> bool:
    """Whether another attempt would not help, or would send some recipients the same again."""
    return outcome.reason in _FINAL or (outcome.reason == "other" and outcome.code is not None)


@dataclass
class _Outbox:
    """What waits for one service; a thread sends it while there is something."""

    service: Service
    waiting: deque[Message]
    sending: bool = False


class Delivery:
    """Sends messages to all services, without ever waiting for one.

    `send` makes one attempt and blocks; `clock` gives the seconds that messages are dated in.
    """

    def __init__(
        self,
        services: Iterable[Service],
        *,
        send: Callable[[Service, str, str, Kind], Outcome] = attempt,
        clock: Callable[[], float] = elapsed_seconds,
        pauses_s: tuple[float, ...] = PAUSES_S,
    ) -> None:
        self._outboxes = {
            service.number: _Outbox(service, deque(maxlen=MOST_WAITING)) for service in services
        }
        self._send, self._clock, self._pauses_s = send, clock, pauses_s
        self._changed = threading.Condition()
        self._closed = False

    def add(self, number: int, message: Message) -> None:
        """Have `message` sent to the service of this number."""
        outbox = self._outboxes[number]
        with self._changed:
            older = [other for other in outbox.waiting if other.topic == message.topic]
            for other in older:
                outbox.waiting.remove(other)
            outbox.waiting.append(message)
            self._changed.notify_all()
            if outbox.sending or self._closed:
                return
            outbox.sending = True
        try:
            threading.Thread(target=self._run, args=(outbox,), name=THREAD, daemon=True).start()
        except RuntimeError:  # at a limit of threads: the next message tries again
            outbox.sending = False
            log.warning("jupyter-dsw: a message waits, since no thread can be started.")

    def close(self) -> None:
        """Send nothing more; what is being sent is not interrupted."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _run(self, outbox: _Outbox) -> None:
        while (message := self._next(outbox)) is not None:
            try:
                self._send_one(outbox, message)
            except Exception as error:  # noqa: BLE001 - a fault of ours must not end later messages
                # The text of an unforeseen exception may quote anything.
                log.error("jupyter-dsw: %s while sending a message", type(error).__name__)

    def _next(self, outbox: _Outbox) -> Message | None:
        with self._changed:
            if self._closed or not outbox.waiting:
                outbox.sending = False
                return None
            return outbox.waiting.popleft()

    def _send_one(self, outbox: _Outbox, message: Message) -> None:
        for pause_s in (*self._pauses_s, None):
            written = message.text_at(self._clock())
            if written is None:
                return
            outcome = self._send(outbox.service, *written, message.kind)
            if outcome.reason == "sent":
                return
            if pause_s is None or _is_final(outcome):
                log.warning(
                    "jupyter-dsw: service %s did not get a message. %s",
                    outbox.service,
                    describe(outcome),
                )
                return
            if not self._wait(outbox, message, pause_s):
                return

    def _wait(self, outbox: _Outbox, message: Message, pause_s: float) -> bool:
        """Wait for the next attempt; return whether there should be one."""
        end = self._clock() + pause_s
        with self._changed:
            while not self._closed and (left_s := end - self._clock()) > 0:
                if any(other.topic == message.topic for other in outbox.waiting):
                    return False
                self._changed.wait(min(left_s, LONGEST_WAIT_S))
            return not self._closed
