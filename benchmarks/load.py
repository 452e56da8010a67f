"""Many requests over kept connections, from a process of its own: `python -m benchmarks.load`."""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass

from benchmarks.servers import ROOT, TOKEN


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


async def _asker(port: int, request: bytes, count: int, took: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(count):
        begun = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.partition(b"\r\n")[0]:
            raise RuntimeError(head.partition(b"\r\n")[0].decode())
        length = int(head.lower().partition(b"content-length:")[2].split()[0])
        await reader.readexactly(length)
        took.append(time.perf_counter() - begun)
    writer.close()


async def _run(port: int, path: str, connections: int, requests: int) -> Load:
    request = (
        f"GET /{path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: token {TOKEN}\r\n\r\n"
    ).encode()
    took: list[float] = []
    begun = time.perf_counter()
    each = requests // connections
    await asyncio.gather(*(_asker(port, request, each, took) for _ in range(connections)))
    seconds = time.perf_counter() - begun
    centiles = statistics.quantiles(took, n=100)
    return Load(len(took) / seconds, centiles[49] * 1000, centiles[98] * 1000)


if __name__ == "__main__":
    _port, _path, _connections, _requests = sys.argv[1:]
    _load = asyncio.run(_run(int(_port), _path, int(_connections), int(_requests)))
    print(json.dumps(vars(_load)))
