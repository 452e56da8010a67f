"""urllib3 connections that obey a deadline and keep the query of a request out of logs.

urllib3 writes the target of every request into its log at DEBUG and into its exceptions. The
query may hold a secret (GetInstance's `Token`). So urllib3 is given the path only, and the query
joins it in the last step, when the request line is written to the socket.
"""

from __future__ import annotations

import http.client
import io
import socket
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import requests.adapters
import urllib3.connection
import urllib3.connectionpool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from jupyter_dsw.upstream.sockets import BoundedReads, Deadline, connect
from jupyter_dsw.upstream.trust import authorities

if TYPE_CHECKING:
    from collections.abc import Mapping

    from requests import PreparedRequest
    from urllib3.poolmanager import PoolManager


class Exchange:
    """One request and its response: the query to send, and the bounds to obey.

    `max_bytes` is for all that comes back: headers, the lines around chunks, and the body as it is
    on the wire. Not all versions of urllib3 bound each of these.
    """

    def __init__(self, deadline: Deadline, max_bytes: int) -> None:
        self.deadline = deadline
        self.max_bytes = max_bytes
        self.query = ""


# The exchange of the running thread: urllib3 offers no way to hand it down to a connection.
current_exchange: ContextVar[Exchange] = ContextVar("current_exchange")


class _StrictResponse(http.client.HTTPResponse):
    """Refuses broken headers. urllib3 would log them, whatever they quote, and read on."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        exchange = current_exchange.get()
        bounded: Any = BoundedReads(self.fp.detach(), sock, exchange.deadline, exchange.max_bytes)
        self.fp = io.BufferedReader(bounded)

    def begin(self) -> None:
        super().begin()
        if self.msg.defects or self.msg.get_payload():
            reason = "broken headers"
            raise http.client.HTTPException(reason)


class _Watched:
    """Goes before a urllib3 connection class."""

    # http.client's global switch prints headers, and whatever token or signature is in them.
    debuglevel = 0
    response_class: Any = _StrictResponse

    sock: Any

    def _new_conn(self) -> socket.socket:
        sock: socket.socket = super()._new_conn()  # type: ignore[misc]
        try:
            current_exchange.get().deadline.watch(sock.fileno())
        except BaseException:
            sock.close()
            raise
        return sock

    def putrequest(self, method: str, url: str, *args: Any, **kwargs: Any) -> None:
        exchange = current_exchange.get()
        # One kept from an earlier exchange is only read from, unless it is TLS inside of TLS:
        # there one read of ours is many of the socket.
        if self.sock is not None and not isinstance(self.sock, socket.socket):
            exchange.deadline.watch(self.sock.fileno())
        target = f"{url}?{exchange.query}" if exchange.query else url
        super().putrequest(method, target, *args, **kwargs)  # type: ignore[misc]


class _Bounded:
    """Goes before a urllib3 connection class: one timeout for all of connecting, DNS included."""

    timeout: float | None
    source_address: tuple[str, int] | None

    def _new_conn(self) -> socket.socket:
        host, port = self._dns_host, self.port  # type: ignore[attr-defined]
        remaining_s = max(current_exchange.get().deadline.remaining_s, 0.001)
        timeout_s = min(self.timeout or remaining_s, remaining_s)
        options = self.socket_options or ()  # type: ignore[attr-defined]
        conn: Any = self
        try:
            return connect(
                host, port, timeout_s, options=options, source_address=self.source_address
            )
        except TimeoutError as error:
            raise ConnectTimeoutError(conn, "connecting took too long") from error
        except OSError as error:  # a name that cannot be resolved, too
            raise NewConnectionError(conn, "connecting failed") from error


class _HTTPConnection(_Watched, _Bounded, urllib3.connection.HTTPConnection):
    pass


class _HTTPSConnection(_Watched, _Bounded, urllib3.connection.HTTPSConnection):
    def connect(self) -> None:
        proxy: Any = self.proxy
        trusted = authorities()
        if proxy is not None and proxy.scheme == "https":
            # The proxy is verified by them too, in a context of urllib3's own.
            self.ca_certs, self.ca_cert_dir = trusted.file, trusted.folders
        else:
            self.ssl_context = trusted.context()
            # Else urllib3 reads them again for each connection.
            self.ca_certs = self.ca_cert_dir = None
        super().connect()


class _HTTPPool(urllib3.connectionpool.HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(urllib3.connectionpool.HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


class Adapter(requests.adapters.HTTPAdapter):
    """A `requests` adapter over these connections."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Put our connections under the pools."""
        super().init_poolmanager(*args, **kwargs)
        _use_our_connections(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        """Put our connections under the pools of a proxy."""
        manager = super().proxy_manager_for(*args, **kwargs)
        _use_our_connections(manager)
        return manager

    def request_url(self, request: PreparedRequest, proxies: Mapping[str, str] | None) -> str:
        """Return the target without its query, which the connection adds."""
        target: str = super().request_url(request, dict(proxies or {}))
        path, _, current_exchange.get().query = target.partition("?")
        return path


def _use_our_connections(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {
        "http": _watched(manager.pool_classes_by_scheme["http"], _HTTPPool),
        "https": _watched(manager.pool_classes_by_scheme["https"], _HTTPSPool),
    }


def _watched(theirs: Any, ours: Any) -> Any:
    if issubclass(ours, theirs):
        return ours
    if issubclass(theirs.ConnectionCls, _Watched):
        return theirs
    # A SOCKS proxy's: it connects in its own way.
    connection = type("WatchedConnection", (_Watched, theirs.ConnectionCls), {})
    return type("WatchedPool", (theirs,), {"ConnectionCls": connection})
