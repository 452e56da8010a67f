"""Kernels and terminals find their own server's connection file, and no other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from jupyter_dsw import i18n, kernel_endpoint
from jupyter_dsw.kernel_endpoint import KernelEndpoint, Reason, UnusableFile
from jupyter_dsw.notebook import connection
from tests.cli.terminal import dsw

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ENDPOINT = KernelEndpoint("http://127.0.0.1:8888/jupyter-dsw/v1/kernel/instance", "a token")


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The runtime folder of a kernel of this process."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("JPY_PARENT_PID", str(os.getpid()))
    return tmp_path


def make_a_fifo(path: Path) -> None:
    os.mkfifo(path, 0o600)


def make_a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def make_a_folder(path: Path) -> None:
    path.mkdir(mode=0o700)


def make_it_huge(path: Path) -> None:
    path.touch(0o600)
    os.truncate(path, 1 << 24)


def make_it_endless_json(path: Path) -> None:
    path.touch(0o600)
    path.write_text("[" * 60_000)


OBSTACLES = [make_a_fifo, make_a_device, make_a_folder, make_it_huge, make_it_endless_json]


@pytest.mark.parametrize("obstacle", OBSTACLES)
def test_whatever_is_in_its_place_is_refused_at_once(
    runtime: Path, obstacle: Callable[[Path], None]
) -> None:
    obstacle(kernel_endpoint.path_of(runtime, os.getpid()))
    with pytest.raises(UnusableFile) as caught:
        kernel_endpoint.read(runtime, os.getpid())
    expected = Reason.CONTENT if obstacle is make_it_endless_json else Reason.NO_PLAIN_FILE
    assert caught.value.reason is expected
    with pytest.raises(connection.NoServer, match="connection file"):
        connection.find()


@pytest.mark.parametrize("obstacle", OBSTACLES)
def test_info_does_not_wait_for_it(runtime: Path, obstacle: Callable[[Path], None]) -> None:
    obstacle(kernel_endpoint.path_of(runtime, os.getpid()))
    done = dsw("info")
    assert done.returncode == 1
    assert "connection file" in done.stderr


@pytest.mark.parametrize("obstacle", [make_a_fifo, make_a_folder, make_it_huge])
def test_nor_for_jupyterlabs_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, obstacle: Callable[[Path], None]
) -> None:
    monkeypatch.setenv("JUPYTERLAB_SETTINGS_DIR", str(tmp_path))
    path = tmp_path / i18n._SETTINGS
    path.parent.mkdir(parents=True)
    obstacle(path)
    assert i18n.of_person() == "en"


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", "null", '{"url": 1, "token": "t"}', '{"url": "http', "\udcff", '{"url": "x"}'],
)
def test_content_of_another_kind_is_refused(runtime: Path, content: str) -> None:
    path = kernel_endpoint.path_of(runtime, os.getpid())
    path.touch(0o600)
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(UnusableFile) as caught:
        kernel_endpoint.read(runtime, os.getpid())
    assert caught.value.reason is Reason.CONTENT


def test_a_file_that_others_can_read_names_the_variable_to_set(runtime: Path) -> None:
    kernel_endpoint.write(runtime, ENDPOINT).chmod(0o755)
    with pytest.raises(connection.NoServer, match=r"file modes.*Set JUPYTER_RUNTIME_DIR"):
        connection.find()


def test_the_file_of_a_server_that_has_ended_is_not_used_when_its_id_is_given_again(
    runtime: Path,
) -> None:
    path = kernel_endpoint.write(runtime, ENDPOINT)
    content = json.loads(path.read_text())
    assert content["started"].isdigit()
    path.write_text(json.dumps({**content, "started": "1"}))
    with pytest.raises(connection.NoServer, match="no longer running"):
        connection.find()


def test_a_file_system_that_does_not_respond_is_not_waited_for(
    runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    responds = threading.Event()
    monkeypatch.setattr(connection, "FILE_TIMEOUT_S", 0.05)
    monkeypatch.setattr(kernel_endpoint, "read", lambda _folder, _pid: responds.wait(60))
    with pytest.raises(connection.NoServer, match="does not respond"):
        connection.find()
    responds.set()
    assert runtime.exists()


# A server, and a kernel of it that reads: both in a PID namespace of their own, as in a container.
SERVER = """
import os, subprocess, sys
from jupyter_dsw.kernel_endpoint import KernelEndpoint
from jupyter_dsw.kernel_endpoint import ConnectionFile
folder, token = sys.argv[1:]
file = ConnectionFile(folder, KernelEndpoint("http://127.0.0.1:8888/", token))
file.keep()
print(os.getpid(), flush=True)
for line in sys.stdin:
    command = line.strip()
    if command == "read":
        kernel = [sys.executable, "-c",
                  "from jupyter_dsw.notebook.connection import find; print(find().token)"]
        by_pid = {**os.environ, "JPY_PARENT_PID": str(os.getpid())}
        by_url = {**os.environ, "JUPYTER_SERVER_URL": "http://localhost:8888/"}
        for variables in (by_pid, by_url):
            print(subprocess.check_output(kernel, env=variables, text=True).strip(), flush=True)
file.remove()
"""


def test_servers_of_two_containers_that_share_a_folder_and_a_process_id_keep_apart(
    runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JPY_PARENT_PID")
    contained = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]
    if subprocess.run([*contained, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no PID namespace can be made here, which root may")

    def start(token: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*contained, sys.executable, "-c", SERVER, str(runtime), token],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    with ExitStack() as stack:
        servers = {token: stack.enter_context(start(token)) for token in ("first", "second")}
        for server in servers.values():
            assert server.stdout is not None
            assert server.stdout.readline() == "1\n"
        assert len(list(runtime.glob("jupyter-dsw-*-1.json"))) == 2
        for token, server in servers.items():
            assert server.stdin is not None
            assert server.stdout is not None
            server.stdin.write("read\n")
            server.stdin.flush()
            assert [server.stdout.readline() for _ in range(2)] == [f"{token}\n"] * 2
        for server in servers.values():
            server.communicate()
    assert not list(runtime.glob("jupyter-dsw-*"))


@pytest.fixture
def shell_without_variables(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The runtime folder of a shell that no Jupyter server started: SSH, cron, sudo."""
    monkeypatch.delenv("JPY_PARENT_PID")
    monkeypatch.delenv("JUPYTER_SERVER_URL", raising=False)
    return runtime


def test_a_shell_that_no_server_started_uses_a_running_server_of_its_user(
    shell_without_variables: Path,
) -> None:
    kernel_endpoint.write(shell_without_variables, ENDPOINT)
    assert connection.find().token == ENDPOINT.token


def test_it_uses_no_server_that_has_ended_and_no_file_that_others_can_read(
    shell_without_variables: Path,
) -> None:
    folder = shell_without_variables
    server = (
        "import pathlib, sys\nfrom jupyter_dsw.kernel_endpoint import KernelEndpoint, write\n"
        "write(pathlib.Path(sys.argv[1]), KernelEndpoint(sys.argv[2], 'of one that has ended'))"
    )
    subprocess.run([sys.executable, "-c", server, folder, ENDPOINT.url], check=True)
    assert kernel_endpoint.server_pids(folder)
    with pytest.raises(connection.NoServer, match="is running here for this user"):
        connection.find()
    kernel_endpoint.write(folder, ENDPOINT).chmod(0o644)
    with pytest.raises(connection.NoServer, match="is running here for this user"):
        connection.find()
