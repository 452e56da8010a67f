"""Nobody is stopped by surprise: warnings before a stop, and when the server goes away."""

from __future__ import annotations

import itertools
import re
import time
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, Request, expect

from jupyter_dsw.emulator import Emulator
from tests.browser.windows import (
    INSTANCE,
    MINUTE,
    PLUGIN,
    dialog,
    execute,
    hasten,
    notifications,
    open_window,
    refresh_until_seen,
    status_item,
    stop_in,
    toast,
    wait_until_decided,
    write_settings,
)
from tests.servers import environment_of, start_again

if TYPE_CHECKING:
    from pathlib import Path

    from jupyter_dsw.demo.lab import Lab
    from tests.canaries import Canaries

# Made after the reading before: what was there already is no news.
NEW_IMAGE = {"ImageId": "image-1", "ImageName": "v2", "GmtCreateTime": "2099-01-01T00:00:00Z"}


def test_a_toast_warns_of_a_scheduled_stop_and_is_taken_back_when_it_is_moved(
    page: Page, start_lab: Any, emulator: Emulator, tmp_path: Path
) -> None:
    hasten(tmp_path, 10)
    stop_in(emulator, 28 * MINUTE)
    open_window(page, start_lab())
    expect(toast(page)).to_contain_text(
        re.compile(r"Scheduled stop at \d\d:\d\d \(UTC.*\), in 2[5-8]")
    )
    for label in ("Save all", "Console", "In 5 min"):
        expect(toast(page).get_by_role("button", name=label)).to_be_visible()
    stop_in(emulator, 305 * MINUTE)
    refresh_until_seen(page, status_item(page).filter(has_text="5\N{NO-BREAK SPACE}h"))
    expect(toast(page)).to_have_count(0)


def test_a_toast_warns_of_an_idle_stop_and_shows_what_prevents_it(
    page: Page, start_lab: Any, emulator: Emulator
) -> None:
    emulator.change(IdleInstanceCuller={"IdleTimeInMinutes": 51, "MaxIdleTimeInMinutes": 60})
    open_window(page, start_lab())
    expect(toast(page)).to_contain_text("Typing does not count as use; CPU over 20")


def test_a_warning_is_not_repeated_by_a_reload_or_in_another_tab(
    page: Page, start_lab: Any, emulator: Emulator
) -> None:
    stop_in(emulator, 28 * MINUTE)
    lab = start_lab()
    open_window(page, lab)
    expect(toast(page)).to_contain_text("Scheduled stop")
    other = page.context.new_page()
    for one in (page, other):
        open_window(one, lab)
        expect(status_item(one)).to_contain_text("stops in")
        wait_until_decided(one)
        expect(notifications(one)).to_have_text("0")


def test_the_dialog_goes_when_the_stop_is_moved_away(
    page: Page, start_lab: Any, emulator: Emulator
) -> None:
    stop_in(emulator, 110)
    open_window(page, start_lab())
    expect(dialog(page)).to_be_visible()
    stop_in(emulator, 300 * MINUTE)
    expect(dialog(page)).to_have_count(0)


def test_while_another_dialog_is_open_the_last_warning_is_a_notification(
    page: Page, start_lab: Any, emulator: Emulator, tmp_path: Path
) -> None:
    hasten(tmp_path, 10)
    stop_in(emulator, 300 * MINUTE)
    open_window(page, start_lab())
    page.evaluate("void jupyterapp.commands.execute('help:about')")
    expect(page.locator(".jp-Dialog")).to_be_visible()
    stop_in(emulator, 115)
    refresh_until_seen(page, toast(page))
    expect(toast(page)).to_contain_text("Scheduled stop")
    expect(page.locator(".jp-Dialog")).to_have_count(1)


