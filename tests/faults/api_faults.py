"""What can go wrong between a Jupyter server and the PAI-DSW API, and how to bring it about."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Literal

from jupyter_dsw.emulator.scenarios import SCENARIOS
from tests.upstream.conftest import INSTANCE
from tests.upstream.odd_server import (
    OddServer,
    always,
    flood,
    forward,
    hang_up,
    http_response,
    relay,
    trickle,
)

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping

    from tests.faults.context import Context

MIB = 1024 * 1024
DAY_S = 24 * 3600
# The error of each scenario of the emulator; the others are good responses.
ERRORS = {
    "denied": "Denied",
    "missing": "NotFound",
    "throttled": "Throttled",
    "hang": "TimedOut",
    "reset": "Unreachable",
    "garbage": "BadResponse",
    "truncated": "BadResponse",
    "html": "BadResponse",
    "empty": "BadResponse",
    "refused": "UpstreamFailed",
    "skewed": "ClockSkew",
    "expired": "CredentialsExpired",
}
# HTTP's status of each error, where nothing was ever read.
STATUSES = {
    "Denied": 403,
    "NotFound": 404,
    "Throttled": 429,
    "BadResponse": 502,
    "ClockSkew": 502,
    "CredentialsExpired": 502,
    "UpstreamFailed": 502,
    "NoCredentials": 503,
    "Unreachable": 503,
    "TimedOut": 504,
}


@dataclass(frozen=True)
class Fault:
    """One fault: how to bring it about, and what is expected of it. `Context.mend` ends it."""

    name: str
    begin: Callable[[Context], object]
    code: str | None = None
    """The error's code; None where readings stay good."""
    server: Literal["endpoint", "credentials", "tls"] | None = "endpoint"
    """Which server every new reading passes while the fault is on; None where there is none."""
    never_responds: bool = False
    """Whether only the deadline ends a reading."""
    emulator: Mapping[str, float] = field(default_factory=dict)
    """Options of the emulator."""

    @property
    def status(self) -> int:
        """HTTP's status where nothing was ever read."""
        return STATUSES[self.code] if self.code else 200

    def __str__(self) -> str:
        return self.name


def _play(scenario: str, context: Context) -> None:
    context.emulator.scenario = scenario


def _no_such_name(context: Context) -> None:
    context.set(JUPYTER_DSW_ENDPOINT="https://pai-dsw.cn-hangzhou.aliyuncs.invalid")


def _nobody_listens(context: Context) -> None:
    # The port is different each time, and is no part of what is recorded.
    context.set(JUPYTER_DSW_ENDPOINT=f"http://127.0.0.1:{context.port_where_nobody_listens()}")


def _tls(context: Context, *, certificate_for: str, days: int) -> None:
    tls_context = context.authority.server(certificate_for, days=days)
    behind = context.enter_context(OddServer(relay(context.emulator_port), tls=tls_context))
    context.tls.behave = forward(behind.port)
    context.set(
        JUPYTER_DSW_ENDPOINT=f"https://localhost:{context.tls.port}",
        REQUESTS_CA_BUNDLE=str(context.authority.bundle),
    )


def _tls_without_a_response(context: Context) -> None:
    context.tls.behave = _until_the_client_leaves
    context.set(JUPYTER_DSW_ENDPOINT=f"https://localhost:{context.tls.port}")


def _until_the_client_leaves(connection: socket.socket, _head: bytes) -> None:
    while connection.recv(65536):
        pass


