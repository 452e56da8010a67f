"""Real kernels, without a Jupyter server and next to one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from jupyter_client.manager import KernelManager

from jupyter_dsw.notebook import readings, stop_watch
from tests.kernels import Kernel
from tests.notebook.stopping import unused_for_long

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def start_kernel(tmp_path: Path) -> Iterator[Callable[..., Kernel]]:
    """Start a kernel of this environment with this process's variables and those given."""
    started = []

    def start(**variables: str) -> Kernel:
        # A profile of the person who runs the tests does not apply to them.
        environment = {**os.environ, "IPYTHONDIR": str(tmp_path / "ipython"), **variables}
        manager = KernelManager(kernel_name="python3")
        manager.start_kernel(env=environment)
        client = manager.client()
        started.append((manager, client))
        return Kernel.ready(client)

    yield start
    for manager, client in started:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@pytest.fixture
def kernel(start_kernel: Callable[..., Kernel], environment: dict[str, str]) -> Kernel:
    """A kernel on the emulator's instance, with no Jupyter server."""
    del environment
    return start_kernel()


@pytest.fixture
def own_thread(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This process has made no call yet; its thread ends with the test."""
    del environment
    thread = stop_watch.WatchThread()
    monkeypatch.setattr(readings, "_monitor", None)
    monkeypatch.setattr(stop_watch, "watch_thread", thread)
    yield
    thread.watch.listeners = ()
    unused_for_long(thread)
