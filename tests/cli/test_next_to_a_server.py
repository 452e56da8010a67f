"""The terminal command in a terminal of JupyterLab."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
import websocket

from jupyter_dsw import kernel_endpoint
from jupyter_dsw.notebook import connection
from tests.cli.terminal import dsw
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jupyter_dsw.demo.lab import Lab
    from jupyter_dsw.emulator import Emulator


def variables(lab: Lab) -> dict[str, str]:
    """What the server's terminals have, by which it can be found."""
    return {
        "JUPYTER_SERVER_URL": lab.url.replace("127.0.0.1", "localhost"),
        "JUPYTER_RUNTIME_DIR": str(lab.home / "runtime"),
    }


def connection_file(lab: Lab) -> Path:
    """The server's connection file, once it is there."""
    return until(lambda: next((lab.home / "runtime").glob("jupyter-dsw-*.json"), None))  # type: ignore[return-value]


def test_a_real_terminal_of_jupyterlab_reads_from_the_server(
    start_lab: Any, emulator: Emulator, tmp_path: Path
) -> None:
    lab = start_lab({"ServerApp.base_url": "/dsw-39772/"})
    served = lab.request("GET", "jupyter-dsw/v1/instance")
    name = lab.request("POST", "api/terminals")["name"]
    url = f"{lab.url}terminals/websocket/{name}?token={lab.token}".replace("http:", "ws:")
    written = tmp_path / "written"
    # Without the credentials, only the server can have responded.
    line = (
        f"unset ALIBABA_CLOUD_CREDENTIALS_URI; {sys.executable} -m jupyter_dsw.cli info --json"
        f" >{written}.part; mv {written}.part {written}\r"
    )
    with closing(websocket.create_connection(url, timeout=60)) as terminal:
        terminal.send(json.dumps(["stdin", line]))
        until(written.exists)
    assert json.loads(written.read_text())["read_at"] == served["read_at"]
    assert emulator.calls == 1


def test_the_doctor_knows_that_the_server_runs_it(
    start_lab: Any, environment: dict[str, str]
) -> None:
    del environment
    lab = start_lab()
    connection_file(lab)
    done = dsw("doctor", **variables(lab))
    assert done.returncode == 0
    assert "running in the Jupyter server of this terminal" in " ".join(done.stdout.split())


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def processes() -> Iterator[list[int]]:
    """The process IDs of three servers."""
    started = [
        subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) for _ in range(3)
    ]
    yield [process.pid for process in started]
    for process in started:
        process.communicate(b"\n")


def write(folder: Path, pid: int, url: str, *, mode: int = 0o600, written: int = 1) -> None:
    path = kernel_endpoint.path_of(folder, pid)
    path.write_text(json.dumps({"url": url, "token": f"token of {pid}"}))
    path.chmod(mode)
    os.utime(path, (written, written))


def test_of_several_servers_the_terminals_own_is_used(
    runtime: Path, processes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = processes
    write(runtime, first, "http://127.0.0.1:8888/jupyter-dsw/v1/kernel/instance")
    write(runtime, second, "http://127.0.0.1:8889/one/jupyter-dsw/v1/kernel/instance")
    write(runtime, third, "https://127.0.0.1:8890/jupyter-dsw/v1/kernel/instance")
    for url, token in {
        "http://localhost:8888/": f"token of {first}",
        "http://a-host:8889/one/": f"token of {second}",
        "https://localhost:8890/": f"token of {third}",
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
    runtime: Path, processes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "http://127.0.0.1:8888/jupyter-dsw/v1/kernel/instance"
    for pid, written in zip(processes, (10, 20, 15), strict=True):
        write(runtime, pid, url, written=written)
    monkeypatch.setenv("JUPYTER_SERVER_URL", "http://localhost:8888/")
    assert connection.find().token == f"token of {processes[1]}"


def test_a_file_that_others_could_have_written_is_not_trusted(
    runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(runtime, 1, "http://127.0.0.1:8888/jupyter-dsw/v1/kernel/instance", mode=0o644)
    kernel_endpoint.path_of(runtime, 2).symlink_to(kernel_endpoint.path_of(runtime, 1))
    monkeypatch.setenv("JUPYTER_SERVER_URL", "http://localhost:8888/")
    with pytest.raises(connection.NoServer):
        connection.find()
