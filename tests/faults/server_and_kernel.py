"""A real server with a real kernel next to it, and a way to bring faults to both."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import requests

from jupyter_dsw.demo.lab import Lab, clean_environment
from jupyter_dsw.kernel_endpoint import path_of
from tests.faults.reliability_page import steady
from tests.faults.served import compared
from tests.kernels import Kernel
from tests.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from jupyter_dsw.emulator import Emulator

BY_THE_SERVER = "via the Jupyter server"
DIRECTLY = "directly from the API"
_ASK = """
r = %dsw_info --fresh
import json
from jupyter_dsw.clock import elapsed_seconds
print(json.dumps({
    "via": str(r.via),
    "status": r.instance and r.instance.status,
    "read_at": r.read_at and r.read_at.isoformat(),
    "age_ms": r.age_ms_at(elapsed_seconds()),
    "error": f"{r.error.message} {r.error.advice}" if r.error else "",
}))
"""
_UNREAD = """
import jupyter_dsw
try:
    print(jupyter_dsw.read().via)
except jupyter_dsw.DSWError as error:
    print(f"{error.message} {error.advice}")
"""
_NO_DIRECT_WAY = "import os; kept_id = os.environ.pop('DSW_INSTANCE_ID')"
_DIRECT_WAY = "os.environ['DSW_INSTANCE_ID'] = kept_id"


@dataclass(frozen=True)
class Seen:
    """What `%dsw_info` showed in a kernel."""

    via: str
    status: str | None
    read_at: str | None
    age_ms: int | None
    error: str


@dataclass
class ServerAndKernel:
    """A kernel next to a server."""

    lab: Lab
    kernel_id: str
    kernel: Kernel
    quiet: list[float] = field(default_factory=list)
    meanwhile: list[float] = field(default_factory=list)

    @classmethod
    def start(cls, lab: Lab) -> ServerAndKernel:
        """Start a kernel of `lab`."""
        model = _post(lab, "api/kernels", {"name": "python3"})
        return cls(lab, model["id"], _kernel(lab, model["id"]))

    def restart(self) -> None:
        """Restart the kernel, as a person does."""
        self.stop()
        _post(self.lab, f"api/kernels/{self.kernel_id}/restart", {})
        self.kernel = _kernel(self.lab, self.kernel_id)

    def stop(self) -> None:
        """Let go of the kernel; it ends with the server."""
        self.kernel.client.stop_channels()

    @property
    def connection_file(self) -> Path:
        """By which the kernel finds its server's endpoint."""
        return path_of(self.lab.home / "runtime", self.lab.process.pid)

    def ask(self) -> Seen:
        """`%dsw_info --fresh` in the kernel."""
        return Seen(**json.loads(self.kernel.text(_ASK)))

    def ask_without_a_direct_way(self) -> Seen:
        """The same where the kernel itself does not know its instance."""
        self.kernel.run(_NO_DIRECT_WAY)
        try:
            return self.ask()
        finally:
            self.kernel.run(_DIRECT_WAY)

    def unread(self) -> str:
        """What a kernel that has read nothing yet gets, where there is no direct way."""
        return unread(self.lab.home / "runtime", self.lab.process.pid)

    def rounds(self, into: list[float], count: int = 10) -> None:
        """Ask the server's `/api/status`, and keep how long it took."""
        rounds(self.lab, into, count)

    def compared(self) -> str:
        """How the server's other handlers fared."""
        return compared(self.quiet, self.meanwhile)


def rounds(lab: Lab, into: list[float], count: int = 10) -> None:
    """Ask the `/api/status` of `lab`, and keep how long it took."""
    for _ in range(count):
        begun = time.perf_counter()
        lab.request("GET", "api/status?no_track_activity=1")
        into.append(time.perf_counter() - begun)


def _post(lab: Lab, path: str, content: dict[str, str]) -> Any:
    # A kernel's start may take longer on a loaded machine than `Lab.request` waits.
    with requests.Session() as session:
        session.trust_env = False
        headers = {"Authorization": f"token {lab.token}"}
        response = session.post(lab.url + path, json=content, headers=headers, timeout=200)
    response.raise_for_status()
    return response.json()


def _kernel(lab: Lab, kernel_id: str) -> Kernel:
    return Kernel.of(lab.home / "runtime" / f"kernel-{kernel_id}.json")


def unread(runtime: Path, server_pid: int, **variables: str) -> str:
    """What code that has read nothing yet gets next to a server.

    How its reading was had, or why there is none.
    """
    environment = {
        **clean_environment(),
        "JUPYTER_RUNTIME_DIR": os.fspath(runtime),
        "JPY_PARENT_PID": str(server_pid),
        **variables,
    }
    for name in ("DSW_INSTANCE_ID", "REGION", "dsw_region"):
        if name not in variables:
            environment.pop(name, None)
    done = subprocess.run(
        [sys.executable, "-c", _UNREAD],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return steady(done.stdout.strip())


def shown_without_server(error: str) -> str:
    """What is shown where a kernel calls the API itself, and where it cannot do that either."""
    reason, direct, _ = steady(error).partition(" Calling the API directly failed, too. ")
    assert direct
    return f"“{DIRECTLY}”; where the kernel cannot call the API itself: {reason}"


def start_lab(home: Path, emulator: Emulator) -> Lab:
    """Start a server on the emulator's instance, and wait for it and its connection file."""
    lab = Lab.start(home, {**clean_environment(), **emulator.environment()}, {})
    lab.wait_until_it_responds()
    wait_for_connection_file(lab)
    return lab


def wait_for_connection_file(lab: Lab) -> Path:
    """The connection file of `lab`, once it is there."""
    path = path_of(lab.home / "runtime", lab.process.pid)
    until(path.exists)
    return path


def the_last_good_one_stays(seen: Seen, before: Seen) -> bool:
    """Whether `seen` is the reading `before`, older by now, and shows what is wrong."""
    assert seen.age_ms is not None
    assert before.age_ms is not None
    same = (seen.status, seen.read_at) == (before.status, before.read_at)
    return same and seen.age_ms > before.age_ms and bool(seen.error)


def nothing_wrong(seen: Seen, before: Seen) -> bool:
    """Whether `seen` is a good reading, as fresh as `before` or fresher."""
    fresh = bool(seen.read_at and before.read_at) and str(seen.read_at) >= str(before.read_at)
    return fresh and (seen.status, seen.error) == ("Running", "")
