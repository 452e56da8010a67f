"""How late a server's event loop is while the endpoint hangs and people wait, against an idle one.

Two servers run at the same time, each with a heart that beats in its loop (`tests.soak.probe`), so
that what else the machine does meets both.
"""

from __future__ import annotations

import asyncio
import statistics
from typing import TYPE_CHECKING

import msgspec

from benchmarks.harness import Row, ratio_at_most
from benchmarks.servers import TOKEN, server
from jupyter_dsw.emulator import Emulator
from tests.soak import crowd, probe

if TYPE_CHECKING:
    from benchmarks.servers import Server

ASKERS = 50
# Pages of a failed reading come back after 5 s at the earliest, and less and less often.
PAUSE_S = 5.0
WINDOW_S = 2.0
WINDOWS = 15


def measure() -> list[Row]:
    """The 99th percentile of all beats in each of many short windows."""
    with (
        Emulator("hang") as hangs,
        Emulator() as healthy,
        server(hangs.environment(), "jupyter_dsw", "tests.soak.probe") as asked,
        server(healthy.environment(), "jupyter_dsw", "tests.soak.probe") as idle,
    ):
        lags, idle_lags = asyncio.run(_watch(asked, idle))
    return [
        ratio_at_most(
            f"event loop lag p99 while the endpoint hangs and {ASKERS} people ask",
            "a server that nobody asks, at the same time",
            lags,
            idle_lags,
            1.2,
            "ms",
        )
    ]


async def _watch(asked: Server, idle: Server) -> tuple[list[float], list[float]]:
    """The lag in each window, in ms, of the server that is asked and of the idle one."""
    door = crowd.Door(asked.url + "jupyter-dsw/v1/instance", {"Authorization": f"token {TOKEN}"})
    asking = asyncio.ensure_future(
        crowd.ask([door], askers=ASKERS, pause_s=PAUSE_S, seconds=WINDOW_S * (WINDOWS + 2))
    )
    lags: list[tuple[float, float]] = []
    for _ in range(WINDOWS + 1):
        await asyncio.sleep(WINDOW_S)
        lags.append((await asyncio.to_thread(_lag, asked), await asyncio.to_thread(_lag, idle)))
    asking.cancel()
    # The first window has the start of both servers in it, and the coming of the crowd.
    return [one for one, _ in lags[1:]], [other for _, other in lags[1:]]


def _lag(one: Server) -> float:
    measured = msgspec.json.decode(one.get(probe.PATH).content, type=probe.Measured)
    return statistics.quantiles(measured.lags_ms, n=100)[-1]
