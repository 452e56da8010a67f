"""How late a server's event loop is while the endpoint hangs and people wait, against an idle one.

Two servers run at the same time, each with a heart that beats in its loop (`tests.soak.probe`), so
that what else the machine does meets both.
"""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from benchmarks.crowd import crowd
from benchmarks.harness import Row, ratio_at_most, spread
from benchmarks.servers import TOKEN, server
from jupyter_dsw.emulator import Emulator
from tests.soak import crowd as people
from tests.soak import probe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.servers import Server

INSTANCE = "jupyter-dsw/v1/instance"
ASKERS = 50
# Pages of a failed reading come back after 5 s at the earliest, and less and less often.
PAUSE_S = 5.0
# Long enough that a hiccup of the machine is not its 99th percentile.
WINDOW_S = 3.0
WINDOWS = 7
IDLE = "a server that nobody asks, at the same time"
# Nothing comes back while it is measured.
PATIENT = "c.DSWExtension.read_timeout_s = c.DSWExtension.deadline_s = 300"


def measure() -> list[Row]:
    """The 99th percentile of all beats in each of many short windows."""
    with _two_servers(PATIENT) as (asked, idle), crowd(asked.port, INSTANCE, "api", ASKERS) as all_:
        all_.ask()
        waiting = asyncio.run(_windows(asked, idle))
    with _two_servers("") as (asked, idle):
        coming_back = asyncio.run(_while_they_come_back(asked, idle))
    what = f"event loop lag p99 while the endpoint hangs and {ASKERS} people"
    lags, idle_lags = coming_back
    return [
        ratio_at_most(f"{what} wait", IDLE, *waiting, 1.2, "ms"),
        Row(
            f"{what} are answered each 15 s and come back",
            IDLE,
            statistics.median(lags) / statistics.median(idle_lags),
            "none",
            None,
            spread([one / other for one, other in zip(lags, idle_lags, strict=True)]),
            f"{statistics.median(lags):.3g} ms against {statistics.median(idle_lags):.3g} ms",
        ),
    ]


@contextlib.contextmanager
def _two_servers(config: str) -> Iterator[tuple[Server, Server]]:
    """One whose endpoint hangs, and one that could read but is not asked."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Emulator("hang") as hangs,
        Emulator() as healthy,
    ):
        (Path(folder) / "jupyter_config.py").write_text(config)
        own = {"JUPYTER_CONFIG_DIR": folder}
        with (
            server({**hangs.environment(), **own}, "jupyter_dsw", "tests.soak.probe") as asked,
            server({**healthy.environment(), **own}, "jupyter_dsw", "tests.soak.probe") as idle,
        ):
            yield asked, idle


async def _windows(asked: Server, idle: Server) -> tuple[list[float], list[float]]:
    """The lag in each window, in ms, of the server that is asked and of the idle one."""
    lags: list[tuple[float, float]] = []
    for _ in range(WINDOWS + 1):
        await asyncio.sleep(WINDOW_S)
        lags.append((await asyncio.to_thread(_lag, asked), await asyncio.to_thread(_lag, idle)))
    # The first window has the start of both servers in it, and the coming of the crowd.
    return [one for one, _ in lags[1:]], [other for _, other in lags[1:]]


async def _while_they_come_back(asked: Server, idle: Server) -> tuple[list[float], list[float]]:
    door = people.Door(asked.url + INSTANCE, {"Authorization": f"token {TOKEN}"})
    seconds = WINDOW_S * (WINDOWS + 2)
    coming = people.ask([door], askers=ASKERS, pause_s=PAUSE_S, seconds=seconds)
    asking = asyncio.ensure_future(coming)
    lags = await _windows(asked, idle)
    asking.cancel()
    return lags


def _lag(one: Server) -> float:
    measured = msgspec.json.decode(one.get(probe.PATH).content, type=probe.Measured)
    return statistics.quantiles(measured.lags_ms, n=100)[-1]
