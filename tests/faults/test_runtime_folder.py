"""A runtime folder that cannot be written, on a small file system of its own."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any

import pytest
from jupyter_server.serverapp import ServerApp

from jupyter_dsw.kernel_endpoint import path_of
from jupyter_dsw.server import extension
from tests.faults.reliability_page import Row, record
from tests.faults.server_and_kernel import (
    BY_THE_SERVER,
    DIRECTLY,
    shown_without_server,
    unread,
)
from tests.faults.small_disk import empty, fill, make_read_only, make_writable, mounted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.faults.served import Served


# How each begins and ends.
FAULTS = {
    "Runtime folder read-only": (make_read_only, make_writable),
    "Runtime folder full": (fill, empty),
}


@pytest.fixture
def jp_runtime_dir(tmp_path: Path, fault: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    # With its file for the browser Jupyter itself would not start.
    monkeypatch.setattr(ServerApp, "no_browser_open_file", True)
    folder = tmp_path / "runtime"
    folder.mkdir()
    with mounted(folder):
        FAULTS[fault][0](folder)
        yield folder


@pytest.fixture
def dsw(jp_serverapp: Any) -> Any:
    """The server's extension."""
    return jp_serverapp.extension_manager.extension_points["jupyter_dsw"].app


@pytest.mark.parametrize("fault", FAULTS)
async def test_kernels_ask_themselves_until_the_folder_can_be_written_again(
    fault: str,
    served: Served,
    jp_runtime_dir: Path,
    dsw: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def from_the_same_machine(**variables: str) -> str:
        # The server serves in this process: its client must not block its event loop.
        return await asyncio.to_thread(unread, jp_runtime_dir, os.getpid(), **variables)

    own_way = served.context.emulator.environment()
    _, first = await served.ask()
    assert first["error"] is None
    assert dsw.connection_file.path is None
    assert await from_the_same_machine(**own_way) == DIRECTLY
    lost = await from_the_same_machine()
    await served.rounds(served.meanwhile)

    FAULTS[fault][1](jp_runtime_dir)
    # The next attempt is due now.
    monkeypatch.setattr(extension, "LOOK_AGAIN_S", 0.0)
    dsw._keep_connection_file()
    assert await from_the_same_machine() == BY_THE_SERVER
    await served.rounds(served.quiet)

    # A folder that becomes so later costs nothing, and does not spoil the server's end.
    FAULTS[fault][0](jp_runtime_dir)
    assert await from_the_same_machine() == BY_THE_SERVER
    await dsw.stop_extension()
    record(
        Row(
            fault=fault,
            code="none, or NotConfigured",
            shown=f"If the server started so: {shown_without_server(lost)} If it happens later: "
            "nothing.",
            others=served.compared(),
        )
    )


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_file_is_written_by_itself_once_the_folder_allows_it(
    fault: str, jp_runtime_dir: Path, dsw: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extension, "LOOK_AGAIN_S", 0.01)
    dsw._keep_connection_file()
    assert not path_of(jp_runtime_dir, os.getpid()).exists()
    FAULTS[fault][1](jp_runtime_dir)
    while not path_of(jp_runtime_dir, os.getpid()).exists():
        await asyncio.sleep(0.01)
