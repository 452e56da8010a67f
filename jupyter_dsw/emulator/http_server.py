"""The emulator's HTTP server: requests in, responses out, in good and in bad manners.

It knows HTTP/1.1 and nothing of DSW.
"""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import sys
import threading
from dataclasses import dataclass
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from jupyter_dsw.emulator.gateway import SignedRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Headers: TypeAlias = "tuple[tuple[str, str], ...]"
Delivery: TypeAlias = Literal["whole", "slow", "truncated", "hang", "reset"]
"""How a response reaches the client: `slow` in pieces, `truncated` its first half, `hang` never."""

_PIECES = 20


@dataclass(frozen=True)
class Response:
    """A response."""

    status: int
    body: bytes
    headers: Headers = ()
    delivery: Delivery = "whole"

    @classmethod
    def of_json(
        cls,
        body: Mapping[str, Any],
        status: int = 200,
        headers: Headers = (),
        delivery: Delivery = "whole",
    ) -> Response:
        """Return a response of JSON."""
        headers = (("Content-Type", "application/json;charset=utf-8"), *headers)
        encoded = json.dumps(body, ensure_ascii=False).encode()
        return cls(status, encoded, headers, delivery)


class Endpoint(ThreadingHTTPServer):
    """Serves on 127.0.0.1, one thread a connection, until closed.

    `respond` makes the responses, `clock` the Date header (seconds since the epoch); a `slow`
    response takes `slow_s` seconds. `headers` are sent with every response.
    """

    daemon_threads = True
    # The default of 5 refuses connections when 200 clients come at once.
    request_queue_size = 256

    def __init__(
        self,
        respond: Callable[[SignedRequest], Response],
        *,
        clock: Callable[[], float],
        port: int,
        slow_s: float,
        headers: Headers,
    ) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.respond = respond
        self.clock = clock
        self.slow_s = slow_s
        self.headers = headers
        self.closing = threading.Event()
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._accepting = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.05}, name="emulator", daemon=True
        )
        self._accepting.start()

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.server_address[1])

    def close(self) -> None:
        """Stop, end the responses under way, and leave no thread and no socket behind."""
        self.closing.set()
        self.shutdown()
        self._accepting.join()
        for connection, thread in list(self._connections.items()):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            thread.join()
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection's requests in a thread of its own, which `close` can wait for."""
        thread = threading.Thread(
            target=self.process_request_thread, args=(request, client_address), daemon=True
        )
        self._connections[request] = thread
        thread.start()

    def shutdown_request(self, request: Any) -> None:
        """Close a connection."""
        super().shutdown_request(request)
        self._connections.pop(request, None)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report an error, unless it is only that the other side went away."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Headers and body are two writes; Nagle's algorithm would hold the second back for 40 ms.
    disable_nagle_algorithm = True
    server: Endpoint

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = tuple(self.headers.items())
        request = SignedRequest(self.command, self.path, headers, body)
        response = self.server.respond(request)
        self.close_connection |= response.delivery != "whole"
        if response.delivery == "hang":
            self.server.closing.wait()
        elif response.delivery == "reset":
            self._reset()
        else:
            self._send(response)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _handle  # noqa: N815

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in (*response.headers, ("Content-Length", str(len(response.body)))):
            self.send_header(name, value)
        self.end_headers()
        if response.delivery == "slow":
            self._send_pieces(response.body)
        elif response.delivery == "truncated":
            self.wfile.write(response.body[: len(response.body) // 2])
        else:
            self.wfile.write(response.body)

    def _send_pieces(self, body: bytes) -> None:
        size = -(-len(body) // _PIECES)
        for start in range(0, len(body), size):
            if self.server.closing.wait(self.server.slow_s / _PIECES):
                return
            self.wfile.write(body[start : start + size])

    def _reset(self) -> None:
        # Closed with nothing to linger for, the socket sends RST and not FIN.
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.rfile.close()
        self.connection.close()

    def send_response(self, code: int, message: str | None = None) -> None:
        super().send_response(code, message)
        for name, value in self.server.headers:
            self.send_header(name, value)

    def date_time_string(self, timestamp: float | None = None) -> str:
        return formatdate(self.server.clock() if timestamp is None else timestamp, usegmt=True)

    def version_string(self) -> str:
        return "jupyter-dsw-emulator"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Log nothing: request lines may carry a sharing token."""
