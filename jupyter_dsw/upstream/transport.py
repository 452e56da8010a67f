"""One request over HTTP: bounded in time and size, no redirects, no cookies, nothing secret logged.

urllib3 writes the target of every request into its log at DEBUG and into its exceptions, and the
query may hold a secret (GetInstance's `Token`). So urllib3 is given the path only, and the query
joins it in the last step, when the request line is written.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import http.client
import io
import socket
import zlib
from contextvars import ContextVar
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, TypeAlias

from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH, default_user_agent

from jupyter_dsw.clock import in_thread
from jupyter_dsw.upstream.failures import FAILURES, FailureKind, TransportError, kind_of
from jupyter_dsw.upstream.network import proxies_for, trust_authorities

if TYPE_CHECKING:
    from collections.abc import Mapping

    from requests import Request, Response

    from jupyter_dsw.clock import Deadline

Timeout: TypeAlias = "tuple[float, float]"
_MAX_HEADERS_BYTES = 64 * 1024


@dataclass(frozen=True)
class HTTPResponse:
    """A response as it was received, its body whole and decompressed. The body may hold secrets."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class Transport:
    """A pool of connections, over `requests`' adapter.

    Without its session, which would follow redirects, keep cookies and read ~/.netrc. `max_bytes`
    is for a body after decompression. `proxies` is whether the environment's proxies (and its
    NO_PROXY) are honoured; for this machine's own addresses they never are.
    """

    def __init__(self, *, max_bytes: int, proxies: bool) -> None:
        self._max_bytes = max_bytes
        self._proxies = proxies
        self._adapter = _Adapter(pool_connections=2, pool_maxsize=1)
        _bound_connections(self._adapter.poolmanager)
        self._headers = {
            "User-Agent": f"jupyter-dsw/{version('jupyter-dsw')} {default_user_agent()}",
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
        }

    def close(self) -> None:
        """Close every connection."""
        self._adapter.close()

    def send(self, request: Request, deadline: Deadline, timeout: Timeout) -> HTTPResponse:
        """Send one request, past redirects; its query may hold a secret. Raises TransportError.

        `timeout`: seconds to connect to one address (twice that for all), and to wait for more.
        """
        # A body in small chunks takes more on the wire than without them.
        exchange = _Exchange(2 * self._max_bytes + _MAX_HEADERS_BYTES)
        # No timeout of a socket ends a slow name resolution or a response that trickles: each byte
        # starts it anew. So another thread sends, and is given up when its time is over.
        connect_s = min(timeout[0], deadline.remaining_s)
        call = in_thread(lambda: self._send(request, exchange, (connect_s, timeout[1])))
        try:
            concurrent.futures.wait([call], min(2 * connect_s, deadline.remaining_s))
            if exchange.sock:
                concurrent.futures.wait([call], deadline.remaining_s)
            if call.done():
                return call.result()
            kind = FailureKind.TIMED_OUT if exchange.sock else FailureKind.NO_CONNECTION
        except FAILURES as error:
            kind = kind_of(error)
        finally:
            if not call.done():
                exchange.give_up()
        # Outside of `except`: the exception that was caught has the request in it, secrets and all.
        raise TransportError(FailureKind.TIMED_OUT if deadline.expired else kind)

    def _send(self, request: Request, exchange: _Exchange, timeout: Timeout) -> HTTPResponse:
        _exchange.set(exchange)
        request.headers = {**self._headers, **request.headers}
        # Its auth signs each time: a second try has a nonce and a date of its own.
        prepared = request.prepare()
        prepared.url, _, exchange.query = (prepared.url or "").partition("?")
        response = self._adapter.send(
            prepared,
            stream=True,
            timeout=timeout,
            # Not True, with which some versions of requests bring a context of their own along.
            verify=DEFAULT_CA_BUNDLE_PATH,
            proxies=proxies_for(request.url) if self._proxies else {},
        )
        with response:
            return HTTPResponse(response.status_code, response.headers, self._body(response))

    def _body(self, response: Response) -> bytes:
        encoding = response.headers.get("Content-Encoding", "").strip().lower()
        if encoding not in ("", "identity", "gzip"):
            raise TransportError(FailureKind.ENCODING)
        # Not left to urllib3: not all of its versions bound what a small chunk may grow to.
        decoder = zlib.decompressobj(zlib.MAX_WBITS | 16) if encoding == "gzip" else None
        body = bytearray()
        # urllib3 1.26 would take a cut for the end.
        response.raw.enforce_content_length = True
        try:
            for chunk in response.raw.stream(decode_content=False):
                body += decoder.decompress(chunk, self._max_bytes + 1) if decoder else chunk
                if len(body) > self._max_bytes:
                    raise TransportError(FailureKind.TOO_LARGE)
        except (*FAILURES, zlib.error) as error:
            raise TransportError(kind_of(error, in_body=True)) from None
        if decoder and (decoder.unused_data or not decoder.eof):
            raise TransportError(FailureKind.CUT_OFF)
        return bytes(body)


