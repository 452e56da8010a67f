"""PAI-DSW's endpoint and the credential service, over one simulated instance."""

from __future__ import annotations

import dataclasses
import json
import secrets
import threading
import time
import uuid
from collections import Counter
from typing import TYPE_CHECKING, Any, final

from jupyter_dsw.emulator.gateway import (
    CREDENTIALS_PATH,
    Canaries,
    CredentialService,
    ErrorResponse,
    Verifier,
    call_of,
)
from jupyter_dsw.emulator.http_server import Endpoint, Response
from jupyter_dsw.emulator.responses import Moment, Responses, merge
from jupyter_dsw.emulator.scenarios import SCENARIOS, find_scenario
from jupyter_dsw.emulator.simulation import usage

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_dsw.emulator.gateway import SignedRequest

REGION = "cn-hangzhou"
SCENARIO_PATH = "/emulator/scenario"
"""GET returns the scenario and the number of GetInstance calls so far; PUT, with the name of a
scenario as its body, changes it first."""
USAGE_PATH = "/emulator/usage"
"""GET returns CPU and GPU utilization of the last hours of the simulated instance's time."""
SKEW_S = 3 * 3600
"""How far ahead the endpoint's clock is in the scenario `skewed` (seconds)."""

_VERSION = "2022-01-01"


