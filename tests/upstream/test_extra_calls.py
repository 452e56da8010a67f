"""Stop policies and last runs: the client's calls, and when they are made after GetInstance."""

from __future__ import annotations

import hashlib
import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from jupyter_dsw.clock import Deadline
from jupyter_dsw.upstream import errors
from jupyter_dsw.upstream.client import SESSIONS

if TYPE_CHECKING:
    from collections.abc import Callable
    from socket import socket

    from jupyter_dsw.emulator import Emulator
    from jupyter_dsw.upstream.client import Client
    from tests.upstream.odd_server import OddServer


def a_while() -> Deadline:
    return Deadline(10)


@pytest.mark.usefixtures("environment")
def test_the_policies_are_read_from_an_endpoint_that_verifies_body_and_signature(
    emulator: Emulator, client: Callable[..., Client]
) -> None:
    emulator.scenario = "policy"
    response = client().get_stop_policies(a_while())
    assert response is not None
    (condition,) = response.conditions
    assert condition.source_type == "Workspace"
    assert condition.rule.max_idle_minutes == 60
    assert condition.context is not None
    assert condition.context.idle_duration == 28


@pytest.mark.usefixtures("environment")
def test_the_runs_are_read_newest_first(emulator: Emulator, client: Callable[..., Client]) -> None:
    sessions = client().get_sessions(a_while())
    assert [each.ended_by for each in sessions] == [
        None,
        "idle",
        "scheduled",
        "person",
        "debt",
        "other",
    ]
    assert sessions[-1].reason_code == "SpotReclaimed"
    assert "ma-jun" in (sessions[3].reason or "")
    assert not any(secret in repr(sessions) for secret in emulator.secrets)


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("word", ["off", "0", "False"])
def test_policies_can_be_switched_off(
    emulator: Emulator, client: Callable[..., Client], monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    monkeypatch.setenv("JUPYTER_DSW_STOP_POLICIES", word)
    assert client().get_stop_policies(a_while()) is None
    assert emulator.requests["QueryAutoShutdownPolicies"] == 0


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(
    ("scenario", "error"),
    [("extra-denied", errors.Denied), ("extra-unknown", errors.NotConfigured)],
)
def test_a_call_that_is_refused_is_an_error_of_its_own(
    emulator: Emulator,
    client: Callable[..., Client],
    scenario: str,
    error: type[errors.DSWError],
) -> None:
    emulator.scenario = scenario
    made = client()
    for call in (made.get_stop_policies, made.get_sessions):
        with pytest.raises(error):
            call(a_while())


@pytest.mark.usefixtures("environment")
def test_a_call_that_gets_no_response_is_cut_at_its_deadline(
    emulator: Emulator, client: Callable[..., Client]
) -> None:
    emulator.scenario = "extra-hang"
    made = client()
    made.get_instance()  # it has credentials from here on
    begun = time.monotonic()
    with pytest.raises(errors.TimedOut):
        made.get_stop_policies(Deadline(0.5))
    assert time.monotonic() - begun < 20, "an endpoint that hangs would do so for ever"
    assert made.get_instance().instance.status == "Running"


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("policies", [None, "null", {}, ["none"], [{"Conditions": "none"}]])
def test_a_response_without_policies_is_a_bad_one(
    emulator: Emulator, client: Callable[..., Client], policies: Any
) -> None:
    emulator.change_extra("QueryAutoShutdownPolicies", AutoShutdownPolicies=policies)
    with pytest.raises(errors.BadResponse):
        client().get_stop_policies(a_while())


@pytest.mark.usefixtures("environment")
def test_a_response_without_a_lifecycle_is_a_bad_one(
    emulator: Emulator, client: Callable[..., Client]
) -> None:
    emulator.change_extra("GetLifecycle", Lifecycle=None)
    with pytest.raises(errors.BadResponse):
        client().get_sessions(a_while())


def responses(status: str, body: bytes) -> Callable[[socket, bytes], object]:
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    return lambda connection, _head: connection.sendall(head + body)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        ("403 Forbidden", b"<html>no</html>", errors.Denied),
        ("404 Not Found", b"", errors.NotFound),
        ("404 Not Found", b'{"Code": "InvalidAction.NotFound"}', errors.NotConfigured),
        ("403 Forbidden", b'{"Code": "Forbidden.RAM", "Message": "no"}', errors.Denied),
        ("200 OK", b"<html>sign in</html>", errors.BadResponse),
        ("302 Found", b"", errors.BadResponse),
        ("429 Too Many Requests", b'{"Code": "Throttling.Api"}', errors.Throttled),
        ("500 Oops", b'{"Code": "InternalError"}', errors.UpstreamFailed),
        ("200 OK", b'{"Success": false, "Code": "InternalError"}', errors.UpstreamFailed),
    ],
)
def test_each_odd_response_is_an_error(
    odd: Callable[..., OddServer],
    client_of: Callable[..., Client],
    status: str,
    body: bytes,
    error: type[errors.DSWError],
) -> None:
    made = client_of(odd(responses(status, body)))
    for call in (made.get_stop_policies, made.get_sessions):
        with pytest.raises(error) as caught:
            call(a_while())
        assert type(caught.value) is error


def test_the_requests_are_as_the_api_page_has_them(
    odd: Callable[..., OddServer], client_of: Callable[..., Client]
) -> None:
    server = odd(responses("200 OK", b'{"AutoShutdownPolicies": [], "Lifecycle": []}'))
    shared, own = client_of(server, sharing_token="a b"), client_of(server)
    for made in (own, shared):
        made.get_stop_policies(a_while())
        made.get_sessions(a_while())
    lines = [head.split(b" HTTP")[0].decode() for head in server.heads]
    policies = "PUT /api/v2/batch/autoshutdownpolicies/query"
    lifecycle = f"GET /api/v2/instances/dsw-0123abcd/lifecycle?Limit={SESSIONS}&Order=DESC"
    assert lines == [
        policies,
        lifecycle,
        f"{policies}?InstanceId=dsw-0123abcd&Token=a%20b",
        f"{lifecycle}&Token=a%20b",
    ]
    head = server.heads[0].lower()
    body = json.dumps({"InstanceIds": ["dsw-0123abcd"]}, separators=(",", ":")).encode()
    assert b"x-acs-action: queryautoshutdownpolicies" in head
    assert b"content-type: application/json\r\n" in head
    assert f"content-length: {len(body)}".encode() in head
    assert f"x-acs-content-sha256: {hashlib.sha256(body).hexdigest()}".encode() in head
