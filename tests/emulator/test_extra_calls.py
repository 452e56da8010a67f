"""QueryAutoShutdownPolicies and GetLifecycle, as the official SDK calls them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest
from alibabacloud_pai_dsw20220101.client import Client
from alibabacloud_pai_dsw20220101.models import GetLifecycleRequest
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.utils_models import Config, OpenApiRequest, Params
from darabonba.runtime import RuntimeOptions

from jupyter_dsw.emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import SimpleNamespace

# The official SDK for Python lacks this call; its generic client makes it.
QUERY_POLICIES = Params(
    action="QueryAutoShutdownPolicies",
    version="2022-01-01",
    protocol="HTTPS",
    pathname="/api/v2/batch/autoshutdownpolicies/query",
    method="PUT",
    auth_type="AK",
    style="ROA",
    req_body_type="json",
    body_type="json",
)


@pytest.fixture
def sdk(emulator: Emulator, get: Callable[[str], Any]) -> Any:
    key = get(emulator.credentials_uri).json
    return Client(
        Config(
            protocol="http",
            endpoint=emulator.url.removeprefix("http://"),
            access_key_id=key["AccessKeyId"],
            access_key_secret=key["AccessKeySecret"],
            security_token=key["SecurityToken"],
        )
    )


@pytest.fixture
def policies(emulator: Emulator, sdk: Any) -> Callable[..., dict[str, Any]]:
    """Call QueryAutoShutdownPolicies with the official generic client."""

    def policies(*instance_ids: str) -> dict[str, Any]:
        request = OpenApiRequest(body={"InstanceIds": list(instance_ids) or [emulator.instance_id]})
        body: dict[str, Any] = sdk.call_api(QUERY_POLICIES, request, RuntimeOptions())["body"]
        return body

    return policies


def test_the_official_client_reads_the_policies(emulator: Emulator, policies: Any) -> None:
    emulator.scenario = "policy"
    (policy,) = policies()["AutoShutdownPolicies"]
    (condition,) = policy["Conditions"]
    assert policy["InstanceId"] == emulator.instance_id
    assert condition["SourceType"] == "Workspace"
    assert condition["Expression"] == "IdleDuration > 60 min AND CpuUtilization <= 10%"
    assert condition["Context"]["IdleDuration"] == 28
    assert 31 * 60 < condition["Context"]["IdleShutdownRemainingSeconds"] <= 32 * 60
    assert condition["Context"]["EnableSkip"] is False
    assert emulator.requests["QueryAutoShutdownPolicies"] == 1
    assert emulator.calls == 0


def test_an_instance_without_policies_has_an_empty_list(policies: Any) -> None:
    assert policies()["AutoShutdownPolicies"] == []


@pytest.mark.parametrize(
    ("scenario", "expected", "absent"),
    [
        ("policy-skippable", {"EnableSkip": True}, "DelayShutdownCountdownSeconds"),
        ("policy-delayed", {"IdleDuration": 65}, "IdleShutdownRemainingSeconds"),
        ("policy-unclear", {}, "IdleDuration"),
    ],
)
def test_a_policys_context_has_what_applies(
    emulator: Emulator, policies: Any, scenario: str, expected: dict[str, Any], absent: str
) -> None:
    emulator.scenario = scenario
    context = policies()["AutoShutdownPolicies"][0]["Conditions"][0]["Context"]
    assert expected.items() <= context.items()
    assert absent not in context


def test_a_delay_counts_down(emulator: Emulator, policies: Any) -> None:
    emulator.scenario = "policy-delayed"
    context = policies()["AutoShutdownPolicies"][0]["Conditions"][0]["Context"]
    assert 11 * 60 < context["DelayShutdownCountdownSeconds"] <= 12 * 60


def test_a_policys_instance_has_neither_culler_nor_timer(emulator: Emulator, call: Any) -> None:
    emulator.scenario = "policy"
    response = call(emulator).json
    assert response["IdleInstanceCuller"] == response["InstanceShutdownTimer"] == {}


def test_the_official_client_reads_the_lifecycle(emulator: Emulator, sdk: Any) -> None:
    request = GetLifecycleRequest(limit=5, order="DESC")
    body = sdk.get_lifecycle(emulator.instance_id, request).body
    assert body.total_count == 6
    ends = [(run[-1].status, run[-1].reason_code) for run in body.lifecycle]
    assert ends == [
        ("Running", ""),
        ("Stopped", "IdleShutdown"),
        ("Stopped", "ShutdownTimer"),
        ("Stopped", "UserStop"),
        ("Arrearge", ""),
    ]
    assert [step.status for step in body.lifecycle[4]][-2:] == ["ArrearStopping", "Arrearge"]
    assert emulator.calls == 0


def test_the_lifecycle_is_oldest_first_by_default(emulator: Emulator, sdk: Any) -> None:
    runs = sdk.get_lifecycle(emulator.instance_id, GetLifecycleRequest()).body.lifecycle
    begun = [run[0].gmt_create_time for run in runs]
    assert begun == sorted(begun)
    assert len(begun) == 6


def test_a_start_that_failed_is_a_run_too(emulator: Emulator, sdk: Any) -> None:
    emulator.scenario = "failed"
    run = sdk.get_lifecycle(emulator.instance_id, GetLifecycleRequest()).body.lifecycle[-1]
    assert [step.status for step in run] == ["Creating", "Failed"]


@pytest.mark.parametrize(
    ("scenario", "code"), [("policy-skippable", "IdleShutdown"), ("scheduled", "ShutdownTimer")]
)
def test_the_current_run_ends_with_its_reason(clock: Any, scenario: str, code: str) -> None:
    emulator = Emulator(scenario, clock=clock)
    clock.now += 13 * 60
    (run,) = emulator.extra_response("GetLifecycle", "Limit=1&Order=DESC")["Lifecycle"]
    assert [(step["Status"], step["ReasonCode"]) for step in run][-3:] == [
        ("Running", ""),
        ("Stopping", code),
        ("Stopped", code),
    ]


@pytest.mark.parametrize(
    ("scenario", "status", "code"),
    [
        ("extra-denied", 403, "NoPermissionError"),
        ("extra-unknown", 404, "InvalidAction.NotFound"),
    ],
)
def test_both_calls_can_be_refused_while_the_instance_is_read(
    emulator: Emulator, call: Any, sdk: Any, policies: Any, scenario: str, status: int, code: str
) -> None:
    emulator.scenario = scenario
    assert call(emulator).status == 200
    with pytest.raises(ClientException) as refused:
        policies()
    assert (refused.value.status_code, refused.value.code) == (status, code)
    with pytest.raises(ClientException) as refused:
        sdk.get_lifecycle(emulator.instance_id, GetLifecycleRequest())
    assert (refused.value.status_code, refused.value.code) == (status, code)


def test_policies_of_another_instance_are_not_found(policies: Any) -> None:
    with pytest.raises(ClientException) as refused:
        policies("dsw-another")
    assert refused.value.code == "ValidationError"


def another_body(request: SimpleNamespace) -> None:
    request.body = b'{"InstanceIds": []}'


def another_body_and_its_hash(request: SimpleNamespace) -> None:
    another_body(request)
    request.headers["x-acs-content-sha256"] = hashlib.sha256(request.body).hexdigest()


@pytest.mark.parametrize("tamper", [another_body, another_body_and_its_hash])
def test_the_signature_covers_the_body(emulator: Emulator, call: Any, tamper: Any) -> None:
    signed = {
        "method": "PUT",
        "path": "/api/v2/batch/autoshutdownpolicies/query",
        "headers": {
            "x-acs-action": "QueryAutoShutdownPolicies",
            "content-type": "application/json",
        },
        "body": f'{{"InstanceIds": ["{emulator.instance_id}"]}}'.encode(),
    }
    assert call(emulator, **signed).status == 200
    reply = call(emulator, **signed, tamper=tamper)
    assert (reply.status, reply.code) == (400, "SignatureDoesNotMatch")


def test_policies_are_queried_with_put_only(emulator: Emulator, call: Any) -> None:
    reply = call(
        emulator,
        path="/api/v2/batch/autoshutdownpolicies/query",
        headers={"x-acs-action": "QueryAutoShutdownPolicies"},
    )
    assert (reply.status, reply.code) == (400, "UnsupportedHTTPMethod")


def test_elements_can_be_replaced(emulator: Emulator, policies: Any) -> None:
    emulator.change_extra("QueryAutoShutdownPolicies", AutoShutdownPolicies=None)
    assert policies()["AutoShutdownPolicies"] is None


def test_the_responses_have_secrets(emulator: Emulator, policies: Any) -> None:
    emulator.scenario = "policy"
    responses = policies(), emulator.extra_response("GetLifecycle")
    assert all(any(secret in str(each) for secret in emulator.secrets) for each in responses)
