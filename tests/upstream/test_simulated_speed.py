"""How fast a simulated instance lives: reported by the emulator, believed of no one else."""

from __future__ import annotations

import datetime
import json
from typing import TYPE_CHECKING

import msgspec
import pytest

from jupyter_dsw.emulator import Emulator
from jupyter_dsw.monitor import Monitor
from jupyter_dsw.reading import Contract, Reading
from jupyter_dsw.upstream.client import Client
from jupyter_dsw.upstream.response import simulated_speed
from jupyter_dsw.upstream.settings import MAX_SPEED, Settings
from jupyter_dsw.upstream.transport import HTTPResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

SIMULATED = {"X-Jupyter-DSW-Emulator": "1"}
SPEED = "X-Jupyter-DSW-Emulator-Speed"
MINUTE = 60


def response(headers: Mapping[str, str]) -> HTTPResponse:
    return HTTPResponse(200, headers, b"{}")


def read(monkeypatch: pytest.MonkeyPatch, emulator: Emulator, now: float) -> Reading:
    for name, value in emulator.environment().items():
        monkeypatch.setenv(name, value)
    client = Client(Settings.from_environment, elapsed=lambda: now)
    monitor = Monitor(client, clock=lambda: now, uniform=lambda low, _high: low)
    try:
        return monitor.read().result(timeout=30)
    finally:
        client.close()


@pytest.mark.parametrize("speed", [1, 1.5, 60, 3600])
def test_a_simulated_endpoint_reports_its_speed(speed: float) -> None:
    assert simulated_speed(response({**SIMULATED, SPEED: f"{speed:g}"})) == speed


def test_a_real_endpoint_has_no_speed() -> None:
    assert simulated_speed(response({SPEED: "60"})) == 1
    assert simulated_speed(response({})) == 1


@pytest.mark.parametrize(
    "odd", ["", "0", "0.5", "-60", "1e9", "inf", "nan", "3601", "9" * 10_000, "60 ", "६०", "1_0"]
)
def test_an_odd_speed_counts_as_real_time(odd: str) -> None:
    assert simulated_speed(response({**SIMULATED, SPEED: odd})) == 1


def test_the_stops_of_a_reading_come_at_the_speed_of_its_instance(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Emulator("scheduled", speed=60) as emulator:
        reading = read(monkeypatch, emulator, now=1000)
    assert reading.source.speed == 60
    before, after = (reading.stops_at(now)[0] for now in (1000, 1002))
    assert before.kind == after.kind == "scheduled"
    assert before.remaining_ms is not None
    assert after.remaining_ms == before.remaining_ms - 120_000
    # The age is that of the reading, in real time.
    assert reading.age_ms_at(1002) == 2000


@pytest.mark.parametrize(("speed", "fresh_s"), [(1, 60), (20, 3), (3600, 1)])
def test_a_reading_is_fresh_for_as_much_simulated_time_but_for_a_second(
    monkeypatch: pytest.MonkeyPatch, speed: float, fresh_s: float
) -> None:
    with Emulator("scheduled", speed=speed) as emulator:
        emulator.change(
            InstanceShutdownTimer={"RemainingTimeInMs": 5 * 3600_000}, InstanceSnapshotList=[]
        )
        reading = read(monkeypatch, emulator, now=1000)
    assert reading.next_read == 1000 + fresh_s
    assert reading.to_contract(1000).to_builtins()["next_read_in_ms"] == fresh_s * 1000


def test_the_speed_crosses_the_contract() -> None:
    with pytest.MonkeyPatch.context() as monkeypatch, Emulator("idle", speed=60) as emulator:
        reading = read(monkeypatch, emulator, now=1000)
    contract = json.loads(reading.to_contract(1000).encode())
    assert contract["source"]["speed"] == 60
    assert Contract.from_builtins(contract).to_reading(5).source.speed == 60
    # A server of an earlier version sends none.
    del contract["source"]["speed"]
    assert Contract.from_builtins(contract).to_reading(5).source.speed == 1


@pytest.mark.parametrize("odd", [0, -1, 1e300, "60", None])
def test_a_contract_with_an_odd_speed_is_refused(odd: object) -> None:
    source = {"endpoint": None, "region": None, "instance_id": None, "simulated": True}
    with pytest.raises(msgspec.ValidationError):
        Contract.from_builtins({"source": {**source, "speed": odd}, "next_read_in_ms": 1000})


def test_times_left_stay_in_range_at_the_highest_speed() -> None:
    with pytest.MonkeyPatch.context() as monkeypatch, Emulator("idle") as emulator:
        reading = read(monkeypatch, emulator, now=0)
    # Not the emulator's own speed: its instance would be stopped after 0.1 s.
    source = msgspec.structs.replace(reading.source, speed=MAX_SPEED)
    reading = msgspec.structs.replace(reading, source=source)
    long_after = reading.stops_at(datetime.timedelta(days=3650).total_seconds())
    assert [stop.remaining_ms for stop in long_after if stop.kind == "idle"] == [0]
