"""The kernels' token: seen by nobody else, and dead with its server."""

from __future__ import annotations

import io
import json
import os
import signal
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
from IPython.core.ultratb import VerboseTB
from rich.console import Console
from rich.traceback import Traceback

from jupyter_dsw.demo.lab import Lab, clean_environment
from jupyter_dsw.kernel_endpoint import KERNEL_TOKEN_HEADER, path_of
from jupyter_dsw.notebook import readings
from tests.canaries import LOUD
from tests.kernels import Kernel
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_dsw.emulator import Emulator

KERNEL_ENDPOINT = "jupyter-dsw/v1/kernel/instance"


def connection_of(lab: Lab) -> dict[str, str]:
    (file,) = until(lambda: list((lab.home / "runtime").glob("jupyter-dsw-*.json")))
    content: dict[str, str] = json.loads(file.read_text())
    return content


@pytest.fixture(scope="module")
def kernel(loud_lab: Lab) -> Iterator[Kernel]:
    """A kernel of the loud server in which everything that can talk talks."""
    model = loud_lab.request("POST", "api/kernels", json={"name": "python3"})
    running = Kernel.of(loud_lab.home / "runtime" / f"kernel-{model['id']}.json")
    running.run(LOUD.format(target=""))
    yield running
    running.client.stop_channels()


def test_a_kernel_in_which_http_is_debugged_does_not_print_it(
    loud_lab: Lab, kernel: Kernel
) -> None:
    token = connection_of(loud_lab)["token"]
    printed = kernel.text("r = %dsw_info --fresh\nprint(r.via)")
    assert "via the Jupyter server" in printed
    # The switch and the log at DEBUG work in this kernel: other people's requests are printed.
    url = connection_of(loud_lab)["url"]
    theirs = kernel.text(f"import requests; requests.get({url!r}, headers={{'X-Mine': 'seen'}})")
    assert "X-Mine: seen" in theirs
    assert "urllib3" in theirs
    assert token not in printed
    assert KERNEL_TOKEN_HEADER not in printed


def test_no_process_carries_it_in_its_command_line_or_environment(
    loud_lab: Lab, kernel: Kernel
) -> None:
    token = connection_of(loud_lab)["token"].encode()
    looked_at = 0
    for process in Path("/proc").glob("[0-9]*"):
        for name in ("cmdline", "environ"):
            try:
                content = (process / name).read_bytes()
            except OSError:  # another user's, or it has ended
                continue
            looked_at += bool(content)
            assert token not in content, process
    assert looked_at > 4
    assert kernel.text("print('still here')") == "still here\n"


def test_the_server_adds_nothing_of_its_own_to_the_environment_of_kernels(
    loud_lab: Lab, kernel: Kernel
) -> None:
    read = "print(sorted(line.partition(b'=')[0].decode() for line in "
    read += "open('/proc/{}/environ', 'rb').read().split(b'\\0') if line))"
    of_kernel = json.loads(kernel.text(read.format("self")).replace("'", '"'))
    of_server = json.loads(kernel.text(read.format(loud_lab.process.pid)).replace("'", '"'))
    added = set(of_kernel) - set(of_server)
    assert "JPY_PARENT_PID" in added  # what Jupyter adds is seen
    assert not [name for name in added if "DSW" in name or "ALIBABA" in name or "TOKEN" in name]


def test_nothing_that_the_server_wrote_has_it_but_its_own_file(
    loud_lab: Lab, kernel: Kernel
) -> None:
    connection = connection_of(loud_lab)
    token = connection["token"]
    kernel.run("%dsw_info")
    for headers in ({KERNEL_TOKEN_HEADER: token}, {KERNEL_TOKEN_HEADER: f"{token}x"}):
        requests.get(connection["url"], headers=headers, timeout=60)
        requests.get(f"{connection['url']}/nothing", headers=headers, timeout=60)
    metrics = requests.get(
        f"{loud_lab.url}metrics", headers={"Authorization": f"token {loud_lab.token}"}, timeout=60
    )
    assert metrics.ok
    assert token not in metrics.text
    have_it = [
        path.name
        for path in loud_lab.home.rglob("*")
        if path.is_file() and token.encode() in path.read_bytes()
    ]
    assert have_it == [path_of(loud_lab.home, loud_lab.process.pid).name]
    log = (loud_lab.home / "server.log").read_text(errors="replace")
    assert KERNEL_ENDPOINT in log  # the access log is on


def test_a_strict_server_has_nothing_to_warn_of(loud_lab: Lab) -> None:
    loud_lab.request("GET", "api/status")
    log = (loud_lab.home / "server.log").read_text(errors="replace")
    assert "jupyter_dsw | extension was successfully loaded" in log
    for line in log.splitlines():
        # Jupyter lists the handlers that let everybody in; those of others are theirs to mend.
        assert not ("registered for" in line and "jupyter-dsw" in line), line
        assert not ("jupyter_dsw" in line and "[W" in line), line
    assert "InstanceHandler" not in log


def test_it_dies_with_its_server(
    emulator: Emulator, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    environment = {**clean_environment(), **emulator.environment()}
    first = Lab.start(tmp_path, environment, {})
    try:
        first.wait_until_it_responds()
        before = connection_of(first)
        port = before["url"].split(":")[2].partition("/")[0]
    finally:
        first.stop()
    assert not list((tmp_path / "runtime").glob("jupyter-dsw-*"))
    again = Lab.start(tmp_path_factory.mktemp("again"), environment, {"ServerApp.port": int(port)})
    try:
        again.wait_until_it_responds()
        after = connection_of(again)
        assert after["url"] == before["url"]
        status = {
            token: requests.get(
                after["url"], headers={KERNEL_TOKEN_HEADER: token}, timeout=60
            ).status_code
            for token in (before["token"], after["token"])
        }
    finally:
        again.stop()
    assert status == {before["token"]: 403, after["token"]: 200}


class _Interrupting(BaseHTTPRequestHandler):
    """Has whoever requests be interrupted while they wait, as by Ctrl-C."""

    def do_GET(self) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        threading.Event().wait(0.2)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def interrupting() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), _Interrupting)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def renderings_of(error: BaseException) -> str:
    """What the loudest renderings of an exception, with all local variables, show."""
    out = io.StringIO()
    kind: Any = type(error)
    renderer: Any = VerboseTB(ostream=out)
    renderer(kind, error, error.__traceback__)
    rich = Traceback.from_exception(kind, error, error.__traceback__, show_locals=True)
    Console(file=out, width=400).print(rich)
    frame = error.__traceback__
    while frame is not None:
        out.write(repr(frame.tb_frame.f_locals))
        frame = frame.tb_next
    return out.getvalue()


def interrupted(call: Any) -> BaseException:
    # As in a kernel: a shell that runs the tests in the background has them ignore it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt) as caught:
            call()
    finally:
        signal.signal(signal.SIGINT, before)
    return caught.value


def test_a_traceback_with_locals_of_an_interrupted_cell_does_not_show_it(
    interrupting: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "token-" + os.urandom(16).hex()
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("JPY_PARENT_PID", "4711")
    file = path_of(tmp_path, 4711)
    url = f"http://127.0.0.1:{interrupting.server_port}/"
    file.touch(0o600)
    file.write_text(json.dumps({"url": url, "token": secret}))
    rendered = renderings_of(interrupted(readings.read))
    assert "KeyboardInterrupt" in rendered
    assert "fresh" in rendered  # locals are shown
    assert secret not in rendered
