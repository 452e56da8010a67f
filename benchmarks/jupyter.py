"""Real JupyterLab servers and kernels to measure."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from jupyter_dsw.demo.lab import Lab

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_dsw.emulator import Emulator

ROOT = Path(__file__).parents[1]
PATIENCE_S = 120.0
_OUTPUTS = {"display_data", "execute_result", "stream"}


@contextlib.contextmanager
def lab(home: Path, emulator: Emulator) -> Iterator[Lab]:
    """Run JupyterLab on the emulator's instance until the block ends."""
    environment = {**os.environ, **emulator.environment(), "PYTHONPATH": str(ROOT)}
    running = Lab.start(home, environment, {"LabApp.expose_app_in_browser": True})
    try:
        running.wait_until_it_responds()
        yield running
    finally:
        running.stop()


@contextlib.contextmanager
def kernel_of(server: Lab) -> Iterator[BlockingKernelClient]:
    """Return a fresh kernel that the server starts, as it does for a notebook."""
    kernel_id = server.request("POST", "api/kernels")["id"]
    connection_file = server.home / f"runtime/kernel-{kernel_id}.json"
    client = BlockingKernelClient(connection_file=str(connection_file))
    client.load_connection_file()
    try:
        yield _ready(client)
    finally:
        client.stop_channels()


@contextlib.contextmanager
def kernel_without_server() -> Iterator[BlockingKernelClient]:
    """Return a fresh kernel with this process's variables and no Jupyter server."""
    with tempfile.TemporaryDirectory() as home:
        manager = KernelManager(kernel_name="python3")
        environment = {**os.environ, "IPYTHONDIR": home, "JUPYTER_RUNTIME_DIR": home}
        manager.start_kernel(env=environment, stderr=subprocess.DEVNULL)
        client = manager.client()
        try:
            yield _ready(client)
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)


def _ready(client: BlockingKernelClient) -> BlockingKernelClient:
    client.start_channels()
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            client.wait_for_ready(timeout=PATIENCE_S)
        except RuntimeError:  # on a busy machine, one that is still starting is taken for dead
            if time.monotonic() > until:
                raise
        else:
            return client


def run_cell(client: BlockingKernelClient, code: str) -> list[dict[str, Any]]:
    """Run a cell to its end; returns its outputs, `ms` being when each came after sending it."""
    begun = time.perf_counter()
    outputs: list[dict[str, Any]] = []

    def on_message(message: dict[str, Any]) -> None:
        if message["msg_type"] in _OUTPUTS:
            outputs.append({**message["content"], "ms": (time.perf_counter() - begun) * 1000})

    reply = client.execute_interactive(code, output_hook=on_message, timeout=PATIENCE_S)
    if reply["content"]["status"] != "ok":
        raise RuntimeError(reply["content"])
    return outputs
