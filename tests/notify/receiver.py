"""An HTTP server that stands for a service: it keeps what it gets, and responds as it is set to."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

if TYPE_CHECKING:
    import ssl

    from typing_extensions import Self


@dataclass(frozen=True)
class Received:
    """One request that arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def _readable(request: Received) -> str:
    text = request.body.decode()
    if "urlencoded" in request.headers.get("Content-Type", ""):
        return unquote_plus(text)
    return text.encode().decode("unicode_escape") if "\\u" in text else text


class Receiver:
    """Listens on 127.0.0.1, with TLS if it gets a context for that."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.received: list[Received] = []
        self.statuses: list[int] = []
        """The statuses of the next responses; then 200."""
        self.body = b'{"errcode": 0, "ok": true}'
        self.hangs = False
        self._released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def texts(self) -> str:
        """All that arrived, as people would read it."""
        return "\n".join(map(_readable, self.received))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                received = Received(
                    self.command, self.path, dict(self.headers), self.rfile.read(length)
                )
                status = receiver.statuses.pop(0) if receiver.statuses else 200
                receiver.received.append(received)
                if receiver.hangs:
                    receiver._released.wait()
                    return
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(receiver.body)))
                self.end_headers()
                self.wfile.write(receiver.body)

            do_PUT = do_POST  # noqa: N815 - http.server's name

            def log_message(self, *_: Any) -> None:
                pass

        return Handler
