"""A JupyterLab of the demo's own, with the tour: nothing of the user's Jupyter settings."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests
from jupyter_client.blocking.client import BlockingKernelClient
from nbformat.v4 import output_from_msg

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jupyter_dsw.emulator import Emulator
    from jupyter_dsw.i18n import Language

PATIENCE_S = 120.0
CELL_TIMEOUT_S = 60
TOURS = tuple(sorted(Path(__file__).parent.glob("tour*.ipynb")))
_SERVER_CONFIGURATION = """\
from jupyter_dsw.demo import SimulatedRecorder
from jupyter_dsw.server.extension import DSWExtension

DSWExtension.make_recorder = lambda _: SimulatedRecorder()
"""


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab server."""

    process: subprocess.Popen[bytes]
    url: str
    """Its base URL, ending in a slash."""
    token: str
    home: Path
    """Has its settings, its runtime files and, in `work`, its notebooks."""

    @classmethod
    def start(
        cls, home: Path, environment: Mapping[str, str], options: Mapping[str, object]
    ) -> Lab:
        """Start one on 127.0.0.1 that runs, with its kernels, in `environment`.

        `options` are JupyterLab's configuration by trait, on top of the demo's own:
        `{"ServerApp.port": 8888}` (default: a free one).
        """
        (home / "work").mkdir()
        _write_page_config(home)
        token = secrets.token_hex(24)
        options = {**_own_options(home), **options}
        with (home / "server.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "jupyterlab"]
                + [f"--{name}={value}" for name, value in options.items()],
                env={**environment, **_own_folders(home), "JUPYTER_TOKEN": token},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        base_url = options.get("ServerApp.base_url", "/")
        return cls(process, f"http://127.0.0.1:{options['ServerApp.port']}{base_url}", token, home)

    def stop(self) -> None:
        """End it and its kernels."""
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def notebook_url(self, name: str) -> str:
        """Return what to open in a browser to see the notebook `name`."""
        return f"{self.url}lab/tree/{name}?token={self.token}"

    def request(self, method: str, path: str, **options: Any) -> Any:
        """Return the JSON of the server's REST API; raises `requests.RequestException`."""
        with requests.Session() as session:
            session.trust_env = False
            session.headers["Authorization"] = f"token {self.token}"
            response = session.request(method, self.url + path, timeout=30, **options)
            response.raise_for_status()
            return response.json()

    def wait_until_it_responds(self) -> None:
        """Return when the server responds; `RuntimeError` with the end of its log if it exits."""
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                self.request("GET", "api")
            except requests.RequestException:
                if self.process.poll() is not None or time.monotonic() > until:
                    log = (self.home / "server.log").read_text(errors="replace")
                    msg = f"JupyterLab does not respond. Its log ends:\n{log[-2000:]}"
                    raise RuntimeError(msg) from None
                time.sleep(0.1)
            else:
                return


def _own_options(home: Path) -> dict[str, object]:
    return {
        "ServerApp.root_dir": home / "work",
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": free_port(),
        "ServerApp.port_retries": 0,
        "ServerApp.open_browser": False,
        # As root (containers), Jupyter needs a setting that this is meant.
        "ServerApp.allow_root": True,
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    }


def _own_folders(home: Path) -> dict[str, str]:
    names = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "config/lab/user-settings",
        "JUPYTERLAB_WORKSPACES_DIR": "config/lab/workspaces",
        "IPYTHONDIR": "ipython",
    }
    return {name: os.fspath(home / folder) for name, folder in names.items()}


def _write_page_config(home: Path) -> None:
    # JupyterLab's question whether to fetch its news would be the first thing that people see.
    folder = home / "config" / "labconfig"
    folder.mkdir(parents=True)
    disabled = {"@jupyterlab/apputils-extension:announcements": True}
    (folder / "page_config.json").write_text(json.dumps({"disabledExtensions": disabled}))


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on.

    Below those that outgoing connections are given: one of them could else have it first.
    """
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def clean_environment() -> dict[str, str]:
    """Return this process's environment without what could point the demo at a real account."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ALIBABA_CLOUD_", "JUPYTER_DSW_"))
    }


def start_lab(home: Path, emulator: Emulator, options: Mapping[str, object]) -> Lab:
    """Start a JupyterLab on the emulator's instance, which shows its simulated utilization.

    `jupyter dsw` in its terminals is this one.
    """
    configuration = home / "config" / "jupyter_server_config.py"
    configuration.parent.mkdir(exist_ok=True)
    configuration.write_text(_SERVER_CONFIGURATION, encoding="utf-8")
    here = os.fspath(Path(sys.executable).parent)
    path = os.pathsep.join([here, os.environ.get("PATH", os.defpath)])
    # A login shell, which is the default, would make a PATH of its own.
    shell = {"shell_command": [os.environ.get("SHELL") or "sh"]}
    return Lab.start(
        home,
        {**clean_environment(), **emulator.environment(), "PATH": path},
        {"ServerApp.terminado_settings": shell, **options},
    )


def tour(language: Language) -> str:
    """Return the name of the tour in this language."""
    return {"en": "tour.ipynb", "zh_CN": "tour.zh-CN.ipynb"}[language]


def put_tours(lab: Lab, opened: str) -> None:
    """Put the tours into `lab`; the one that is `opened` joins a session whose first cell ran."""
    for path in TOURS:
        content = json.loads(path.read_text("utf-8"))
        if path.name == opened:
            code = next(cell for cell in content["cells"] if cell["cell_type"] == "code")
            _run_in_session(lab, opened, code)
        lab.request(
            "PUT", f"api/contents/{path.name}", json={"type": "notebook", "content": content}
        )


def _run_in_session(lab: Lab, path: str, cell: dict[str, Any]) -> None:
    """Run a cell in a session that the browser will join."""
    kernel = {"name": "python3"}
    body = {"path": path, "name": path, "type": "notebook", "kernel": kernel}
    session = lab.request("POST", "api/sessions", json=body)
    connection_file = lab.home / "runtime" / f"kernel-{session['kernel']['id']}.json"
    client = BlockingKernelClient(connection_file=str(connection_file))
    client.load_connection_file()
    # On a busy machine a heartbeat may be late, and the kernel would be taken for dead.
    client.start_channels(hb=False)

    def keep(message: Any) -> None:
        with suppress(ValueError):  # it is no output
            cell["outputs"].append(output_from_msg(message))

    try:
        client.wait_for_ready(timeout=CELL_TIMEOUT_S)
        code = "".join(cell["source"])
        reply = client.execute_interactive(code, output_hook=keep, timeout=CELL_TIMEOUT_S)
        cell["execution_count"] = reply["content"]["execution_count"]
    finally:
        client.stop_channels()
