"""A person who requests the instance of a Jupyter server, and what the responses must be."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from typing import TYPE_CHECKING, Any

from jupyter_server.base.handlers import APIHandler
from tornado import web

from jupyter_dsw.monitor import BETWEEN_REFRESHES
from tests.faults.context import IMPATIENT, PATIENT
from tests.faults.reliability_page import words_of
from tests.upstream.odd_server import hang_up

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.faults.api_faults import Fault
    from tests.faults.context import Context
    from tests.upstream.odd_server import GatedServer

INSTANCE = "jupyter-dsw/v1/instance"
NOTHING = "do-nothing"
MOST_READINGS = 5


class NothingHandler(APIHandler):
    """Does nothing: its latency is the event loop's."""

    @web.authenticated
    async def get(self) -> None:
        self.finish("{}")


def compared(quiet: list[float], meanwhile: list[float]) -> str:
    """Describe the latency of other requests: the median of `meanwhile` next to that of `quiet`."""
    before, after = (statistics.median(took) * 1000 for took in (quiet, meanwhile))
    return f"{len(meanwhile)} requests, median {after:.1f} ms (without the fault {before:.1f} ms)"


class Served:
    """Requests by `fetch` of a server in `context`."""

    def __init__(self, context: Context, fetch: Callable[..., Awaitable[Any]]) -> None:
        self.context = context
        self._fetch = fetch
        # How long each request of other handlers took, without the fault and with it.
        self.quiet: list[float] = []
        self.meanwhile: list[float] = []

    async def rounds(self, into: list[float], count: int = 10) -> None:
        """Request `/api/status` and the handler that does nothing, and keep how long it took."""
        for _ in range(count):
            for path in ("api/status", NOTHING):
                begun = time.perf_counter()
                assert (await self._fetch(path)).code == 200
                into.append(time.perf_counter() - begun)

    async def rounds_until_done(self, asking: asyncio.Future[Any]) -> None:
        """Request them for as long as `asking` is under way, at least once."""
        await self.rounds(self.meanwhile, 1)
        while not asking.done():
            await self.rounds(self.meanwhile, 1)
            await asyncio.sleep(0)

    def compared(self) -> str:
        """How the server's other handlers fared."""
        return compared(self.quiet, self.meanwhile)

    async def ask(self, *, fresh: bool = False) -> tuple[int, dict[str, Any]]:
        """HTTP's status and the response."""
        headers = {"Cache-Control": "no-cache"} if fresh else {}
        response = await self._fetch(INSTANCE, headers=headers)
        return response.code, json.loads(response.body)

    def begin(self, fault: Fault) -> None:
        """Bring the fault about, with as much patience as shows it."""
        fault.begin(self.context)
        self.context.timeout_s = IMPATIENT if fault.never_responds else PATIENT

    async def readings_until_right(self, *, fresh: bool) -> int:
        """How many readings it takes: those that fall due, or (`fresh`) that a person requests."""
        for readings in range(1, MOST_READINGS):
            _, reading = await self.ask()
            error = reading["error"]
            # What the endpoint requested cannot be overridden.
            refresh = fresh and not (error and error["code"] == "Throttled")
            wait_ms = BETWEEN_REFRESHES * 1000 if refresh else reading["next_read_in_ms"]
            self.context.clock.let_pass(wait_ms / 1000)
            status, reading = await self.ask(fresh=refresh)
            if reading["error"] is None:
                assert status == 200
                assert reading["instance"]["Status"] == "Running"
                return readings
        raise AssertionError(words_of(reading["error"]))

    async def keep_one_waiting(self, fault: Fault) -> None:
        """Other handlers respond while a new reading is kept waiting at the fault's gate."""
        context = self.context
        assert fault.server
        server: GatedServer = getattr(context, fault.server)
        fault.begin(context)
        context.timeout_s = PATIENT
        server.close_gate()
        asking = asyncio.ensure_future(self.ask(fresh=True))
        while not server.waiting:
            await asyncio.sleep(0.01)
        await self.rounds(self.meanwhile)
        # Still waiting: the others did not wait for it.
        waited = not asking.done()
        behave = server.behave
        if fault.never_responds:
            server.behave = hang_up
        server.open_gate()
        await asking
        server.behave = behave
        assert waited
