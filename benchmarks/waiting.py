"""A Jupyter server extension whose handler does nothing but wait, with all others, for one thing.

What waiting costs any handler: a request, a coroutine, an answer.
"""

from __future__ import annotations

import asyncio
from typing import Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado import web

PATH = "benchmarks/waiting"
COUNT = f"{PATH}?count=1"


class Gate:
    """What they wait for, and how many do."""

    def __init__(self) -> None:
        self.waiting = 0
        self._opened: asyncio.Future[None] | None = None

    async def passed(self) -> None:
        """Wait until it is opened the next time."""
        if self._opened is None:
            self._opened = asyncio.get_running_loop().create_future()
        self.waiting += 1
        await self._opened

    def open(self) -> None:
        """Let all pass who wait."""
        if self._opened is not None:
            self._opened.set_result(None)
        self._opened, self.waiting = None, 0


class WaitingHandler(APIHandler):
    """Waits (GET), or lets those who wait go on (DELETE)."""

    auth_resource = "waiting"
    _track_activity = False

    def initialize(self, gate: Gate) -> None:
        """All handlers have the same gate."""
        self.gate = gate

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """An empty object, in the end; who wants to know how many wait is told at once."""
        if self.get_query_argument("count", None) is None:
            await self.gate.passed()
        self.finish({"waiting": self.gate.waiting})

    @web.authenticated
    @authorized
    def delete(self) -> None:
        """Open the gate."""
        self.gate.open()
        self.finish("{}")


def _load_jupyter_server_extension(server: Any) -> None:
    path = url_path_join(server.base_url, PATH)
    server.web_app.add_handlers(".*$", [(path, WaitingHandler, {"gate": Gate()})])


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "benchmarks.waiting"}]
