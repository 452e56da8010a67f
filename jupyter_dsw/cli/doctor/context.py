"""What the checks of the way to the endpoint look at, each part made at its first use."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from jupyter_dsw.upstream.client import Client
from jupyter_dsw.upstream.credential_chain import CredentialChain
from jupyter_dsw.upstream.endpoint import EndpointChoice
from jupyter_dsw.upstream.error_responses import error_of_failure
from jupyter_dsw.upstream.errors import DSWError
from jupyter_dsw.upstream.hosts import host_header, is_loopback
from jupyter_dsw.upstream.proxies import proxy_for
from jupyter_dsw.upstream.settings import Settings
from jupyter_dsw.upstream.sockets import Deadline
from jupyter_dsw.upstream.transport import Transport, TransportError

if TYPE_CHECKING:
    from jupyter_dsw.upstream.client import InstanceResponse
    from jupyter_dsw.upstream.transport import FailureKind, HTTPResponse

_MAX_BYTES = 1024 * 1024
# In the order in which they count, as Python's own `getproxies` has it.
_PROXY_VARIABLES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")


class Scene:
    """This process's environment, and where it leads."""

    def __init__(self, *, offline: bool) -> None:
        self.offline = offline
        self.credentials = CredentialChain()
        self._choice = EndpointChoice()

    @cached_property
    def settings(self) -> Settings:
        """The settings.  Raises `NotConfigured`."""
        return Settings.from_environment()

    @cached_property
    def origin(self) -> SplitResult:
        """The endpoint that the client asks first, whatever the instance id.

        Raises `NotConfigured`.
        """
        return urlsplit(self._choice.origins(Settings.from_environment(instance_id="dsw-0"))[0])

    @property
    def host(self) -> str:
        """The endpoint's host, with its port where that is not the default one."""
        return host_header(self.origin)

    @property
    def port(self) -> int:
        """The endpoint's port."""
        return self.origin.port or (443 if self.origin.scheme == "https" else 80)

    @cached_property
    def proxy(self) -> str | None:
        """The URL of the proxy on the way to the endpoint, as it was set."""
        return proxy_for(self.origin.geturl())

    @property
    def is_excluded_by_no_proxy(self) -> bool:
        """Whether a proxy is set, and NO_PROXY has the endpoint."""
        is_set = any(os.environ.get(name) for name in _PROXY_VARIABLES)
        # This machine's own addresses never have a proxy.
        return is_set and self.proxy is None and not is_loopback(self.origin.hostname or "")

    @property
    def proxy_variable(self) -> str:
        """The variable that names the proxy."""
        return next((name for name in _PROXY_VARIABLES if os.environ.get(name)), "HTTPS_PROXY")

    @cached_property
    def bare_answer(self) -> HTTPResponse:
        """What the endpoint answers to a request that nobody signed.  Raises `DSWError`."""
        transport = Transport(max_bytes=_MAX_BYTES, proxies=True)
        url = f"{self.origin.scheme}://{self.host}/"
        try:
            with Deadline(10) as deadline:
                return transport.get(url, deadline, connect_timeout_s=3, read_timeout_s=5)
        except TransportError as failure:
            raise error_of_failure(failure, self.host) from None
        finally:
            transport.close()

    @cached_property
    def asked(self) -> InstanceResponse | DSWError:
        """What came of one GetInstance."""
        client = Client(lambda: self.settings, self.credentials, endpoint=self._choice)
        try:
            return client.get_instance()
        except DSWError as error:
            return error
        finally:
            client.close()

    def error_of(self, kind: FailureKind) -> DSWError:
        """Return the error that the client would raise for a failure of this kind."""
        return error_of_failure(TransportError(kind), self.host)
