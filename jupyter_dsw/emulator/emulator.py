"""PAI-DSW's endpoint and the credential service, over one simulated instance; and `serve`."""

from __future__ import annotations

import functools
import secrets
import shlex
import signal
import threading
import time
import uuid
from collections import Counter
from typing import TYPE_CHECKING, Any, final

from jupyter_dsw.emulator.credentials import CREDENTIALS_PATH, Canaries, CredentialService
from jupyter_dsw.emulator.extra_responses import ExtraResponses
from jupyter_dsw.emulator.gateway import ErrorResponse, Verifier, call_of
from jupyter_dsw.emulator.http_server import Delivery, Endpoint, Response
from jupyter_dsw.emulator.instance_response import ResponseWriter, merge, not_json, refused
from jupyter_dsw.emulator.scenarios import SCENARIOS, find_scenario
from jupyter_dsw.emulator.simulation import state, usage

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_dsw.emulator.gateway import SignedRequest
    from jupyter_dsw.emulator.http_server import Headers
    from jupyter_dsw.emulator.simulation import Life

REGION = "cn-hangzhou"
SCENARIO_PATH = "/emulator/scenario"
"""GET returns the scenario and the number of GetInstance calls so far; PUT, with the name of a
scenario as its body, changes it first."""
USAGE_PATH = "/emulator/usage"
"""GET returns CPU and GPU utilization of the last hours of the simulated instance's time."""
SKEW_S = 3 * 3600
"""How far ahead the endpoint's clock is in the scenario `skewed` (seconds)."""

_VERSION = "2022-01-01"
_BAD_MANNERS = {
    "slow": Delivery.PIECES,
    "hang": Delivery.NEVER,
    "reset": Delivery.RESET,
    "truncated": Delivery.CUT_OFF,
}

