"""A kernel whose server's connection file cannot be used."""

from __future__ import annotations

import json
import os
import socket
from typing import TYPE_CHECKING

import pytest

from jupyter_dsw.emulator import Emulator
from tests.canaries import Canaries
from tests.faults.reliability_page import Row, record, steady
from tests.faults.server_and_kernel import (
    BY_THE_SERVER,
    DIRECTLY,
    Seen,
    ServerAndKernel,
    nothing_wrong,
    shown_without_server,
    start_lab,
    the_last_good_one_stays,
)
from tests.servers import while_spoiled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jupyter_dsw.demo.lab import Lab

NOBODY = 65534


@pytest.fixture(scope="module")
def lab(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    canaries = request.config.pluginmanager.get_plugin("canaries")
    assert isinstance(canaries, Canaries)
    with Emulator() as emulator:
        canaries.emulators.append(emulator)
        lab = start_lab(tmp_path_factory.mktemp("lab"), emulator)
        try:
            yield lab
        finally:
            lab.stop()


@pytest.fixture
def pair(lab: Lab) -> Iterator[ServerAndKernel]:
    # A kernel that has not called the endpoint itself yet.
    started = ServerAndKernel.start(lab)
    yield started
    started.stop()


def leads_nowhere(file: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/jupyter-dsw/v1/kernel/instance"
    file.write_text(json.dumps({**json.loads(file.read_text()), "url": url}))


def give_away(file: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may give a file to somebody else")
    os.chown(file, NOBODY, NOBODY)


def make_a_link(file: Path) -> None:
    aside = file.with_suffix(".aside")
    aside.write_text(file.read_text())
    aside.chmod(0o600)
    file.unlink()
    file.symlink_to(aside)


def cut_in_half(file: Path) -> None:
    text = file.read_text()
    file.write_text(text[: len(text) // 2])


def make_a_fifo(file: Path) -> None:
    file.unlink()
    os.mkfifo(file, 0o600)


def let_others_read(file: Path) -> None:
    file.chmod(0o755)


FAULTS = {
    "Connection file stale (it leads to a port where nobody listens)": leads_nowhere,
    "Connection file owned by somebody else": give_away,
    "Connection file a symbolic link": make_a_link,
    "Connection file half-written": cut_in_half,
    "A FIFO in place of the connection file": make_a_fifo,
    "Connection file that others can read (a file system that keeps no modes)": let_others_read,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_kernel_calls_the_endpoint_itself_and_the_server_again_when_it_can(
    pair: ServerAndKernel, fault: str
) -> None:
    file = pair.connection_file
    content = file.read_text()
    before = pair.ask()
    assert before.via == BY_THE_SERVER
    pair.rounds(pair.quiet)

    def ask() -> tuple[Seen, Seen, str]:
        stranded, meanwhile = pair.ask_without_a_direct_way(), pair.ask()
        return stranded, meanwhile, pair.unread()

    try:
        stranded, meanwhile, unread = while_spoiled(file, FAULTS[fault], ask)
        pair.rounds(pair.meanwhile)
    finally:
        file.unlink()
        file.write_text(content)
        file.chmod(0o600)
    assert meanwhile.via == DIRECTLY
    assert nothing_wrong(meanwhile, before)
    assert the_last_good_one_stays(stranded, before)
    assert unread == steady(stranded.error)
    after = pair.ask()
    assert after.via == BY_THE_SERVER
    assert nothing_wrong(after, before)
    record(
        Row(
            fault=fault,
            code="none, or NotConfigured",
            shown=shown_without_server(stranded.error),
            others=pair.compared(),
        )
    )
