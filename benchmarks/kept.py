"""What a crowd is kept waiting for at a real server: the reading, or nothing at all."""

from __future__ import annotations

import contextlib
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from benchmarks import waiting
from benchmarks.asks import asks
from benchmarks.servers import Server, server
from jupyter_dsw.emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator

INSTANCE = "jupyter-dsw/v1/instance"
# A reading holds for a minute, on a clock that runs that much faster.
SPEED = 600
HOLDS_S = 60 / SPEED
# The endpoint takes its time, until all have asked.
CONFIG = f"""
from jupyter_dsw.clock import elapsed_seconds
from jupyter_dsw.monitor import Monitor
from jupyter_dsw.upstream.client import Client
fast = lambda: elapsed_seconds() * {SPEED}
Monitor.__init__.__kwdefaults__["clock"] = Client.__init__.__kwdefaults__["elapsed"] = fast
c.DSWExtension.read_timeout_s = c.DSWExtension.deadline_s = 120
"""


class Kept:
    """A path of a server at which whoever asks is kept waiting, once it is closed."""

    path: ClassVar[str]

    def __init__(self, jupyter: Server) -> None:
        self.server = jupyter

    def close(self) -> None:
        """Keep whoever asks from now on waiting."""

    def waiting(self) -> int:
        """How many are."""
        raise NotImplementedError

    def open(self) -> None:
        """Let all have their answer."""
        raise NotImplementedError


class ForNothing(Kept):
    """The handler of `benchmarks.waiting`, always closed but for the moment in which it opens."""

    path = waiting.PATH

    def waiting(self) -> int:
        """How many the handler counts."""
        count: int = self.server.get(waiting.COUNT).json()["waiting"]
        return count

    def open(self) -> None:
        """Wake them."""
        self.server.request("DELETE", self.path).raise_for_status()


class ForTheReading(Kept):
    """The people's door. The endpoint answers while the gate is open."""

    path = INSTANCE

    def __init__(self, jupyter: Server, gate: threading.Event) -> None:
        super().__init__(jupyter)
        self._gate = gate
        jupyter.get(self.path).raise_for_status()

    def close(self) -> None:
        """Let the reading grow old, and the endpoint hang."""
        time.sleep(2 * HOLDS_S)
        self._gate.clear()
        self._before = self._missed()

    def waiting(self) -> int:
        """How many the server's metrics tell of."""
        return self._missed() - self._before

    def open(self) -> None:
        """Let the endpoint answer."""
        self._gate.set()

    def _missed(self) -> int:
        return asks(self.server.get("metrics").text)["people", "miss"]


@contextlib.contextmanager
def both() -> Iterator[tuple[ForTheReading, ForNothing]]:
    """The two, each at a server of its own: what one has freed the other cannot use."""
    gate = threading.Event()
    gate.set()

    def clock() -> float:
        gate.wait()
        return time.time()

    # The emulator asks its clock before it answers.
    with Emulator(clock=clock) as emulator, _server(emulator) as one, _server(emulator) as other:
        try:
            yield ForTheReading(one, gate), ForNothing(other)
        finally:
            gate.set()


@contextlib.contextmanager
def _server(emulator: Emulator) -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "jupyter_config.py").write_text(CONFIG)
        environment = {**emulator.environment(), "JUPYTER_CONFIG_DIR": folder}
        with server(environment, "jupyter_dsw", "benchmarks.waiting") as jupyter:
            yield jupyter
