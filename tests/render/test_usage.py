"""Whether the instance counts as idle now, in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jupyter_dsw.i18n import translated
from jupyter_dsw.meter import Utilization, counts_as_idle
from jupyter_dsw.model.policies import StopRule
from jupyter_dsw.model.stops import Stop
from jupyter_dsw.render.usage import idle_now, percent


def idle_stop(cpu_percent: float | None, gpu_percent: float | None = None, **stop: Any) -> Stop:
    rule = StopRule(max_idle_minutes=60, cpu_percent=cpu_percent, gpu_percent=gpu_percent)
    return Stop(kind="idle", decided_by="instance", state="armed", rule=rule, **stop)


def measured(cpu: float | None, gpu: float | None = None) -> Utilization:
    return Utilization(cpu_percent=cpu, gpu_percent=gpu)


# The panel's tests have the same ones.
CASES = json.loads((Path(__file__).parent / "idle-now.json").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["shown"] for case in CASES])
def test_what_was_measured_and_what_follows(case: dict[str, Any]) -> None:
    utilization = measured(case["cpu_percent"], case["gpu_percent"])
    stop = idle_stop(**case["rule"], idle_minutes=case["idle_minutes"])
    assert idle_now(utilization, [stop]) == case["shown"]


def test_where_nothing_is_measured_nothing_is_shown() -> None:
    assert idle_now(None, [idle_stop(20)]) == ""


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
