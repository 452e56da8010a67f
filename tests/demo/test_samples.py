"""The demo's CPU and GPU utilization: hours of it, from the simulated instance's life."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jupyter_dsw.demo import SimulatedRecorder
from jupyter_dsw.emulator import SCENARIOS
from jupyter_dsw.emulator.simulation import STARTING_S, Life, usage

if TYPE_CHECKING:
    from jupyter_dsw.emulator import Emulator

MINUTE = 60


def test_each_minute_of_a_run_has_a_sample_and_none_before_or_after() -> None:
    life = Life(started_at=-STARTING_S, max_idle_minutes=30)
    assert usage(life, -1) == []
    assert [each.ago_s for each in usage(life, 2 * MINUTE)] == [120, 60, 0]
    stopped = usage(life, 40 * MINUTE)
    assert (len(stopped), stopped[-1].ago_s) == (31, 10 * MINUTE)
    assert usage(SCENARIOS["failed"].life, 0) == []


def test_work_is_above_the_thresholds_and_idleness_below() -> None:
    life = SCENARIOS["healthy"].life
    for each in usage(life, 0):
        at = -each.ago_s
        busy = any(begin <= at < end for begin, end in life.busy)
        assert (each.cpu_percent >= 20) == (each.gpu_percent >= 10) == busy
        assert 0 <= each.cpu_percent <= 100
        assert 0 <= each.gpu_percent <= 100
        assert busy <= (each.idle_minutes == 0)


@pytest.mark.usefixtures("environment")
def test_the_demo_has_hours_of_samples_at_once(emulator: Emulator) -> None:
    recorder = SimulatedRecorder()
    assert (recorder.latest(), recorder.samples().samples) == (None, ())
    recorder.take(requested_cores=16)
    samples = recorder.samples().samples
    assert len(samples) == 151
    assert max(each.gpu_percent or 0 for each in samples) > 10
    assert samples[-1].idle_minutes == 5
    latest = recorder.latest()
    assert latest is not None
    assert (latest.cpu_cores, latest.cpu_percent) == (16, samples[-1].cpu_percent)
    emulator.scenario = "failed"
    recorder.take()
    assert (recorder.latest(), recorder.samples().samples) == (None, ())


@pytest.mark.usefixtures("environment")
def test_without_an_emulator_there_are_none(emulator: Emulator) -> None:
    recorder = SimulatedRecorder()
    emulator.close()
    recorder.take()
    assert recorder.samples().samples == ()
