"""Servers with faults that the emulator does not have: they send given bytes."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import struct
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from typing_extensions import Self

    Behaviour = Callable[[socket.socket, bytes], object]

# As long as a test may take: a gate that was forgotten must not hang the run.
LONGEST_HOLD_S = 240.0


class OddServer:
    """Listens on 127.0.0.1 and hands the connection and each request to `respond`.

    With `keep` a connection takes more requests after a response, else it is closed. With
    `hasty` the first byte counts as a whole head.
    """

    def __init__(
        self,
        respond: Behaviour,
        *,
        tls: ssl.SSLContext | None = None,
        keep: bool = False,
        hasty: bool = False,
    ) -> None:
        self._hasty = hasty
        self._respond = respond
        self._tls = tls
        self._keep = keep
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._connections: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self.port: int = self._listener.getsockname()[1]
        self.heads: list[bytes] = []
        self.accepted = 0

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in list(self._threads):
            thread.join()

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def _start(self, run: Callable[..., None], *args: Any) -> None:
        thread = threading.Thread(target=run, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.accepted += 1
                self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.enter_context(connection)
            self._connections.add(connection)
            if self._tls:
                connection = stack.enter_context(
                    self._tls.wrap_socket(connection, server_side=True)
                )
                self._connections.add(connection)
            while head := connection.recv(1) if self._hasty else _read_head(connection):
                request = head if self._hasty else head + _read_body(connection, head)
                self.heads.append(head)
                self._respond(connection, request)
                if not self._keep:
                    break


class GatedServer(OddServer):
    """Responds to each request as `behave` does at that moment, once the gate is open."""

    def __init__(self, behave: Behaviour, *, hasty: bool = False) -> None:
        super().__init__(self._respond_as_set, hasty=hasty)
        self.behave = behave
        self.waiting = 0
        self._gate = threading.Event()
        self._gate.set()

    def __exit__(self, *exception: object) -> None:
        self._gate.set()
        super().__exit__(*exception)

    def close_gate(self) -> None:
        """Let requests wait from now on; `waiting` counts them anew."""
        self.waiting = 0
        self._gate.clear()

    def open_gate(self) -> None:
        """Let them, and those that wait, pass."""
        self._gate.set()

    def _respond_as_set(self, connection: socket.socket, head: bytes) -> None:
        if not self._gate.is_set():
            self.waiting += 1
            self._gate.wait(LONGEST_HOLD_S)
        self.behave(connection, head)


def _read_head(connection: socket.socket) -> bytes:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        more = connection.recv(1)
        if not more:
            return b""
        head += more
    return head


def _read_body(connection: socket.socket, head: bytes) -> bytes:
    # Closed with something unread, a connection is reset, and the response may be lost.
    length = re.search(rb"\r\ncontent-length: (\d+)\r\n", head.lower())
    left, body = int(length[1]) if length else 0, b""
    while len(body) < left and (more := connection.recv(left - len(body))):
        body += more
    return body


def http_response(
    body: bytes | dict[str, Any],
    *headers: str,
    status: str = "200 OK",
    length: bool = True,
) -> bytes:
    """The bytes of a whole response."""
    content = json.dumps(body).encode() if isinstance(body, dict) else body
    lines = [f"HTTP/1.1 {status}", *headers]
    if length:
        lines.append(f"Content-Length: {len(content)}")
    return "\r\n".join([*lines, "", ""]).encode() + content


def always(*responses: bytes) -> Behaviour:
    """Respond with one after another, the last one over and over."""
    left = list(responses)

    def respond(connection: socket.socket, _head: bytes) -> None:
        connection.sendall(left.pop(0) if len(left) > 1 else left[0])

    return respond


def one_after_another(
    *responses: Behaviour,
) -> Behaviour:
    """Respond to each request in the next way."""
    left = iter(responses)

    def respond(connection: socket.socket, head: bytes) -> None:
        next(left)(connection, head)

    return respond


def trickle(start: bytes, drop: bytes) -> Behaviour:
    """Send `start`, then `drop` every few milliseconds until the other side has enough."""
    never = threading.Event()

    def respond(connection: socket.socket, _head: bytes) -> None:
        connection.sendall(start)
        while not never.wait(0.02):
            connection.sendall(drop)

    return respond


def flood(start: bytes, more: bytes) -> Behaviour:
    """Send `start`, then `more` as fast as it is taken, until the other side closes."""

    def respond(connection: socket.socket, _head: bytes) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(more)

    return respond


def hang_up(connection: socket.socket, _head: bytes) -> None:
    """Close the connection without a word."""


def relay(port: int) -> Behaviour:
    """Pass a request on to a server of this machine, and its response back, a reset included."""

    def respond(connection: socket.socket, request: bytes) -> None:
        with socket.create_connection(("127.0.0.1", port)) as other:
            head, _, body = request.partition(b"\r\n\r\n")
            lines = re.sub(rb"\r\nconnection:[^\r]*", b"", head, flags=re.IGNORECASE)
            other.sendall(lines + b"\r\nConnection: close\r\n\r\n" + body)
            try:
                while data := other.recv(65536):
                    connection.sendall(data)
            except ConnectionResetError:
                # Closed with nothing to linger for, a socket sends RST and not FIN.
                linger = struct.pack("ii", 1, 0)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    return respond


def tunnel(port: int) -> Behaviour:
    """A proxy's CONNECT: wherever it is to lead, it leads to `port` of this machine."""

    def respond(connection: socket.socket, _head: bytes) -> None:
        with socket.create_connection(("127.0.0.1", port)) as other:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            _pass_both_ways(connection, other)

    return respond


def forward(port: int) -> Behaviour:
    """Pass bytes on both ways, for what is no HTTP: TLS. For a server that is `hasty`."""

    def respond(connection: socket.socket, first: bytes) -> None:
        with socket.create_connection(("127.0.0.1", port)) as other:
            other.sendall(first)
            _pass_both_ways(connection, other)

    return respond


def _pass_both_ways(connection: socket.socket, other: socket.socket) -> None:
    back = threading.Thread(target=_pump, args=(other, connection), daemon=True)
    back.start()
    _pump(connection, other)
    back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    # The other way may go on.
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
