"""Real kernels, without and beside a Jupyter server."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from jupyter_client.manager import start_new_kernel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from jupyter_client.blocking.client import BlockingKernelClient


@dataclass
class Kernel:
    """A running IPython kernel."""

    client: BlockingKernelClient

    def run(self, code: str) -> list[dict[str, Any]]:
        """The outputs of `code`, as messages' contents with their `type`; an error raises."""
        outputs: list[dict[str, Any]] = []

        def keep(message: dict[str, Any]) -> None:
            outputs.append({"type": message["msg_type"], **message["content"]})

        reply = self.client.execute_interactive(code, output_hook=keep, timeout=60)
        assert reply["content"]["status"] == "ok", reply["content"]
        return [output for output in outputs if output["type"] not in {"status", "execute_input"}]

    def text(self, code: str) -> str:
        """What `code` prints."""
        return "".join(o["text"] for o in self.run(code) if o["type"] == "stream")

    def data(self, code: str) -> dict[str, Any]:
        """The mimebundle of the value of `code`."""
        (shown,) = [o for o in self.run(code) if o["type"] == "execute_result"]
        data: dict[str, Any] = shown["data"]
        return data


@pytest.fixture
def start_kernel(tmp_path: Path) -> Iterator[Callable[..., Kernel]]:
    """Start a kernel of this environment with this process's variables and those given."""
    started = []

    def start(**variables: str) -> Kernel:
        # A profile of the person who runs the tests has no say in them.
        environment = {**os.environ, "IPYTHONDIR": str(tmp_path / "ipython"), **variables}
        manager, client = start_new_kernel(kernel_name="python3", env=environment)
        started.append((manager, client))
        return Kernel(client)

    yield start
    for manager, client in started:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@pytest.fixture
def kernel(start_kernel: Callable[..., Kernel], environment: dict[str, str]) -> Kernel:
    """A kernel on the emulator's instance, with no Jupyter server beside it."""
    del environment
    return start_kernel()