# Flushed, so that a program that reads the lines from a pipe gets them at once.
_print = functools.partial(print, flush=True)


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
        self._writer = ResponseWriter(self.instance_id, self._canaries)
        self._extra = ExtraResponses(self.instance_id, self._canaries)
        self._credentials = CredentialService(self._canaries, credential_lifetime_s)
        self._verifier = Verifier(self._credentials.find)

    def start(self) -> Emulator:
        """Listen; OSError if the port is taken. Return self."""
        if self._endpoint is not None:
            message = "an emulator can be started once"
            raise RuntimeError(message)
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
        self._endpoint.start()
        return self

    def close(self) -> None:
        """Stop listening and end every connection, at once. May be called again."""
        if self._endpoint is not None and not self._endpoint.closing.is_set():
            self._endpoint.close()

    def __enter__(self) -> Emulator:
        return self.start()

    def __exit__(self, *_exception: object) -> None:
        self.close()

    @property
    def url(self) -> str:
        """The endpoint, ``http://127.0.0.1:PORT``; stays readable after `close`."""
        if self._endpoint is None:
            message = "the emulator has not been started"
            raise RuntimeError(message)
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
        life, elapsed, at = self._moment()
        response = self._writer.write(life, state(life, elapsed), at, request_id)
        return dict(merge(response, self._overrides))

    def extra_response(self, action: str, query: str = "") -> dict[str, Any]:
        """Return what QueryAutoShutdownPolicies or GetLifecycle returns, without a request ID."""
        body = self._extra.write(action, query, *self._moment())
        return {**body, **self._extra_overrides.get(action, {})}

    def change_extra(self, action: str, **elements: Any) -> None:
        """Replace elements of the response to QueryAutoShutdownPolicies or GetLifecycle."""
        self._extra_overrides[action] = elements

    def _moment(self) -> tuple[Life, float, Callable[[float], float]]:
        """Return the life, the simulated seconds so far, and what makes dates of such seconds."""
        with self._lock:
            life, begun = self._scenario.life, self._life_begun
        now = self._clock()
        # Anchored to a whole second, so that a time in the response does not flicker between two.
        # Simulated time that runs faster is relative to now: DueTime less the Date header is
        # always RemainingTimeInMs.
        anchor = int(begun) + round((now - begun) * (1 - self._speed))
        return life, (now - begun) * self._speed, lambda event: anchor + event

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
        return self._canaries.planted

    def _endpoint_time(self) -> float:
        return self._clock() + (SKEW_S if self.scenario == "skewed" else 0)

    def _respond(self, request: SignedRequest) -> Response:
        path = request.path
        if path == CREDENTIALS_PATH and request.method == "GET":
            return Response.of_json(self._credentials.response(self._clock()))
        if path == SCENARIO_PATH:
            return self._control(request)
        if path == USAGE_PATH and request.method == "GET":
            minutes = usage(*self._moment()[:2])
            return Response.of_json({"usage": [each._asdict() for each in minutes]})
        request_id = str(uuid.uuid4()).upper()
        action, method, instance_id = call_of(request)
        with self._lock:
            self._requests[action] += 1
        headers = (("x-acs-request-id", request_id),)
        try:
            self._authorize(request, action, method, instance_id)
            if action != "GetInstance":
                return self._play_extra(request, action, request_id, headers)
            return self._play(request_id, headers)
        except ErrorResponse as error:
            body = error.body(request_id, request.header("host") or "")
            return Response.of_json(body, error.status, (*headers, *error.headers))

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

    def _authorize(
        self, request: SignedRequest, action: str, method: str, instance_id: str
    ) -> None:
        if request.method != method:
            raise ErrorResponse("UnsupportedHTTPMethod")
        self._verifier.verify(
            request,
            endpoint_time=self._endpoint_time(),
            token_time=float("inf") if self.scenario == "expired" else self._clock(),
        )
        requested = (request.header("x-acs-action"), request.header("x-acs-version"))
        if requested != (action, _VERSION):
            raise ErrorResponse("InvalidAction.NotFound")
        if instance_id != self.instance_id or self.scenario == "missing":
            raise ErrorResponse("ValidationError", instance_id)

    def _play_extra(
        self, request: SignedRequest, action: str, request_id: str, headers: Headers
    ) -> Response:
        outcome = SCENARIOS[self.scenario].extra_calls
        if outcome == "denied":
            raise self._denied(action)
        if outcome == "unknown":
            raise ErrorResponse("InvalidAction.NotFound")
        query = request.target.partition("?")[2]
        body = {**self.extra_response(action, query), "RequestId": request_id}
        delivery = Delivery.NEVER if outcome == "hang" else Delivery.WHOLE
        return Response.of_json(body, headers=headers, delivery=delivery)

    def _denied(self, action: str) -> ErrorResponse:
        response = self.response()
        account, workspace = response["UserId"], response["WorkspaceId"]
        resource = f"acs:paidsw:{REGION}:{account}:workspace/{workspace}"
        return ErrorResponse("NoPermissionError", action, resource)

    def _play(self, request_id: str, headers: Headers) -> Response:
        scenario = self.scenario
        response = self.response(request_id)
        if scenario == "denied":
            raise self._denied("GetInstance")
        if scenario == "throttled":
            raise ErrorResponse("Throttling.User")
        if scenario == "refused":
            return Response.of_json(refused(request_id), headers=headers)
        if scenario in {"garbage", "html", "empty"}:
            return not_json(scenario, response, headers)
        delivery = _BAD_MANNERS.get(scenario, Delivery.WHOLE)
        if delivery in {Delivery.WHOLE, Delivery.PIECES}:
            with self._lock:
                self._accepted += 1
        return Response.of_json(response, headers=headers, delivery=delivery)


def serve(
    scenario: str = "healthy",
    speed: float = 1.0,
    port: int = 0,
    out: Callable[[str], None] = _print,
) -> None:
    """Run an emulator until Ctrl-C or SIGTERM; call it from the main thread.

    `out` is given, line by line, the ``export`` commands that point a shell at the emulator.
    ValueError for an unknown scenario, OSError if the port is taken.
    """
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with Emulator(scenario, speed, port) as emulator:
            for name, value in emulator.environment().items():
                out(f"export {name}={shlex.quote(value)}")
            threading.Event().wait()
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, before)
