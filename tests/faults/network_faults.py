"""What the network and whatever responds instead of the endpoint can do; and clocks."""

from __future__ import annotations

import gzip
import json
import threading
from functools import partial
from typing import TYPE_CHECKING

from tests.faults.fault import Fault
from tests.faults.kernel_endpoint import forward, pass_on
from tests.upstream.conftest import INSTANCE
from tests.upstream.odd_server import OddServer, flood, http_response

if TYPE_CHECKING:
    import socket

    from tests.faults.context import Context

MIB = 1024 * 1024
DAY_S = 24 * 3600


def _respond_with(connection: socket.socket, _head: bytes, *, response: bytes) -> None:
    connection.sendall(response)


def _a_byte_a_second(connection: socket.socket, _head: bytes) -> None:
    never = threading.Event()
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{")
    while not never.wait(1):
        connection.sendall(b" ")


def _no_such_name(context: Context) -> None:
    context.set(JUPYTER_DSW_ENDPOINT="https://pai-dsw.cn-hangzhou.aliyuncs.invalid")


def _nobody_listens(context: Context) -> None:
    # The port is different each time, and is no part of what is recorded.
    context.set(JUPYTER_DSW_ENDPOINT=f"http://127.0.0.1:{context.port_where_nobody_listens()}")


def _tls(context: Context, *, certificate_for: str, days: int) -> None:
    tls_context = context.authority.server(certificate_for, days=days)
    behind = context.enter_context(OddServer(pass_on(context.emulator_port), tls=tls_context))
    context.tls.behave = forward(behind.port)
    context.set(
        JUPYTER_DSW_ENDPOINT=f"https://localhost:{context.tls.port}",
        REQUESTS_CA_BUNDLE=str(context.authority.bundle),
    )


def _responds(context: Context, *, response: bytes) -> None:
    context.endpoint.behave = partial(_respond_with, response=response)


def _another_instance(context: Context) -> None:
    assert INSTANCE["InstanceId"] != context.emulator.instance_id
    _responds(context, response=http_response(INSTANCE))


def _ten_mebibytes(context: Context) -> None:
    body = json.dumps(INSTANCE).encode()
    _responds(context, response=http_response(body + b" " * (10 * MIB - len(body))))


def _gzip_bomb(context: Context) -> None:
    body = gzip.compress(json.dumps(INSTANCE).encode() + b" " * (64 * MIB))
    assert len(body) < MIB
    _responds(context, response=http_response(body, "Content-Encoding: gzip"))


def _endless_chunks(context: Context) -> None:
    start = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    context.endpoint.behave = flood(start, b"1\r\n \r\n" * 8 * 1024)


def _until_the_client_leaves(connection: socket.socket, _head: bytes) -> None:
    while connection.recv(65536):
        pass


def _tls_without_a_response(context: Context) -> None:
    context.tls.behave = _until_the_client_leaves
    context.set(JUPYTER_DSW_ENDPOINT=f"https://localhost:{context.tls.port}")


def _trickle(context: Context) -> None:
    context.endpoint.behave = _a_byte_a_second


def _dead_proxy(context: Context) -> None:
    proxy = f"http://127.0.0.1:{context.port_where_nobody_listens()}"
    names = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
    context.set(
        JUPYTER_DSW_ENDPOINT=None, JUPYTER_DSW_NETWORK="public", **dict.fromkeys(names, proxy)
    )


def _clock_wrong(context: Context, *, by_s: float) -> None:
    context.wrong_by_s = by_s


FAULTS = (
    Fault("DNS failure", _no_such_name, "Unreachable", 503, server=None),
    Fault("Connection refused", _nobody_listens, "Unreachable", 503, server=None),
    Fault(
        "TLS with a wrong name",
        partial(_tls, certificate_for="other.example", days=1),
        "Unreachable",
        503,
        "tls",
    ),
    Fault(
        "TLS with an expired certificate",
        partial(_tls, certificate_for="localhost", days=-1),
        "Unreachable",
        503,
        "tls",
    ),
    Fault(
        "TCP connections are accepted, TLS gets no response (as with a TUN proxy)",
        _tls_without_a_response,
        "TimedOut",
        504,
        "tls",
        never_responds=True,
    ),
    Fault(
        "A response that trickles a byte a second", _trickle, "TimedOut", 504, never_responds=True
    ),
    Fault("A response about another instance", _another_instance, "BadResponse", 502),
    Fault("A response of 10 MiB", _ten_mebibytes, "BadResponse", 502),
    Fault("Gzip bomb (64 MiB in 64 KiB)", _gzip_bomb, "BadResponse", 502),
    Fault("A response in chunks without an end", _endless_chunks, "BadResponse", 502),
    Fault(
        "`HTTP_PROXY` and `HTTPS_PROXY` set to a dead proxy",
        _dead_proxy,
        "Unreachable",
        503,
        server=None,
    ),
    Fault("Local clock a day ahead", partial(_clock_wrong, by_s=DAY_S), "ClockSkew", 502),
    Fault("Local clock a day behind", partial(_clock_wrong, by_s=-DAY_S), "ClockSkew", 502),
)
