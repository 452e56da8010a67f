"""`jupyter dsw info` and `run` where a policy of the workspace is all that stops the instance."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.terminal import dsw
from tests.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from jupyter_dsw.emulator import Emulator
    from tests.canaries import Canaries

pytestmark = pytest.mark.usefixtures("environment")
ENGLISH = {"LANGUAGE": "en"}


@pytest.mark.parametrize(
    ("scenario", "minutes", "status"),
    [
        ("policy", "40", 3),
        ("policy", "10", 0),
        ("policy-skippable", "10", 3),
        ("policy-delayed", "15", 3),
        ("policy-unclear", "10", 1),
        ("extra-denied", "10", 0),
        ("extra-unknown", "10", 0),
    ],
)
def test_the_exit_status_follows_the_nearest_stop_whoever_decides_it(
    emulator: Emulator, scenario: str, minutes: str, status: int
) -> None:
    emulator.scenario = scenario
    assert dsw("info", "--warn-minutes", minutes).returncode == status


def test_a_policys_stop_is_shown_with_its_rule_and_where_to_skip_it(emulator: Emulator) -> None:
    emulator.scenario = "policy-skippable"
    shown = " ".join(dsw("info", **ENGLISH).stdout.split())
    assert "Next stop Idle stop · in about " in shown
    assert "idle for 55 of 60 min; stops unless CPU reaches 10 %" in shown
    assert "policy of the workspace · can be skipped in the PAI console" in shown
    assert "Skip it in the console https://pai.console.aliyun.com/" in shown
    assert "Stop policies" not in shown


def test_a_policy_that_is_not_understood_is_shown_as_it_is(emulator: Emulator) -> None:
    emulator.scenario = "policy-unclear"
    shown = " ".join(dsw("info", **ENGLISH).stdout.split())
    assert "time unknown, see the PAI console · RunningDuration > 72 h" in shown


def test_where_policies_are_not_permitted_one_line_shows_it(emulator: Emulator) -> None:
    emulator.scenario = "extra-denied"
    emulator.change(IdleInstanceCuller=None, InstanceShutdownTimer=None)
    shown = dsw("info", **ENGLISH).stdout
    assert "Next stop  None known" in shown
    assert shown.count("Stop policies of the workspace are not visible here.") == 1
    reading = json.loads(dsw("info", "--json").stdout)
    assert (reading["stops"], reading["stop_policies"]) == ([], "not_available")


def test_the_history_shows_how_the_last_runs_ended(emulator: Emulator, canaries: Canaries) -> None:
    emulator.scenario = "policy"
    shown = dsw("info", "history", COLUMNS="200", **ENGLISH).stdout
    for words in (
        "Stopped because it was idle",
        "Stopped by schedule",
        "Stopped by a person",
        "Stopped: payment overdue",
        "Stopped for another reason",
        "SpotReclaimed",
        "8 h",
    ):
        assert words in shown
    assert canaries.found_in(shown) == []


def test_run_acts_before_the_policys_stop(emulator: Emulator, tmp_path: Path) -> None:
    emulator.scenario = "policy"
    saved = tmp_path / "saved"
    done = dsw(
        "run",
        "--before-stop=40m",
        f"--on-stop=echo $JUPYTER_DSW_STOP >{saved}.part; mv {saved}.part {saved}",
        "--",
        "sh",
        "-c",
        f"until [ -e {saved} ]; do sleep 0.1; done",
    )
    assert done.returncode == 0
    until(saved.exists)
    assert saved.read_text() == "idle\n"
