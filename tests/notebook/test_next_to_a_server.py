"""A kernel next to a real Jupyter server that runs the extension."""

from __future__ import annotations

import json
import resource
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import requests

from jupyter_dsw.demo.lab import Lab, clean_environment
from jupyter_dsw.kernel_endpoint import fingerprint
from tests.kernels import Kernel
from tests.servers import while_spoiled
from tests.upstream.certificates import Authority
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from jupyter_dsw.emulator import Emulator


@pytest.fixture
def start_kernel_in() -> Iterator[Callable[[Lab], tuple[str, Kernel]]]:
    """Start a kernel of this server; gives its id too."""
    started: list[Kernel] = []

    def start(lab: Lab) -> tuple[str, Kernel]:
        model = lab.request("POST", "api/kernels", json={"name": "python3"})
        kernel = Kernel.of(lab.home / "runtime" / f"kernel-{model['id']}.json")
        started.append(kernel)
        return model["id"], kernel

    yield start
    for kernel in started:
        kernel.client.stop_channels()


def listens(port: int) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


READ = "r = %dsw_info\nprint(r.instance.status, '|', r.via)"


def test_it_reads_from_the_server_not_the_endpoint(
    start_lab: Any, start_kernel_in: Any, emulator: Emulator
) -> None:
    lab = start_lab()
    served = lab.request("GET", "jupyter-dsw/v1/instance")
    _, kernel = start_kernel_in(lab)
    printed = kernel.text("r = %dsw_info --fresh\nprint(r.to_json())\nprint(r.via)")
    content, _, via = printed.strip().rpartition("\n")
    assert via == "via the Jupyter server"
    assert json.loads(content)["read_at"] == served["read_at"]
    assert emulator.calls == 1


def test_three_hundred_runs_leave_no_widget_and_no_copy_of_the_instance(
    start_lab: Any, start_kernel_in: Any, emulator: Emulator
) -> None:
    _, kernel = start_kernel_in(start_lab())
    size = "open('/proc/self/statm').read().split()[1]"
    kernel.text("for n in range(100): Out[n] = get_ipython().run_line_magic('dsw_info', '')")
    before = int(kernel.text(f"print({size})"))
    for _ in range(300):
        kernel.run("%dsw_info")
    after = int(kernel.text(f"import gc; _ = gc.collect(); print({size})"))
    # IPython keeps the value and the output of each cell; a widget for each was 31 MiB.
    assert (after - before) * resource.getpagesize() < 7 * 2**20
    instances = "len({id(r.instance) for r in Out.values() if hasattr(r, 'instance')})"
    assert int(kernel.data(instances)["text/plain"]) <= emulator.calls
    assert kernel.text("import sys; print('ipywidgets' in sys.modules)") == "False\n"


def test_asking_again_and_again_is_no_activity_of_the_server(
    start_lab: Any, start_kernel_in: Any
) -> None:
    lab = start_lab()
    _, kernel = start_kernel_in(lab)
    kernel.text(READ)
    path = json.loads(next((lab.home / "runtime").glob("jupyter-dsw-*.json")).read_text())
    ask = (
        "import requests\n"
        f"for _ in range(5): assert requests.get({path['url']!r}, headers="
        f"{{'X-Jupyter-DSW-Kernel-Token': {path['token']!r}}}).ok"
    )

    def asking_leaves_it() -> bool:
        before = lab.request("GET", "api/status")["last_activity"]
        subprocess.run([sys.executable, "-c", ask], check=True)
        return bool(lab.request("GET", "api/status")["last_activity"] == before)

    # The kernel's last message may reach the server during the first attempt.
    until(asking_leaves_it)


