"""Many requests over kept connections, from a process of its own: `python -m benchmarks.load`."""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass

from benchmarks.crowd import Asker, request
from benchmarks.servers import ROOT


@dataclass(frozen=True)
class Load:
    """How a server bore it."""

    requests_per_s: float
    p50_ms: float
    p99_ms: float


def load(port: int, path: str, connections: int, requests: int) -> Load:
    """Send `requests` GETs in all over so many connections at once; every answer must be a 200."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load", str(port), path, str(connections), str(requests)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return Load(**json.loads(done.stdout))


async def _run(port: int, path: str, connections: int, requests: int) -> Load:
    get, each = request(port, path), requests // connections
    took: list[float] = []

    async def asks_again_and_again() -> None:
        _, one = await asyncio.get_running_loop().create_connection(Asker, "127.0.0.1", port)
        for _ in range(each):
            begun = time.perf_counter()
            await one.ask(get)
            took.append(time.perf_counter() - begun)

    begun = time.perf_counter()
    await asyncio.gather(*(asks_again_and_again() for _ in range(connections)))
    seconds = time.perf_counter() - begun
    centiles = statistics.quantiles(took, n=100)
    return Load(len(took) / seconds, centiles[49] * 1000, centiles[98] * 1000)


if __name__ == "__main__":
    _port, _path, _connections, _requests = sys.argv[1:]
    _load = asyncio.run(_run(int(_port), _path, int(_connections), int(_requests)))
    print(json.dumps(vars(_load)))
