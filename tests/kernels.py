"""A running IPython kernel, as tests talk to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jupyter_client.blocking.client import BlockingKernelClient

if TYPE_CHECKING:
    from pathlib import Path

WIDGET = "application/vnd.jupyter.widget-view+json"
SHOWN = {"stream", "display_data", "execute_result", "error"}


@dataclass
class Kernel:
    """A running IPython kernel."""

    client: BlockingKernelClient

    @classmethod
    def of(cls, connection_file: Path) -> Kernel:
        """The kernel of this connection file, once it is ready."""
        client = BlockingKernelClient(connection_file=str(connection_file))
        client.load_connection_file()
        return cls.ready(client)

    @classmethod
    def ready(cls, client: BlockingKernelClient) -> Kernel:
        """The kernel of this client, once it is ready."""
        # On a busy machine a heartbeat may be late, and the kernel would be taken for dead.
        client.start_channels(hb=False)
        client.wait_for_ready(timeout=120)
        return cls(client)

    def run(self, code: str) -> list[dict[str, Any]]:
        """The outputs of `code`, as messages' contents with their `type`; an error raises."""
        outputs: list[dict[str, Any]] = []

        def keep(message: dict[str, Any]) -> None:
            outputs.append({"type": message["msg_type"], **message["content"]})

        reply = self.client.execute_interactive(code, output_hook=keep, timeout=60)
        assert reply["content"]["status"] == "ok", reply["content"]
        return [output for output in outputs if output["type"] in SHOWN]

    def text(self, code: str) -> str:
        """What `code` prints."""
        return "".join(o["text"] for o in self.run(code) if o["type"] == "stream")

    def data(self, code: str) -> dict[str, Any]:
        """The mimebundle of the value of `code`."""
        (shown,) = [o for o in self.run(code) if o["type"] == "execute_result"]
        data: dict[str, Any] = shown["data"]
        return data

    def widget(self, code: str) -> str:
        """The ID of the widget that is the value of `code`."""
        model_id: str = self.data(code)[WIDGET]["model_id"]
        return model_id
