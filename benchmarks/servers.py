"""Real Jupyter servers to measure, each in a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import requests

from benchmarks.peers import SERVER_EXTENSIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ROOT = Path(__file__).parents[1]
TOKEN = "benchmark"  # noqa: S105 - of a server on loopback that lives for a minute
PATIENCE_S = 60.0


@dataclass(frozen=True)
class Server:
    """A running one."""

    process: subprocess.Popen[bytes]
    url: str
    runtime: Path

    @property
    def port(self) -> int:
        """Where it listens, on 127.0.0.1."""
        return int(self.url.rsplit(":", 1)[1].rstrip("/"))

    def get(self, path: str, **headers: str) -> requests.Response:
        """Ask it, as a person with the token does."""
        return self.request("GET", path, headers)

    def request(self, method: str, path: str, headers: Mapping[str, str] = {}) -> requests.Response:
        """The same with any method."""
        with requests.Session() as session:
            session.trust_env = False
            headers = {"Authorization": f"token {TOKEN}", **headers}
            return session.request(method, self.url + path, headers=headers, timeout=60)

    def cpu_s(self) -> float:
        """Seconds of processor time that it has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rss_kib(self) -> int:
        """KiB of memory that it holds."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0])


@contextlib.contextmanager
def server(
    environment: Mapping[str, str], *extensions: str, program: str = "jupyter_server"
) -> Iterator[Server]:
    """Run a server with these extensions, and no others, until the block ends."""
    with tempfile.TemporaryDirectory() as home:
        process = subprocess.Popen(
            [sys.executable, "-m", program, *options(Path(home), extensions)],
            env={**os.environ, **folders(Path(home)), **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            runtime = Path(home) / "runtime"
            yield Server(process, _url_when_it_listens(process, runtime), runtime)
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def options(home: Path, extensions: Iterable[str]) -> list[str]:
    """The arguments of a server that lives in `home` and has these extensions, and none of the
    others that are measured."""
    others = ["jupyter_dsw", *SERVER_EXTENSIONS.values()]
    enabled = dict.fromkeys(others, False) | dict.fromkeys(extensions, True)
    settings = {
        "ServerApp": {
            "jpserver_extensions": enabled,
            "allow_root": True,
            "open_browser": False,
            "port": 0,
            "root_dir": str(home),
            "log_level": "CRITICAL",
        },
        "IdentityProvider": {"token": TOKEN},
    }
    config = home / "jupyter_server_config.json"
    config.write_text(json.dumps(settings))
    return [f"--config={config}"]


def folders(home: Path) -> dict[str, str]:
    """The variables by which a server, and its kernels, keep to `home`."""
    return {
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "IPYTHONDIR": str(home / "ipython"),
        "PYTHONPATH": str(ROOT),
    }


def _url_when_it_listens(process: subprocess.Popen[bytes], runtime: Path) -> str:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and process.poll() is None:
        for path in runtime.glob("jpserver-*.json"):
            with contextlib.suppress(ValueError, requests.RequestException, KeyError):
                url: str = json.loads(path.read_text())["url"]
                port = url.rstrip("/").rsplit(":", 1)[1]
                url = f"http://127.0.0.1:{port}/"
                requests.get(url + "api", timeout=5).raise_for_status()
                return url
        time.sleep(0.05)
    msg = "the Jupyter server did not start"
    raise RuntimeError(msg)
