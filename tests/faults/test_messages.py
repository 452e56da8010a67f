"""Messages to a phone or chat: faults of a service, of the server, and of its data folder."""

from __future__ import annotations

import asyncio
import re
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from jupyter_dsw.demo.lab import Lab, clean_environment
from jupyter_dsw.emulator import Emulator
from jupyter_dsw.notify.delivery import Delivery
from tests.canaries import NOTIFY_TOKEN
from tests.faults.reliability_page import Row, record
from tests.faults.served import compared
from tests.faults.server_and_kernel import rounds
from tests.faults.small_disk import empty, fill, mounted
from tests.notify.receiver import Receiver
from tests.servers import kill, start_again
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from traitlets.config import Config

    from tests.canaries import Canaries
    from tests.faults.context import Context
    from tests.faults.served import Served

# Idle, and nothing else that there would be a message about.
ONLY_IDLE: dict[str, Any] = {
    "InstanceName": "vision",
    "LatestSnapshot": None,
    "InstanceSnapshotList": [],
    "InstanceShutdownTimer": {"DueTime": None, "RemainingTimeInMs": 0},
}
# At 30 and at 10 minutes before the stop a message is due.
FIRST, SECOND = ({"MaxIdleTimeInMinutes": 60, "IdleTimeInMinutes": idle} for idle in (31, 51))
# It is read every 15 s; from one message to the next it takes 5 minutes, also on a slow machine.
SPEED = 4


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


def url_of(host: str) -> str:
    return f"json://{host}/{NOTIFY_TOKEN}"


def near(receiver: Receiver) -> int:
    """How many messages arrived, each about the stop that is near."""
    titles = [request.json["title"] for request in receiver.received]
    assert all("vision is idle and will be stopped in" in title for title in titles), titles
    return len(titles)


class TestOfAService:
    @pytest.fixture
    def other(self) -> Iterator[Receiver]:
        """A service next to it, which works."""
        with Receiver() as running:
            yield running

    @pytest.fixture
    def emulator_options(self) -> dict[str, float]:
        return {"speed": SPEED}

    @pytest.fixture
    def jp_server_config(
        self,
        jp_server_config: Config,
        context: Context,
        receiver: Receiver,
        other: Receiver,
        kind: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> Config:
        context.emulator.change(**ONLY_IDLE, IdleInstanceCuller=FIRST)
        host = receiver.host
        if kind == "cannot be reached":
            host = f"127.0.0.1:{context.port_where_nobody_listens()}"
        elif kind == "refuses":
            receiver.statuses = [403] * 4
        else:
            receiver.hangs = True
        monkeypatch.setenv("JUPYTER_DSW_NOTIFY", f"{url_of(host)} {url_of(other.host)}")
        # Four attempts, without the minutes in between.
        quick = partial(Delivery, pauses_s=(0.01, 0.01, 0.01))
        monkeypatch.setattr("jupyter_dsw.notify.watcher.Delivery", quick)
        return jp_server_config

    @pytest.mark.parametrize("kind", ["cannot be reached", "refuses", "never responds"])
    async def test_it_gets_four_attempts_and_delays_neither_the_server_nor_another_service(
        self,
        kind: str,
        served: Served,
        receiver: Receiver,
        other: Receiver,
        jp_serverapp: Any,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        def lines() -> list[str]:
            shown = (entry.getMessage() for entry in caplog.records)
            return [line for line in shown if "did not get a message" in line]

        async def until_true(condition: Callable[[], object], into: list[float]) -> None:
            while not condition():
                await served.rounds(into, 1)
                await asyncio.sleep(0.02)

        await until_true(lines, served.meanwhile)
        (line,) = lines()
        assert len(receiver.received) == (0 if kind == "cannot be reached" else 4)
        await until_true(lambda: near(other), served.quiet)
        await served.rounds(served.quiet)
        if kind == "refuses":
            # It is right again with the next message.
            receiver.received.clear()
            served.context.emulator.change(IdleInstanceCuller=SECOND)
            await until_true(lambda: receiver.received, served.quiet)
            await until_true(lambda: near(other) == 2, served.quiet)
            assert near(receiver) == 1
            assert len(lines()) == 1
        await jp_serverapp.extension_manager.stop_all_extensions()
        record(
            Row(
                fault=f"Messages: a service {kind}",
                code="none",
                shown="In the server's log, after four attempts: "
                f"{line.removeprefix('jupyter-dsw: ')} Other services get the message.",
                others=served.compared(),
            )
        )


class TestOfTheServer:
    @pytest.fixture
    def quick(self, canaries: Canaries) -> Iterator[Emulator]:
        with Emulator(speed=SPEED) as running:
            canaries.emulators.append(running)
            running.change(**ONLY_IDLE, IdleInstanceCuller=FIRST)
            yield running

    @pytest.fixture
    def home(self, tmp_path: Path) -> Iterator[Path]:
        """A home whose data folder is a small disk."""
        home = tmp_path / "home"
        (home / "data").mkdir(parents=True)
        with mounted(home / "data"):
            yield home

    def start(self, home: Path, emulator: Emulator, receiver: Receiver) -> Lab:
        variables = {"JUPYTER_DSW_NOTIFY": url_of(receiver.host)}
        lab = Lab.start(home, {**clean_environment(), **emulator.environment(), **variables}, {})
        lab.wait_until_it_responds()
        return lab

    def test_a_server_that_is_killed_before_a_message_arrived_sends_the_next_one(
        self, tmp_path: Path, quick: Emulator, receiver: Receiver
    ) -> None:
        home = tmp_path / "home"
        home.mkdir()
        receiver.hangs = True
        lab = self.start(home, quick, receiver)
        try:
            until(lambda: receiver.received)
            environment = kill(lab)
            receiver.received.clear()
            receiver.hangs = False
            calls = quick.calls
            lab = start_again(lab, environment)
            # The second call is made when the first reading was compared.
            until(lambda: quick.calls >= calls + 2)
            assert not receiver.received, "it is recorded as sent"
            quick.change(IdleInstanceCuller=SECOND)
            until(lambda: receiver.received)
            assert near(receiver) == 1
        finally:
            lab.stop()
        record(
            Row(
                fault="Messages: the server is killed with SIGKILL while it sends one",
                code="none",
                shown="Nothing: that message may be lost, and is not sent again. The next arrives.",
                others="none: no server",
            )
        )

    def test_where_nothing_can_be_recorded_messages_arrive_and_a_restart_repeats_one(
        self, home: Path, quick: Emulator, receiver: Receiver
    ) -> None:
        log = home / "server.log"
        fill(home / "data")
        lab = self.start(home, quick, receiver)
        quiet: list[float] = []
        meanwhile: list[float] = []
        try:
            until(lambda: near(receiver) == 1)
            rounds(lab, meanwhile)
            (line,) = re.findall(r"what was sent cannot be recorded in .*", log.read_text())
            lab = start_again(lab, kill(lab))
            until(lambda: near(receiver) == 2)
            empty(home / "data")
            quick.change(IdleInstanceCuller=SECOND)
            until(lambda: near(receiver) == 3)
            rounds(lab, quiet)
            calls = quick.calls
            lab = start_again(lab, kill(lab))
            until(lambda: quick.calls >= calls + 2)
            assert near(receiver) == 3
        finally:
            lab.stop()
        record(
            Row(
                fault="Messages: Jupyter's data folder full",
                code="none",
                shown="The messages arrive. In the server's log: "
                f"{line.replace(str(home / 'data'), '…')}",
                others=compared(quiet, meanwhile),
            )
        )
