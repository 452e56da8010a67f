"""The emulator as something that runs: started, called by many, closed without a trace."""

from __future__ import annotations

import http.client
import re
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from jupyter_dsw.emulator import Emulator


def test_the_environment_is_that_of_an_instance(emulator: Emulator) -> None:
    environment = emulator.environment()
    assert re.fullmatch(r"dsw-[a-z0-9]+", environment["DSW_INSTANCE_ID"])
    assert environment == {
        "DSW_INSTANCE_ID": emulator.instance_id,
        "REGION": "cn-hangzhou",
        "JUPYTER_DSW_ENDPOINT": emulator.url,
        "ALIBABA_CLOUD_CREDENTIALS_URI": f"{emulator.url}/api/v1/credentials/0",
    }


def test_the_environment_has_no_secret(emulator: Emulator) -> None:
    text = str(emulator.environment())
    assert not any(secret in text for secret in emulator.secrets)


def test_closing_leaves_no_thread_and_no_listener(call: Any) -> None:
    before = set(threading.enumerate())
    with Emulator() as emulator:
        call(emulator)
        host, port = emulator.url.removeprefix("http://").split(":")
        idle = http.client.HTTPConnection(host, int(port))
        idle.request("GET", "/api/v1/credentials/0")
        with idle.getresponse() as response:
            response.read()
    assert idle.sock.recv(1) == b""
    idle.close()
    assert set(threading.enumerate()) <= before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)))


def test_closing_twice_or_before_starting_does_nothing() -> None:
    Emulator().close()
    emulator = Emulator().start()
    emulator.close()
    emulator.close()
    assert emulator.url


def test_a_port_can_be_chosen(emulator: Emulator) -> None:
    port = int(emulator.url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        Emulator(port=port).start()
    emulator.close()
    with Emulator(port=port) as other:
        assert other.url == emulator.url


def test_a_connection_stays_open_for_the_next_request(emulator: Emulator) -> None:
    connection = http.client.HTTPConnection(emulator.url.removeprefix("http://"))
    sockets = []
    for _ in range(2):
        connection.request("GET", "/api/v1/credentials/0")
        sockets.append(connection.sock)
        with connection.getresponse() as response:
            assert response.version == 11
            response.read()
    connection.close()
    assert sockets[0] is sockets[1]


def test_many_may_ask_at_once(emulator: Emulator, call: Any) -> None:
    with ThreadPoolExecutor(32) as pool:
        replies = list(pool.map(lambda _: call(emulator).status, range(64)))
    assert replies == [200] * 64
    assert (emulator.calls, emulator.accepted) == (64, 64)


def test_it_logs_nothing(emulator: Emulator, call: Any, capfd: pytest.CaptureFixture[str]) -> None:
    call(emulator, query={"Token": "sharing"})
    emulator.scenario = "reset"
    with pytest.raises(ConnectionResetError):
        call(emulator)
    emulator.close()
    assert capfd.readouterr() == ("", "")
