"""The calls that leave, all of them reads: GetInstance, and two that complete it."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import msgspec
from requests import Request

from jupyter_dsw.clock import Deadline, elapsed_seconds
from jupyter_dsw.i18n import text
from jupyter_dsw.model.decoding import decode_elements
from jupyter_dsw.model.policies import parse_policies
from jupyter_dsw.model.sessions import parse_sessions
from jupyter_dsw.upstream.credentials import CredentialChain
from jupyter_dsw.upstream.errors import (
    BadResponse,
    CredentialsExpired,
    Denied,
    DSWError,
    NotFound,
    TimedOut,
    Unreachable,
    log_unforeseen,
)
from jupyter_dsw.upstream.failures import TransportError
from jupyter_dsw.upstream.network import EndpointChoice
from jupyter_dsw.upstream.response import (
    InstanceResponse,
    Received,
    is_simulated,
    read_document,
    read_response,
    reject,
    simulated_speed,
)
from jupyter_dsw.upstream.settings import Source, host_header
from jupyter_dsw.upstream.signing import ACS3Auth
from jupyter_dsw.upstream.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jupyter_dsw.model.policies import Condition
    from jupyter_dsw.model.sessions import Session
    from jupyter_dsw.upstream.settings import Settings
    from jupyter_dsw.upstream.signing import Credentials

__all__ = ["Client", "InstanceResponse", "PoliciesResponse"]

P = ParamSpec("P")
T = TypeVar("T")
log = logging.getLogger(__name__)

MAX_RESPONSE_BYTES = 4 * 1024 * 1024
SESSIONS = 10
"""How many of the last runs are requested."""
_CREDENTIALS_TIMEOUT_S = 5.0
_ENVELOPE = ("RequestId", "Success", "Code", "Message", "HttpStatusCode")


@dataclass(frozen=True)
class _Call:
    """A call of the API. Its `parameters` go into the query; `body` is JSON."""

    action: str
    path: str
    parameters: Mapping[str, str | None] = field(repr=False)
    method: str = "GET"
    body: bytes = b""

    @property
    def target(self) -> str:
        """Path and query."""
        given = {name: value for name, value in self.parameters.items() if value}
        query = urlencode(given, quote_via=quote, safe="~")
        return f"{self.path}?{query}" if query else self.path


@dataclass(frozen=True)
class PoliciesResponse:
    """The conditions under which policies stop the instance.

    `sent` is when they were requested (`elapsed_seconds`).
    """

    conditions: tuple[Condition, ...]
    sent: float


def _only_our_errors(call: Callable[P, T]) -> Callable[P, T]:
    """Have `call` raise a DSWError without a trace, whatever goes wrong in it."""

    @wraps(call)
    def shielded(*args: P.args, **kwargs: P.kwargs) -> T:
        failure: BaseException
        try:
            return call(*args, **kwargs)
        except DSWError as error:
            failure = error
        except Exception as error:  # noqa: BLE001 - nothing else may leave: its text may quote
            log_unforeseen(log, "reading the instance", error)
            failure = BadResponse(
                text("The response could not be processed (%1).", type(error).__name__),
                text("Please report this as a bug in jupyter-dsw."),
            )
        except BaseException as interruption:  # noqa: BLE001 - Ctrl-C, for example; it is raised again
            failure = interruption
        # The frames below, and what was caught on the way, hold the request and the response: a
        # debugger or a verbose traceback would show them.
        failure.__context__ = failure.__cause__ = None
        raise failure.with_traceback(None)

    return shielded


class Client:
    """Reads the instance from the PAI-DSW endpoint; from one thread at a time.

    `load_settings` is called at each reading: what was set meanwhile counts from the next one.
    `clock` gives seconds since the epoch, for the signature's date; `elapsed` those that responses
    are dated in.
    """

    def __init__(
        self,
        load_settings: Callable[[], Settings],
        credentials: CredentialChain | None = None,
        *,
        endpoint: EndpointChoice | None = None,
        clock: Callable[[], float] = time.time,
        elapsed: Callable[[], float] = elapsed_seconds,
    ) -> None:
        self._load_settings = load_settings
        self._credentials = credentials or CredentialChain()
        self._endpoint = endpoint or EndpointChoice()
        self._clock = clock
        self._elapsed = elapsed
        self._settings: Settings | None = None
        self._simulated = False
        self._speed = 1.0
        self._transport = Transport(max_bytes=MAX_RESPONSE_BYTES, proxies=True)

    @_only_our_errors
    def get_instance(self) -> InstanceResponse:
        """Call GetInstance once. Raises DSWError, one of its subclasses, and nothing else."""
        settings = self._current_settings()
        deadline = Deadline(settings.deadline_s)
        credentials = self._credentials.get(_credentials_timeout_s(deadline))
        try:
            return self._get_instance(settings, credentials, deadline)
        except CredentialsExpired:
            renewed = self._renewed(credentials, deadline)
            if renewed is None:
                raise
        return self._get_instance(settings, renewed, deadline)

    @_only_our_errors
    def get_stop_policies(self, deadline: Deadline) -> PoliciesResponse | None:
        """Call QueryAutoShutdownPolicies once; None where the settings switch it off.

        A read, in spite of its method. Raises DSWError: Denied, NotFound or NotConfigured where the
        endpoint refuses the call, or does not know it.
        """
        settings = self._current_settings()
        if not settings.stop_policies:
            return None
        instance_id = settings.instance_id
        shared = settings.sharing_token
        call = _Call(
            "QueryAutoShutdownPolicies",
            "/api/v2/batch/autoshutdownpolicies/query",
            {"InstanceId": instance_id if shared else None, "Token": shared},
            "PUT",
            msgspec.json.encode({"InstanceIds": [instance_id]}),
        )
        document, sent = self._complete(call, settings, deadline, "AutoShutdownPolicies")
        conditions = parse_policies(document, instance_id)
        if conditions is None:
            reject(text("The response of PAI-DSW's endpoint has no stop policies."))
        return PoliciesResponse(conditions, sent)

    @_only_our_errors
    def get_sessions(self, deadline: Deadline) -> tuple[Session, ...]:
        """Call GetLifecycle once; return the last runs, newest first. Raises as the above does."""
        settings = self._current_settings()
        call = _Call(
            "GetLifecycle",
            f"/api/v2/instances/{settings.instance_id}/lifecycle",
            {"Limit": str(SESSIONS), "Order": "DESC", "Token": settings.sharing_token},
        )
        document, _ = self._complete(call, settings, deadline, "Lifecycle")
        sessions = parse_sessions(document)
        if sessions is None:
            reject(text("The response of PAI-DSW's endpoint has no lifecycle."))
        return sessions

    @property
    def source(self) -> Source:
        """What is known so far of where responses come from. Never raises."""
        try:
            settings = self._settings or self._load_settings()
        except Exception:  # noqa: BLE001 - whatever is wrong, get_instance() raises it
            return Source()
        return Source(
            endpoint=settings.endpoint_host or self._endpoint.host,
            region=settings.region,
            instance_id=settings.instance_id,
            simulated=self._simulated,
            speed=self._speed,
        )

    def close(self) -> None:
        """Close every connection; a later call opens new ones."""
        self._transport.close()
        self._credentials.close()

    def _current_settings(self) -> Settings:
        settings = self._load_settings()
        if settings != self._settings:
            self._endpoint.forget()
            self._settings = settings
        return settings

    def _renewed(self, expired: Credentials, deadline: Deadline) -> Credentials | None:
        """Return other credentials than the expired ones; None if there are none."""
        try:
            renewed = self._credentials.get(_credentials_timeout_s(deadline), renew=True)
        except DSWError:
            return None
        return None if renewed == expired else renewed

    def _get_instance(
        self, settings: Settings, credentials: Credentials, deadline: Deadline
    ) -> InstanceResponse:
        received = self._send_to_either(settings, credentials, deadline)
        self._simulated = is_simulated(received.response)
        self._speed = simulated_speed(received.response)
        return read_response(received, settings.instance_id)

    def _send_to_either(
        self, settings: Settings, credentials: Credentials, deadline: Deadline
    ) -> Received:
        """Send to the endpoint chosen, and to the other one if that cannot be reached.

        Raises the error of the first.
        """
        call = _Call(
            "GetInstance",
            f"/api/v2/instances/{settings.instance_id}",
            {"Fields": settings.fields, "Token": settings.sharing_token},
        )
        errors: list[DSWError] = []
        for origin in self._endpoint.origins(settings):
            if errors and deadline.expired:
                raise errors[0]
            try:
                return self._send(call, settings, origin, credentials, deadline)
            except DSWError as error:
                errors.append(error)
            if not isinstance(errors[-1], (TimedOut, Unreachable)):
                raise errors[0]
            self._endpoint.failed(origin)
        self._endpoint.forget()
        raise errors[0]

    def _complete(
        self, call: _Call, settings: Settings, deadline: Deadline, element: str
    ) -> tuple[dict[str, Any], float]:
        """Send a call after GetInstance, to the endpoint that GetInstance had its response from.

        Returns the elements of its response, and when its request was sent (`elapsed_seconds`).
        """
        credentials = self._credentials.get(_credentials_timeout_s(deadline))
        origin = self._endpoint.origins(settings)[0]
        received = self._send(call, settings, origin, credentials, deadline)
        try:
            document = read_document(
                received, lambda body: decode_elements(body, (*_ENVELOPE, element)), element
            )
        except BadResponse as error:
            # A gateway that does not let the call through may send a page of its own.
            kind = {403: Denied, 404: NotFound}.get(received.response.status)
            if kind is None:
                raise
            raise kind(error.message, error.advice) from None
        return document, received.sent

    def _send(
        self,
        call: _Call,
        settings: Settings,
        origin: str,
        credentials: Credentials,
        deadline: Deadline,
    ) -> Received:
        """Send a call, once more where that may help. Raises the DSWError for no response."""
        auth = ACS3Auth(credentials, call.action, "2022-01-01", clock=self._clock)
        headers = {"Content-Type": "application/json"} if call.body else {}
        request = Request(call.method, origin + call.target, headers, data=call.body, auth=auth)
        timeout = (settings.connect_timeout_s, settings.read_timeout_s)
        secrets = (*credentials.secrets, *filter(None, [settings.sharing_token]))

        def send() -> Received:
            # Before the connection is made: rather a little too early than ever too late.
            now, sent = self._clock(), self._elapsed()
            return Received(self._transport.send(request, deadline, timeout), now, sent, secrets)

        try:
            try:
                return send()
            except TransportError as failure:
                if not failure.may_pass:
                    raise
            return send()
        except TransportError as failure:
            raise failure.kind.error(host_header(urlsplit(origin))) from None


def _credentials_timeout_s(deadline: Deadline) -> float:
    return min(_CREDENTIALS_TIMEOUT_S, deadline.remaining_s)
