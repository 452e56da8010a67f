"""Checks of the calls: their settings, the way to the endpoint (proxy, TLS, clock), each once."""

from __future__ import annotations

import os
import socket
import time
from typing import TYPE_CHECKING, Literal, TypeAlias
from urllib.parse import urlsplit

from jupyter_dsw.cli.doctor.context import (
    LEFT_OUT,
    Noted,
    Skipped,
    Step,
    not_checked_because_of,
)
from jupyter_dsw.cli.report import Failed
from jupyter_dsw.clock import bounded
from jupyter_dsw.i18n import Text, joined, text, time_zone
from jupyter_dsw.monitor import AFTER_DENIAL
from jupyter_dsw.render.values import Moments, plain, reason_of, status_of
from jupyter_dsw.upstream.errors import (
    CLOCK_ADVICE,
    BadSignature,
    ClockSkew,
    CredentialsExpired,
    Denied,
    DSWError,
    NotFound,
    clock_difference,
    is_not_permitted,
)
from jupyter_dsw.upstream.failures import FailureKind
from jupyter_dsw.upstream.network import NoAuthorities, authorities, not_understood
from jupyter_dsw.upstream.response import response_date
from jupyter_dsw.upstream.settings import VARIABLES, Settings, is_loopback, of_first_process

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jupyter_dsw.cli.doctor.context import Context
    from jupyter_dsw.upstream.signing import Credentials

Part: TypeAlias = Literal["response", "access key", "signature", "permission", "instance"]

# Stands in for the settings that a check is not about.
_SOME_ENDPOINT = "https://localhost"
_ACCESS_KEY = ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET")
_CREDENTIALS_URI = "ALIBABA_CLOUD_CREDENTIALS_URI"
_TIMEOUT_S = 3.0
# What signature V3 allows.
_MAX_SKEW_S = 15 * 60
_SHOWN = 3
_UNTIL_TRIED_AGAIN_H = f"{AFTER_DENIAL / 3600:.0f}"
# In the order in which they count, as Python's own `getproxies` has it.
_PROXY_VARIABLES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")


def _instance_id(_: Context) -> Text:
    instance_id, variable = _found("instance_id")
    Settings(instance_id=instance_id, endpoint=_SOME_ENDPOINT)
    return text("%1 (%2)", instance_id, variable)


def _region(_: Context) -> Text:
    region, variable = _found("region")
    endpoint = _SOME_ENDPOINT if _found("endpoint")[0] else None
    Settings(instance_id="dsw-0", region=region, endpoint=endpoint)
    if not region:
        return text("not set; JUPYTER_DSW_ENDPOINT names the endpoint")
    return text("%1 (%2)", region, variable)


def _found(setting: str) -> tuple[str, Text | str]:
    """Return a setting's value and where it comes from; both empty if it is not set."""
    return _variable(*VARIABLES[setting])


def _variable(*names: str) -> tuple[str, Text | str]:
    others = of_first_process(names)
    for name in names:
        if value := os.environ.get(name):
            return value, name
        if value := others.get(name):
            return value, text("%1 of the container's first process", name)
    return "", ""


def _credentials(context: Context) -> Text:
    _, key = _variable(*_ACCESS_KEY)
    if context.offline and not key:
        raise Skipped(LEFT_OUT)
    found = context.credentials.get()
    return text("%1, %2", _source(key), _until(found))


def _source(key: Text | str) -> Text:
    if key:
        return text("from the environment (%1)", key)
    uri, variable = _variable(_CREDENTIALS_URI)
    if uri:
        # Its host only: a token may be in what follows.
        parts = urlsplit(uri)
        port = f":{parts.port}" if parts.port else ""
        host = f"{parts.hostname}{port}"
        return text("from the credential service at %1 (%2)", host, variable)
    return text("from alibabacloud-credentials")


def _until(credentials: Credentials) -> Text:
    if credentials.expires_at is not None:
        moments = Moments(zone=time_zone(_found("region")[0] or None))
        return text("valid until %1", moments.write(credentials.expires_at))
    if credentials.security_token:
        return text("expiry unknown")
    return text("an access key without an expiry")


