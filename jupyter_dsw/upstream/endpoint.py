"""Which endpoint of PAI-DSW to call."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from jupyter_dsw.clock import bounded
from jupyter_dsw.upstream.hosts import host_header
from jupyter_dsw.upstream.network import authorities, proxy_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_dsw.upstream.settings import Settings

_HANDSHAKE_TIMEOUT_S = 1.0


def completes_handshake(host: str, port: int, timeout_s: float) -> bool:
    """Return whether a TLS connection to `host`, past any proxy, is complete within `timeout_s`.

    Complete with a certificate for `host` of a trusted authority: the TUN device of a proxy such as
    Clash accepts each TCP connection, wherever it leads.
    """
    trusted = authorities()

    def handshake() -> None:
        # Not urllib3's, of which some versions leave it to their connections to check the name.
        context = ssl.create_default_context(cafile=trusted.file, capath=trusted.folders)
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
