"""Which endpoint of PAI-DSW to call, and the way to a host: proxies, certificate authorities.

For proxies `requests`' rules, and more forms of NO_PROXY. `requests` ignores entries such as
`*.aliyuncs.com`, `*` among others, those that only a space parts, and networks of IPv6. curl, Go or
people's habits have them all.
"""

from __future__ import annotations

import ipaddress
import os
import re
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from requests.utils import DEFAULT_CA_BUNDLE_PATH, get_environ_proxies, select_proxy
from urllib3.connection import HTTPSConnection
from urllib3.util.ssl_ import create_urllib3_context

from jupyter_dsw.clock import bounded
from jupyter_dsw.upstream.settings import DEFAULT_PORTS, host_header, is_loopback

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

    from jupyter_dsw.upstream.settings import Settings

# What `requests` reads, then what OpenSSL (and with it most other programs) reads.
_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_FILE, _FOLDERS = "SSL_CERT_FILE", "SSL_CERT_DIR"
_HANDSHAKE_TIMEOUT_S = 1.0
_LABEL = re.compile(r"[a-z0-9_-]+")
_WITH_PORT = re.compile(r"(?P<host>[^:]+|\[[^\]]*\]):(?P<port>[0-9]{1,5})")


def proxies_for(url: str) -> dict[str, str]:
    """Return the environment's proxies for a URL, by scheme.

    None for this machine's own addresses, and none where NO_PROXY has the host.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    port = parts.port or DEFAULT_PORTS.get(parts.scheme)
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


class NoAuthorities(OSError):
    """The authorities to trust cannot be read: no such file, no right to, or none in it."""


@dataclass(frozen=True)
class Authorities:
    """A file of certificates, folders of them as OpenSSL has them (`/a:/b`), or both.

    `variables` are those of the environment that name them; none for the bundle of certifi.
    """

    file: str | None
    folders: str | None = None
    variables: tuple[str, ...] = ()

    def context(self) -> ssl.SSLContext:
        """Return a context for urllib3 that trusts them. Raises NoAuthorities."""
        context = create_urllib3_context()
        try:
            context.load_verify_locations(self.file, self.folders)
        except OSError as error:  # ssl.SSLError is one
            raise NoAuthorities from error
        return context


def authorities() -> Authorities:
    """Return the authorities that TLS connections trust.

    Those that the environment names: by REQUESTS_CA_BUNDLE, else CURL_CA_BUNDLE (a file or a
    folder), else SSL_CERT_FILE and SSL_CERT_DIR; else certifi's.
    """
    for name in _BUNDLES:
        path = os.environ.get(name)
        if path:
            file, folders = (None, path) if Path(path).is_dir() else (path, None)
            return Authorities(file, folders, (name,))
    file = os.environ.get(_FILE) or None
    folders = os.environ.get(_FOLDERS) or None
    if file or folders:
        named = ((_FILE, file), (_FOLDERS, folders))
        return Authorities(file, folders, tuple(name for name, path in named if path))
    return Authorities(DEFAULT_CA_BUNDLE_PATH)


def trust_authorities(connection: object) -> None:
    """Have a new connection of urllib3 trust the authorities. Raises NoAuthorities."""
    if not isinstance(connection, HTTPSConnection):
        return
    trusted = authorities()
    proxy = connection.proxy
    if proxy is not None and proxy.scheme == "https":
        # The proxy is verified by them too, in a context of urllib3's own.
        connection.ca_certs, connection.ca_cert_dir = trusted.file, trusted.folders
    else:
        connection.ssl_context = trusted.context()
        # Else urllib3 would trust these as well.
        connection.ca_certs = connection.ca_cert_dir = None


def completes_handshake(host: str, port: int, timeout_s: float) -> bool:
    """Return whether a TLS connection to `host`, past any proxy, is complete within `timeout_s`.

    Complete with a certificate for `host` of a trusted authority: the TUN device of a proxy such as
    Clash accepts each TCP connection, wherever it leads.
    """

    def handshake() -> None:
        context = authorities().context()
        # Some versions of urllib3 leave it to their connections to check the name.
        context.check_hostname = True
        with socket.create_connection((host, port), timeout_s) as sock:
            context.wrap_socket(sock, server_hostname=host).close()

    try:
        bounded(handshake, timeout_s)
    except OSError:
        return False
    return True


class EndpointChoice:
    """Chooses the endpoint for settings and remembers the choice.

    With network `auto` both of the region's endpoints may be called: first the VPC's if a TLS
    handshake with it is complete within 1 s, else the public one. `reachable` finds that out.
    """

    def __init__(self, reachable: Callable[[str, int, float], bool] = completes_handshake) -> None:
        self._reachable = reachable
        self._origins: tuple[str, ...] = ()

    @property
    def host(self) -> str | None:
        """The host[:port] that is called first; None before the first choice."""
        return host_header(urlsplit(self._origins[0])) if self._origins else None

    def origins(self, settings: Settings) -> tuple[str, ...]:
        """Return each `https://host[:port]` to call, in this order, until one responds.

        May wait for the VPC's endpoint; never raises.
        """
        if not self._origins:
            self._origins = (settings.endpoint,) if settings.endpoint else self._of_region(settings)
        return self._origins

    def failed(self, origin: str) -> None:
        """Call `origin` last from now on: it could not be reached, or did not respond in time."""
        others = tuple(other for other in self._origins if other != origin)
        self._origins = (*others, origin)

    def forget(self) -> None:
        """Choose anew the next time."""
        self._origins = ()

    def _of_region(self, settings: Settings) -> tuple[str, ...]:
        vpc_host = f"pai-dsw-vpc.{settings.region}.aliyuncs.com"
        vpc, public = f"https://{vpc_host}", f"https://pai-dsw.{settings.region}.aliyuncs.com"
        if settings.network != "auto":
            return (vpc,) if settings.network == "vpc" else (public,)
        # A proxy is mostly outside of the VPC, where the address of the VPC's endpoint does not
        # route. So the public one is called, which every proxy can reach; NO_PROXY or network=vpc
        # change that.
        if proxy_for(vpc) is not None:
            return (public,)
        reachable = self._reachable(vpc_host, 443, _HANDSHAKE_TIMEOUT_S)
        return (vpc, public) if reachable else (public, vpc)
