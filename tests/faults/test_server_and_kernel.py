"""Servers that are killed, and kernels that are restarted or left behind."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from jupyter_client.manager import KernelManager

from jupyter_dsw.demo.lab import clean_environment
from tests.faults.reliability_page import Row, record, steady
from tests.faults.server_and_kernel import (
    BY_THE_SERVER,
    DIRECTLY,
    ServerAndKernel,
    nothing_wrong,
    shown_without_server,
    start_lab,
    the_last_good_one_stays,
    unread,
    wait_for_connection_file,
)
from tests.kernels import Kernel
from tests.servers import kill

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from jupyter_dsw.demo.lab import Lab
    from jupyter_dsw.emulator import Emulator


@pytest.fixture
def start(tmp_path: Path, emulator: Emulator) -> Iterator[Callable[..., Lab]]:
    """Start servers that share one runtime folder, as one after another on an instance do."""
    started: list[Lab] = []
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)

    def start() -> Lab:
        home = tmp_path / f"home-{len(started)}"
        home.mkdir()
        (home / "runtime").symlink_to(runtime)
        lab = start_lab(home, emulator)
        started.append(lab)
        return lab

    yield start
    for lab in started:
        lab.stop()


@pytest.fixture
def outliving(start: Callable[..., Lab], emulator: Emulator) -> Iterator[ServerAndKernel]:
    """A kernel next to a server, but not its child: it does not end with it."""
    lab = start()
    folders = {"JUPYTER_RUNTIME_DIR": lab.home / "runtime", "IPYTHONDIR": lab.home / "ipython"}
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(
        env={
            **clean_environment(),
            **emulator.environment(),
            **{name: os.fspath(folder) for name, folder in folders.items()},
        }
    )
    client = manager.client()
    kernel = Kernel.ready(client)
    kernel.run(f"import os; os.environ['JPY_PARENT_PID'] = '{lab.process.pid}'")
    yield ServerAndKernel(lab, "", kernel)
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def test_a_killed_server_that_is_started_on_another_port_has_readings_and_kernels_at_once(
    start: Callable[..., Lab], emulator: Emulator
) -> None:
    first = start()
    before = first.request("GET", "jupyter-dsw/v1/instance")
    kill(first)
    # Nobody was there to remove it.
    stale = wait_for_connection_file(first)
    runtime, pid = first.home / "runtime", first.process.pid
    lost = unread(runtime, pid)
    assert unread(runtime, pid, **emulator.environment()) == DIRECTLY

    second = start()
    assert second.url != first.url
    assert not stale.exists()
    after: Any = second.request("GET", "jupyter-dsw/v1/instance")
    assert after["error"] is None
    assert after["read_at"] >= before["read_at"]
    pair = ServerAndKernel.start(second)
    result = pair.ask()
    assert result.via == BY_THE_SERVER
    assert (result.status, result.error) == ("Running", "")
    pair.stop()
    record(
        Row(
            fault="Server killed with SIGKILL and restarted on another port",
            code="none, or NotConfigured",
            shown=f"In code: {shown_without_server(lost)} In pages: see the last row but one.",
            others="none: no server",
        )
    )


def test_a_kernel_that_outlives_its_server_calls_the_api_and_loses_nothing(
    outliving: ServerAndKernel,
) -> None:
    before = outliving.ask()
    assert before.via == BY_THE_SERVER
    kill(outliving.lab)
    stranded = outliving.ask_without_a_direct_way()
    assert the_last_good_one_stays(stranded, before)
    assert outliving.unread() == steady(stranded.error)
    meanwhile = outliving.ask()
    assert meanwhile.via == DIRECTLY
    assert nothing_wrong(meanwhile, before)
    record(
        Row(
            fault="Kernel outlives the server",
            code="none, or NotConfigured",
            shown=shown_without_server(stranded.error),
            others="none: no server",
        )
    )


def test_a_restarted_kernel_gets_the_reading_that_its_server_kept(
    start: Callable[..., Lab], emulator: Emulator
) -> None:
    pair = ServerAndKernel.start(start())
    before = pair.ask()
    pair.rounds(pair.quiet)
    # From here on the endpoint sends nothing good: what is seen was kept.
    emulator.scenario = "denied"
    pair.restart()
    after = pair.ask()
    pair.rounds(pair.meanwhile)
    assert after.via == BY_THE_SERVER
    assert (after.status, after.read_at) == ("Running", before.read_at)
    pair.stop()
    record(
        Row(
            fault="Kernel restarted",
            code="none",
            shown="Nothing: the server has the reading, and panels request it from the server.",
            others=pair.compared(),
        )
    )