class _Exchange:
    """One request and its response: the query to send, the connection, and the bytes to take.

    `max_bytes` is for headers, the lines around chunks, and the body as it is on the wire. Not all
    versions of urllib3 bound each of these.
    """

    def __init__(self, max_bytes: int) -> None:
        self.query = ""
        self.left = max_bytes
        self._connection: Any = None
        self._sock: Any = None
        self._given_up = False

    @property
    def sock(self) -> Any:
        """The socket to the host or to its proxy; None before there is one."""
        # A connection lets go of it where only its end is the end of the response.
        return getattr(self._connection, "sock", None) or self._sock

    def use(self, connection: Any) -> None:
        """Go on with `connection`, unless nobody waits for the response now."""
        self._connection, self._sock = connection, connection.sock
        if self._given_up:
            raise TransportError(FailureKind.TIMED_OUT)

    def give_up(self) -> None:
        """End the connection, so that the thread that uses it ends too."""
        self._given_up = True
        sock = self.sock
        if sock:
            # TLS inside of TLS is no socket, but has one. A TLS socket's own method would change it
            # in the middle of the other thread's read.
            with contextlib.suppress(OSError):
                socket.socket.shutdown(getattr(sock, "socket", sock), socket.SHUT_RDWR)


# The exchange of the running thread: urllib3 offers no way to hand it down to a connection.
_exchange: ContextVar[_Exchange] = ContextVar("exchange")


class _CountedReads(io.RawIOBase):
    """What a socket receives, as far as the exchange takes it."""

    def __init__(self, sock: Any) -> None:
        self._raw = sock.makefile("rb", buffering=0)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Return what http.client reads from."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        count: int | None = self._raw.readinto(buffer)
        exchange = _exchange.get()
        exchange.left -= count or 0
        if exchange.left < 0:
            raise TransportError(FailureKind.TOO_LARGE)
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    """Refuses broken headers. urllib3 would log them, whatever they quote, and read on."""

    def __init__(self, sock: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(_CountedReads(sock), *args, **kwargs)  # type: ignore[arg-type]

    def begin(self) -> None:
        super().begin()
        if self.msg.defects or self.msg.get_payload():
            raise TransportError(FailureKind.NOT_HTTP)


class _Connection:
    """Goes before a urllib3 connection class."""

    # http.client's global switch prints headers, and whatever token or signature is in them.
    debuglevel = 0
    response_class = _Response

    def connect(self) -> None:
        _exchange.get().use(self)
        trust_authorities(self)
        super().connect()  # type: ignore[misc]
        _exchange.get().use(self)

    def putrequest(self, method: str, url: str, *args: Any, **kwargs: Any) -> None:
        exchange = _exchange.get()
        exchange.use(self)
        target = f"{url}?{exchange.query}" if exchange.query else url
        super().putrequest(method, target, *args, **kwargs)  # type: ignore[misc]


class _Adapter(HTTPAdapter):
    """An adapter of `requests` whose connections through proxies have bounds too."""

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        if proxy not in self.proxy_manager:
            _bound_connections(super().proxy_manager_for(proxy, **kwargs))
        return self.proxy_manager[proxy]


def _bound_connections(manager: Any) -> None:
    pools = {}
    for scheme, pool in manager.pool_classes_by_scheme.items():
        connection = type("Connection", (_Connection, pool.ConnectionCls), {})
        pools[scheme] = type("Pool", (pool,), {"ConnectionCls": connection})
    manager.pool_classes_by_scheme = pools
