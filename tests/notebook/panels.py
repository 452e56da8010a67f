"""A page with a panel that the kernel feeds, as its widget manager talks to the kernel."""

from __future__ import annotations

from queue import Empty
from typing import TYPE_CHECKING, Any

from tests.waiting import until

if TYPE_CHECKING:
    from tests.kernels import Kernel


class Page:
    """Sends the panel's messages, and collects those to the panel."""

    def __init__(self, kernel: Kernel, model: str, viewer: str = "one") -> None:
        self.kernel = kernel
        self.model = model
        self.viewer = viewer
        self.readings: list[dict[str, Any]] = []
        """All that came so far."""
        self.others: list[str] = []
        """The types of the other messages, and what a kernel's state became."""
        self._done: set[str] = set()

    def send(self, kind: str, **content: Any) -> str:
        """Send a message of the panel, and return its ID; the kernel is at work meanwhile."""
        content = {"type": kind, "viewer": self.viewer, **content}
        body = {"comm_id": self.model, "data": {"method": "custom", "content": content}}
        client = self.kernel.client
        message = client.session.msg("comm_msg", body)
        client.shell_channel.send(message)
        message_id: str = message["header"]["msg_id"]
        return message_id

    def read(self, *, fresh: bool = False) -> dict[str, Any]:
        """Request a reading, and wait for it, and for the kernel to be idle again."""
        before = len(self.readings)
        sent = self.send("read", fresh=fresh)
        until(lambda: len(self.receive()) > before and sent in self._done)
        return self.readings[-1]

    def receive(self) -> list[dict[str, Any]]:
        """Take what has come meanwhile."""
        client = self.kernel.client
        while True:
            try:
                message = client.get_iopub_msg(timeout=0.05)
            except Empty:
                return self.readings
            content = message["content"]
            data = content["data"] if content.get("comm_id") == self.model else {}
            if "content" in data:
                self.readings.append(data["content"])
            else:
                if content.get("execution_state") == "idle":
                    self._done.add(message["parent_header"]["msg_id"])
                self.others.append(content.get("execution_state", message["msg_type"]))
