"""Many who ask one thing at once, each on a connection of its own, in a process of their own.

They ask whenever they are told to (a line of standard input), and tell when all are answered.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, cast

from benchmarks.servers import ROOT, TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator

# The kernel's queue of a listening socket is 128 long: more at once would wait for seconds.
CONNECTING = 64


@dataclass(frozen=True)
class Crowd:
    """Everybody, connected."""

    stdin: IO[str]
    stdout: IO[str]

    def ask(self) -> None:
        """Let all ask."""
        self.stdin.write("ask\n")
        self.stdin.flush()

    def answered_at(self) -> float:
        """When the last one was answered: seconds of `time.monotonic`, all processes' the same."""
        return float(self.stdout.readline())


@contextlib.contextmanager
def crowd(port: int, path: str, greeting: str, askers: int) -> Iterator[Crowd]:
    """So many askers of `path`, each of whom has been answered `greeting` before."""
    command = [sys.executable, "-m", "benchmarks.crowd", str(port), path, greeting, str(askers)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        stdin, stdout = cast("tuple[IO[str], IO[str]]", (process.stdin, process.stdout))
        stdout.readline()  # connected
        try:
            yield Crowd(stdin, stdout)
        finally:
            # Some may still be waiting.
            process.terminate()


class Asker(asyncio.Protocol):
    """One connection. Not a stream: those cost more than the server."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what to write to."""
        self._transport = cast("asyncio.Transport", transport)

    def ask(self, get: bytes) -> asyncio.Future[None]:
        """Done when the whole answer is there; RuntimeError if it is no 200."""
        self._received, self._length = b"", 0
        self._answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport.write(get)
        return self._answered

    def data_received(self, data: bytes) -> None:
        """Answers come in pieces."""
        self._received += data
        if not self._length and b"\r\n\r\n" in self._received:
            head, _, _ = self._received.partition(b"\r\n\r\n")
            self._length = len(head) + 4 + int(head.partition(b"Content-Length: ")[2].split()[0])
            if b" 200 " not in head.partition(b"\r\n")[0]:
                self._answered.set_exception(RuntimeError(head.decode()))
        if len(self._received) == self._length and not self._answered.done():
            self._answered.set_result(None)

    def connection_lost(self, reason: Exception | None) -> None:
        """Before an answer, that is an error."""
        if not self._answered.done():
            self._answered.set_exception(reason or EOFError("the server closed the connection"))


async def _run(port: int, path: str, greeting: str, askers: int) -> None:
    connecting = asyncio.Semaphore(CONNECTING)
    loop = asyncio.get_running_loop()

    async def connected() -> Asker:
        async with connecting:
            _, one = await loop.create_connection(Asker, "127.0.0.1", port)
            # Answered, it has been accepted: the next one takes its place in the queue.
            await one.ask(request(port, greeting))
        return one

    everybody = await asyncio.gather(*(connected() for _ in range(askers)))
    print("connected", flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        await asyncio.gather(*(one.ask(request(port, path)) for one in everybody))
        print(time.monotonic(), flush=True)


def request(port: int, path: str) -> bytes:
    """A GET of somebody who has the server's token."""
    head = (f"GET /{path} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Authorization: token {TOKEN}")
    return "\r\n".join([*head, "", ""]).encode()


if __name__ == "__main__":
    _port, _path, _greeting, _askers = sys.argv[1:]
    asyncio.run(_run(int(_port), _path, _greeting, int(_askers)))