def test_a_sped_up_instance_comes_to_the_dialog_by_itself(
    page: Page, start_lab: Any, canaries: Canaries
) -> None:
    ahead_s = 0.0
    # The last two minutes take 24 s: longer than the 16 s between two readings so near a stop.
    speed = 5
    with Emulator("idle", speed=speed, clock=lambda: time.time() + ahead_s) as emulator:
        canaries.emulators.append(emulator)
        open_window(page, start_lab(**emulator.environment()))
        expect(status_item(page)).to_contain_text("stops in")
        culler = emulator.response()["IdleInstanceCuller"]
        left = culler["MaxIdleTimeInMinutes"] - culler["IdleTimeInMinutes"]
        # Three minutes before the stop; the clocks of endpoint and machine may be 15 minutes apart.
        ahead_s = (left - 3) * MINUTE / speed
        refresh_until_seen(page, toast(page).or_(dialog(page)))
        expect(dialog(page)).to_contain_text("Idle stop at")


def policy_stops_in(emulator: Emulator, seconds: int) -> None:
    """Let a policy of the workspace, of 60 idle minutes, stop the instance then."""
    context = {
        "IdleDuration": 60 - seconds // MINUTE,
        "IdleShutdownRemainingSeconds": seconds,
        "EnableSkip": True,
    }
    condition = {
        "SourceType": "Workspace",
        "Expression": "IdleDuration > 60 min AND CpuUtilization <= 10%",
        "Context": context,
    }
    policies = [{"InstanceId": emulator.instance_id, "Conditions": [condition]}]
    emulator.change_extra("QueryAutoShutdownPolicies", AutoShutdownPolicies=policies)


def test_a_policy_of_the_workspace_alone_is_warned_of_at_30_10_and_2_minutes(
    page: Page, start_lab: Any, canaries: Canaries, tmp_path: Path
) -> None:
    hasten(tmp_path, 10)
    # Neither culler nor timer: GetInstance reports no stop.
    with Emulator("policy") as emulator:
        canaries.emulators.append(emulator)
        assert emulator.response().get("IdleInstanceCuller") in (None, {})
        policy_stops_in(emulator, 45 * MINUTE)
        open_window(page, start_lab(**emulator.environment()))
        expect(status_item(page)).to_contain_text(re.compile(r"stops in 4\d\W+min"))
        wait_until_decided(page)
        expect(notifications(page)).to_have_text("0")
        for minutes in (30, 10):
            policy_stops_in(emulator, minutes * MINUTE)
            shown = toast(page).filter(has_text=f"in {minutes - 1}\N{NO-BREAK SPACE}min")
            refresh_until_seen(page, shown)
            expect(shown).to_contain_text("It is a policy of the workspace.")
            # The one before goes.
            expect(toast(page)).to_have_count(1)
        policy_stops_in(emulator, 115)
        refresh_until_seen(page, dialog(page))
        expect(dialog(page)).to_contain_text("Idle stop at")
        expect(dialog(page)).to_contain_text("It is a policy of the workspace.")
        expect(dialog(page)).to_contain_text("CPU over 10")
        expect(dialog(page)).to_contain_text("You can skip it in the console.")
        expect(toast(page)).to_have_count(0)


def step(status: str, minutes_ago: float, code: str = "") -> dict[str, str]:
    """A status of a run of the instance, as GetLifecycle has it."""
    begun = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - minutes_ago * MINUTE))
    return {"Status": status, "ReasonCode": code, "ReasonMessage": "", "GmtCreateTime": begun}


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ([step("Stopping", 31, "IdleShutdown"), step("Stopped", 30, "IdleShutdown")], "was idle"),
        ([step("ArrearStopping", 31), step("Arrearge", 30)], "a payment is overdue"),
    ],
    ids=["idle", "debt"],
)
def test_after_a_start_it_shows_once_how_the_last_run_ended(
    page: Page,
    start_lab: Any,
    emulator: Emulator,
    tmp_path: Path,
    end: list[dict[str, str]],
    words: str,
) -> None:
    write_settings(tmp_path, PLUGIN, lastRun=True)
    stop_in(emulator, 300 * MINUTE)
    last = [step("Creating", 100), step("Running", 99), *end]
    emulator.change_extra(
        "GetLifecycle", Lifecycle=[[step("Starting", 5), step("Running", 4)], last]
    )
    lab = start_lab()
    open_window(page, lab)
    expect(toast(page)).to_contain_text(re.compile(rf"The last run ended at .*{words}"))
    other = page.context.new_page()
    for one in (page, other):
        open_window(one, lab)
        expect(status_item(one)).to_contain_text("stops in")
        wait_until_decided(one)
        expect(notifications(one)).to_have_text("0")


