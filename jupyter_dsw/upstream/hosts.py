"""Judging hosts and URLs that come from the environment."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from jupyter_dsw.i18n import text

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.ASCII)
_VISIBLE_ASCII = re.compile(r"[\x21-\x7e]+")


def is_loopback(host: str) -> bool:
    """Return whether `host` is this machine: 127.0.0.0/8, ::1 or `localhost` only."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def split_http_url(url: str) -> SplitResult:
    """Split an http or https URL that has a plain host and no user name or fragment.

    Raises ValueError with the reason, a `Text` that never quotes the URL: a password may be in it.
    """
    if not _VISIBLE_ASCII.fullmatch(url) or "\\" in url:
        raise ValueError(
            text("The URL has spaces, control characters, backslashes or non-ASCII characters.")
        )
    parts = _split(url)
    if parts.scheme not in _DEFAULT_PORTS:
        raise ValueError(text("The URL does not start with https:// or http://."))
    if "@" in parts.netloc:
        raise ValueError(text("The URL contains a user name or a password."))
    if not _is_host(parts.hostname or ""):
        raise ValueError(text("The URL has no valid host name."))
    if "#" in url:
        raise ValueError(text("The URL has a fragment (#...)."))
    return parts


def host_header(parts: SplitResult) -> str:
    """Return a URL's `Host` header: lower case, with the port only where it is not the default."""
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return (
        host if parts.port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f"{host}:{parts.port}"
    )


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises where the port is not a number below 65536
    except ValueError:
        parts = None
    if parts is None or parts.port == 0:
        raise ValueError(text("It is not a URL with a valid host and port."))
    return parts


def default_port(scheme: str) -> int | None:
    """Return the port of http or https; None for another scheme."""
    return _DEFAULT_PORTS.get(scheme)


def _is_host(host: str) -> bool:
    try:
        return "%" not in host and bool(ipaddress.ip_address(host))
    except ValueError:
        return len(host) <= 253 and _HOST_NAME.fullmatch(host) is not None
