"""Which endpoint of PAI-DSW to ask."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from requests.utils import get_environ_proxies, select_proxy

from jupyter_dsw.upstream.hosts import host_header
from jupyter_dsw.upstream.sockets import can_connect

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_dsw.upstream.settings import Settings

_PROBE_TIMEOUT_S = 1.0


class EndpointChoice:
    """Chooses the endpoint for settings and remembers the choice.

    With network `auto` that is the region's VPC endpoint if it can be connected to within 1 s,
    else the public one.  `can_connect` is how that is found out.
    """

    def __init__(self, can_connect: Callable[[str, int, float], bool] = can_connect) -> None:
        self._can_connect = can_connect
        self._chosen: str | None = None

    @property
    def host(self) -> str | None:
        """The host[:port] chosen; None before the first choice."""
        return host_header(urlsplit(self._chosen)) if self._chosen else None

    def origin(self, settings: Settings) -> str:
        """Return `https://host[:port]`.  May wait for the VPC endpoint; never raises."""
        if self._chosen is None:
            self._chosen = settings.endpoint or f"https://{self._regional_host(settings)}"
        return self._chosen

    def forget(self) -> None:
        """Choose anew the next time: what was chosen could not be reached."""
        self._chosen = None

    def _regional_host(self, settings: Settings) -> str:
        vpc = f"pai-dsw-vpc.{settings.region}.aliyuncs.com"
        public = f"pai-dsw.{settings.region}.aliyuncs.com"
        if settings.network != "auto":
            return vpc if settings.network == "vpc" else public
        # The probe is a plain connection from here.  Where requests to the VPC endpoint would go
        # through a proxy it would say nothing: a proxy is mostly outside of the VPC, where the
        # endpoint's address does not route.  Then the public one is asked, which every proxy can
        # reach; NO_PROXY or network=vpc say otherwise.
        if _goes_through_proxy(f"https://{vpc}"):
            return public
        return vpc if self._can_connect(vpc, 443, _PROBE_TIMEOUT_S) else public


def _goes_through_proxy(url: str) -> bool:
    return select_proxy(url, get_environ_proxies(url)) is not None
