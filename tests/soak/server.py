"""A real Jupyter server in a process of its own, with the probe in it."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from jupyter_dsw.demo.lab import Lab, clean_environment
from jupyter_dsw.kernel_endpoint import KERNEL_TOKEN_HEADER
from tests.soak.crowd import Target
from tests.soak.probe import PATH, Measured
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jupyter_dsw.emulator import Emulator

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Server:
    """A running server."""

    lab: Lab

    @property
    def targets(self) -> list[Target]:
        """The endpoint for browsers and the one for kernels."""
        (path,) = until(lambda: list((self.lab.home / "runtime").glob("jupyter-dsw-*.json")))
        connection = json.loads(path.read_text())
        return [
            self.own_target("jupyter-dsw/v1/instance"),
            Target(connection["url"], {KERNEL_TOKEN_HEADER: connection["token"]}),
        ]

    def own_target(self, path: str) -> Target:
        """A handler that opens to whoever is signed in."""
        return Target(self.lab.url + path, {"Authorization": f"token {self.lab.token}"})

    def measured(self) -> Measured:
        """What the probe measured since the last time."""
        return msgspec.convert(self.lab.request("GET", PATH), Measured)

    def complaints(self) -> list[str]:
        """The lines of the server's log that report an error of its own: tracebacks and 500s."""
        log = (self.lab.home / "server.log").read_text(errors="replace").splitlines()
        return [line for line in log if "Traceback" in line or " 500 " in line]


@contextmanager
def serving(emulator: Emulator, home: Path, options: Mapping[str, object]) -> Iterator[Server]:
    """Run one, configured by `options`, until the end of the block."""
    environment = {
        **clean_environment(),
        **emulator.environment(),
        "PYTHONPATH": os.fspath(ROOT),
    }
    extensions = {"jupyter_dsw": True, "tests.soak.probe": True}
    lab = Lab.start(home, environment, {"ServerApp.jpserver_extensions": extensions, **options})
    try:
        lab.wait_until_it_responds()
        yield Server(lab)
    finally:
        lab.stop()
