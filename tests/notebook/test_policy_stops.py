"""A policy of the workspace is all that stops the instance: code is warned all the same."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

import jupyter_dsw
from jupyter_dsw.model.stops import stops_of

if TYPE_CHECKING:
    from jupyter_dsw.emulator import Emulator
    from jupyter_dsw.notebook.output import Reading

pytestmark = pytest.mark.usefixtures("own_thread")


@pytest.mark.parametrize(
    ("scenario", "minutes"), [("policy", 32), ("policy-skippable", 5), ("policy-delayed", 12)]
)
def test_time_left_is_that_of_the_policys_stop(
    emulator: Emulator, scenario: str, minutes: int
) -> None:
    emulator.scenario = scenario
    left = jupyter_dsw.time_left()
    assert left is not None
    assert timedelta(minutes=minutes - 2) < left <= timedelta(minutes=minutes)
    assert jupyter_dsw.time_left(scheduled_only=True) is None
    reading = jupyter_dsw.read()
    assert reading.instance is not None
    assert stops_of(reading.instance, responded_at=reading.read_at) == ()
    (stop,) = reading.stops
    assert (stop.kind, stop.decided_by, stop.state) == ("idle", "workspace", "counting")
    assert (stop.rule.max_idle_minutes, stop.rule.cpu_percent) == (60, 10)
    assert stop.can_skip is (scenario == "policy-skippable")
    assert stop.delayed is (scenario == "policy-delayed")


def test_before_stop_calls_back_once_before_the_policys_stop(emulator: Emulator) -> None:
    emulator.scenario = "policy-skippable"
    calls: list[tuple[Reading, timedelta]] = []
    called = threading.Event()

    def save(reading: Reading, left: timedelta) -> None:
        calls.append((reading, left))
        called.set()

    with jupyter_dsw.before_stop(save, minutes=10):
        assert called.wait(60)
        # The next reading shows the same stop.
        jupyter_dsw.read(fresh=True)
    ((reading, left),) = calls
    assert timedelta(minutes=3) < left <= timedelta(minutes=5)
    assert [stop.decided_by for stop in reading.stops] == ["workspace"]


def test_before_stop_does_not_call_back_while_the_policys_stop_is_far(emulator: Emulator) -> None:
    emulator.scenario = "policy"
    calls: list[timedelta] = []
    with jupyter_dsw.before_stop(lambda _reading, left: calls.append(left), minutes=10):
        assert jupyter_dsw.time_left() is not None
    assert calls == []


def test_a_policy_that_is_not_understood_is_a_stop_at_an_unknown_time(
    emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    emulator.scenario = "policy-unclear"
    assert jupyter_dsw.time_left() is None
    assert "The time of the next stop is unknown" in caplog.text
    (stop,) = jupyter_dsw.read().stops
    assert (stop.state, stop.rule.expression) == ("unknown", "RunningDuration > 72 h")
