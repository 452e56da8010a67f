"""A reading is dated when its request was sent: a slow response makes no stop look later."""

from __future__ import annotations

import contextlib
import os
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import msgspec
import pytest

from jupyter_dsw import clock as real_clock
from jupyter_dsw import kernel_endpoint
from jupyter_dsw.kernel_endpoint import KernelEndpoint
from jupyter_dsw.meter import Recorder
from jupyter_dsw.monitor import Monitor
from jupyter_dsw.notebook import connection, readings, stop_watch
from jupyter_dsw.notebook.stop_watch import WatchThread
from jupyter_dsw.reading import Contract
from jupyter_dsw.upstream.client import Client
from jupyter_dsw.upstream.settings import Settings, Source
from tests.clock import Clock
from tests.notebook.stopping import stops_in
from tests.upstream.odd_server import GatedServer, OddServer, always, hang_up, http_response, relay
from tests.utilization.test_recorder import Counting
from tests.waiting import until

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from pathlib import Path

    from jupyter_dsw.emulator import Emulator

LATENCY_S = 8.0


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gated(emulator: Emulator) -> Iterator[GatedServer]:
    with GatedServer(relay(int(emulator.url.rpartition(":")[2]))) as gated:
        yield gated


@pytest.fixture
def client(
    emulator: Emulator, gated: GatedServer, clock: Clock, environment: dict[str, str]
) -> Iterator[Client]:
    """A client whose time is `clock`, of the emulator behind `gated`."""
    del environment  # credentials are read from it
    variables = {**emulator.environment(), "JUPYTER_DSW_ENDPOINT": gated.url}
    client = Client(lambda: Settings.from_environment(variables), elapsed=clock)
    yield client
    client.close()


def slow(gated: GatedServer, clock: Clock) -> None:
    """Let each response to GetInstance take `LATENCY_S`, by the fake clock."""
    respond = gated.behave

    def later(connection: socket.socket, head: bytes) -> None:
        if b"x-acs-action: GetInstance" in head:
            clock.now += LATENCY_S
        respond(connection, head)

    gated.behave = later


def test_a_reading_is_dated_when_its_request_was_sent(
    client: Client, gated: GatedServer, clock: Clock, emulator: Emulator
) -> None:
    emulator.change(**stops_in(2))
    slow(gated, clock)
    reading = Monitor(client, clock=clock).read().result(timeout=30)
    assert reading.taken == 1000.0
    assert reading.age_ms_at(clock.now) == 8000
    assert reading.stops_at(clock.now)[0].remaining_ms == 112_000


def test_of_two_tries_the_successful_one_dates_the_reading(
    client: Client, gated: GatedServer, clock: Clock
) -> None:
    respond = gated.behave

    def lose_the_first(connection: socket.socket, _head: bytes) -> None:
        clock.now += LATENCY_S
        gated.behave = respond
        hang_up(connection, b"")

    gated.behave = lose_the_first
    assert client.get_instance().sent == 1000.0 + LATENCY_S


def test_the_elapsed_clock_counts_for_age_freshness_and_back_off_unless_another_is_given(
    client: Client,
) -> None:
    assert Monitor(client).clock is real_clock.elapsed_seconds
    assert Client(Settings.from_environment)._elapsed is real_clock.elapsed_seconds


def test_after_a_sleep_of_the_machine_what_is_left_is_less_by_the_sleep(
    client: Client, clock: Clock, emulator: Emulator
) -> None:
    emulator.change(**stops_in(20))
    monitor = Monitor(client, clock=clock)
    first = monitor.read().result(timeout=30)
    # A clock that counts sleep goes on meanwhile, and the reading is no longer fresh.
    clock.now += 15 * 60
    assert first.stops_at(clock.now)[0].remaining_ms == 300_000
    assert monitor.cached() is None


