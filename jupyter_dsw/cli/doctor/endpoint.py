"""Checks of the way to the endpoint: name, proxy, TCP, TLS, clock."""

from __future__ import annotations

import os
import socket
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from jupyter_dsw.cli.doctor.check import CannotTell, Step, Wrong
from jupyter_dsw.i18n import Text, joined, text
from jupyter_dsw.render.labels import plain
from jupyter_dsw.upstream.error_responses import ErrorResponse, error_of_response
from jupyter_dsw.upstream.proxies import not_understood
from jupyter_dsw.upstream.response import response_date
from jupyter_dsw.upstream.sockets import bounded, connect
from jupyter_dsw.upstream.transport import FailureKind
from jupyter_dsw.upstream.trust import NoAuthorities, authorities

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jupyter_dsw.cli.doctor.context import Scene

_TIMEOUT_S = 3.0
# What signature V3 allows.
_MAX_SKEW_S = 15 * 60
_SHOWN = 3
_PROXY_PORTS = {"https": 443}


def _endpoint(scene: Scene) -> Text:
    why = "JUPYTER_DSW_ENDPOINT"
    if not os.environ.get(why):
        why = text("network %1", os.environ.get("JUPYTER_DSW_NETWORK") or "auto")
    if scene.proxy is not None:
        return text("%1 (%2); the proxy resolves its name", scene.host, why)
    try:
        found = bounded(
            lambda: socket.getaddrinfo(scene.origin.hostname, scene.port, type=socket.SOCK_STREAM),
            _TIMEOUT_S,
        )
    except OSError:
        raise scene.error_of(FailureKind.NAME_NOT_FOUND) from None
    shown = _some(str(each[4][0]) for each in found)
    return text("%1 (%2) is %3", scene.host, why, shown)


def _proxy(scene: Scene) -> Text:
    if scene.proxy is None:
        if scene.is_excluded_by_no_proxy:
            return text("not used: NO_PROXY covers %1", scene.origin.hostname)
        return text("no proxy is used")
    variable = scene.proxy_variable
    advice = text("Correct or remove %1; or add %2 to NO_PROXY.", variable, scene.origin.hostname)
    ignored = _ignored_in_no_proxy()
    if ignored:
        advice = joined(" ", [advice, ignored])
    host, port = _host_and_port(scene.proxy)
    if not host:
        # Not quoted: a password may be in it.
        raise Wrong(text("%1 is not the URL of a proxy.", variable), advice)
    try:
        connect(host, port, _TIMEOUT_S).close()
    except OSError:
        message = text("The proxy %1 (%2) cannot be connected to.", f"{host}:{port}", variable)
        raise Wrong(message, advice) from None
    if ignored:
        return text("by way of %1 (%2). %3", f"{host}:{port}", variable, ignored)
    return text("by way of %1 (%2); NO_PROXY can bypass it", f"{host}:{port}", variable)


def _ignored_in_no_proxy() -> Text | None:
    """A sentence with the entries of NO_PROXY that are not understood, if there are any."""
    entries = not_understood()
    if not entries:
        return None
    return text("These entries of NO_PROXY are not understood: %1.", _some(map(plain, entries)))


def _some(values: Iterable[str]) -> str:
    """The first few, each once."""
    different = list(dict.fromkeys(values))
    return ", ".join(different[:_SHOWN]) + (", …" if len(different) > _SHOWN else "")


def _host_and_port(url: str) -> tuple[str | None, int]:
    """Those of a proxy; no host where it is no URL of one."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        return parts.hostname, parts.port or _PROXY_PORTS.get(parts.scheme, 80)
    except ValueError:
        return None, 0


def _tcp(scene: Scene) -> Text:
    if scene.proxy is not None:
        return text("by way of the proxy")
    begun = time.monotonic()
    try:
        connect(scene.origin.hostname or "", scene.port, _TIMEOUT_S).close()
    except OSError:
        raise scene.error_of(FailureKind.NO_CONNECTION) from None
    milliseconds = f"{(time.monotonic() - begun) * 1000:.0f}"
    return text("port %1 connected in %2 ms", scene.port, milliseconds)


def _authorities(scene: Scene) -> Text:
    if scene.origin.scheme != "https":
        return text("none, on this machine")
    trusted = authorities()
    try:
        trusted.context()
    except NoAuthorities:
        raise scene.error_of(FailureKind.NO_CA_FILE) from None
    if not trusted.variables:
        return text("those of the Python package certifi")
    return text(
        "those of %1", ", ".join(f"{name}={os.environ[name]}" for name in trusted.variables)
    )


def _tls(scene: Scene) -> Text:
    _ = scene.bare_answer  # raises what TLS, or HTTP on top of it, fails with
    if scene.origin.scheme == "https":
        return text("certificate accepted")
    return text("none, on this machine")


def _clock(scene: Scene) -> Text:
    now = time.time()
    headers = scene.bare_answer.headers
    date = response_date(headers)
    if date is None:
        raise CannotTell(text("the endpoint's response has no Date header"))
    skew_s = round(now - date.timestamp())
    if abs(skew_s) > _MAX_SKEW_S:
        # As for the endpoint's own error response, which would follow.
        raise error_of_response(ErrorResponse(400, "InvalidTimeStamp.Expired", date=date), now)
    return text("%1 s to the endpoint's (%2 s are allowed)", f"{skew_s:+d}", _MAX_SKEW_S)


STEPS: tuple[Step[Scene], ...] = (
    Step(text("endpoint"), _endpoint, ("region",), network=True),
    Step(text("proxy"), _proxy, ("endpoint",), network=True),
    Step("TCP", _tcp, ("endpoint", "proxy"), network=True),
    Step(text("authorities"), _authorities, ("TCP",), network=True),
    Step("TLS", _tls, ("authorities",), network=True),
    Step(text("clock"), _clock, ("TLS",), network=True),
)