@pytest.mark.parametrize(
    "options",
    [
        {"ServerApp.base_url": "/dsw-39772/"},
        {"ServerApp.ip": "0.0.0.0"},
        {"ServerApp.ip": "localhost"},
    ],
    ids=["a base URL", "all addresses", "localhost"],
)
def test_it_finds_the_server_however_that_is_reached(
    start_lab: Any, start_kernel_in: Any, options: dict[str, object]
) -> None:
    _, kernel = start_kernel_in(start_lab(options))
    assert kernel.text(READ).strip() == "Running | via the Jupyter server"


def test_a_dead_proxy_in_the_environment_does_not_matter(
    start_lab: Any, start_kernel_in: Any
) -> None:
    dead = "http://127.0.0.1:9"
    lab = start_lab(HTTP_PROXY=dead, HTTPS_PROXY=dead, http_proxy=dead, https_proxy=dead)
    _, kernel = start_kernel_in(lab)
    assert kernel.text(READ).strip() == "Running | via the Jupyter server"


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_a_server_that_speaks_tls_is_read_over_tls_and_known_by_its_certificate(
    tmp_path: Path, emulator: Emulator
) -> None:
    # A full chain with the key, for a name that is not this machine's.
    authority = Authority(tmp_path)
    certfile = authority.full_chain("notebook.example")
    environment = {**clean_environment(), **emulator.environment()}
    lab = Lab.start(tmp_path, environment, {"ServerApp.certfile": certfile})
    try:
        (file,) = until(lambda: list((lab.home / "runtime").glob("jupyter-dsw-*.json")))
        connection = json.loads(file.read_text())
        assert connection["url"].startswith("https://127.0.0.1:")
        assert connection["certificate"] == fingerprint(certfile)
        # The file is written when the loop runs, a moment before the server listens.
        port = urlsplit(connection["url"]).port or 0
        until(lambda: listens(port))
        model = requests.post(
            lab.url.replace("http:", "https:") + "api/kernels",
            headers={"Authorization": f"token {lab.token}"},
            verify=False,
            timeout=60,
        ).json()
        kernel = Kernel.of(lab.home / "runtime" / f"kernel-{model['id']}.json")
        assert kernel.text(READ).strip() == "Running | via the Jupyter server"
        # Another certificate, though of the same authority and for the same name.
        other = authority.full_chain("notebook.example", name="other.pem")
        changed = json.dumps({**connection, "certificate": fingerprint(other)})
        via = while_spoiled(
            file, lambda path: path.write_text(changed), lambda: kernel.text(READ).strip()
        )
        assert via == "Running | directly from the API"
        kernel.client.stop_channels()
    finally:
        lab.stop()


@pytest.mark.parametrize("spoiled", ["readable by others", "a link", "half-written"])
def test_a_connection_file_that_cannot_be_trusted_is_not_used(
    start_lab: Any, start_kernel_in: Any, spoiled: str
) -> None:
    lab = start_lab()
    _, kernel = start_kernel_in(lab)
    (path,) = (lab.home / "runtime").glob("jupyter-dsw-*.json")

    def spoil(file: Path) -> None:
        if spoiled == "readable by others":
            file.chmod(0o644)
        elif spoiled == "a link":
            file.rename(file.with_suffix(".away"))
            file.symlink_to(file.with_suffix(".away"))
        else:
            file.write_text('{"url": "http')

    via = while_spoiled(path, spoil, lambda: kernel.text(READ).strip())
    assert via == "Running | directly from the API"


def test_a_kernel_that_outlives_its_server_calls_the_api(
    start_lab: Any, start_kernel_in: Any
) -> None:
    lab = start_lab()
    _, kernel = start_kernel_in(lab)
    (path,) = (lab.home / "runtime").glob("jupyter-dsw-*.json")

    def lead_nowhere(file: Path) -> None:
        url = "http://127.0.0.1:9/jupyter-dsw/v1/kernel/instance"
        file.write_text(json.dumps({**json.loads(file.read_text()), "url": url}))

    via = while_spoiled(path, lead_nowhere, lambda: kernel.text(READ).strip())
    assert via == "Running | directly from the API"