def _endpoint(context: Context) -> Text:
    why = "JUPYTER_DSW_ENDPOINT"
    if not os.environ.get(why):
        why = text("network %1", os.environ.get("JUPYTER_DSW_NETWORK") or "auto")
    if context.proxy is not None:
        return text("%1 (%2); the proxy resolves its name", context.host, why)
    try:
        found = bounded(
            lambda: socket.getaddrinfo(
                context.origin.hostname, context.port, type=socket.SOCK_STREAM
            ),
            _TIMEOUT_S,
        )
    except OSError:
        raise FailureKind.NAME_NOT_FOUND.error(context.host) from None
    shown = _some(str(each[4][0]) for each in found)
    return text("%1 (%2) resolves to %3", context.host, why, shown)


def _proxy(context: Context) -> Text:
    variables = [name for name in _PROXY_VARIABLES if os.environ.get(name)]
    if context.proxy is None:
        # This machine's own addresses never have a proxy.
        if variables and not is_loopback(context.origin.hostname or ""):
            return text("not used: NO_PROXY covers %1", context.origin.hostname)
        return text("no proxy is used")
    variable = variables[0] if variables else "HTTPS_PROXY"
    advice = text("Correct or remove %1; or add %2 to NO_PROXY.", variable, context.origin.hostname)
    ignored = _ignored_in_no_proxy()
    if ignored:
        advice = joined(" ", [advice, ignored])
    host, port = _host_and_port(context.proxy)
    if not host:
        # Not quoted: a password may be in it.
        raise Failed(text("%1 is not the URL of a proxy.", variable), advice)
    try:
        _connect(host, port)
    except OSError:
        message = text("Cannot connect to the proxy %1 (%2).", f"{host}:{port}", variable)
        raise Failed(message, advice) from None
    if ignored:
        return text("through %1 (%2). %3", f"{host}:{port}", variable, ignored)
    return text("through %1 (%2); NO_PROXY can bypass it", f"{host}:{port}", variable)


def _ignored_in_no_proxy() -> Text | None:
    """Return a sentence with the entries of NO_PROXY that are not understood, if any."""
    entries = not_understood()
    if not entries:
        return None
    return text(
        "Some entries of NO_PROXY are not valid and are ignored: %1.", _some(map(plain, entries))
    )


def _some(values: Iterable[str]) -> str:
    """Return the first few, each once."""
    different = list(dict.fromkeys(values))
    return ", ".join(different[:_SHOWN]) + (", …" if len(different) > _SHOWN else "")


