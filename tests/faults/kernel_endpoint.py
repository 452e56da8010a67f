"""A server whose behaviour is changed while it runs, and which can keep a request waiting."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from typing import TYPE_CHECKING, Any

from tests.upstream.odd_server import OddServer

if TYPE_CHECKING:
    from collections.abc import Callable

    Behaviour = Callable[[socket.socket, bytes], object]

# As long as a test may take: a gate that was forgotten must not hang the run.
LONGEST_HOLD_S = 240.0


class GatedServer(OddServer):
    """Responds to each request as `behave` does at that moment, once the gate is open."""

    def __init__(self, behave: Behaviour, **options: Any) -> None:
        super().__init__(self._respond_as_set, **options)
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


def pass_on(port: int) -> Behaviour:
    """Pass the request on to a server of this machine, and its response back, a reset included."""

    def respond(connection: socket.socket, request: bytes) -> None:
        with socket.create_connection(("127.0.0.1", port)) as other:
            head, _, body = request.partition(b"\r\n\r\n")
            other.sendall(head + b"\r\nConnection: close\r\n\r\n" + body)
            try:
                while data := other.recv(65536):
                    connection.sendall(data)
            except ConnectionResetError:
                # Closed with nothing to linger for, a socket sends RST and not FIN.
                linger = struct.pack("ii", 1, 0)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    return respond


def forward(port: int) -> Behaviour:
    """Pass bytes on both ways, for what is no HTTP: TLS. For a server that is `hasty`."""

    def respond(connection: socket.socket, first: bytes) -> None:
        with socket.create_connection(("127.0.0.1", port)) as other:
            other.sendall(first)
            back = threading.Thread(target=_pump, args=(other, connection), daemon=True)
            back.start()
            _pump(connection, other)
            back.join()

    return respond


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
