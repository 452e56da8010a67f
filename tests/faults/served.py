"""A person who asks a Jupyter server for the instance, and what the answers must be."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from jupyter_dsw.monitor import BETWEEN_REFRESHES
from tests.faults.neighbours import Neighbours
from tests.faults.rows import words_of
from tests.faults.scene import IMPATIENT, PATIENT
from tests.upstream.odd_server import hang_up

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.faults.fault import Fault
    from tests.faults.kernel_endpoint import Door
    from tests.faults.scene import Scene

INSTANCE = "jupyter-dsw/v1/instance"
# Rounds of the two other handlers.
ROUNDS = 10
MOST_READINGS = 5


class Served:
    """Asks by `fetch` a server amid `scene`."""

    def __init__(self, scene: Scene, fetch: Callable[..., Awaitable[Any]]) -> None:
        self.scene = scene
        self._fetch = fetch
        self.neighbours = Neighbours(fetch)

    async def ask(self, *, fresh: bool = False) -> tuple[int, dict[str, Any]]:
        """HTTP's status and the answer."""
        headers = {"Cache-Control": "no-cache"} if fresh else {}
        response = await self._fetch(INSTANCE, headers=headers)
        return response.code, json.loads(response.body)

    def begin(self, fault: Fault) -> None:
        """Bring the fault about, with as much patience as shows it."""
        fault.begin(self.scene)
        self.scene.timeout_s = IMPATIENT if fault.never_answers else PATIENT

    async def readings_until_right(self, *, fresh: bool) -> int:
        """How many readings it takes: those that fall due, or (`fresh`) that a person asks for."""
        for readings in range(1, MOST_READINGS):
            _, answer = await self.ask()
            error = answer["error"]
            # What the endpoint asked for cannot be overridden.
            refresh = fresh and not (error and error["code"] == "Throttled")
            wait_ms = BETWEEN_REFRESHES * 1000 if refresh else answer["next_read_in_ms"]
            self.scene.clock.let_pass(wait_ms / 1000)
            status, answer = await self.ask(fresh=refresh)
            if answer["error"] is None:
                assert status == 200
                assert answer["instance"]["Status"] == "Running"
                return readings
        raise AssertionError(words_of(answer["error"]))

    async def keep_one_waiting(self, fault: Fault) -> None:
        """Other handlers answer while a new reading is kept waiting at the fault's door."""
        scene = self.scene
        assert fault.door
        door: Door = getattr(scene, fault.door)
        fault.begin(scene)
        scene.timeout_s = PATIENT
        door.close_gate()
        asking = asyncio.ensure_future(self.ask(fresh=True))
        while not door.held:
            await asyncio.sleep(0.01)
        await self.neighbours.rounds(ROUNDS, self.neighbours.meanwhile)
        # Still waiting: the others did not wait for it.
        waited = not asking.done()
        behave = door.behave
        if fault.never_answers:
            door.behave = hang_up
        door.open_gate()
        await asking
        door.behave = behave
        assert waited
