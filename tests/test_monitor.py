"""The freshness policy and single flight: the real client, the emulator, a fake clock."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from jupyter_dsw.monitor import Monitor
from jupyter_dsw.reading import Contract
from jupyter_dsw.upstream.client import Client
from jupyter_dsw.upstream.settings import Settings
from tests.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_dsw.emulator import Emulator
    from jupyter_dsw.reading import Reading
    from jupyter_dsw.upstream.client import InstanceResponse


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(emulator: Emulator, clock: Clock) -> Iterator[Client]:
    client = Client(
        lambda: Settings.from_environment(emulator.environment(), deadline_s=5.0), elapsed=clock
    )
    yield client
    client.close()


@pytest.fixture
def monitor(client: Client, clock: Clock, environment: dict[str, str]) -> Monitor:
    del environment  # credentials are read from it
    return Monitor(client, clock=clock, uniform=lambda low, _high: low)


def read(monitor: Monitor, *, fresh: bool = False) -> Reading:
    return monitor.read(fresh=fresh).result(timeout=30)


QUIET: dict[str, object] = {"InstanceSnapshotList": [], "LatestSnapshot": None}


def test_a_reading_at_rest_is_fresh_for_a_minute(
    monitor: Monitor, emulator: Emulator, clock: Clock
) -> None:
    emulator.change(**QUIET)
    first = read(monitor)
    assert first.instance is not None
    clock.now += 59
    assert read(monitor) is first
    assert emulator.calls == 1
    clock.now += 1
    assert read(monitor) is not first
    assert emulator.calls == 2


def test_without_a_client_there_are_no_calls(
    monitor: Monitor, emulator: Emulator, clock: Clock
) -> None:
    read(monitor)
    clock.now += 86_400
    assert emulator.calls == 1


@pytest.mark.parametrize(
    ("change", "seconds"),
    [
        ({**QUIET, "Status": "Stopping"}, 10),
        ({**QUIET, "LatestSnapshot": {"ImageId": "image-1", "Status": "Pushing"}}, 10),
        (
            {**QUIET, "IdleInstanceCuller": {"MaxIdleTimeInMinutes": 60, "IdleTimeInMinutes": 51}},
            15,
        ),
        (
            {**QUIET, "IdleInstanceCuller": {"MaxIdleTimeInMinutes": 60, "IdleTimeInMinutes": 40}},
            60,
        ),
    ],
    ids=["status in transition", "snapshot in transition", "under ten minutes", "at rest"],
)
def test_how_long_a_reading_is_fresh_follows_what_is_happening(
    monitor: Monitor, emulator: Emulator, clock: Clock, change: dict[str, object], seconds: int
) -> None:
    emulator.change(**change)
    reading = read(monitor)
    assert reading.next_read - clock.now == seconds


def test_failures_back_off_with_jitter_and_keep_the_last_good_reading(
    client: Client, emulator: Emulator, clock: Clock, environment: dict[str, str]
) -> None:
    del environment
    monitor = Monitor(client, clock=clock, uniform=lambda _low, high: high)
    good = read(monitor)
    emulator.scenario = "garbage"
    waits = []
    for _ in range(8):
        clock.now = max(clock.now, monitor.read().result().next_read)
        failed = read(monitor)
        waits.append(failed.next_read - clock.now)
        assert failed.instance == good.instance
        assert failed.error is not None
        assert failed.error.code == "BadResponse"
    assert waits == [10, 20, 40, 80, 160, 300, 300, 300]
    assert failed.age_ms_at(clock.now) == round((clock.now - 1000) * 1000)
    emulator.scenario = "healthy"
    clock.now = failed.next_read
    assert read(monitor).error is None


def test_the_wait_that_the_endpoint_requests_is_kept_even_for_a_persons_refresh(
    monitor: Monitor, emulator: Emulator, clock: Clock
) -> None:
    emulator.scenario = "throttled"
    throttled = read(monitor)
    assert throttled.error is not None
    assert throttled.error.code == "Throttled"
    calls = emulator.calls
    clock.now += 29.999
    assert read(monitor, fresh=True) is throttled
    assert emulator.calls == calls
    clock.now += 0.001
    assert read(monitor, fresh=True) is not throttled


def spread(client: Client, clock: Clock) -> tuple[float, float]:
    """How soon and how late the next reading may be, by chance, in seconds from now."""
    ends = (lambda low, _high: low, lambda _low, high: high)
    soon, late = (read(Monitor(client, clock=clock, uniform=end)).next_read for end in ends)
    return soon - clock.now, late - clock.now


def test_instances_that_were_read_in_one_moment_drift_apart(
    client: Client, emulator: Emulator, clock: Clock, environment: dict[str, str]
) -> None:
    del environment
    emulator.change(**QUIET)
    assert spread(client, clock) == (60, 66)
    emulator.change(Status="Stopping")
    assert spread(client, clock) == (10, 11)


def test_throttled_instances_are_read_within_the_minute_after_the_wait(
    client: Client, emulator: Emulator, clock: Clock, environment: dict[str, str]
) -> None:
    del environment
    emulator.scenario = "throttled"
    assert spread(client, clock) == (30, 90)


def test_a_persons_refresh_overrides_a_fresh_reading_at_most_once_in_five_seconds(
    monitor: Monitor, emulator: Emulator, clock: Clock
) -> None:
    read(monitor)
    clock.now += 4.9
    read(monitor, fresh=True)
    assert emulator.calls == 1
    clock.now += 0.1
    read(monitor, fresh=True)
    read(monitor, fresh=True)
    assert emulator.calls == 2


def test_a_second_refresh_waits_for_the_call_of_the_first(
    client: Client, clock: Clock, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monitor, goes_on = Monitor(client, clock=clock), threading.Event()
    before = read(monitor)
    clock.now += 6
    respond = client.get_instance

    def slow() -> InstanceResponse:
        goes_on.wait()
        return respond()

    monkeypatch.setattr(client, "get_instance", slow)
    first = monitor.read(fresh=True)
    assert monitor.cached() is before, "a client that needs no new reading does not wait"
    assert monitor.cached(fresh=True) is None
    assert monitor.read(fresh=True) is first
    goes_on.set()
    assert first.result(timeout=30) is not before


def test_a_persons_refresh_overrides_the_back_off(
    monitor: Monitor, emulator: Emulator, clock: Clock
) -> None:
    emulator.scenario = "garbage"
    read(monitor)
    emulator.scenario = "healthy"
    clock.now += 5
    assert read(monitor, fresh=True).error is None


def test_two_hundred_clients_of_an_empty_monitor_share_one_call(
    monitor: Monitor, emulator: Emulator
) -> None:
    readings: list[Reading] = []
    start = threading.Barrier(200)

    def client_thread() -> None:
        start.wait()
        readings.append(read(monitor))

    threads = [threading.Thread(target=client_thread) for _ in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert emulator.calls == 1
    assert len({id(reading) for reading in readings}) == 1


def test_a_thread_that_cannot_be_started_is_a_failure_that_passes(
    monitor: Monitor, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_thread: threading.Thread) -> None:
        msg = "can't start new thread"
        raise RuntimeError(msg)

    with monkeypatch.context() as limit:
        limit.setattr(threading.Thread, "start", refuse)
        failed = read(monitor)
    assert failed.error is not None
    clock.now = failed.next_read
    assert read(monitor).instance is not None


def test_what_a_person_mends_here_is_read_again_at_once(
    emulator: Emulator, clock: Clock, environment: dict[str, str]
) -> None:
    known: dict[str, str] = {}
    monitor = Monitor(Client(lambda: Settings.from_environment(known)), clock=clock)
    failed = read(monitor)
    assert failed.error is not None
    assert failed.error.code == "NotConfigured"
    known.update(environment)
    assert read(monitor).instance is not None
    assert emulator.calls == 1


def test_an_unforeseen_exception_becomes_a_reading_that_quotes_nothing_of_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Broken(Client):
        def get_instance(self) -> InstanceResponse:
            msg = "canary-in-an-exception"
            raise ZeroDivisionError(msg)

    reading = read(Monitor(Broken(Settings.from_environment)))
    assert reading.error is not None
    assert "ZeroDivisionError" in reading.error.message
    assert "canary" not in reading.error.message + caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_a_reading_survives_the_way_over_the_rest_contract(monitor: Monitor, clock: Clock) -> None:
    sent = read(monitor)
    clock.now += 7
    contract = sent.to_contract(clock.now).to_builtins()
    assert contract["age_ms"] == 7000
    received = Contract.from_builtins(contract).to_reading(50.0)
    assert received.to_contract(51.0).to_builtins()["age_ms"] == 8000
    assert received.to_contract(50.0).to_builtins() == contract
