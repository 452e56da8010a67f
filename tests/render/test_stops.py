"""Stops and runs in words: who decides a stop, by which rule, and how the last runs ended."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from jupyter_dsw.model.sessions import Session
from jupyter_dsw.model.stops import Stop, StopRule
from tests.model.responses import instance
from tests.render.test_render import READ_AT, Markup, to_html, to_text, view

NOTHING: dict[str, Any] = {"IdleInstanceCuller": None, "InstanceShutdownTimer": None}
RULE = StopRule(max_idle_minutes=1440, cpu_percent=1)
NOON = datetime(2026, 11, 26, 12, tzinfo=timezone.utc)


def _stop(**changes: Any) -> Stop:
    known: dict[str, Any] = {
        "kind": "idle",
        "decided_by": "workspace",
        "state": "counting",
        "remaining_ms": 590_000,
        "idle_minutes": 1430,
        "rule": RULE,
    }
    return Stop(**known | changes)


def _shown(*stops: Stop, elements: dict[str, Any] = NOTHING, **more: Any) -> str:
    return to_text(view(instance(**elements), policy_stops=stops, **more), width=400)


def _next_stop(*stops: Stop, **more: Any) -> str:
    return _shown(*stops, **more).splitlines()[1].partition("Next stop  ")[2].strip()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {},
            (
                "Idle stop · in about 9 min 50 s · idle for 1430 of 1440 min; stops unless CPU "
                "reaches 1 % · policy of the workspace"
            ),
        ),
        (
            {"idle_minutes": None},
            (
                "Idle stop · in about 9 min 50 s · stops after 1440 min idle, with CPU below 1 % · "
                "policy of the workspace"
            ),
        ),
        (
            {"delayed": True, "can_skip": True, "decided_by": "system"},
            (
                "Idle stop · in about 9 min 50 s · stops after 1440 min idle, with CPU below 1 % · "
                "set by the platform · delayed · can be skipped in the PAI console"
            ),
        ),
        (
            {"rule": StopRule(expression="Idle(7)"), "decided_by": "user"},
            "Idle stop · in about 9 min 50 s · Idle(7) · set by a user",
        ),
        (
            {"state": "unknown", "remaining_ms": None, "rule": StopRule(expression="Idle(7)")},
            "Idle stop · time unknown, see the PAI console · Idle(7) · policy of the workspace",
        ),
        (
            {"state": "unknown", "remaining_ms": None},
            (
                "Idle stop · stops after 1440 min idle; time unknown, see the PAI console · policy "
                "of the workspace"
            ),
        ),
        (
            {"state": "armed", "remaining_ms": None, "idle_minutes": 0},
            (
                "None while in use · stops after 1440 min idle, with CPU below 1 % · policy of the "
                "workspace"
            ),
        ),
        (
            {
                "state": "armed",
                "remaining_ms": None,
                "idle_minutes": 0,
                "rule": StopRule(expression="Idle(7)"),
            },
            "None while in use · stops when it is idle · Idle(7) · policy of the workspace",
        ),
        (
            {
                "kind": "scheduled",
                "decided_by": "unknown",
                "at": READ_AT,
                "rule": StopRule(expression="Runtime > 1440 min"),
            },
            (
                "Scheduled stop · in 9 min 50 s · 2026-11-23 21:00 (UTC) · Runtime > 1440 min · "
                "unknown who set it"
            ),
        ),
    ],
)
def test_a_policys_stop_is_described_with_its_rule_and_who_decides_it(
    changes: dict[str, Any], words: str
) -> None:
    assert _next_stop(_stop(**changes)) == words


def test_the_nearest_stop_is_under_the_status_and_the_others_have_their_section() -> None:
    elements = {
        "IdleInstanceCuller": {"MaxIdleTimeInMinutes": 60, "IdleTimeInMinutes": 30},
        "InstanceShutdownTimer": {"RemainingTimeInMs": 3_600_000},
    }
    shown = _shown(_stop(), elements=elements)
    assert "Next stop  Idle stop · in about 9 min 50 s · " in shown
    timers = shown[shown.index("\nTimers\n") : shown.index("\nResources\n")].splitlines()
    assert [line.split("  ")[1] for line in timers if line.startswith("  ")] == [
        "Idle stop",
        "Scheduled stop",
    ]
    named = to_text(view(instance(**elements), policy_stops=(_stop(),)), ["timers"], width=400)
    assert named.count("Idle stop") == 2
    assert "policy of the workspace" in named
    assert "set on this instance" in named


def test_a_stop_of_unknown_time_stands_next_to_the_nearest_one() -> None:
    unknown = _stop(
        state="unknown",
        remaining_ms=None,
        decided_by="system",
        rule=StopRule(max_idle_minutes=60),
    )
    words = _next_stop(_stop(), unknown)
    assert words.count("Idle stop") == 2
    assert "set by the platform" in words


@pytest.mark.parametrize("render", [to_text, to_html])
@pytest.mark.parametrize(
    ("policies", "words", "none"),
    [
        ("read", None, "None planned"),
        ("off", "Stop policies of the workspace are not read: a setting turns that off.", None),
        ("not_available", "Stop policies of the workspace are not visible here.", None),
    ],
)
def test_where_policies_are_not_visible_no_stop_is_known_rather_than_none_set(
    render: Any, policies: Any, words: str | None, none: str | None
) -> None:
    shown = render(view(instance(**NOTHING), stop_policies=policies))
    assert (none or "None known") in shown
    assert ("None planned" in shown) is (none is not None)
    assert shown.count("Stop policies") == (0 if words is None else 1)
    assert words is None or words in shown


def test_the_timers_section_names_no_stop_as_far_as_is_known() -> None:
    empty = instance(**NOTHING)
    assert "  No stop is set.\n" in to_text(view(empty), ["timers"])
    unknown = view(empty, stop_policies="not_available")
    assert "  No stop is known.\n" in to_text(unknown, ["timers"])


def test_an_instance_that_has_ended_has_no_remark_on_policies() -> None:
    shown = _shown(elements={"Status": "Stopped"}, stop_policies="not_available")
    assert "Stop policies" not in shown


@pytest.mark.parametrize(
    ("url", "console"),
    [
        ("https://dsw-gateway-cn-shanghai.data.aliyun.com/dsw-1/", "pai.console.aliyun.com"),
        ("https://dsw.alibabacloud.com/dsw-1/", "pai.console.alibabacloud.com"),
        ("https://[", "pai.console.aliyun.com"),
    ],
)
def test_a_stop_that_can_be_skipped_has_a_link_to_the_accounts_console(
    url: str, console: str
) -> None:
    skippable = view(instance(InstanceUrl=url), policy_stops=(_stop(can_skip=True),))
    page = Markup(to_html(skippable))
    assert f"https://{console}/" in page.links
    assert f"  Skip it in the console  https://{console}/\n" in to_text(skippable, width=400)
    assert "Skip it" not in to_text(view(policy_stops=(_stop(),)))


def _run(**changes: Any) -> Session:
    known: dict[str, Any] = {
        "started_at": NOON - timedelta(hours=5),
        "ended_at": NOON,
        "status": "Stopped",
    }
    return Session(**known | changes)


RUNS = (
    _run(started_at=NOON, ended_at=None, status="Running"),
    _run(ended_by="idle", reason_code="IdleStop", reason="CPU below 20 % for 60 min"),
    _run(ended_by="scheduled", started_at=None),
    _run(ended_by="person"),
    _run(ended_by="debt", status="Arrearge"),
    _run(ended_by="failure", reason="ImagePullBackOff", status="Failed"),
    _run(ended_by="other", reason_code="SpotReclaimed"),
    _run(),
)


def test_the_history_shows_each_run_from_when_to_when_how_long_and_how_it_ended() -> None:
    lines = to_text(view(sessions=RUNS), ["history"], width=200).splitlines()
    title = lines.index("Last runs (8)")
    started, ended = "2026-11-26 07:00 (UTC)", "2026-11-26 12:00 (UTC)"
    rows = [[cell for cell in line.split("  ") if cell] for line in lines[title + 1 : title + 10]]
    assert [[cell.strip() for cell in row] for row in rows] == [
        ["Started", "Ended", "Run time", "How it ended", "Reason"],
        [ended, "Running"],
        [
            started,
            ended,
            "5 h",
            "Stopped because it was idle",
            "IdleStop: CPU below 20 % for 60 min",
        ],
        [ended, "Stopped by schedule"],
        [started, ended, "5 h", "Stopped by a person"],
        [started, ended, "5 h", "Stopped: payment overdue"],
        [started, ended, "5 h", "Failed", "ImagePullBackOff"],
        [started, ended, "5 h", "Stopped for another reason", "SpotReclaimed"],
        [started, ended, "5 h", "Unknown how it ended"],
    ]


def test_the_history_is_shown_when_it_is_named_and_with_all() -> None:
    assert "Last runs" not in to_text(view(sessions=RUNS))
    assert "Last runs (8)" in to_text(view(sessions=RUNS), ["all"])
    assert "Last runs (8)" in Markup(to_html(view(sessions=RUNS), ["history"])).text


def test_a_history_that_is_not_known_is_not_an_empty_one() -> None:
    assert "  The last runs are not known.\n" in to_text(view(), ["history"])
    assert "  No run is recorded.\n" in to_text(view(sessions=()), ["history"])


def test_chinese_has_the_same() -> None:
    shown = _shown(_stop(can_skip=True), language="zh_CN", stop_policies="not_available")
    assert "工作空间的停机策略 · 可在 PAI 控制台中跳过" in shown
    assert "此处看不到工作空间的停机策略。" in shown
    runs = to_text(view(sessions=RUNS, language="zh_CN"), ["history"], width=200)
    assert "因欠费而停机" in runs


@pytest.mark.parametrize("render", [to_text, to_html])
def test_hostile_texts_of_policies_and_runs_do_no_harm(render: Any) -> None:
    hostile = "\x1b]8;;https://evil.example\x07<img src=x onerror=alert(1)>\u202e"
    run = _run(ended_by="other", reason=hostile, reason_code=hostile)
    shown = render(
        view(policy_stops=(_stop(rule=StopRule(expression=hostile)),), sessions=(run,)), ["all"]
    )
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    if render is to_html:
        assert "img" not in Markup(shown).tags
