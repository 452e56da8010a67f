"""Fresh IPython kernels, and the time until a cell's first output."""

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

from benchmarks.servers import PATIENCE_S, Server, folders

if TYPE_CHECKING:
    from collections.abc import Iterator

OUTPUTS = {"display_data", "execute_result", "stream"}


@contextlib.contextmanager
def kernel() -> Iterator[BlockingKernelClient]:
    """A kernel with this process's variables and no Jupyter server beside it."""
    with tempfile.TemporaryDirectory() as home:
        manager = KernelManager(kernel_name="python3")
        environment = {**os.environ, **folders(Path(home))}
        manager.start_kernel(env=environment, stderr=subprocess.DEVNULL)
        client = manager.client()
        try:
            yield _ready(client)
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)


@contextlib.contextmanager
def kernel_of(server: Server) -> Iterator[BlockingKernelClient]:
    """A kernel that `server` has started, as it does for a notebook."""
    path = f"api/kernels/{server.request('POST', 'api/kernels').json()['id']}"
    client = BlockingKernelClient(
        connection_file=str(server.runtime / f"kernel-{Path(path).name}.json")
    )
    client.load_connection_file()
    try:
        yield _ready(client)
    finally:
        client.stop_channels()
        server.request("DELETE", path)


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


def first_output_ms(client: BlockingKernelClient, code: str) -> float:
    """Milliseconds from sending the cell until its first output arrives here; waits for its end."""
    begun = time.perf_counter()
    taken: list[float] = []

    def hear(message: dict[str, Any]) -> None:
        if message["msg_type"] in OUTPUTS:
            taken.append(time.perf_counter() - begun)

    reply = client.execute_interactive(code, output_hook=hear, timeout=PATIENCE_S)
    if reply["content"]["status"] != "ok":
        raise RuntimeError(reply["content"])
    return taken[0] * 1000
