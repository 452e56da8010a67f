"""Which proxy a URL is reached through: `requests`' rules, and more forms of NO_PROXY.

`requests` ignores entries such as `*.aliyuncs.com`, `*` among others, those that only a space
parts, and networks of IPv6. curl, Go or people's habits have them all.
"""

from __future__ import annotations

import ipaddress
import os
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from requests.utils import get_environ_proxies, select_proxy

from jupyter_dsw.upstream.hosts import default_port, is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator

_LABEL = re.compile(r"[a-z0-9_-]+")
_WITH_PORT = re.compile(r"(?P<host>[^:]+|\[[^\]]*\]):(?P<port>[0-9]{1,5})")


def proxies_for(url: str) -> dict[str, str]:
    """Return the environment's proxies for a URL, by scheme.

    None for this machine's own addresses, and none where NO_PROXY has the host.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    port = parts.port or default_port(parts.scheme)
    if is_loopback(host) or any(_matches(entry, host, port) for entry in _entries()):
        return {}
    return get_environ_proxies(url)


def proxy_for(url: str) -> str | None:
    """Return the URL of the proxy that `url` is reached through; None where there is none."""
    found: str | None = select_proxy(url, proxies_for(url))
    return found


def not_understood() -> tuple[str, ...]:
    """Return the entries of NO_PROXY that are none of `*`, a domain, an address or a network."""
    # Without a user name or password, which have no place there.
    return tuple(entry.rpartition("@")[2] for entry in _entries() if not _is_understood(entry))


def _entries() -> Iterator[str]:
    value = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    yield from value.lower().replace(",", " ").split()


def _is_understood(entry: str) -> bool:
    host, _ = _host_and_port(entry)
    labels = host.split(".")
    # `10.` and `192.168.1` are neither domains nor addresses.
    is_domain = all(map(_LABEL.fullmatch, labels)) and not labels[-1].isdigit()
    return entry == "*" or is_domain or _network(host) is not None


def _matches(entry: str, host: str, port: int | None) -> bool:
    if entry == "*":
        return True
    domain, only_port = _host_and_port(entry)
    if only_port is not None and only_port != port:
        return False
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == domain or host.endswith(f".{domain}")
    network = _network(domain)
    return network is not None and address in network


def _host_and_port(entry: str) -> tuple[str, int | None]:
    """Split `[::1]:443`, `.aliyuncs.com.`, `*.aliyuncs.com:443`.

    There are no dots, stars or brackets around the host.
    """
    found = _WITH_PORT.fullmatch(entry)
    host, port = (found["host"], int(found["port"])) if found else (entry, None)
    return host.strip("[]").removeprefix("*.").strip("."), port


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
