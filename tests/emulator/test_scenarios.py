"""What each scenario does to a client over HTTP."""

from __future__ import annotations

import http.client
import json
import threading
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import pytest

from jupyter_dsw.emulator import SCENARIOS, Emulator

if TYPE_CHECKING:
    from collections.abc import Callable

STATUSES = {
    "healthy": "Running",
    "lifecycle": "Creating",
    "idle": "Running",
    "scheduled": "Running",
    "saving": "Saving",
    "save-failed": "SaveFailed",
    "failed": "Failed",
    "policy": "Running",
    "policy-skippable": "Running",
    "policy-delayed": "Running",
    "policy-unclear": "Running",
    "extra-denied": "Running",
    "extra-unknown": "Running",
    "extra-hang": "Running",
}
ERRORS = {
    "denied": (403, "NoPermissionError"),
    "missing": (404, "ValidationError"),
    "throttled": (400, "Throttling.User"),
    "skewed": (400, "InvalidTimeStamp.Expired"),
    "expired": (400, "InvalidSecurityToken.Expired"),
}
BROKEN = {"slow", "hang", "reset", "garbage", "truncated", "html", "empty", "refused"}


def test_every_scenario_has_a_test_here() -> None:
    assert set(STATUSES) | set(ERRORS) | BROKEN == set(SCENARIOS)


def test_every_scenario_has_a_line_for_the_help() -> None:
    assert all(name == scenario.name for name, scenario in SCENARIOS.items())
    assert all(scenario.description.isprintable() for scenario in SCENARIOS.values())


@pytest.mark.parametrize(("scenario", "status"), STATUSES.items())
def test_the_instance_is_in_the_status(
    emulator: Emulator, call: Any, scenario: str, status: str
) -> None:
    emulator.scenario = scenario
    assert call(emulator).json["Status"] == status
    assert emulator.accepted == 1


@pytest.mark.parametrize(("scenario", "error"), ERRORS.items())
def test_the_gateway_refuses(
    emulator: Emulator, call: Any, scenario: str, error: tuple[int, str]
) -> None:
    emulator.scenario = scenario
    reply = call(emulator)
    assert (reply.status, reply.code) == error
    assert (emulator.calls, emulator.accepted) == (1, 0)


def test_healthy_counts_down_to_two_stops_and_has_images_saved_pushed_and_failed(
    emulator: Emulator, call: Any
) -> None:
    response = call(emulator).json
    assert response["IdleInstanceCuller"]["IdleTimeInMinutes"] == 5
    assert response["IdleInstanceCuller"]["MaxIdleTimeInMinutes"] == 60
    assert response["InstanceShutdownTimer"]["RemainingTimeInMs"] > 5 * 3600 * 1000
    images = response["InstanceSnapshotList"]
    assert [image["Status"] for image in images] == ["Saved", "Pushing", "Failed"]
    assert response["LatestSnapshot"] == images[1]


def test_failed_gives_no_reason(emulator: Emulator, call: Any) -> None:
    emulator.scenario = "failed"
    response = call(emulator).json
    assert (response["ReasonCode"], response["ReasonMessage"]) == ("", "")
    assert response["InstanceShutdownTimer"] == {}


def test_denied_names_the_workspace(emulator: Emulator, call: Any) -> None:
    emulator.scenario = "denied"
    message = call(emulator).json["Message"]
    assert message.startswith("No permission GetInstance for resource: acs:paidsw:cn-hangzhou:")
    assert message.endswith(":workspace/40823")


def test_throttled_has_the_wait(emulator: Emulator, call: Any) -> None:
    emulator.scenario = "throttled"
    assert call(emulator).headers["x-acs-retry-after"] == "30000"


def test_skewed_shows_the_other_clock_in_the_date_header(emulator: Emulator, call: Any) -> None:
    right = parsedate_to_datetime(call(emulator).headers["Date"])
    emulator.scenario = "skewed"
    skewed = parsedate_to_datetime(call(emulator).headers["Date"])
    assert 10_000 < (skewed - right).total_seconds() < 12_000


def test_expired_leaves_a_key_without_token_alone(
    emulator: Emulator, call: Any, static_key: Any
) -> None:
    emulator.scenario = "expired"
    key = static_key(emulator)
    assert call(emulator, key=key).status == 200


def test_refused_is_a_response_of_status_200(emulator: Emulator, call: Any) -> None:
    emulator.scenario = "refused"
    reply = call(emulator)
    assert (reply.status, reply.json["Success"], reply.code) == (200, False, "InternalError")


def test_garbage_is_neither_utf8_nor_json_and_has_secrets(emulator: Emulator, call: Any) -> None:
    emulator.scenario = "garbage"
    reply = call(emulator)
    assert reply.status == 200
    assert reply.headers["Content-Type"] == "application/json"
    with pytest.raises(UnicodeDecodeError):
        reply.body.decode()
    with pytest.raises(ValueError, match=r"utf|JSON|Expecting"):
        json.loads(reply.body)
    assert any(secret.encode() in reply.body for secret in emulator.secrets)


def test_html_has_secrets(emulator: Emulator, call: Any) -> None:
    emulator.scenario = "html"
    reply = call(emulator)
    assert (reply.status, reply.headers["Content-Type"]) == (200, "text/html")
    assert any(secret.encode() in reply.body for secret in emulator.secrets)


def test_empty_is_empty(emulator: Emulator, call: Any) -> None:
    emulator.scenario = "empty"
    reply = call(emulator)
    assert (reply.status, reply.body) == (200, b"")


def test_truncated_ends_before_the_length_that_it_gave(emulator: Emulator, call: Any) -> None:
    emulator.scenario = "truncated"
    with pytest.raises(http.client.IncompleteRead) as cut:
        call(emulator)
    assert cut.value.partial.startswith(b"{")
    assert cut.value.expected
    assert emulator.accepted == 0


def test_reset_resets_the_connection(emulator: Emulator, call: Any) -> None:
    emulator.scenario = "reset"
    with pytest.raises(ConnectionResetError) as reset:
        call(emulator)
    assert not isinstance(reset.value, http.client.RemoteDisconnected)


def test_slow_responds_in_the_end(call: Any) -> None:
    with Emulator("slow", slow_s=0.1) as emulator:
        assert call(emulator).json["InstanceId"] == emulator.instance_id
        assert emulator.accepted == 1


@pytest.mark.parametrize("scenario", ["hang", "slow"])
def test_closing_ends_a_response_that_does_not_come(
    call: Any, static_key: Any, in_background: Callable[..., Any], scenario: str
) -> None:
    arrived = threading.Event()

    def clock() -> float:
        # Called by whatever verifies a date.
        arrived.set()
        return time.time()

    with Emulator(scenario, clock=clock, slow_s=3600) as emulator:
        arrived.clear()
        asking = in_background(call, emulator, key=static_key(emulator))
        assert arrived.wait(10)
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        asking.result(timeout=10)


def test_a_wrong_signature_is_refused_in_every_scenario(emulator: Emulator, call: Any) -> None:
    def tamper(request: Any) -> None:
        request.target += "0"

    for scenario in set(SCENARIOS) - {"skewed", "expired"}:
        emulator.scenario = scenario
        assert call(emulator, tamper=tamper).code == "SignatureDoesNotMatch"


def test_an_unknown_scenario_is_refused_with_the_list(emulator: Emulator) -> None:
    with pytest.raises(ValueError, match="no scenario 'helthy'; there are: healthy, "):
        emulator.scenario = "helthy"
    with pytest.raises(ValueError, match="no scenario"):
        Emulator("helthy")