def test_without_a_date_header_the_time_left_is_by_the_clock_of_this_machine(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI-of-nobody")
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret-of-nobody")
    due_time = "2026-11-26T21:10:00+08"
    here = datetime(2026, 11, 26, 13, 0, tzinfo=timezone.utc)
    timer = {"InstanceShutdownTimer": {"DueTime": due_time}}
    body = {"InstanceId": "dsw-0123abcd", "Status": "Running", "Success": True, **timer}
    with OddServer(always(http_response(body))) as server, contextlib.ExitStack() as stack:
        settings = Settings(instance_id="dsw-0123abcd", region="cn-hangzhou", endpoint=server.url)
        client = Client(lambda: settings, clock=here.timestamp, elapsed=clock)
        stack.callback(client.close)
        reading = Monitor(client, clock=clock).read().result(timeout=30)
    assert reading.error is None
    (stop,) = reading.stops_at(clock.now)
    assert (stop.kind, stop.remaining_ms) == ("scheduled", 599_000)
    contract = reading.to_contract(clock.now).to_builtins()
    assert (contract["read_at"], contract["read_at_by"]) == ("2026-11-26T13:00:00.000Z", "local")
    assert Contract.from_builtins(contract).to_reading(clock.now).read_at_by == "local"


@pytest.mark.usefixtures("environment")
def test_a_kernel_samples_the_idle_minutes_of_a_recent_reading_only(
    client: Client, clock: Clock, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.change(IdleInstanceCuller={"IdleTimeInMinutes": 7, "MaxIdleTimeInMinutes": 60})
    recorder = Recorder(Counting())
    monkeypatch.setattr(readings, "_recorder", recorder)
    monkeypatch.setattr(readings, "_monitor", Monitor(client, clock=clock))
    monkeypatch.setattr(readings, "elapsed_seconds", clock)
    for _ in range(2):  # the first only begins the measurement
        readings.current()
    emulator.scenario = "garbage"
    clock.now += 3600
    assert readings.current().error is not None
    assert [sample.idle_minutes for sample in recorder.samples().samples] == [7, None]


@pytest.mark.usefixtures("environment")
def test_time_left_is_never_more_than_is_left(
    gated: GatedServer, clock: Clock, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.change(**stops_in(2))
    monkeypatch.setenv("JUPYTER_DSW_ENDPOINT", gated.url)
    slow(gated, clock)
    client = Client(Settings.from_environment, elapsed=clock)
    thread = WatchThread()
    thread.watch.clock = clock
    monkeypatch.setattr(readings, "_monitor", Monitor(client, clock=clock))
    monkeypatch.setattr(stop_watch, "watch_thread", thread)
    monkeypatch.setattr(stop_watch, "elapsed_seconds", clock)
    try:
        assert stop_watch.time_left() == timedelta(seconds=112)
        clock.now += 1.2
        assert stop_watch.time_left() == timedelta(seconds=110.8)
    finally:
        thread.last_used_at = float("-inf")
        until(lambda: not _is_running(thread))
        client.close()


def _is_running(thread: WatchThread) -> bool:
    with thread._changed:
        thread._changed.notify()
    return thread._running


def response(age_ms: int, remaining_ms: int) -> bytes:
    """What the Jupyter server sends of an instance that will be stopped by schedule."""
    instance = {
        "InstanceId": "dsw-1",
        "Status": "Running",
        "InstanceShutdownTimer": {"RemainingTimeInMs": remaining_ms},
    }
    source = Source(endpoint=None, region=None, instance_id="dsw-1")
    reading = Contract.from_builtins(
        {
            "instance": instance,
            "read_at": "2026-11-26T12:00:00Z",
            "age_ms": age_ms,
            "next_read_in_ms": 60_000,
            "error": None,
            "source": msgspec.to_builtins(source),
            "redacted": [],
        }
    ).to_reading(0.0)
    return reading.to_contract(0.0).encode()


@pytest.mark.parametrize(
    ("waited_ms", "taken"),
    [
        # The server waited 8 s for the endpoint, and its response took 1 s on the way back.
        (8000.0, 1000.0),
        # A server that sends no waiting time: the earliest moment that is possible.
        (0.0, 992.0),
        # No request waits longer in the server than it was on the way in all.
        (60_000.0, 1001.0),
    ],
)
def test_a_kernel_dates_the_servers_reading_by_its_own_request(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, clock: Clock, waited_ms: float, taken: float
) -> None:
    def respond(client: socket.socket, _head: bytes) -> None:
        clock.now += 9.0
        headers = [f"Server-Timing: reading;dur={waited_ms:g}"] if waited_ms else []
        client.sendall(http_response(response(age_ms=8000, remaining_ms=120_000), *headers))

    monkeypatch.setattr(connection, "elapsed_seconds", clock)
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("JPY_PARENT_PID", str(os.getpid()))
    with OddServer(respond) as server:
        kernel_endpoint.write(tmp_path, KernelEndpoint(f"{server.url}/", "a token"))
        assert readings.current().taken == taken
