"""Whether the instance counts as idle now, in words."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from jupyter_dsw.i18n import translated
from jupyter_dsw.meter import Utilization, counts_as_idle
from jupyter_dsw.model.stops import Stop, StopRule
from jupyter_dsw.render.stops import idle_now, measured_percent, what_would_stop
from jupyter_dsw.render.values import Moments
from tests.model.responses import instance
from tests.render.test_render import to_html, to_text, view


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
    assert measured_percent(value) == shown


def test_a_rule_without_thresholds_decides_nothing_about_being_idle() -> None:
    assert counts_as_idle(measured(0, 0), StopRule(max_idle_minutes=60)) is None


def of_rule(**rule: Any) -> Stop:
    return Stop(kind="idle", decided_by="workspace", state="armed", rule=StopRule(**rule))


AT_NINE = datetime(2026, 11, 26, 13, 0, tzinfo=timezone.utc)
SCHEDULED = Stop(kind="scheduled", decided_by="instance", state="counting", at=AT_NINE)
TIME_UNKNOWN = Stop(kind="scheduled", decided_by="instance", state="unknown")


@pytest.mark.parametrize(
    ("stops", "expected"),
    [
        (
            [of_rule(max_idle_minutes=60, cpu_percent=20, gpu_percent=10)],
            "Stopped after 60 min below CPU 20 % and GPU 10 %. CPU now 4 %, GPU now 0 %.",
        ),
        (
            [of_rule(max_idle_minutes=1440, cpu_percent=1)],
            "Stopped after 1440 min below CPU 1 %. CPU now 4 %, GPU now 0 %.",
        ),
        (
            [of_rule(max_idle_minutes=60, gpu_percent=5)],
            "Stopped after 60 min below GPU 5 %. CPU now 4 %, GPU now 0 %.",
        ),
        (
            [of_rule(max_idle_minutes=60)],
            "Stopped after 60 min of idleness. CPU now 4 %, GPU now 0 %.",
        ),
        (
            [of_rule(expression="Idle(7)\x1b[31m")],
            "Stopped by this rule: Idle(7). CPU now 4 %, GPU now 0 %.",
        ),
        (
            [SCHEDULED, of_rule(max_idle_minutes=60), of_rule(max_idle_minutes=90)],
            (
                "This instance will be stopped at 21:00 (UTC+8), as scheduled. "
                "Stopped after 60 min of idleness. CPU now 4 %, GPU now 0 %."
            ),
        ),
        ([SCHEDULED], "This instance will be stopped at 21:00 (UTC+8), as scheduled."),
        ([TIME_UNKNOWN], "A stop is scheduled, at an unknown time."),
        ([], ""),
    ],
    ids=str,
)
def test_before_a_run_it_is_shown_what_would_stop_it(stops: list[Stop], expected: str) -> None:
    moments = Moments(zone=timezone(timedelta(hours=8)), now=AT_NINE)
    assert what_would_stop(stops, measured(4.2, 0), moments) == expected


def test_text_and_html_show_it_below_the_next_stop_with_what_is_not_known() -> None:
    reading = view(instance(), utilization=measured(7.3))
    expected = "CPU 7 % (stops below 20 %): counts as idle."
    text = " ".join(to_text(reading, width=400).split())
    assert f"Utilization {expected}" in text
    assert "Measured in this container; what the platform measures is not documented." in text
    assert expected in to_html(reading)
    unmeasured = to_text(view(instance()))
    assert "Utilization" not in unmeasured
    assert "Measured" not in unmeasured


def test_an_instance_that_has_ended_is_not_idle_or_busy() -> None:
    ended = to_text(view(instance(Status="Stopped"), utilization=measured(7.3, 0)), width=400)
    assert "Utilization" not in ended
