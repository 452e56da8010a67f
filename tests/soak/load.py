"""A thousand clients of a server, and what that does to the server.

Each client has a connection of its own, and sends plain HTTP/1.1 on asyncio's streams: a client
that does more would be the slower side.
"""

from __future__ import annotations

import asyncio
import random
import resource
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from jupyter_dsw.emulator import Emulator
from tests.soak.server import serving
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from pathlib import Path

    from tests.canaries import Canaries
    from tests.soak.server import Footprint, Server, Target

# Without a reading or with an old one, but never with an error of our own.
EXPECTED = {"healthy": {"200"}, "hang": {"504 TimedOut"}}
# No two readings are closer together, and each of the two phases may begin with one.
BETWEEN_CALLS_S = 5
# The kernel's queue of a listening socket is 128 long: more at once would wait for seconds.
CONNECTING = 64
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
            responses=dict(ours.responses),
            broken=dict(ours.broken + jupyters.broken),
            complaints=server.complaints(),
            calls=emulator.calls,
            idle_lag_ms=idle_lag_ms,
            jupyters_lag_ms=jupyters.lag_ms,
            lag_ms=ours.lag_ms,
            median_wait_ms=statistics.median(ours.waits_ms),
            bytes_a_response=ours.bytes_a_response(),
            rss=after.rss,
            files_left=after.open_files - before.open_files,
        )


class _Problem(msgspec.Struct):
    code: str


class _Response(msgspec.Struct):
    """As much of a response as distinguishes a good one from a failure; others have neither."""

    read_at: str | None = None
    error: _Problem | None = None


@dataclass
class _Strain:
    """What a crowd got, and how the server fared meanwhile."""

    responses: Counter[str] = field(default_factory=Counter)
    """How often each HTTP status came, with the error's code where there is one: `504 TimedOut`."""
    broken: Counter[str] = field(default_factory=Counter)
    """How often a connection or a response was broken, by what was wrong."""
    waits_ms: list[float] = field(default_factory=list)
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
        return grown / max(1, self.responses.total() * 5 / 8)


async def _idle(server: Server, seconds: float) -> float:
    strain = _Strain()
    await asyncio.to_thread(server.measured)
    await _watch(server, strain, asyncio.sleep(seconds))
    return strain.lag_ms


async def _put_under_load(
    server: Server, strain: _Strain, targets: list[Target], plan: Plan, share: float
) -> None:
    """Let the plan's clients use `targets` in turn, for that share of its time."""
    await asyncio.to_thread(server.measured)
    _allow_open_files(plan.clients + 500)
    connecting = asyncio.Semaphore(CONNECTING)
    end = time.perf_counter() + plan.seconds * share
    clients = (
        _client(end, plan.pause_s, targets[number % len(targets)], connecting, strain)
        for number in range(plan.clients)
    )
    await _watch(server, strain, asyncio.gather(*clients))


async def _watch(server: Server, strain: _Strain, work: Awaitable[object]) -> None:
    """Await `work`, and measure what the server does meanwhile, twice a second."""
    working = asyncio.ensure_future(work)
    # A percentile needs two beats, which a stalled machine may not have managed meanwhile.
    while not working.done() or len(strain.lags_ms) < 2:
        await asyncio.wait([working], timeout=0.5)
        measured = await asyncio.to_thread(server.measured)
        strain.lags_ms += measured.lags_ms
        strain.footprints.append(measured.footprint)
    await working


def _percentile_99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[-1]


async def _client(
    end: float, pause_s: float, target: Target, connecting: asyncio.Semaphore, strain: _Strain
) -> None:
    """Wait for each response and then `pause_s`, half more or less, until the `end`."""
    address = urlsplit(target.url)
    lines = [f"GET {address.path} HTTP/1.1", f"Host: {address.netloc}"]
    lines += [f"{name}: {value}" for name, value in target.headers.items()]
    request = "\r\n".join([*lines, "", ""]).encode()
    try:
        async with connecting:
            reader, writer = await asyncio.open_connection(address.hostname, address.port)
        while time.perf_counter() < end:
            begun = time.perf_counter()
            writer.write(request)
            strain.responses[await _status(reader)] += 1
            strain.waits_ms.append((time.perf_counter() - begun) * 1000)
            await asyncio.sleep(pause_s * random.uniform(0.5, 1.5))
        writer.close()
        await writer.wait_closed()
    except (OSError, EOFError, ValueError) as error:
        strain.broken[type(error).__name__] += 1


async def _status(reader: asyncio.StreamReader) -> str:
    """Its status, with the code of its error; ValueError if it is no response of the contract."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
    body = await reader.readexactly(int(headers["content-length"]))
    response = msgspec.json.decode(body, type=_Response)
    status = head[0].split()[1]
    return status if response.error is None else f"{status} {response.error.code}"


def _allow_open_files(wanted: int) -> None:
    """Let this process, and those it starts, have so many open if the machine lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
