"""A real JupyterHub, and people who sign in to it as their browsers do."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests

from jupyter_dsw.demo.lab import clean_environment, free_port
from tests.hub import proxy
from tests.kernels import Kernel
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Mapping

BROWSER_ENDPOINT = "jupyter-dsw/v1/instance"
KERNEL_ENDPOINT = "jupyter-dsw/v1/kernel/instance"
PATIENCE_S = 120.0
# A hub seldom is at the root of its host.
BASE = "/team/"


@dataclass(frozen=True)
class Hub:
    """A running JupyterHub with its proxy."""

    process: subprocess.Popen[bytes]
    url: str
    """Its base URL, ending in a slash."""
    home: Path
    password: str

    @classmethod
    def start(cls, home: Path, environments: Mapping[str, Mapping[str, str]]) -> Hub:
        """Start one on 127.0.0.1 for the users whose servers' `environments` these are."""
        url = f"http://127.0.0.1:{free_port()}{BASE}"
        settings = {
            "url": url,
            "hub_port": free_port(),
            "proxy_port": free_port(),
            "proxy": proxy.command(),
            "home": os.fspath(home),
            "password": secrets.token_hex(24),
            "environments": environments,
        }
        (home / "hub.json").write_text(json.dumps(settings), "utf-8")
        config = Path(__file__).with_name("jupyterhub_config.py")
        with (home / "hub.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "jupyterhub", "-f", config],
                env={**clean_environment(), **_own_path(), "HUB": os.fspath(home / "hub.json")},
                cwd=home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        return cls(process, url, home, str(settings["password"]))

    def stop(self) -> None:
        """End it, its proxy and its users' servers."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def wait_until_it_responds(self) -> None:
        """Return when people can sign in; fails with its last words if that never comes."""
        until(lambda: self.process.poll() is not None or self._responds(), patience_s=PATIENCE_S)
        log = (self.home / "hub.log").read_text(errors="replace")
        assert self.process.poll() is None, f"JupyterHub ended. Its log ends:\n{log[-2000:]}"

    def _responds(self) -> bool:
        try:
            return stranger().get(f"{self.url}hub/login", timeout=30).status_code == 200
        except requests.RequestException:
            return False


@dataclass(frozen=True)
class Person:
    """Somebody who has signed in, with the cookies of their browser."""

    hub: Hub
    name: str
    session: requests.Session = field(repr=False)

    @classmethod
    def sign_in(cls, hub: Hub, name: str) -> Person:
        """Fill in the form, and wait until the server is there and has let the person in."""
        session = stranger()
        session.get(f"{hub.url}hub/login", timeout=30)
        signed_in = session.post(
            f"{hub.url}hub/login",
            params={"next": f"{BASE}hub/spawn/{name}"},
            data={"username": name, "password": hub.password, "_xsrf": _xsrf(session, "hub/")},
            timeout=PATIENCE_S,
        )
        assert signed_in.ok, signed_in.text
        person = cls(hub, name, session)
        # Through the hub's pages of OAuth, and back.
        until(person._is_at_home, patience_s=PATIENCE_S)
        return person

    def _is_at_home(self) -> bool:
        page = self.session.get(f"{self.url}lab", timeout=PATIENCE_S)
        return page.ok and page.url.startswith(self.url)

    @property
    def url(self) -> str:
        """The base URL of the person's server, ending in a slash."""
        return f"{self.hub.url}user/{self.name}/"

    @property
    def connection(self) -> dict[str, str]:
        """What the person's server writes for its kernels."""
        (path,) = self.connection_files()
        content: dict[str, str] = json.loads(path.read_text())
        return content

    def connection_files(self) -> list[Path]:
        """Where it writes that."""
        return list(self._runtime.glob("jupyter-dsw-*.json"))

    @property
    def home(self) -> Path:
        """The person's folder on the machine of the hub."""
        return self.hub.home / self.name

    @property
    def _runtime(self) -> Path:
        return self.home / ".local/share/jupyter/runtime"

    def get(self, url: str, **options: Any) -> requests.Response:
        """Ask as the scripts of the person's pages do."""
        return self.session.get(url, timeout=PATIENCE_S, **options)

    def ask_hub(self, method: str, path: str) -> Any:
        """What the hub's REST API sends to the person's home page of the hub."""
        return self._ask(method, "hub/", f"api/{path}")

    def start_kernel(self) -> Kernel:
        """Start a kernel through the hub's proxy."""
        started = self._ask("POST", f"user/{self.name}/", "api/kernels")
        return Kernel.of(self._runtime / f"kernel-{started['id']}.json")

    def _ask(self, method: str, part: str, path: str) -> Any:
        response = self.session.request(
            method,
            self.hub.url + part + path,
            headers={
                "X-XSRFToken": _xsrf(self.session, part),
                "Referer": f"{self.hub.url}hub/home",
            },
            timeout=PATIENCE_S,
        )
        assert response.ok, response.text
        return response.json() if response.content else None


def stranger() -> requests.Session:
    """Somebody who has not signed in."""
    session = requests.Session()
    session.trust_env = False
    return session


def _xsrf(session: requests.Session, path: str) -> str:
    (cookie,) = (c for c in session.cookies if c.name == "_xsrf" and c.path == BASE + path)
    return str(cookie.value)


def _own_path() -> dict[str, str]:
    # The proxy is a script of the Node next to this Python.
    folders = (os.fspath(Path(sys.executable).parent), os.environ.get("PATH", ""))
    return {"PATH": os.pathsep.join(folders)}
