"""Who may read at the two endpoints, and what they get."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest
from tornado.httpclient import HTTPClientError

from jupyter_dsw.reading import Contract
from tests.browser.denies_dsw import DeniesDSW

if TYPE_CHECKING:
    from collections.abc import Callable

    from traitlets.config import Config

    from jupyter_dsw.emulator import Emulator
    from jupyter_dsw.monitor import Monitor

PEOPLE = "jupyter-dsw/v1/instance"
KERNELS = "jupyter-dsw/v1/kernel/instance"
SAMPLES = "jupyter-dsw/v1/utilization"
KERNEL_SAMPLES = "jupyter-dsw/v1/kernel/utilization"
ENDPOINTS = [PEOPLE, KERNELS, SAMPLES, KERNEL_SAMPLES]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
HEADER = "X-Jupyter-DSW-Kernel-Token"


@pytest.fixture
def ask(jp_serverapp: Any, http_server_client: Any, jp_base_url: str) -> Any:
    """Ask the running server without any credential but those in `headers`; no status raises."""
    assert jp_serverapp is not None

    async def fetch(path: str, method: str = "GET", **headers: str) -> Any:
        return await http_server_client.fetch(
            jp_base_url + path,
            method=method,
            headers={name.replace("_", "-"): value for name, value in headers.items()},
            body=b"" if method in {"POST", "PUT", "PATCH"} else None,
            raise_error=False,
        )

    return fetch


async def test_a_logged_in_person_gets_the_instance(
    jp_fetch: Any, emulator: Emulator, contract: Callable[[Any], None]
) -> None:
    response = await jp_fetch(PEOPLE)
    reading = json.loads(response.body)
    contract(reading)
    assert reading["instance"]["InstanceId"] == emulator.environment()["DSW_INSTANCE_ID"]
    assert reading["error"] is None
    assert reading["source"]["endpoint"] == emulator.url.removeprefix("http://")
    assert reading["source"]["simulated"] is True
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("endpoint", ENDPOINTS)
async def test_whoever_is_not_known_is_refused_at_every_endpoint_by_every_method(
    ask: Any, endpoint: str, method: str
) -> None:
    assert (await ask(endpoint, method)).code == 403
    assert (await ask(endpoint, method, Authorization="token wrong")).code == 403
    assert (await ask(endpoint, method, **{HEADER: "wrong"})).code == 403


async def test_the_kernels_token_opens_the_kernels_endpoint_and_nothing_else(
    ask: Any, connection: dict[str, str], contract: Callable[[Any], None]
) -> None:
    token = {HEADER: connection["token"]}
    reading = json.loads((await ask(KERNELS, **token)).body)
    contract(reading)
    assert reading["instance"]["Status"] == "Running"
    assert (await ask(KERNEL_SAMPLES, **token)).code == 200
    for path in (PEOPLE, SAMPLES, "api/contents", "api/kernels", "api/sessions", "api/config/x"):
        assert (await ask(path, **token)).code == 403
        as_jupyters = {"Authorization": f"token {connection['token']}"}
        assert (await ask(path, **as_jupyters)).code == 403


@pytest.mark.parametrize("method", [method for method in METHODS if method != "GET"])
@pytest.mark.parametrize("endpoint", [KERNELS, KERNEL_SAMPLES])
async def test_the_kernels_endpoints_only_know_get(
    ask: Any, connection: dict[str, str], method: str, endpoint: str
) -> None:
    assert (await ask(endpoint, method, **{HEADER: connection["token"]})).code in {403, 405}


@pytest.mark.parametrize("endpoint", [KERNELS, KERNEL_SAMPLES])
async def test_jupyters_token_does_not_open_the_kernels_endpoints(
    jp_fetch: Any, endpoint: str
) -> None:
    with pytest.raises(HTTPClientError) as refused:
        await jp_fetch(endpoint)
    assert refused.value.code == 403


async def test_no_parameter_or_header_changes_what_is_read(
    jp_fetch: Any, emulator: Emulator
) -> None:
    expected = emulator.environment()["DSW_INSTANCE_ID"]
    response = await jp_fetch(
        PEOPLE,
        params={"instance_id": "dsw-other", "InstanceId": "dsw-other", "endpoint": "https://x.y"},
        headers={"X-Forwarded-Host": "evil.example", "X-Acs-Action": "ListInstances"},
    )
    reading = json.loads(response.body)
    assert reading["instance"]["InstanceId"] == expected
    assert reading["source"]["instance_id"] == expected


async def test_a_page_of_another_origin_is_refused_though_its_person_is_logged_in(
    ask: Any, jp_serverapp: Any
) -> None:
    provider = getattr(jp_serverapp, "identity_provider", jp_serverapp)  # jupyter-server 2, and 1
    login = await ask(f"api/status?token={provider.token}")
    cookie = "; ".join(c.partition(";")[0] for c in login.headers.get_list("Set-Cookie"))
    # As a browser sends it: the person's cookie, and the page's origin.
    for path in (PEOPLE, SAMPLES):
        assert (await ask(path, Cookie=cookie)).code == 200
        assert (await ask(path, Cookie=cookie, Origin="https://evil.example")).code == 404
        assert (await ask(path, Cookie=cookie, Host="evil.example")).code == 403


async def test_requests_do_not_count_as_activity(jp_fetch: Any, jp_serverapp: Any) -> None:
    before = jp_serverapp.web_app.last_activity()
    for _ in range(3):
        await jp_fetch(PEOPLE)
        await jp_fetch(SAMPLES)
    assert jp_serverapp.web_app.last_activity() == before


STATUSES = {
    "denied": 403,
    "missing": 404,
    "throttled": 429,
    "garbage": 502,
    "truncated": 502,
    "html": 502,
    "empty": 502,
    "refused": 502,
    "skewed": 502,
    "expired": 502,
    "reset": 503,
}


@pytest.mark.parametrize(("scenario", "status"), STATUSES.items())
async def test_without_any_good_reading_the_status_fits_the_error(
    jp_fetch: Any,
    emulator: Emulator,
    contract: Callable[[Any], None],
    scenario: str,
    status: int,
) -> None:
    emulator.scenario = scenario
    with pytest.raises(HTTPClientError) as failed:
        await jp_fetch(PEOPLE)
    assert failed.value.code == status
    assert failed.value.response is not None
    reading = json.loads(failed.value.response.body)
    contract(reading)
    assert reading["instance"] is None
    assert reading["error"]["advice"]


async def test_a_good_reading_stays_under_an_error_with_its_age(
    jp_fetch: Any, emulator: Emulator, monitor: Monitor, contract: Callable[[Any], None]
) -> None:
    await jp_fetch(PEOPLE)
    emulator.scenario = "denied"
    real = monitor.clock
    monitor.clock = lambda: real() + 70
    reading = json.loads((await jp_fetch(PEOPLE)).body)
    contract(reading)
    assert reading["instance"]["Status"] == "Running"
    assert reading["age_ms"] >= 60_000
    assert reading["error"]["code"] == "Denied"


async def test_a_client_knows_too_that_the_time_of_a_stop_could_not_be_read(
    jp_fetch: Any, emulator: Emulator, contract: Callable[[Any], None]
) -> None:
    emulator.change(
        IdleInstanceCuller={"IdleTimeInMinutes": 0},
        InstanceShutdownTimer={"DueTime": "soon", "RemainingTimeInMs": None},
    )
    reading = json.loads((await jp_fetch(PEOPLE)).body)
    contract(reading)
    assert reading["unreadable"] == ["InstanceShutdownTimer.DueTime"]
    expected = [("scheduled", "unknown"), ("idle", "armed")]
    assert [(stop["kind"], stop["state"]) for stop in reading["stops"]] == expected
    rebuilt = Contract.from_builtins(reading).to_reading(1000.0).stops_at(1000.0)
    assert [(stop.kind, stop.state) for stop in rebuilt] == expected


async def test_the_age_and_the_waiting_time_are_those_of_the_request_to_the_endpoint(
    jp_fetch: Any, monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_clock, real_call, slept = monitor.clock, monitor._client.get_instance, [0.0]

    def slow() -> Any:
        reading = real_call()
        slept[0] = 8.0
        return reading

    monkeypatch.setattr(monitor, "clock", lambda: real_clock() + slept[0])
    monkeypatch.setattr(monitor._client, "get_instance", slow)
    response = await jp_fetch(PEOPLE)
    waited_ms = int(response.headers["Server-Timing"].removeprefix("reading;dur="))
    age_ms = json.loads(response.body)["age_ms"]
    assert 8000 <= age_ms <= waited_ms < 38_000


async def test_a_persons_refresh_calls_the_endpoint_again(
    jp_fetch: Any, emulator: Emulator, monitor: Monitor
) -> None:
    await jp_fetch(PEOPLE)
    emulator.change(InstanceName="renamed")
    real = monitor.clock
    monitor.clock = lambda: real() + 5
    cached = json.loads((await jp_fetch(PEOPLE)).body)
    assert cached["instance"]["InstanceName"] != "renamed"
    fresh = json.loads((await jp_fetch(PEOPLE, headers={"Cache-Control": "no-cache"})).body)
    assert fresh["instance"]["InstanceName"] == "renamed"


async def test_a_broken_installation_is_a_500_and_may_be_mended(
    jp_fetch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setitem(sys.modules, "jupyter_dsw.upstream.client", None)
        failed = await jp_fetch(PEOPLE, raise_error=False)
    assert failed.code == 500
    assert "The server's log has more." in json.loads(failed.body)["message"]
    assert (await jp_fetch(PEOPLE)).code == 200


async def test_the_first_request_is_served_at_a_limit_of_threads(
    jp_serverapp: Any, jp_asyncio_loop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> None:
        msg = "can't start new thread"
        raise RuntimeError(msg)

    extension = jp_serverapp.web_app.settings["jupyter_dsw"]
    monkeypatch.setattr(jp_asyncio_loop, "run_in_executor", refuse)
    assert await extension.ready_monitor() is await extension.ready_monitor()


class TestUnderAnAuthorizer:
    @pytest.fixture
    def jp_server_config(self, jp_server_config: Config) -> Config:
        jp_server_config.ServerApp.authorizer_class = DeniesDSW
        return jp_server_config

    async def test_jupyters_authorizer_can_refuse_the_resource_dsw(self, jp_fetch: Any) -> None:
        refused = await jp_fetch(PEOPLE, raise_error=False)
        assert refused.code == 403
        body = {"message": "Forbidden.", "code": "NotPermitted"}
        assert json.loads(refused.body) == body
        assert (await jp_fetch("api/status")).code == 200

    async def test_a_stranger_has_to_sign_in_instead(self, ask: Any) -> None:
        assert json.loads((await ask(PEOPLE)).body) == {"message": "Forbidden."}


class TestWithoutAnInstance:
    @pytest.fixture
    def environment(self) -> dict[str, str]:
        return {}

    async def test_the_server_starts_and_reports_what_to_set(
        self, jp_fetch: Any, contract: Callable[[Any], None]
    ) -> None:
        with pytest.raises(HTTPClientError) as failed:
            await jp_fetch(PEOPLE)
        assert failed.value.code == 503
        assert failed.value.response is not None
        reading = json.loads(failed.value.response.body)
        contract(reading)
        assert reading["error"]["code"] == "NotConfigured"
        assert "DSW_INSTANCE_ID" in reading["error"]["message"]


class TestUnderStrictAuthentication:
    @pytest.fixture
    def jp_server_config(self, jp_server_config: Config) -> Config:
        jp_server_config.ServerApp.allow_unauthenticated_access = False
        return jp_server_config

    async def test_both_endpoints_work_and_the_server_has_nothing_to_warn_of(
        self,
        ask: Any,
        jp_fetch: Any,
        connection: dict[str, str],
        jp_logging_stream: Any,
    ) -> None:
        assert (await jp_fetch(PEOPLE)).code == 200
        assert (await ask(KERNELS, **{HEADER: connection["token"]})).code == 200
        assert (await ask(KERNELS)).code == 403
        assert "without @allow_unauthenticated" not in jp_logging_stream.getvalue()


class TestConfiguredByTraits:
    @pytest.fixture
    def jp_server_config(
        self, jp_server_config: Config, monkeypatch: pytest.MonkeyPatch, emulator: Emulator
    ) -> Config:
        for name in ("DSW_INSTANCE_ID", "REGION", "JUPYTER_DSW_ENDPOINT"):
            monkeypatch.delenv(name)
        environment = emulator.environment()
        traits = {
            "instance_id": environment["DSW_INSTANCE_ID"],
            "region": environment["REGION"],
            "endpoint": environment["JUPYTER_DSW_ENDPOINT"],
        }
        jp_server_config.merge({"DSWExtension": traits})
        return jp_server_config

    async def test_traits_stand_in_for_the_environment(self, jp_fetch: Any) -> None:
        assert json.loads((await jp_fetch(PEOPLE)).body)["instance"]["Status"] == "Running"
