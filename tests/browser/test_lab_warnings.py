"""Nobody is stopped by surprise: warnings before a stop, and when the server goes away."""

from __future__ import annotations

import re
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from jupyter_dsw.demo.lab import Lab, _own_folders
from jupyter_dsw.demo.run import clean_environment
from jupyter_dsw.emulator import Emulator
from tests.browser.notebooks import open_notebook, write_notebook
from tests.browser.windows import (
    MINUTE,
    axe_violations,
    dialog,
    execute,
    open_window,
    status_item,
    stop_in,
    toast,
    write_settings,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.canaries import Canaries


def refresh_until_seen(page: Page, place: Any) -> None:
    """Read again until something is there; the server reads at most once in 5 s."""
    while not place.count():
        execute(page, "jupyter-dsw:refresh")
        page.wait_for_timeout(1000)


def test_a_toast_warns_of_a_scheduled_stop_and_is_taken_back_when_it_is_moved(
    page: Page, start_lab: Any, emulator: Emulator
) -> None:
    stop_in(emulator, 28 * MINUTE)
    open_window(page, start_lab())
    expect(toast(page)).to_contain_text("as scheduled")
    for label in ("Save all", "Open the DSW console", "Remind me in 5 minutes"):
        expect(toast(page).get_by_role("button", name=label)).to_be_visible()
    stop_in(emulator, 300 * MINUTE)
    page.wait_for_timeout(5000)
    execute(page, "jupyter-dsw:refresh")
    expect(toast(page)).to_have_count(0)


def test_a_toast_warns_of_an_idle_stop_and_says_what_prevents_it(
    page: Page, start_lab: Any, emulator: Emulator
) -> None:
    emulator.change(IdleInstanceCuller={"IdleTimeInMinutes": 51, "MaxIdleTimeInMinutes": 60})
    open_window(page, start_lab())
    expect(toast(page)).to_contain_text("unless CPU reaches 20")


def test_a_warning_is_not_repeated_by_a_reload_or_in_another_tab(
    page: Page, start_lab: Any, emulator: Emulator
) -> None:
    stop_in(emulator, 28 * MINUTE)
    lab = start_lab()
    open_window(page, lab)
    expect(toast(page)).to_contain_text("as scheduled")
    other = page.context.new_page()
    for one in (page, other):
        open_window(one, lab)
        expect(status_item(one)).to_contain_text("stops in")
        one.wait_for_timeout(2000)
        expect(toast(one)).to_have_count(0)


def test_two_minutes_before_a_stop_a_dialog_asks_to_save(
    page: Page, start_lab: Any, emulator: Emulator
) -> None:
    stop_in(emulator, 300 * MINUTE)
    lab = start_lab()
    write_notebook(lab, "1")
    open_notebook(page, lab)
    stop_in(emulator, 115)
    box = dialog(page)
    refresh_until_seen(page, box)
    expect(box).to_contain_text("about to stop")
    timer = box.get_by_role("timer")
    first = timer.inner_text()
    expect(timer).not_to_have_text(first)
    assert axe_violations(page, ".jp-dsw-StopBody") == []
    # No document is changed, so there is nothing more to see than that it ran.
    page.evaluate("jupyterapp.commands.commandExecuted.connect((_, {id}) => { window.ran = id; })")
    page.keyboard.press("Enter")
    expect(box).to_have_count(0)
    page.wait_for_function("window.ran === 'docmanager:save-all'")


def test_the_dialog_goes_when_the_stop_is_moved_away(
    page: Page, start_lab: Any, emulator: Emulator
) -> None:
    stop_in(emulator, 110)
    open_window(page, start_lab())
    expect(dialog(page)).to_be_visible()
    stop_in(emulator, 300 * MINUTE)
    expect(dialog(page)).to_have_count(0)


def test_a_sped_up_instance_comes_to_the_dialog_by_itself(
    page: Page, start_lab: Any, canaries: Canaries
) -> None:
    ahead_s = 0.0
    with Emulator("idle", speed=10, clock=lambda: time.time() + ahead_s) as emulator:
        canaries.emulators.append(emulator)
        culler = emulator.answer()["IdleInstanceCuller"]
        idle = culler["MaxIdleTimeInMinutes"] - culler["IdleTimeInMinutes"]
        # The clock of the endpoint and of this machine may be 15 minutes apart.
        ahead_s = (idle - 6) * MINUTE / 10
        open_window(page, start_lab(**emulator.environment()))
        expect(dialog(page)).to_contain_text("This idle instance stops at")


def test_switched_off_there_are_no_warnings(
    page: Page, start_lab: Any, emulator: Emulator, tmp_path: Path
) -> None:
    write_settings(tmp_path, "jupyter-dsw:plugin", stopWarnings=False)
    stop_in(emulator, 100)
    open_window(page, start_lab())
    expect(status_item(page)).to_contain_text("stops in")
    page.wait_for_timeout(2000)
    expect(dialog(page)).to_have_count(0)
    expect(toast(page)).to_have_count(0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"Status": "Stopping"}, "no longer running: Stopping"),
        (
            {"NodeErrorRecovery": {"hasNodeError": True, "autoSwitchCountdownSeconds": 30}},
            "DSW moves the instance in about 30",
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
            "/mnt/full is used by 95",
        ),
        (
            {
                "InstanceSnapshotList": [
                    {"ImageId": "image-1", "ImageName": "v2", "Status": "Saved"}
                ]
            },
            "Image saved: v2",
        ),
        (
            {
                "InstanceSnapshotList": [
                    {"ImageId": "image-1", "ImageName": "v2", "Status": "Failed"}
                ]
            },
            "Image not saved: v2",
        ),
    ],
    ids=["status", "node error", "disk", "saved", "not saved"],
)
def test_what_happens_to_the_instance_is_told(
    page: Page, start_lab: Any, emulator: Emulator, change: dict[str, Any], words: str
) -> None:
    stop_in(emulator, 300 * MINUTE)
    open_window(page, start_lab())
    expect(status_item(page)).to_contain_text("Running")
    emulator.change(**change)
    refresh_until_seen(page, toast(page).filter(has_text=re.compile(words)))


def test_when_the_server_goes_away_it_says_what_was_known_and_is_live_again_by_itself(
    page: Page, start_lab: Any, emulator: Emulator
) -> None:
    stop_in(emulator, 300 * MINUTE)
    lab: Lab = start_lab()
    open_window(page, lab)
    expect(status_item(page)).to_contain_text("Running")
    lab.stop()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    gone = page.locator(".jp-dsw-Notice")
    execute(page, "jupyter-dsw:refresh")
    expect(gone).to_contain_text("The server is gone")
    expect(gone).to_contain_text("as scheduled; open the console")
    assert axe_violations(page, ".jp-dsw-Notice") == []
    expect(status_item(page)).to_contain_text("no server")
    expect(gone).to_have_count(1)
    page.wait_for_timeout(5000)
    assert len([url for url in requests if "jupyter-dsw" in url]) <= 6
    again = restarted(lab, emulator)
    try:
        expect(gone).to_have_count(0)
        expect(status_item(page)).to_contain_text("Running")
    finally:
        again.stop()


def restarted(lab: Lab, emulator: Emulator) -> Lab:
    """Start a stopped server again: same port, same token, same folders."""
    environment = {**clean_environment(), **emulator.environment(), **_own_folders(lab.home)}
    process = subprocess.Popen(
        lab.process.args,
        env={**environment, "JUPYTER_TOKEN": lab.token},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    again = Lab(process, lab.url, lab.token, lab.home)
    again.wait_until_it_answers()
    return again
