"""Next to a hostile response of 4 MiB, a real Jupyter server stays responsive."""

from __future__ import annotations

import json
import statistics
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
import requests

from jupyter_dsw.demo.lab import Lab, clean_environment
from tests.upstream.odd_server import OddServer, http_response
from tests.waiting import until

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator
    from pathlib import Path

MIB = 2**20
ID = '{"InstanceId": "dsw-hostile", '
TOKEN = "token" + " " * 4000 + "is" + " " * 4000
BODIES = {
    # What stopped the whole server for 13 s, and at this size for hours.
    "labels": ID + '"Labels": ' + json.dumps([{"Key": "k", "Value": TOKEN}] * 500) + "}",
    "a message": ID + '"ReasonMessage": "' + "token   is   " * (4 * MIB // 13 - 10) + '"}',
    "lists": ID + '"Tags": [' + "[]," * (4 * MIB // 3 - 30) + "7]}",
    "images": ID
    + '"InstanceSnapshotList": '
    + json.dumps([{"ReasonMessage": "password: a key " * 500}] * 500)
    + "}",
}
ENOUGH = 40
# A thread that computes in Python gives way to others after this time.
SWITCH_INTERVAL_S = sys.getswitchinterval()


class Hostile:
    """An endpoint that responds with one of the bodies after another, and remembers when."""

    def __init__(self) -> None:
        self._responses = [http_response(body.encode()) for body in BODIES.values()]
        self.sent: list[float] = []

    def __call__(self, connection: socket.socket, _head: bytes) -> None:
        response = self._responses[len(self.sent) % len(BODIES)]
        self.sent.append(time.perf_counter())
        connection.sendall(response)


@pytest.fixture
def hostile_lab(tmp_path: Path) -> Iterator[tuple[Lab, Hostile]]:
    hostile = Hostile()
    with OddServer(hostile) as odd:
        environment = {
            **clean_environment(),
            "JUPYTER_DSW_ENDPOINT": odd.url,
            "DSW_INSTANCE_ID": "dsw-hostile",
            "REGION": "cn-hangzhou",
            "ALIBABA_CLOUD_ACCESS_KEY_ID": "id",
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "secret",
        }
        lab = Lab.start(tmp_path, environment, {})
        try:
            lab.wait_until_it_responds()
            yield lab, hostile
        finally:
            lab.stop()


def statuses(lab: Lab, goes_on: Callable[[int], bool]) -> list[tuple[float, float]]:
    """When `/api/status` was requested and when it came, again and again on one connection."""
    spans: list[tuple[float, float]] = []
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = f"token {lab.token}"
        while goes_on(len(spans)):
            begun = time.perf_counter()
            session.get(f"{lab.url}api/status", timeout=30).raise_for_status()
            spans.append((begun, time.perf_counter()))
    return spans


def test_other_requests_keep_their_latency_while_hostile_responses_are_read(
    hostile_lab: tuple[Lab, Hostile],
) -> None:
    lab, hostile = hostile_lab
    statuses(lab, lambda done: done < ENOUGH)  # warm
    usual = [end - begin for begin, end in statuses(lab, lambda done: done < 5 * ENOUGH)]
    during: list[float] = []
    for number in range(1, len(BODIES) + 1):
        during += _while_reading(lab, hostile, number)
    assert len(during) >= len(BODIES)
    # A request takes some turns, and each may wait for the thread that reads.
    assert statistics.median(during) < 3 * statistics.median(usual) + 6 * SWITCH_INTERVAL_S
    # The patterns that this replaced blocked everything for minutes.
    assert max(during) < 1


def _while_reading(lab: Lab, hostile: Hostile, number: int) -> list[float]:
    """Have the server read one more body; give the latencies of others in the meantime."""
    done = threading.Event()
    read: list[tuple[Any, float]] = []

    def another() -> bool:
        # A person's refresh is passed on every 5 s at most.
        headers = {"Cache-Control": "no-cache"}
        reading = lab.request("GET", "jupyter-dsw/v1/instance", headers=headers)
        read.append((reading, time.perf_counter()))
        return len(hostile.sent) >= number

    def refresh() -> None:
        try:
            until(another)
        finally:
            done.set()

    refreshing = threading.Thread(target=refresh)
    refreshing.start()
    try:
        spans = statuses(lab, lambda _: not done.is_set())
    finally:
        refreshing.join()
    reading, finished = read[-1]
    assert reading["instance"]["InstanceId"] == "dsw-hostile"
    begun = hostile.sent[number - 1]
    return [end - begin for begin, end in spans if begun <= end and begin <= finished]
