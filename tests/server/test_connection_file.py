"""How kernels learn of their door."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jupyter_dsw.server.connection_file import ConnectionFile

if TYPE_CHECKING:
    from jupyter_dsw.emulator import Emulator


async def test_it_is_for_the_owners_eyes_only_and_tells_url_and_token(
    jp_serverapp: Any, connection: dict[str, str], jp_base_url: str, jp_http_port: int
) -> None:
    path = Path(jp_serverapp.runtime_dir) / f"jupyter-dsw-{os.getpid()}.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert connection.keys() == {"url", "token"}
    assert connection["url"] == (
        f"http://127.0.0.1:{jp_http_port}{jp_base_url}jupyter-dsw/v1/kernel/instance"
    )
    assert len(connection["token"]) >= 32


async def test_it_holds_no_credential(
    jp_fetch: Any, connection: dict[str, str], emulator: Emulator
) -> None:
    await jp_fetch("jupyter-dsw/v1/instance")
    assert not [secret for secret in emulator.secrets if secret in str(connection)]


async def test_it_goes_when_the_server_stops(jp_serverapp: Any, connection: dict[str, str]) -> None:
    assert connection
    await jp_serverapp.extension_manager.stop_all_extensions()
    assert not list(Path(jp_serverapp.runtime_dir).glob("jupyter-dsw-*"))


def test_writing_it_again_replaces_it_whole_and_leaves_no_draft(tmp_path: Path) -> None:
    for token in ("first", "second"):
        file = ConnectionFile.write(str(tmp_path), url="http://x/", token=token, certificate=None)
    assert "second" in file.path.read_text()
    assert list(tmp_path.iterdir()) == [file.path]


def test_a_link_in_its_place_is_replaced_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("untouched")
    (tmp_path / f"jupyter-dsw-{os.getpid()}.json").symlink_to(elsewhere)
    file = ConnectionFile.write(str(tmp_path), url="http://x/", token="t", certificate=None)
    assert elsewhere.read_text() == "untouched"
    assert not file.path.is_symlink()


def test_a_runtime_folder_that_cannot_be_written_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        ConnectionFile.write(
            str(tmp_path / "missing"), url="http://x/", token="t", certificate=None
        )


def test_what_a_killed_server_left_behind_is_swept_and_nothing_else(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    stale = tmp_path / f"jupyter-dsw-{ended.pid}.json"
    others = [
        tmp_path / f"jupyter-dsw-{os.getppid()}.json",
        tmp_path / f"jpserver-{ended.pid}.json",
        tmp_path / "jupyter-dsw-notes.json",
    ]
    for path in (stale, *others):
        path.write_text("{}")
    file = ConnectionFile.write(str(tmp_path), url="http://x/", token="t", certificate=None)
    assert set(tmp_path.iterdir()) == {file.path, *others}