def test_switched_off_there_are_no_warnings(
    page: Page, start_lab: Any, emulator: Emulator, tmp_path: Path
) -> None:
    write_settings(tmp_path, "jupyter-dsw:plugin", stopWarnings=False)
    stop_in(emulator, 100)
    open_window(page, start_lab())
    expect(status_item(page)).to_contain_text("stops in")
    wait_until_decided(page)
    expect(notifications(page)).to_have_text("0")
    expect(dialog(page)).to_have_count(0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"Status": "Stopping"}, "no longer running: Stopping"),
        (
            {"NodeErrorRecovery": {"hasNodeError": True, "autoSwitchCountdownSeconds": 30}},
            "DSW moves the instance at about",
        ),
        (
            {
                "CloudDisks": [
                    {
                        "MountPath": "/mnt/full",
                        "Capacity": "30Gi",
                        "Status": {"Usage": 95, "Available": 5, "Capacity": 100},
                    }
                ]
            },
            "/mnt/full is 95",
        ),
        (
            {"InstanceSnapshotList": [{**NEW_IMAGE, "Status": "Saved"}]},
            "Image saved: v2",
        ),
        (
            {"InstanceSnapshotList": [{**NEW_IMAGE, "Status": "Failed"}]},
            "Image not saved: v2",
        ),
    ],
    ids=["status", "node error", "disk", "saved", "not saved"],
)
def test_what_happens_to_the_instance_is_shown(
    page: Page,
    start_lab: Any,
    emulator: Emulator,
    tmp_path: Path,
    change: dict[str, Any],
    words: str,
) -> None:
    hasten(tmp_path, 10)
    stop_in(emulator, 300 * MINUTE)
    open_window(page, start_lab())
    expect(status_item(page)).to_contain_text("Running")
    emulator.change(**change)
    refresh_until_seen(page, toast(page).filter(has_text=re.compile(words)))


def test_when_the_server_goes_away_it_shows_what_was_known_and_is_live_again_by_itself(
    page: Page, start_lab: Any, emulator: Emulator
) -> None:
    stop_in(emulator, 300 * MINUTE)
    lab: Lab = start_lab()
    open_window(page, lab)
    expect(status_item(page)).to_contain_text("Running")
    environment = environment_of(lab)
    lab.stop()
    moments: list[float] = []
    page.on("request", lambda request: note_moment(request, moments))
    gone = page.locator(".jp-dsw-Notice")
    execute(page, "jupyter-dsw:refresh")
    expect(gone).to_contain_text(
        re.compile(
            r"server stopped responding at \d\d:\d\d \(UTC.*\), 4.h 5\d.min before the scheduled"
        )
    )
    expect(gone).to_contain_text("Everything is saved")
    expect(status_item(page)).to_contain_text("server not responding")
    expect(gone).to_have_count(1)
    # It does not request without a pause.
    with page.expect_request(INSTANCE):
        pass
    pauses = [later - earlier for earlier, later in itertools.pairwise(moments)]
    assert min(pauses) > 1
    again = start_again(lab, environment)
    try:
        expect(gone).to_have_count(0)
        expect(status_item(page)).to_contain_text("Running")
    finally:
        again.stop()


def note_moment(request: Request, moments: list[float]) -> None:
    """Note when the page requested a reading."""
    if "jupyter-dsw/v1/instance" in request.url:
        moments.append(time.monotonic())