def _trickle(context: Context) -> None:
    start = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{"
    context.endpoint.behave = trickle(start, b" ")


def _another_instance(context: Context) -> None:
    assert INSTANCE["InstanceId"] != context.emulator.instance_id
    context.endpoint.behave = always(http_response(INSTANCE))


def _ten_mebibytes(context: Context) -> None:
    body = json.dumps(INSTANCE).encode()
    context.endpoint.behave = always(http_response(body + b" " * (10 * MIB - len(body))))


def _gzip_bomb(context: Context) -> None:
    body = gzip.compress(json.dumps(INSTANCE).encode() + b" " * (64 * MIB))
    assert len(body) < MIB
    context.endpoint.behave = always(http_response(body, "Content-Encoding: gzip"))


def _endless_chunks(context: Context) -> None:
    start = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    context.endpoint.behave = flood(start, b"1\r\n \r\n" * 8 * 1024)


def _dead_proxy(context: Context) -> None:
    proxy = f"http://127.0.0.1:{context.port_where_nobody_listens()}"
    names = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
    context.set(
        JUPYTER_DSW_ENDPOINT=None, JUPYTER_DSW_NETWORK="public", **dict.fromkeys(names, proxy)
    )


def _clock_wrong(context: Context, *, by_s: float) -> None:
    context.wrong_by_s = by_s


def _no_credentials(context: Context, *, behave: Callable[[socket.socket, bytes], object]) -> None:
    context.other_credential_service()
    context.credentials.behave = behave


def _rotating(context: Context) -> None:
    """Credentials stop working long before the time that was promised for them."""
    context.other_credential_service()
    context.promise("2100-01-01T00:00:00Z")


FAULTS = (
    *(
        Fault(
            f"Emulator: {scenario.name} ({scenario.description})",
            partial(_play, scenario.name),
            ERRORS.get(scenario.name),
            never_responds=scenario.name == "hang",
            emulator={"slow_s": 0.5},
        )
        for scenario in SCENARIOS.values()
    ),
    Fault("DNS failure", _no_such_name, "Unreachable", server=None),
    Fault("Connection refused", _nobody_listens, "Unreachable", server=None),
    Fault(
        "TLS with a wrong name",
        partial(_tls, certificate_for="other.example", days=1),
        "Unreachable",
        server="tls",
    ),
    Fault(
        "TLS with an expired certificate",
        partial(_tls, certificate_for="localhost", days=-1),
        "Unreachable",
        server="tls",
    ),
    Fault(
        "TCP connections are accepted, TLS gets no response (as with a TUN proxy)",
        _tls_without_a_response,
        "TimedOut",
        server="tls",
        never_responds=True,
    ),
    Fault("A response that trickles byte by byte", _trickle, "TimedOut", never_responds=True),
    Fault("A response about another instance", _another_instance, "BadResponse"),
    Fault("A response of 10 MiB", _ten_mebibytes, "BadResponse"),
    Fault("Gzip bomb (64 MiB in 64 KiB)", _gzip_bomb, "BadResponse"),
    Fault("A response in chunks without an end", _endless_chunks, "BadResponse"),
    Fault(
        "`HTTP_PROXY` and `HTTPS_PROXY` set to a dead proxy",
        _dead_proxy,
        "Unreachable",
        server=None,
    ),
    Fault("Local clock a day ahead", partial(_clock_wrong, by_s=DAY_S), "ClockSkew"),
    Fault("Local clock a day behind", partial(_clock_wrong, by_s=-DAY_S), "ClockSkew"),
    Fault(
        "Credential service down, and no credentials are cached",
        partial(_no_credentials, behave=hang_up),
        "NoCredentials",
        server="credentials",
    ),
    Fault(
        "Credential service slow, and no credentials are cached",
        partial(_no_credentials, behave=_until_the_client_leaves),
        "NoCredentials",
        server="credentials",
        never_responds=True,
    ),
    Fault(
        "Credential service sends garbage, and no credentials are cached",
        partial(_no_credentials, behave=always(http_response(b"\xff\xfe\x00 no credentials \x80"))),
        "NoCredentials",
        server="credentials",
    ),
    Fault(
        "Credential service rotates before the time that it promised",
        _rotating,
        emulator={"credential_lifetime_s": 60},
    ),
    Fault(
        "Credential service hands out tokens that live 60 s",
        lambda _context: None,
        emulator={"credential_lifetime_s": 60},
    ),
)
