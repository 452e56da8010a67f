"""Stop policies and last runs: nothing secret is kept of them, and nothing odd does any harm."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from jupyter_dsw.model.policies import MAX_CONDITIONS, parse_policies
from jupyter_dsw.model.sessions import MAX_SESSIONS, parse_sessions
from jupyter_dsw.monitor import Monitor
from jupyter_dsw.upstream.client import Client
from jupyter_dsw.upstream.settings import Settings
from tests.upstream.odd_server import OddServer, http_response

if TYPE_CHECKING:
    import socket

    from jupyter_dsw.emulator import Emulator

SECRET = "9f86d081884c7d659a2feaa0c55ad015"
POLICIES, LIFECYCLE = "QueryAutoShutdownPolicies", "GetLifecycle"
MIB = 2**20


def planted(secret: str) -> tuple[list[Any], list[Any]]:
    """Policies and runs with a secret in every text, in forms that people write."""
    condition = {
        "SourceType": f"Workspace {secret}",
        "Expression": f"IdleDuration > 60 min AND password={secret}",
        "Context": {"IdleDuration": 3, "EnableSkip": secret, "Token": secret, secret: secret},
        "Owner": {"AccessKeySecret": secret},
    }
    step = {
        "Status": "Stopped",
        "ReasonCode": secret,
        "ReasonMessage": f"stopped with Authorization: Bearer {secret}",
        "Reason": secret,
        "GmtCreateTime": "2026-11-20T08:00:00Z",
        "GmtEndTime": secret,
        "LifecycleId": secret,
    }
    policy = {"InstanceId": "dsw-0", "Conditions": [condition], "Policy": secret, **condition}
    return [policy], [[{**step, "Status": f"Running {secret}"}, step]]


@pytest.mark.usefixtures("environment")
def test_no_secret_of_policies_or_runs_is_kept(
    emulator: Emulator, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    policies, runs = planted(SECRET)
    policies[0]["InstanceId"] = emulator.instance_id
    emulator.change_extra(POLICIES, AutoShutdownPolicies=policies, Trace=SECRET)
    emulator.change_extra(LIFECYCLE, Lifecycle=runs, Message=SECRET)
    client = Client(Settings.from_environment)
    reading = Monitor(client).read().result(timeout=30)
    client.close()
    assert reading.stop_policies == "read"
    assert reading.sessions is not None
    contract = json.dumps(reading.to_contract(reading.next_read).to_builtins())
    assert SECRET not in contract + repr(reading) + repr(vars(client)) + caplog.text
    assert SECRET not in "".join(capfd.readouterr())
    # What is no secret is kept.
    assert "stopped with" in contract
    assert "IdleDuration > 60 min" in contract


DEEP: Any = []
for _ in range(200):
    DEEP = [DEEP]
ODD = [
    None,
    7,
    True,
    "x" * MIB,
    [],
    {},
    [None],
    [7, "x", {}],
    [[]] * 100_000,
    [{}] * 100_000,
    {str(n): n for n in range(50_000)},
    DEEP,
]


def with_odd(value: Any, odd: Any) -> list[Any]:
    """Every copy of a JSON value in which one of its parts is odd, itself included."""
    copies = [odd]
    if isinstance(value, dict):
        for name, each in value.items():
            copies += [{**value, name: other} for other in with_odd(each, odd)]
    elif isinstance(value, list):
        for n, each in enumerate(value):
            copies += [[*value[:n], other, *value[n + 1 :]] for other in with_odd(each, odd)]
    return copies


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: f"{type(odd).__name__} {str(odd)[:12]}")
def test_no_odd_response_fails_or_delays_a_reading(odd: Any) -> None:
    policies, runs = planted("canary")
    for response in with_odd(policies, odd):
        begun = time.process_time()
        conditions = parse_policies({"AutoShutdownPolicies": response}, "dsw-0")
        assert conditions is None or len(conditions) <= MAX_CONDITIONS
        assert time.process_time() - begun < 2
    for response in with_odd(runs, odd):
        begun = time.process_time()
        sessions = parse_sessions({"Lifecycle": response})
        assert sessions is None or len(sessions) <= MAX_SESSIONS
        assert time.process_time() - begun < 2


@pytest.mark.parametrize("body", [b"[" * MIB, b'{"Lifecycle":' + b"[[{}]," * (MIB // 2) + b"0]}"])
def test_a_flood_of_json_is_a_failure_that_passes(
    monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    instance = http_response(b'{"InstanceId": "dsw-0", "Status": "Running"}')

    def respond(connection: socket.socket, head: bytes) -> None:
        is_instance = b"GET /api/v2/instances/dsw-0 HTTP" in head
        connection.sendall(instance if is_instance else http_response(body))

    with OddServer(respond) as server:
        reading = read_from(server, monkeypatch)
    assert reading.instance is not None
    assert (reading.error, reading.stop_policies, reading.sessions) == (
        None,
        "not_available",
        None,
    )


def test_three_reads_are_all_that_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    body = (
        b'{"InstanceId": "dsw-0", "Status": "Running", "AutoShutdownPolicies": [], "Lifecycle": []}'
    )
    with OddServer(lambda connection, _head: connection.sendall(http_response(body))) as server:
        read_from(server, monkeypatch)
        heads = [head.decode().lower() for head in server.heads]
    calls = [
        (head.split(" ")[0], head.split("x-acs-action: ")[1].split("\r\n")[0]) for head in heads
    ]
    assert calls == [
        ("get", "getinstance"),
        ("put", "queryautoshutdownpolicies"),
        ("get", "getlifecycle"),
    ]


def read_from(server: OddServer, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name, value in {
        "DSW_INSTANCE_ID": "dsw-0",
        "REGION": "cn-hangzhou",
        "JUPYTER_DSW_ENDPOINT": server.url,
        "ALIBABA_CLOUD_ACCESS_KEY_ID": "id",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "secret",
    }.items():
        monkeypatch.setenv(name, value)
    client = Client(Settings.from_environment)
    try:
        return Monitor(client).read().result(timeout=30)
    finally:
        client.close()
