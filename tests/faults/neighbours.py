"""How other handlers of a server fare meanwhile."""

from __future__ import annotations

import asyncio
import statistics
import time
from typing import TYPE_CHECKING, Any

from jupyter_server.base.handlers import APIHandler
from tornado import web

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

NOTHING = "do-nothing"


class NothingHandler(APIHandler):
    """Does nothing: its latency is the event loop's."""

    @web.authenticated
    async def get(self) -> None:
        self.finish("{}")


class Neighbours:
    """Requests of other handlers of a server by `fetch`, and keeps how long each took."""

    def __init__(self, fetch: Callable[..., Awaitable[Any]]) -> None:
        self._fetch = fetch
        self.quiet: list[float] = []
        self.meanwhile: list[float] = []

    async def rounds(self, count: int, into: list[float]) -> None:
        """Ask `/api/status` and the handler that does nothing, `count` times."""
        for _ in range(count):
            for path in ("api/status", NOTHING):
                begun = time.perf_counter()
                assert (await self._fetch(path)).code == 200
                into.append(time.perf_counter() - begun)

    async def until_done(self, asking: asyncio.Future[Any]) -> None:
        """Ask them for as long as `asking` is under way, at least once."""
        await self.rounds(1, self.meanwhile)
        while not asking.done():
            await self.rounds(1, self.meanwhile)
            await asyncio.sleep(0)

    def compared(self) -> str:
        """How many responses came, and how long they took against what they take else."""
        return compared(self.quiet, self.meanwhile)


def compared(quiet: list[float], meanwhile: list[float]) -> str:
    """Describe the latency: the median of `meanwhile` next to that of `quiet`."""
    before, after = (statistics.median(took) * 1000 for took in (quiet, meanwhile))
    return f"{len(meanwhile)} requests, median {after:.1f} ms (without the fault {before:.1f} ms)"
