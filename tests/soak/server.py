"""A real Jupyter server in a process of its own, with a probe in it.

The probe is a server extension, this module. It measures how late the server's event loop is, and
what the server uses. Its heart beats each 5 ms; a beat is as late as whatever else the loop had to
do took.
"""

from __future__ import annotations

import asyncio
import json
import os
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import psutil
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado import web
from tornado.ioloop import IOLoop

from jupyter_dsw.demo.lab import Lab, clean_environment
from jupyter_dsw.kernel_endpoint import KERNEL_TOKEN_HEADER
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jupyter_dsw.emulator import Emulator

ROOT = Path(__file__).parents[2]
BEAT_S = 0.005
PATH = "soak/probe"


class Footprint(msgspec.Struct, frozen=True):
    """Memory in use (bytes), open files and sockets, Python's threads.

    A joined thread may be seen by the machine for a moment longer.
    """

    rss: int
    open_files: int
    threads: int

    @classmethod
    def now(cls) -> Footprint:
        """That of this process."""
        process = psutil.Process()
        with process.oneshot():
            return cls(process.memory_info().rss, process.num_fds(), threading.active_count())


class Measured(msgspec.Struct, frozen=True):
    """What was measured since the last time it was requested."""

    lags_ms: list[float]
    footprint: Footprint


class Heart:
    """Beats in the server's event loop."""

    def __init__(self) -> None:
        self._lags_ms: list[float] = []

    async def beat(self) -> None:
        """Beat for as long as the server runs."""
        while True:
            begun = time.perf_counter()
            await asyncio.sleep(BEAT_S)
            self._lags_ms.append((time.perf_counter() - begun - BEAT_S) * 1000)

    def measured(self) -> Measured:
        """What was measured since the last time."""
        lags_ms, self._lags_ms = self._lags_ms, []
        return Measured(lags_ms, Footprint.now())


class ProbeHandler(APIHandler):
    """Gives out what was measured."""

    def initialize(self, heart: Heart) -> None:
        self.heart = heart

    @web.authenticated
    async def get(self) -> None:
        self.finish(msgspec.json.encode(self.heart.measured()))


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(server: Any) -> None:
    heart = Heart()
    server.web_app.add_handlers(
        ".*$",
        [(url_path_join(server.base_url, PATH), ProbeHandler, {"heart": heart})],
    )
    IOLoop.current().add_callback(heart.beat)


@dataclass(frozen=True)
class Target:
    """An endpoint, and how a client shows that it may use it."""

    url: str
    headers: Mapping[str, str]


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
    extensions = {"jupyter_dsw": True, __name__: True}
    lab = Lab.start(home, environment, {"ServerApp.jpserver_extensions": extensions, **options})
    try:
        lab.wait_until_it_responds()
        yield Server(lab)
    finally:
        lab.stop()
