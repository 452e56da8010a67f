"""Many requests over kept connections, from a process of its own: `python -m benchmarks.load`."""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

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


class _Asker(asyncio.Protocol):
    """Asks again as soon as it has an answer. Not over streams: they cost more than the server."""

    def __init__(self, request: bytes, count: int, took: list[float]) -> None:
        self._request = request
        self._count = count
        self._took = took
        self._received = b""
        self._expected = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        self._received, self._expected = b"", 0
        self._begun = time.perf_counter()
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._expected and b"\r\n\r\n" in self._received:
            self._expected = _length(self._received)
        if self._expected and len(self._received) >= self._expected:
            self._took.append(time.perf_counter() - self._begun)
            self._count -= 1
            if self._count:
                self._ask()
            else:
                self._transport.close()

    def connection_lost(self, reason: Exception | None) -> None:
        if self._count:
            self.done.set_exception(reason or EOFError("the server closed the connection"))
        else:
            self.done.set_result(None)


def _length(received: bytes) -> int:
    """Bytes of an answer, head and body. Raises RuntimeError if it is not a 200."""
    head, _, _ = received.partition(b"\r\n\r\n")
    status = head.partition(b"\r\n")[0]
    if b" 200 " not in status:
        raise RuntimeError(status.decode())
    return len(head) + 4 + int(head.lower().partition(b"content-length:")[2].split()[0])


async def _run(port: int, path: str, connections: int, requests: int) -> Load:
    request = (
        f"GET /{path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: token {TOKEN}\r\n\r\n"
    ).encode()
    took: list[float] = []
    each = requests // connections
    loop = asyncio.get_running_loop()
    begun = time.perf_counter()
    made = await asyncio.gather(
        *(
            loop.create_connection(lambda: _Asker(request, each, took), "127.0.0.1", port)
            for _ in range(connections)
        )
    )
    await asyncio.gather(*(asker.done for _, asker in made))
    seconds = time.perf_counter() - begun
    centiles = statistics.quantiles(took, n=100)
    return Load(len(took) / seconds, centiles[49] * 1000, centiles[98] * 1000)


if __name__ == "__main__":
    _port, _path, _connections, _requests = sys.argv[1:]
    _load = asyncio.run(_run(int(_port), _path, int(_connections), int(_requests)))
    print(json.dumps(vars(_load)))
