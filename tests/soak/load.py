"""A thousand clients of a server, and what it does to the server."""

from __future__ import annotations

import asyncio
import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import msgspec

from jupyter_dsw.emulator import Emulator
from tests.soak import crowd
from tests.soak.crowd import Tally
from tests.soak.server import serving
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from pathlib import Path

    from tests.canaries import Canaries
    from tests.soak.crowd import Target
    from tests.soak.footprint import Footprint
    from tests.soak.server import Server

T = TypeVar("T")

# Without a reading or with an old one, but never with an error of our own.
EXPECTED = {"healthy": {"200"}, "hang": {"504 TimedOut"}}
# No two readings are closer together, and each of the two phases may begin with one.
BETWEEN_CALLS_S = 5
# A response is 9 kB, and Jupyter's own that it is compared with 0.1 kB.
MOST_LAG = 3.0
# What is kept of a response by mistake is kilobytes: its body has 9 kB, its handler about as much.
MOST_BYTES_A_RESPONSE = 256


class Plan(msgspec.Struct, frozen=True):
    """How many clients for how long, each `pause_s` after its last response."""

    clients: int
    seconds: float
    pause_s: float
    options: dict[str, object] = {}


class Load(msgspec.Struct, frozen=True):
    """What a server did under load. Lags are of its event loop, the 99th percentile in ms."""

    scenario: str
    plan: Plan
    responses: dict[str, int]
    broken: dict[str, int]
    complaints: list[str]
    calls: int
    idle_lag_ms: float
    jupyters_lag_ms: float
    """Under the same crowd at a handler of Jupyter's own, `/api/status`."""
    lag_ms: float
    median_wait_ms: float
    bytes_a_response: float
    """How much memory in use grew with each response, in the last three quarters of the time."""
    rss: int
    files_left: int

    def errors(self) -> list[str]:
        """What no load may bring about."""
        found = [f"responded {what}" for what in self.responses.keys() - EXPECTED[self.scenario]]
        found += [f"broken: {what}" for what in self.broken] + self.complaints
        if not self.responses:
            found.append("nobody got a response")
        # The clients' last responses come after the end.
        if not 1 <= self.calls <= self.plan.seconds / BETWEEN_CALLS_S + 3:
            found.append(f"{self.calls} calls at the endpoint")
        if self.files_left > 1:  # the one connection to the endpoint
            found.append(f"{self.files_left} files left open")
        return found

    def strains(self) -> list[str]:
        """What is too much; only a long load shows that."""
        found = []
        if self.bytes_a_response > MOST_BYTES_A_RESPONSE:
            found.append(f"{self.bytes_a_response:.0f} bytes kept of each response")
        if self.lag_ms > MOST_LAG * self.jupyters_lag_ms:
            found.append(f"lag of {self.lag_ms:.1f} ms, Jupyter's own {self.jupyters_lag_ms:.1f}")
        return found


def run(scenario: str, plan: Plan, home: Path, canaries: Canaries) -> Load:
    """Put a server on an emulator that plays `scenario` under the load of `plan`."""
    with Emulator(scenario) as emulator, serving(emulator, home, plan.options) as server:
        canaries.emulators.append(emulator)
        idle_lag_ms = asyncio.run(_idle(server, plan.seconds / 6))
        before = server.measured().footprint
        # In turns, so that what else the machine does meets both.
        jupyters, ours = _Strain(), _Strain()
        asyncio.run(
            _put_under_load(server, jupyters, [server.own_target("api/status")], plan, 0.25)
        )
        asyncio.run(_put_under_load(server, ours, server.targets, plan, 1))
        asyncio.run(
            _put_under_load(server, jupyters, [server.own_target("api/status")], plan, 0.25)
        )
        # The server sees a little later that the clients have gone.
        until(lambda: server.measured().footprint.open_files <= before.open_files + 1)
        after = server.measured().footprint
        return Load(
            scenario=scenario,
            plan=plan,
            responses=dict(ours.tally.responses),
            broken=dict(ours.tally.broken + jupyters.tally.broken),
            complaints=server.complaints(),
            calls=emulator.calls,
            idle_lag_ms=idle_lag_ms,
            jupyters_lag_ms=jupyters.lag_ms,
            lag_ms=ours.lag_ms,
            median_wait_ms=statistics.median(ours.tally.waits_ms),
            bytes_a_response=ours.bytes_a_response(),
            rss=after.rss,
            files_left=after.open_files - before.open_files,
        )


@dataclass
class _Strain:
    tally: Tally = field(default_factory=Tally)
    lags_ms: list[float] = field(default_factory=list)
    footprints: list[Footprint] = field(default_factory=list)

    @property
    def lag_ms(self) -> float:
        return _percentile_99(self.lags_ms)

    def bytes_a_response(self) -> float:
        quarter = max(1, len(self.footprints) // 4)
        early, late = self.footprints[quarter : 2 * quarter], self.footprints[-quarter:]
        if not early:
            return 0
        grown = statistics.median(f.rss for f in late) - statistics.median(f.rss for f in early)
        return grown / max(1, self.tally.total * 5 / 8)


async def _idle(server: Server, seconds: float) -> float:
    strain = _Strain()
    await asyncio.to_thread(server.measured)
    await _watch(server, strain, asyncio.sleep(seconds))
    return strain.lag_ms


async def _put_under_load(
    server: Server, strain: _Strain, targets: list[Target], plan: Plan, share: float
) -> None:
    await asyncio.to_thread(server.measured)
    asking = crowd.ask(
        targets, clients=plan.clients, pause_s=plan.pause_s, seconds=plan.seconds * share
    )
    tally = await _watch(server, strain, asking)
    strain.tally.responses += tally.responses
    strain.tally.broken += tally.broken
    strain.tally.waits_ms += tally.waits_ms


async def _watch(server: Server, strain: _Strain, work: Awaitable[T]) -> T:
    """Await `work`, and measure what the server does meanwhile, twice a second."""
    working = asyncio.ensure_future(work)
    # A percentile needs two beats, which a stalled machine may not have managed meanwhile.
    while not working.done() or len(strain.lags_ms) < 2:
        await asyncio.wait([working], timeout=0.5)
        measured = await asyncio.to_thread(server.measured)
        strain.lags_ms += measured.lags_ms
        strain.footprints.append(measured.footprint)
    return working.result()


def _percentile_99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[-1]
