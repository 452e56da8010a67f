"""Many clients at once, each on a connection of its own, again and again.

Plain HTTP/1.1 on asyncio's streams: a client that does more would be the slower side.
"""

from __future__ import annotations

import asyncio
import random
import resource
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

# The kernel's queue of a listening socket is 128 long: more at once would wait for seconds.
_CONNECTING = 64


@dataclass(frozen=True)
class Target:
    """An endpoint, and how a client shows that it may use it."""

    url: str
    headers: Mapping[str, str]


class _Problem(msgspec.Struct):
    code: str


class _Response(msgspec.Struct):
    """As much of a response as distinguishes a good one from a failure; others have neither."""

    read_at: str | None = None
    error: _Problem | None = None


@dataclass
class Tally:
    """What a crowd got."""

    responses: Counter[str] = field(default_factory=Counter)
    """How often each HTTP status came, with the error's code where there is one: `504 TimedOut`."""
    broken: Counter[str] = field(default_factory=Counter)
    """How often a connection or a response was broken, by what was wrong."""
    waits_ms: list[float] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.responses.total()


async def ask(endpoints: list[Target], *, clients: int, pause_s: float, seconds: float) -> Tally:
    """Let `clients` use `endpoints` in turn for `seconds`.

    Each waits for its response and then `pause_s`, half more or less.
    """
    allow_open_files(clients + 500)
    tally = Tally()
    connecting = asyncio.Semaphore(_CONNECTING)
    end = time.perf_counter() + seconds
    await asyncio.gather(
        *(
            _ask_until(end, pause_s, endpoints[number % len(endpoints)], connecting, tally)
            for number in range(clients)
        )
    )
    return tally


async def _ask_until(
    end: float, pause_s: float, endpoint: Target, connecting: asyncio.Semaphore, tally: Tally
) -> None:
    address = urlsplit(endpoint.url)
    lines = [f"GET {address.path} HTTP/1.1", f"Host: {address.netloc}"]
    lines += [f"{name}: {value}" for name, value in endpoint.headers.items()]
    request = "\r\n".join([*lines, "", ""]).encode()
    try:
        async with connecting:
            reader, writer = await asyncio.open_connection(address.hostname, address.port)
        while time.perf_counter() < end:
            begun = time.perf_counter()
            writer.write(request)
            tally.responses[await _status(reader)] += 1
            tally.waits_ms.append((time.perf_counter() - begun) * 1000)
            await asyncio.sleep(pause_s * random.uniform(0.5, 1.5))
        writer.close()
        await writer.wait_closed()
    except (OSError, EOFError, ValueError) as error:
        tally.broken[type(error).__name__] += 1


async def _status(reader: asyncio.StreamReader) -> str:
    """Its status, with the code of its error; ValueError if it is no response of the contract."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
    body = await reader.readexactly(int(headers["content-length"]))
    response = msgspec.json.decode(body, type=_Response)
    status = head[0].split()[1]
    return status if response.error is None else f"{status} {response.error.code}"


def allow_open_files(wanted: int) -> int:
    """Let this process, and those it starts, have so many open; returns how many they may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return soft
