"""Whether the instance counts as idle now, in words."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_dsw.i18n import translated
from jupyter_dsw.meter import Utilization, counts_as_idle
from jupyter_dsw.model.policies import StopRule
from jupyter_dsw.model.stops import Stop
from jupyter_dsw.render.usage import idle_now, percent

BUSY = "busy, the idle timer does not run."
UNKNOWN = "it is unknown whether this counts as idle."


def idle_stop(cpu: float | None, gpu: float | None = None, **stop: Any) -> Stop:
    rule = StopRule(max_idle_minutes=60, cpu_percent=cpu, gpu_percent=gpu)
    return Stop(kind="idle", decided_by="instance", state="armed", rule=rule, **stop)


def measured(cpu: float | None, gpu: float | None = None) -> Utilization:
    return Utilization(cpu_percent=cpu, gpu_percent=gpu)


@pytest.mark.parametrize(
    ("utilization", "stop", "expected"),
    [
        (
            measured(7, 0),
            idle_stop(20, 10),
            "CPU 7 % (stops below 20 %), GPU 0 % (stops below 10 %): counts as idle.",
        ),
        (
            measured(7, 55),
            idle_stop(20, 50),
            "CPU 7 % (stops below 20 %), GPU 55 % (stops below 50 %): " + BUSY,
        ),
        (measured(63), idle_stop(20), "CPU 63 % (stops below 20 %): " + BUSY),
        (measured(20), idle_stop(20), "CPU 20 % (stops below 20 %): " + BUSY),
        (measured(19.99), idle_stop(20), "CPU 19 % (stops below 20 %): counts as idle."),
        (measured(1.49), idle_stop(1.5), "CPU 1.49 % (stops below 1.5 %): counts as idle."),
        (
            measured(90, 3),
            idle_stop(None, 5),
            "CPU 90 %, GPU 3 % (stops below 5 %): counts as idle.",
        ),
        (
            measured(7, None),
            idle_stop(20, 10),
            "CPU 7 % (stops below 20 %), GPU unknown (stops below 10 %): " + UNKNOWN,
        ),
        (
            measured(70, None),
            idle_stop(20, 10),
            "CPU 70 % (stops below 20 %), GPU unknown (stops below 10 %): " + BUSY,
        ),
        (measured(7, 3), idle_stop(None), "CPU 7 %, GPU 3 %"),
        (measured(7), idle_stop(None), "CPU 7 %"),
        (measured(None, 3), idle_stop(None), "GPU 3 %"),
        (measured(None), idle_stop(20), ""),
        (None, idle_stop(20), ""),
    ],
)
def test_what_was_measured_and_what_follows(
    utilization: Utilization | None, stop: Stop, expected: str
) -> None:
    assert idle_now(utilization, [stop]) == expected


@pytest.mark.parametrize(
    ("cpu", "idle_minutes", "added"),
    [
        (7, 12, ""),
        (70, 0, ""),
        (70, 1, ""),
        (7, None, ""),
        (7, 0, "The platform does not count it as idle so far."),
        (70, 12, "The platform has counted 12 min of idleness so far."),
    ],
)
def test_idle_minutes_that_disagree_with_the_measurement_are_shown_too(
    cpu: float, idle_minutes: float | None, added: str
) -> None:
    line = idle_now(measured(cpu), [idle_stop(20, idle_minutes=idle_minutes)])
    assert line.partition(". ")[2] == added


def test_the_nearest_idle_stop_with_thresholds_counts() -> None:
    scheduled = Stop(kind="scheduled", decided_by="instance", state="counting")
    unknown = Stop(
        kind="idle",
        decided_by="workspace",
        state="unknown",
        rule=StopRule(expression="Sleeping OR Eating"),
    )
    line = idle_now(measured(3), [scheduled, unknown, idle_stop(5), idle_stop(2)])
    assert line == "CPU 3 % (stops below 5 %): counts as idle."


def test_in_chinese() -> None:
    line = idle_now(measured(70, 0), [idle_stop(20, 10, idle_minutes=12)])
    assert translated(line, "zh_CN") == (
        "CPU 70%（低于 20% 时停机），GPU 0%（低于 10% 时停机）：忙碌，空闲计时不累计。"
        "平台目前已计空闲 12 分钟。"
    )


@pytest.mark.parametrize(("value", "shown"), [(0, "0 %"), (0.99, "0 %"), (100, "100 %")])
def test_percentages_are_rounded_down(value: float, shown: str) -> None:
    assert percent(value) == shown


def test_a_rule_without_thresholds_decides_nothing_about_being_idle() -> None:
    assert counts_as_idle(measured(0, 0), StopRule(max_idle_minutes=60)) is None
