"""Checks of the way to the endpoint: name, proxy, TCP, TLS, clock."""

from __future__ import annotations

import os
import socket
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from jupyter_dsw.cli.doctor.check import CannotTell, Step, Wrong
from jupyter_dsw.upstream.headers import answer_date
from jupyter_dsw.upstream.refusals import Refusal, error_of_refusal
from jupyter_dsw.upstream.sockets import bounded, connect
from jupyter_dsw.upstream.transport import Trouble

if TYPE_CHECKING:
    from jupyter_dsw.cli.doctor.scene import Scene

_TIMEOUT_S = 3.0
# What signature V3 allows.
_MAX_SKEW_S = 15 * 60
_SHOWN_ADDRESSES = 3
_PROXY_PORTS = {"https": 443}


def _endpoint(scene: Scene) -> str:
    why = "JUPYTER_DSW_ENDPOINT"
    if not os.environ.get(why):
        why = f"network {os.environ.get('JUPYTER_DSW_NETWORK') or 'auto'}"
    if scene.proxy is not None:
        return f"{scene.host} ({why}); the proxy resolves its name"
    try:
        found = bounded(
            lambda: socket.getaddrinfo(scene.origin.hostname, scene.port, type=socket.SOCK_STREAM),
            _TIMEOUT_S,
        )
    except OSError:
        raise scene.trouble(Trouble.NAME_NOT_FOUND) from None
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    more = ", …" if len(addresses) > _SHOWN_ADDRESSES else ""
    return f"{scene.host} ({why}) is {', '.join(addresses[:_SHOWN_ADDRESSES])}{more}"


def _proxy(scene: Scene) -> str:
    if scene.proxy is None:
        return "none is in the way"
    variable = scene.proxy_variable
    advice = f"Correct or remove {variable}; or add {scene.origin.hostname} to NO_PROXY."
    host, port = _host_and_port(scene.proxy)
    if not host:
        # Not quoted: a password may be in it.
        message = f"{variable} is not the URL of a proxy."
        raise Wrong(message, advice)
    try:
        connect(host, port, _TIMEOUT_S).close()
    except OSError:
        message = f"The proxy {host}:{port} ({variable}) cannot be connected to."
        raise Wrong(message, advice) from None
    return f"by way of {host}:{port} ({variable}); NO_PROXY would ask directly"


def _host_and_port(url: str) -> tuple[str | None, int]:
    """Those of a proxy; no host where it is no URL of one."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        return parts.hostname, parts.port or _PROXY_PORTS.get(parts.scheme, 80)
    except ValueError:
        return None, 0


def _tcp(scene: Scene) -> str:
    if scene.proxy is not None:
        return "by way of the proxy"
    begun = time.monotonic()
    try:
        connect(scene.origin.hostname or "", scene.port, _TIMEOUT_S).close()
    except OSError:
        raise scene.trouble(Trouble.NO_CONNECTION) from None
    return f"port {scene.port} connected in {(time.monotonic() - begun) * 1000:.0f} ms"


def _tls(scene: Scene) -> str:
    _ = scene.bare_answer  # raises what TLS, or HTTP on top of it, fails with
    return "certificate accepted" if scene.origin.scheme == "https" else "none, on this machine"


def _clock(scene: Scene) -> str:
    now = time.time()
    headers = scene.bare_answer.headers
    date = answer_date(headers)
    if date is None:
        reason = "the endpoint's answer has no Date header"
        raise CannotTell(reason)
    skew_s = round(now - date.timestamp())
    if abs(skew_s) > _MAX_SKEW_S:
        # In the words of the endpoint's own refusal, which would follow.
        raise error_of_refusal(Refusal(400, "InvalidTimeStamp.Expired", "", None, headers), now)
    return f"{skew_s:+d} s to the endpoint's ({_MAX_SKEW_S} s are allowed)"


STEPS: tuple[Step[Scene], ...] = (
    Step("endpoint", _endpoint, ("region",), network=True),
    Step("proxy", _proxy, ("endpoint",), network=True),
    Step("TCP", _tcp, ("endpoint", "proxy"), network=True),
    Step("TLS", _tls, ("TCP",), network=True),
    Step("clock", _clock, ("TLS",), network=True),
)
