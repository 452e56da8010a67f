"""The event loop never waits, and a crowd costs one call."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import TYPE_CHECKING, Any

from tests.waiting import until

if TYPE_CHECKING:
    from jupyter_dsw.emulator import Emulator

PEOPLE = "jupyter-dsw/v1/instance"


async def test_two_hundred_concurrent_clients_of_an_empty_server_cost_one_call(
    jp_fetch: Any, emulator: Emulator
) -> None:
    responses = await asyncio.gather(*(jp_fetch(PEOPLE) for _ in range(200)))
    assert emulator.calls == 1
    read_at = {json.loads(response.body)["read_at"] for response in responses}
    assert len(read_at) == 1
    assert None not in read_at


async def test_other_handlers_respond_while_the_endpoint_hangs(
    jp_fetch: Any, emulator: Emulator
) -> None:
    emulator.scenario = "hang"
    asking = asyncio.ensure_future(jp_fetch(PEOPLE))
    while not emulator.calls:
        await asyncio.sleep(0.01)
    for _ in range(20):
        assert (await jp_fetch("api/status")).code == 200
    # Still hanging: the others did not wait for it.
    assert not asking.done()
    assert emulator.calls == 1
    emulator.scenario = "healthy"
    emulator.close()
    await asyncio.wait([asking])
    assert asking.exception() is not None


async def test_the_call_runs_in_one_worker_thread_away_from_the_event_loop(
    jp_fetch: Any, emulator: Emulator
) -> None:
    emulator.scenario = "hang"
    asking = asyncio.ensure_future(jp_fetch(PEOPLE))
    while not emulator.calls:
        await asyncio.sleep(0.01)
    workers = [t for t in threading.enumerate() if t.name == "jupyter-dsw-monitor"]
    assert len(workers) == 1
    assert all(worker.daemon for worker in workers)
    emulator.close()
    await asyncio.wait([asking])
    asking.exception()
    until(lambda: not workers[0].is_alive())