def _host_and_port(url: str) -> tuple[str | None, int]:
    """Return the host and port of a proxy; no host where `url` is not the URL of one."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        return parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return None, 0


def _connect(host: str, port: int) -> None:
    address = (host, port)
    bounded(lambda: socket.create_connection(address, _TIMEOUT_S).close(), _TIMEOUT_S)


def _tcp(context: Context) -> Text:
    if context.proxy is not None:
        return text("through the proxy")
    begun = time.monotonic()
    try:
        _connect(context.origin.hostname or "", context.port)
    except OSError:
        raise FailureKind.NO_CONNECTION.error(context.host) from None
    milliseconds = f"{(time.monotonic() - begun) * 1000:.0f}"
    return text("port %1 connected in %2 ms", context.port, milliseconds)


def _authorities(context: Context) -> Text:
    if context.origin.scheme != "https":
        return text("not needed: plain http on this machine")
    trusted = authorities()
    try:
        trusted.context()
    except NoAuthorities:
        raise FailureKind.NO_CA_FILE.error(context.host) from None
    if not trusted.variables:
        return text("from the Python package certifi")
    return text("from %1", ", ".join(f"{name}={os.environ[name]}" for name in trusted.variables))


def _tls(context: Context) -> Text:
    _ = context.unsigned_response  # raises what TLS, or HTTP on top of it, fails with
    if context.origin.scheme == "https":
        return text("certificate accepted")
    return text("not needed: plain http on this machine")


def _clock(context: Context) -> Text:
    now = time.time()
    date = response_date(context.unsigned_response.headers)
    if date is None:
        raise Skipped(text("the endpoint's response has no Date header"))
    skew_s = round(now - date.timestamp())
    if abs(skew_s) > _MAX_SKEW_S:
        raise ClockSkew(clock_difference(skew_s), CLOCK_ADVICE)
    return text("%1 s off the endpoint's clock (%2 s are allowed)", f"{skew_s:+d}", _MAX_SKEW_S)


def _part_of(error: DSWError) -> Part:
    """Return the check that an error of GetInstance belongs to; `response` if none was usable."""
    if isinstance(error, CredentialsExpired):
        return "access key"
    if isinstance(error, Denied):
        return "access key" if error.about_access_key else "permission"
    if isinstance(error, (BadSignature, ClockSkew)):
        return "signature"
    return "instance" if isinstance(error, NotFound) else "response"


def _raise_if_about(part: Part, context: Context) -> None:
    if isinstance(context.response, DSWError) and _part_of(context.response) == part:
        raise context.response


def _response(context: Context) -> Text:
    _raise_if_about("response", context)
    return text("the endpoint responds to GetInstance")


def _access_key(context: Context) -> Text:
    _raise_if_about("access key", context)
    return text("valid, and not expired")


def _signature(context: Context) -> Text:
    _raise_if_about("signature", context)
    return text("accepted")


def _permission(context: Context) -> Text:
    _raise_if_about("permission", context)
    if isinstance(context.response, DSWError):
        raise Skipped(not_checked_because_of(text("instance")))
    return text("paidsw:GetInstance is allowed")


def _instance(context: Context) -> Text:
    _raise_if_about("instance", context)
    if isinstance(context.response, DSWError):
        raise Skipped(not_checked_because_of(text("permission")))
    instance = context.response.instance
    name = plain(instance.instance_name or instance.instance_id)
    found = text("%1: %2", name, status_of(instance))
    if context.response.simulated:
        found = text("%1 (simulated by an emulator)", found)
    if instance.status == "Failed":
        reason = reason_of(instance.reason_code, instance.reason_message)
        raise Failed(
            text("%1: %2.", found, reason or text("the endpoint gives no reason")),
            text("Look at the events of the instance in the PAI console, then start it again."),
        )
    return found


def _stop_policies(context: Context) -> Text | Noted:
    policies = context.policies
    if policies is None:
        return Noted(text("switched off: JUPYTER_DSW_STOP_POLICIES"))
    if isinstance(policies, DSWError):
        missing = text("Stops by policies of the workspace are not shown.")
        advice = text(
            "Its permission is not documented. Ask an administrator for a RAM policy with "
            "paidsw:QueryAutoShutdownPolicies, since the other actions are named like their calls. "
            "Then restart the Jupyter server, or wait for %1 hours.",
            _UNTIL_TRIED_AGAIN_H,
        )
        return _without(policies, "QueryAutoShutdownPolicies", missing, advice)
    return text("QueryAutoShutdownPolicies is allowed")


def _last_runs(context: Context) -> Text | Noted:
    if isinstance(context.sessions, DSWError):
        missing = text("How the last runs ended is not shown.")
        advice = text(
            "Ask an administrator for a RAM policy with paidsw:GetLifecycle, and for a role in the "
            "workspace that may read it. Then restart the Jupyter server, or wait for %1 hours.",
            _UNTIL_TRIED_AGAIN_H,
        )
        return _without(context.sessions, "paidsw:GetLifecycle", missing, advice)
    return text("paidsw:GetLifecycle is allowed")


def _without(error: DSWError, call: str, missing: Text, advice: Text) -> Noted:
    """Return the note on a call that a reading does without."""
    if not is_not_permitted(error):
        return Noted(joined(" ", [error.message, missing]), error.advice)
    if isinstance(error, Denied):
        return Noted(joined(" ", [text("%1 is not allowed.", call), missing]), advice)
    return Noted(joined(" ", [text("Not available in this region."), missing]))


STEPS: tuple[Step, ...] = (
    Step(text("instance id"), _instance_id),
    Step(text("region"), _region),
    Step(text("credentials"), _credentials),
    Step(text("endpoint"), _endpoint, ("region",), network=True),
    Step(text("proxy"), _proxy, ("endpoint",), network=True),
    Step("TCP", _tcp, ("endpoint", "proxy"), network=True),
    Step(text("authorities"), _authorities, ("TCP",), network=True),
    Step("TLS", _tls, ("authorities",), network=True),
    Step(text("clock"), _clock, ("TLS",), network=True),
    Step(text("response"), _response, ("instance id", "credentials", "clock"), network=True),
    Step(text("access key"), _access_key, ("response",), network=True),
    Step(text("signature"), _signature, ("access key",), network=True),
    Step(text("permission"), _permission, ("signature",), network=True),
    Step(text("instance"), _instance, ("signature",), network=True),
    Step(text("stop policies"), _stop_policies, ("permission",), network=True),
    Step(text("last runs"), _last_runs, ("permission",), network=True),
)
