"""How kernels learn of their endpoint: the file that the server keeps for them."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jupyter_dsw import kernel_endpoint
from jupyter_dsw.kernel_endpoint import ConnectionFile, KernelEndpoint, Reason, UnusableFile
from jupyter_dsw.server import extension

if TYPE_CHECKING:
    from jupyter_dsw.emulator import Emulator

ENDPOINT = KernelEndpoint("http://127.0.0.1:8888/jupyter-dsw/v1/kernel/instance", "a token")


def keep(folder: Path, endpoint: KernelEndpoint = ENDPOINT) -> Path:
    """The path of the file that a server in this process keeps there."""
    file = ConnectionFile(str(folder), endpoint)
    file.keep()
    assert file.path is not None
    return file.path


async def test_it_is_for_the_owners_eyes_only_and_has_url_and_token(
    jp_serverapp: Any, connection: dict[str, str], jp_base_url: str, jp_http_port: int
) -> None:
    path = kernel_endpoint.path_of(Path(jp_serverapp.runtime_dir), os.getpid())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert connection.keys() == {"url", "token", "certificate", "started"}
    assert connection["url"] == (
        f"http://127.0.0.1:{jp_http_port}{jp_base_url}jupyter-dsw/v1/kernel/instance"
    )
    assert len(connection["token"]) >= 32


async def test_it_has_no_credential(
    jp_fetch: Any, connection: dict[str, str], emulator: Emulator
) -> None:
    await jp_fetch("jupyter-dsw/v1/instance")
    assert not [secret for secret in emulator.secrets if secret in str(connection)]


async def test_it_goes_when_the_server_stops(jp_serverapp: Any, connection: dict[str, str]) -> None:
    assert connection
    await jp_serverapp.extension_manager.stop_all_extensions()
    assert not list(Path(jp_serverapp.runtime_dir).glob("jupyter-dsw-*"))


@pytest.mark.parametrize("lost", ["removed", "readable by others", "overwritten"])
async def test_a_lost_file_is_written_again(
    jp_serverapp: Any, connection: dict[str, str], monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    folder = Path(jp_serverapp.runtime_dir)
    path = kernel_endpoint.path_of(folder, os.getpid())
    if lost == "removed":
        path.unlink()
    elif lost == "readable by others":
        path.chmod(0o644)
    else:
        path.write_text(json.dumps({**connection, "token": "another"}))
    # The next look is due now.
    monkeypatch.setattr(extension, "LOOK_AGAIN_S", 0.01)
    jp_serverapp.extension_manager.extension_points["jupyter_dsw"].app._keep_connection_file()
    until_s = time.monotonic() + 60
    while not path.exists() and time.monotonic() < until_s:
        await asyncio.sleep(0.01)
    assert kernel_endpoint.read(folder, os.getpid()).token == connection["token"]


def test_writing_it_again_replaces_it_whole_and_leaves_no_draft(tmp_path: Path) -> None:
    for token in ("first", "second"):
        path = keep(tmp_path, KernelEndpoint("http://x/", token))
    assert "second" in path.read_text()
    assert list(tmp_path.iterdir()) == [path]


def test_one_of_another_server_of_this_process_is_left_alone(tmp_path: Path) -> None:
    first = ConnectionFile(str(tmp_path), KernelEndpoint("http://x/", "first"))
    first.keep()
    path = keep(tmp_path, KernelEndpoint("http://x/", "second"))
    first.remove()
    assert "second" in path.read_text()


def test_a_link_in_its_place_is_replaced_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("untouched")
    kernel_endpoint.path_of(tmp_path, os.getpid()).symlink_to(elsewhere)
    path = keep(tmp_path)
    assert elsewhere.read_text() == "untouched"
    assert not path.is_symlink()


def test_a_runtime_folder_that_cannot_be_written_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        keep(tmp_path / "missing")


def test_what_a_killed_server_left_behind_is_swept_and_nothing_else(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    of_ended = kernel_endpoint.path_of(tmp_path, ended.pid)
    # Its process ID was given to another process since.
    another = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    of_another = kernel_endpoint.path_of(tmp_path, another.pid)
    left = [of_ended, of_another, of_ended.with_suffix(".0123456789abcdef.tmp")]
    others = [
        tmp_path / f"jpserver-{ended.pid}.json",
        tmp_path / "jupyter-dsw-notes.json",
        # Of another machine or container, where it may well run.
        tmp_path / f"jupyter-dsw-0123456789abcdef-{ended.pid}.json",
        kernel_endpoint.path_of(tmp_path, 1),
    ]
    for path in (*left, *others):
        path.write_text("{}")
        path.chmod(0o600)
    of_another.write_text(json.dumps({"url": "http://x/", "token": "t", "started": "1"}))
    own = keep(tmp_path)
    another.communicate(b"\n", timeout=60)
    assert set(tmp_path.iterdir()) == {own, *others}


@pytest.fixture
def file_system_without_modes(monkeypatch: pytest.MonkeyPatch) -> None:
    """As CIFS is mounted by default: whatever mode is requested, it is 0755."""
    real = os.fstat

    def fstat(descriptor: int) -> os.stat_result:
        found = real(descriptor)
        return os.stat_result((found.st_mode | 0o755, *found[1:]))

    monkeypatch.setattr(os, "fstat", fstat)


@pytest.mark.usefixtures("file_system_without_modes")
def test_a_file_system_without_modes_never_gets_the_token(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile) as caught:
        keep(tmp_path)
    assert caught.value.reason is Reason.MODE
    assert not list(tmp_path.iterdir())
    with pytest.raises(UnusableFile):
        kernel_endpoint.check_folder(tmp_path)
    assert not list(tmp_path.iterdir())


async def test_the_log_names_the_variable_to_set_for_such_a_file_system_once(
    jp_serverapp: Any,
    connection: dict[str, str],
    file_system_without_modes: None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    del connection, file_system_without_modes
    dsw = jp_serverapp.extension_manager.extension_points["jupyter_dsw"].app
    dsw.log.addHandler(caplog.handler)
    for _ in range(3):
        dsw._keep_connection_file()
    (message,) = [r.getMessage() for r in caplog.records if "runtime folder" in r.getMessage()]
    assert "does not keep owner and mode" in message
    assert "Set JUPYTER_RUNTIME_DIR to a folder on a local disk" in message
    dsw.log.removeHandler(caplog.handler)