@final
class Emulator:
    """A local DSW endpoint over real HTTP, on 127.0.0.1, that verifies signatures.

    `scenario` is a name of `SCENARIOS`; `speed` is how many simulated seconds pass in a real one;
    `port` 0 takes a free one; `clock` gives the seconds since the epoch, for dates, tokens and
    the simulated instance alike. A key of the credential service lives `credential_lifetime_s`
    seconds; the response of the scenario `slow` takes `slow_s`.

    Usable as a context manager. Every member may be used from any thread.
    """

    def __init__(
        self,
        scenario: str = "healthy",
        speed: float = 1.0,
        port: int = 0,
        clock: Callable[[], float] = time.time,
        *,
        credential_lifetime_s: float = 3600,
        slow_s: float = 5,
    ) -> None:
        self._lock = threading.Lock()
        self._clock = clock
        self._speed = speed
        self._port = port
        """That was wanted; after the start, the one that it listens on."""
        self._slow_s = slow_s
        self._scenario = find_scenario(scenario)
        self._life_begun = clock()
        self._overrides: dict[str, Any] = {}
        self._extra_overrides: dict[str, dict[str, Any]] = {}
        self._requests: Counter[str] = Counter()
        self._accepted = 0
        self._endpoint: Endpoint | None = None
        self._canaries = Canaries()
        self.instance_id = f"dsw-{secrets.token_hex(8)}"
        self._responses = Responses(self.instance_id, self._canaries)
        self._credentials = CredentialService(self._canaries, credential_lifetime_s)
        self._verifier = Verifier(self._credentials.keys)

    def start(self) -> Emulator:
        """Listen; OSError if the port is taken. Return self."""
        self._endpoint = Endpoint(
            self._respond,
            clock=self._endpoint_time,
            port=self._port,
            slow_s=self._slow_s,
            # What distinguishes the emulator from Alibaba Cloud, also in an error response.
            headers=(
                ("X-Jupyter-DSW-Emulator", "1"),
                ("X-Jupyter-DSW-Emulator-Speed", f"{self._speed:g}"),
            ),
        )
        self._port = self._endpoint.port
        return self

    def close(self) -> None:
        """Stop listening and end every connection, at once. May be called again."""
        if self._endpoint is not None:
            self._endpoint.close()
            self._endpoint = None

    def __enter__(self) -> Emulator:
        return self.start()

    def __exit__(self, *_exception: object) -> None:
        self.close()

    @property
    def url(self) -> str:
        """The endpoint, ``http://127.0.0.1:PORT``; stays readable after `close`."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def credentials_uri(self) -> str:
        """The credential service, for ``ALIBABA_CLOUD_CREDENTIALS_URI``."""
        return self.url + CREDENTIALS_PATH

    def environment(self) -> dict[str, str]:
        """Return the environment of a DSW instance with a RAM role, at this endpoint."""
        return {
            "DSW_INSTANCE_ID": self.instance_id,
            "REGION": REGION,
            "JUPYTER_DSW_ENDPOINT": self.url,
            "ALIBABA_CLOUD_CREDENTIALS_URI": self.credentials_uri,
        }

    def static_environment(self) -> dict[str, str]:
        """Return the same with a long-lived access key in place of the credential service."""
        environment = self.environment()
        del environment["ALIBABA_CLOUD_CREDENTIALS_URI"]
        key = self._credentials.static
        return {
            **environment,
            "ALIBABA_CLOUD_ACCESS_KEY_ID": key.access_key_id,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": key.access_key_secret,
        }

    @property
    def scenario(self) -> str:
        """The name of the scenario being played; may be set while it runs.

        The instance's life begins anew only where the new scenario has another one.
        """
        return self._scenario.name

    @scenario.setter
    def scenario(self, name: str) -> None:
        scenario = find_scenario(name)
        with self._lock:
            if scenario.life is not self._scenario.life:
                self._life_begun = self._clock()
            self._scenario = scenario

    def restart(self) -> None:
        """Begin the life of the simulated instance anew, now."""
        with self._lock:
            self._life_begun = self._clock()

    def change(self, **overrides: Any) -> None:
        """Put `overrides` over the simulated response from now on.

        Objects are merged deeply, everything else, lists included, is replaced.
        """
        with self._lock:
            self._overrides = merge(self._overrides, overrides)

    def response(self, request_id: str = "") -> dict[str, Any]:
        """Return what GetInstance returns at this moment, secrets included."""
        response = self._responses.instance(self._moment(), request_id)
        return dict(merge(response, self._overrides))

    def extra_response(self, action: str, query: str = "") -> dict[str, Any]:
        """Return what QueryAutoShutdownPolicies or GetLifecycle returns, without a request ID."""
        if action == "GetLifecycle":
            body = self._responses.lifecycle(query, self._moment())
        else:
            body = self._responses.policies(self._moment())
        return {**body, **self._extra_overrides.get(action, {})}

    def change_extra(self, action: str, **elements: Any) -> None:
        """Replace elements of the response to QueryAutoShutdownPolicies or GetLifecycle."""
        self._extra_overrides[action] = elements

    def _moment(self) -> Moment:
        with self._lock:
            life, begun = self._scenario.life, self._life_begun
        now = self._clock()
        # Anchored to a whole second, so that a time in the response does not flicker between two.
        # Simulated time that runs faster is relative to now: DueTime less the Date header is
        # always RemainingTimeInMs.
        anchor = int(begun) + round((now - begun) * (1 - self._speed))
        return Moment(life, (now - begun) * self._speed, anchor)

    @property
    def calls(self) -> int:
        """How many GetInstance requests have arrived, refused ones included."""
        return self.requests["GetInstance"]

    @property
    def requests(self) -> Counter[str]:
        """How many requests have arrived for each action, refused ones included."""
        with self._lock:
            return Counter(self._requests)

    @property
    def accepted(self) -> int:
        """How many of them got a response with an instance."""
        return self._accepted

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret planted in responses or handed out as a credential so far."""
        return tuple(self._canaries.planted)

    def _endpoint_time(self) -> float:
        return self._clock() + (SKEW_S if self.scenario == "skewed" else 0)

    def _respond(self, request: SignedRequest) -> Response:
        path = request.path
        if path == CREDENTIALS_PATH and request.method == "GET":
            return Response.of_json(self._credentials.response(self._clock()))
        if path == SCENARIO_PATH:
            return self._control(request)
        if path == USAGE_PATH and request.method == "GET":
            moment = self._moment()
            minutes = usage(moment.life, moment.elapsed)
            return Response.of_json({"usage": [each._asdict() for each in minutes]})
        request_id = str(uuid.uuid4()).upper()
        try:
            response = self._call(request, request_id)
        except ErrorResponse as error:
            body = error.body(request_id, request.header("host") or "")
            response = Response.of_json(body, error.status, error.headers)
        headers = (("x-acs-request-id", request_id), *response.headers)
        return dataclasses.replace(response, headers=headers)

    def _control(self, request: SignedRequest) -> Response:
        """Change or report the scenario.

        A page of another origin cannot: its PUT needs a preflight, which is never granted here.
        """
        if request.method == "PUT":
            name = request.body.decode("utf-8", "replace")
            if name not in SCENARIOS:
                known = ", ".join(SCENARIOS)
                return Response.of_json({"error": f"No such scenario; there are: {known}"}, 400)
            self.scenario = name
        elif request.method != "GET":
            return Response.of_json({"error": "GET or PUT"}, 405)
        description = SCENARIOS[self.scenario].description
        return Response.of_json(
            {"scenario": self.scenario, "description": description, "calls": self.calls}
        )

    def _call(self, request: SignedRequest, request_id: str) -> Response:
        """Respond to a call of the API; raise `ErrorResponse` where the gateway would refuse it."""
        action, method, instance_id = call_of(request)
        with self._lock:
            self._requests[action] += 1
        if request.method != method:
            raise ErrorResponse("UnsupportedHTTPMethod")
        self._verifier.verify(request, self._endpoint_time())
        if self.scenario == "expired" and request.header("x-acs-security-token"):
            raise ErrorResponse("InvalidSecurityToken.Expired")
        requested = (request.header("x-acs-action"), request.header("x-acs-version"))
        if requested != (action, _VERSION):
            raise ErrorResponse("InvalidAction.NotFound")
        if instance_id != self.instance_id or self.scenario == "missing":
            raise ErrorResponse("ValidationError", instance_id)
        if action == "GetInstance":
            return self._get_instance(request_id)
        return self._extra_call(action, request, request_id)

    def _extra_call(self, action: str, request: SignedRequest, request_id: str) -> Response:
        outcome = self._scenario.extra_calls
        if outcome == "denied":
            raise self._denied(action)
        if outcome == "unknown":
            raise ErrorResponse("InvalidAction.NotFound")
        query = request.target.partition("?")[2]
        body = {**self.extra_response(action, query), "RequestId": request_id}
        return Response.of_json(body, delivery="hang" if outcome == "hang" else "whole")

    def _denied(self, action: str) -> ErrorResponse:
        response = self.response()
        account, workspace = response["UserId"], response["WorkspaceId"]
        resource = f"acs:paidsw:{REGION}:{account}:workspace/{workspace}"
        return ErrorResponse("NoPermissionError", action, resource)

    def _get_instance(self, request_id: str) -> Response:
        scenario = self.scenario
        response = self.response(request_id)
        if scenario == "denied":
            raise self._denied("GetInstance")
        if scenario == "throttled":
            raise ErrorResponse("Throttling.User")
        if scenario == "refused":
            return Response.of_json(_refused(request_id))
        if scenario in {"garbage", "html", "empty"}:
            return _not_json(scenario, response)
        delivery = self._scenario.delivery
        if delivery in {"whole", "slow"}:
            with self._lock:
                self._accepted += 1
        return Response.of_json(response, delivery=delivery)


def _refused(request_id: str) -> dict[str, Any]:
    """Return the body of a failure with HTTP 200."""
    return {
        "RequestId": request_id,
        "Success": False,
        "Code": "InternalError",
        "Message": "The instance service is busy.",
        "HttpStatusCode": 400,
    }


def _not_json(kind: str, content: dict[str, Any]) -> Response:
    """Return what is no instance, with secrets in it that nobody may pass on."""
    if kind == "html":
        link = content["JupyterlabUrl"]
        page = f"<html><body><h1>Sign in</h1><a href='{link}'>{link}</a></body></html>"
        return Response(200, page.encode(), (("Content-Type", "text/html"),))
    half = json.dumps(content).encode()[:4000]
    body = b"" if kind == "empty" else b"\xff\xfe\x00" + half + b"\x80"
    return Response(200, body, (("Content-Type", "application/json"),))
