"""The terminal command in a terminal of JupyterLab."""

from __future__ import annotations

import json
import os
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
import websocket

from jupyter_dsw.notebook import connection
from tests.cli.terminal import dsw
from tests.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from jupyter_dsw.demo.lab import Lab
    from jupyter_dsw.emulator import Emulator


def variables(lab: Lab) -> dict[str, str]:
    """What the server's terminals have, by which it can be found."""
    return {
        "JUPYTER_SERVER_URL": lab.url.replace("127.0.0.1", "localhost"),
        "JUPYTER_RUNTIME_DIR": str(lab.home / "runtime"),
    }


def door(lab: Lab) -> Path:
    """The server's connection file, once it is there."""
    return until(lambda: next((lab.home / "runtime").glob("jupyter-dsw-*.json"), None))  # type: ignore[return-value]


def test_a_real_terminal_of_jupyterlab_asks_the_server(
    start_lab: Any, emulator: Emulator, tmp_path: Path
) -> None:
    lab = start_lab({"ServerApp.base_url": "/dsw-39772/"})
    served = lab.request("GET", "jupyter-dsw/v1/instance")
    name = lab.request("POST", "api/terminals")["name"]
    url = f"{lab.url}terminals/websocket/{name}?token={lab.token}".replace("http:", "ws:")
    said = tmp_path / "said"
    # Without the credentials, only the server can have answered.
    line = (
        f"unset ALIBABA_CLOUD_CREDENTIALS_URI; {sys.executable} -m jupyter_dsw.cli info --json"
        f" >{said}.part; mv {said}.part {said}\r"
    )
    with closing(websocket.create_connection(url, timeout=60)) as terminal:
        terminal.send(json.dumps(["stdin", line]))
        until(said.exists)
    assert json.loads(said.read_text())["read_at"] == served["read_at"]
    assert emulator.calls == 1


def test_the_doctor_knows_that_the_server_runs_it(
    start_lab: Any, environment: dict[str, str]
) -> None:
    del environment
    lab = start_lab()
    door(lab)
    done = dsw("doctor", **variables(lab))
    assert done.returncode == 0
    assert "running in the Jupyter server of this terminal" in " ".join(done.stdout.split())


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    return tmp_path


def write(folder: Path, pid: int, url: str, *, mode: int = 0o600, written: int = 1) -> None:
    path = folder / f"jupyter-dsw-{pid}.json"
    path.write_text(json.dumps({"url": url, "token": f"token of {pid}"}))
    path.chmod(mode)
    os.utime(path, (written, written))


def test_of_several_servers_the_terminals_own_is_asked(
    runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(runtime, 1, "http://127.0.0.1:8888/jupyter-dsw/v1/kernel/instance")
    write(runtime, 2, "http://127.0.0.1:8889/one/jupyter-dsw/v1/kernel/instance")
    write(runtime, 3, "https://127.0.0.1:8890/jupyter-dsw/v1/kernel/instance")
    for url, token in {
        "http://localhost:8888/": "token of 1",
        "http://a-host:8889/one/": "token of 2",
        "https://localhost:8890/": "token of 3",
    }.items():
        monkeypatch.setenv("JUPYTER_SERVER_URL", url)
        assert connection.find().token == token


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8889/",
        "https://localhost:8888/",
        "http://localhost:8888/other/",
        "http://[",
        "",
    ],
)
def test_another_server_is_not_taken_for_the_terminals(
    runtime: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    write(runtime, 1, "http://127.0.0.1:8888/jupyter-dsw/v1/kernel/instance")
    monkeypatch.setenv("JUPYTER_SERVER_URL", url)
    with pytest.raises(connection.NoServer):
        connection.find()


def test_what_a_killed_server_left_behind_does_not_hide_the_next_one(
    runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "http://127.0.0.1:8888/jupyter-dsw/v1/kernel/instance"
    for pid, written in ((1, 10), (2, 20), (3, 15)):
        write(runtime, pid, url, written=written)
    monkeypatch.setenv("JUPYTER_SERVER_URL", "http://localhost:8888/")
    assert connection.find().token == "token of 2"


def test_a_file_that_others_could_have_written_is_not_trusted(
    runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(runtime, 1, "http://127.0.0.1:8888/jupyter-dsw/v1/kernel/instance", mode=0o644)
    (runtime / "jupyter-dsw-2.json").symlink_to(runtime / "jupyter-dsw-1.json")
    monkeypatch.setenv("JUPYTER_SERVER_URL", "http://localhost:8888/")
    with pytest.raises(connection.NoServer):
        connection.find()
