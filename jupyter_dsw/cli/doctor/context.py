"""What a check of `jupyter dsw doctor` is, how checks follow each other, and what they share."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import SplitResult, urlsplit

from requests import Request

from jupyter_dsw.cli import servers
from jupyter_dsw.cli.report import Failed, State
from jupyter_dsw.clock import Deadline
from jupyter_dsw.i18n import Text, text
from jupyter_dsw.upstream.client import Client
from jupyter_dsw.upstream.credentials import CredentialChain
from jupyter_dsw.upstream.errors import DSWError
from jupyter_dsw.upstream.failures import TransportError
from jupyter_dsw.upstream.network import EndpointChoice, proxy_for
from jupyter_dsw.upstream.settings import DEFAULT_PORTS, Settings, host_header
from jupyter_dsw.upstream.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from jupyter_dsw.cli.servers import Environment, Server
    from jupyter_dsw.model.sessions import Session
    from jupyter_dsw.upstream.client import InstanceResponse, PoliciesResponse
    from jupyter_dsw.upstream.transport import HTTPResponse

T = TypeVar("T")

_MAX_BYTES = 1024 * 1024
# More than a reading waits for these calls: here somebody wants to know.
_EXTRA_TIMEOUT_S = 5.0

LEFT_OUT = text("skipped: --offline")


def not_checked_because_of(name: str) -> Text:
    """Return the reason why a check was skipped that depends on the one of this `name`."""
    return text("not checked: %1 comes first", name)


@dataclass(frozen=True)
class Check:
    """The result of one check."""

    name: str
    state: State
    found: str
    """What was found, or why it was skipped; never a secret."""
    advice: str = ""
    """What to do about it."""


class Skipped(Exception):
    """Raised by a check that cannot be made; gives the reason."""

    def __init__(self, why: Text) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Noted:
    """Returned by a check whose result is only for information."""

    found: Text
    advice: Text | str = ""


@dataclass(frozen=True)
class Step:
    """One check: `run` returns what it found, or raises `Failed`, `Skipped` or a `DSWError`."""

    name: str
    """In English: also what other steps and scripts call it."""
    run: Callable[[Context], Text | Noted]
    needs: tuple[str, ...] = ()
    """The names of checks above it that have to pass before it."""
    network: bool = False
    """Whether it contacts another machine or process."""


def results(steps: Iterable[Step], context: Context) -> Iterator[Check]:
    """Run the steps in order, leaving out those whose `needs` did not pass."""
    checks: dict[str, Check] = {}
    for step in steps:
        needed = [checks[name] for name in step.needs]
        missing = next((check for check in needed if check.state not in {"ok", "noted"}), None)
        if context.offline and step.network:
            check = Check(step.name, "skipped", LEFT_OUT)
        elif missing is not None:
            check = Check(step.name, "skipped", not_checked_because_of(missing.name))
        else:
            check = _result(step, context)
        checks[step.name] = check
        yield check


def _result(step: Step, context: Context) -> Check:
    try:
        found = step.run(context)
    except (Failed, DSWError) as failure:
        return Check(step.name, "failed", failure.message, failure.advice)
    except Skipped as skipped:
        return Check(step.name, "skipped", skipped.why)
    except Exception as error:  # noqa: BLE001 - the other checks are made all the same
        # The text of an unforeseen exception may quote anything.
        wrong = text("The check itself failed (%1).", type(error).__name__)
        advice = text("Please report this as a bug in jupyter-dsw.")
        return Check(step.name, "failed", wrong, advice)
    if isinstance(found, Noted):
        return Check(step.name, "noted", found.found, found.advice)
    return Check(step.name, "ok", found)


class Context:
    """The environment of this process and what follows from it, each part made at its first use."""

    def __init__(self, *, offline: bool) -> None:
        self.offline = offline
        self.credentials = CredentialChain()
        self._choice = EndpointChoice()

    @cached_property
    def origin(self) -> SplitResult:
        """The endpoint that the client calls first, whatever the instance id.

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
        return self.origin.port or DEFAULT_PORTS[self.origin.scheme]

    @cached_property
    def proxy(self) -> str | None:
        """The URL of the proxy on the way to the endpoint, as it was set."""
        return proxy_for(self.origin.geturl())

    @cached_property
    def unsigned_response(self) -> HTTPResponse:
        """The endpoint's response to a request without a signature.

        Raises `DSWError`.
        """
        transport = Transport(max_bytes=_MAX_BYTES, proxies=True)
        url = f"{self.origin.scheme}://{self.host}/"
        try:
            return transport.send(Request("GET", url), Deadline(10), (3, 5))
        except TransportError as failure:
            raise failure.kind.error(self.host) from None
        finally:
            transport.close()

    @cached_property
    def response(self) -> InstanceResponse | DSWError:
        """The response to one GetInstance, or its error."""
        return self._call(Client.get_instance)

    @cached_property
    def policies(self) -> PoliciesResponse | DSWError | None:
        """The response to one QueryAutoShutdownPolicies, or its error; None if it is off."""
        return self._call(lambda client: client.get_stop_policies(Deadline(_EXTRA_TIMEOUT_S)))

    @cached_property
    def sessions(self) -> tuple[Session, ...] | DSWError:
        """The response to one GetLifecycle, or its error."""
        return self._call(lambda client: client.get_sessions(Deadline(_EXTRA_TIMEOUT_S)))

    def _call(self, call: Callable[[Client], T]) -> T | DSWError:
        client = Client(Settings.from_environment, self.credentials, endpoint=self._choice)
        try:
            return call(client)
        except DSWError as error:
            return error
        finally:
            client.close()

    @cached_property
    def server(self) -> Server | servers.NoServer:
        """The Jupyter server of this kernel or terminal, or why there is none."""
        try:
            return servers.find()
        except servers.NoServer as none:
            return none

    @cached_property
    def own(self) -> Environment:
        """The environment of this command."""
        return servers.describe(sys.executable)

    @cached_property
    def jupyter(self) -> Environment:
        """The environment of the Jupyter server; without one, that of this command.

        Raises `servers.NoServer` where its Python cannot be run.
        """
        if isinstance(self.server, servers.NoServer):
            return self.own
        there = servers.describe(self.server.python)
        return self.own if there.prefix == self.own.prefix else there
