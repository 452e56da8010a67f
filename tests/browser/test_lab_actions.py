"""What a person does about warnings, by mouse and keyboard, and the settings for them."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from jupyter_dsw.emulator import Emulator
from tests.browser.notebooks import NAME, open_notebook, write_notebook
from tests.browser.windows import (
    MINUTE,
    dialog,
    dialog_with_keys,
    execute,
    hasten,
    notifications,
    open_window,
    refresh_until_seen,
    set_setting,
    status_item,
    stop_in,
    toast,
    wait_for_window,
    wait_until_decided,
)
from tests.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.canaries import Canaries

SIDE = "#jupyter-dsw-panel"
FULL = {
    "MountPath": "/mnt/full",
    "Capacity": "30Gi",
    "Status": {"Usage": 95, "Available": 5, "Capacity": 100},
}


def image(status: str) -> dict[str, Any]:
    return {"InstanceSnapshotList": [{"ImageId": "image-1", "ImageName": "v2", "Status": status}]}


def test_a_reminder_comes_again_five_minutes_later(
    page: Page, start_lab: Any, canaries: Canaries, tmp_path: Path
) -> None:
    ahead_s = 0
    hasten(tmp_path, 10)
    with Emulator(clock=lambda: time.time() + ahead_s) as emulator:
        canaries.emulators.append(emulator)
        stop_in(emulator, 28 * MINUTE)
        page.clock.install()
        open_window(page, start_lab(**emulator.environment()))
        expect(toast(page)).to_contain_text(re.compile("in 2[5-8]"))
        toast(page).get_by_role("button", name="In 5 min").click()
        expect(toast(page)).to_have_count(0)
        # It is not time yet.
        execute(page, "jupyter-dsw:refresh")
        expect(toast(page)).to_have_count(0)
        ahead_s = 5 * MINUTE
        page.clock.fast_forward(ahead_s * 1000)
        refresh_until_seen(page, toast(page))
        expect(toast(page)).to_contain_text(re.compile("in (19|2[0-3])"))


def test_a_reminder_comes_in_another_tab_when_its_own_was_closed_and_after_a_reload(
    page: Page, start_lab: Any, canaries: Canaries, tmp_path: Path
) -> None:
    ahead_s = 0
    hasten(tmp_path, 10)
    with Emulator(clock=lambda: time.time() + ahead_s) as emulator:
        canaries.emulators.append(emulator)
        stop_in(emulator, 28 * MINUTE)
        page.clock.install()
        lab = start_lab(**emulator.environment())
        open_window(page, lab)
        toast(page).get_by_role("button", name="In 5 min").click()
        expect(toast(page)).to_have_count(0)
        wait_until_decided(page)
        other = page.context.new_page()
        open_window(other, lab)
        page.close()
        other.reload()
        wait_for_window(other)
        expect(status_item(other)).to_contain_text("stops in")
        wait_until_decided(other)
        expect(notifications(other)).to_have_text("0")
        ahead_s = 5 * MINUTE
        other.clock.fast_forward(ahead_s * 1000)
        refresh_until_seen(other, toast(other))
        expect(toast(other)).to_contain_text(re.compile("in (19|2[0-3])"))


def test_save_all_saves_a_changed_notebook_from_the_toast_and_with_enter_from_the_dialog(
    page: Page, start_lab: Any, emulator: Emulator, tmp_path: Path
) -> None:
    hasten(tmp_path, 10)
    stop_in(emulator, 300 * MINUTE)
    lab = start_lab()
    write_notebook(lab, "1")
    open_notebook(page, lab)
    saved = lab.home / "work" / NAME

    write_into_cell(page, "first")
    stop_in(emulator, 28 * MINUTE)
    refresh_until_seen(page, toast(page))
    assert "first" not in saved.read_text()
    toast(page).get_by_role("button", name="Save all").click()
    until(lambda: "first" in saved.read_text())
    # The server has written it before JupyterLab hears of that and marks the notebook as saved.
    expect(page.locator(".jp-mod-dirty")).to_have_count(0)

    write_into_cell(page, "second")
    stop_in(emulator, 115)
    refresh_until_seen(page, dialog(page))
    expect(dialog(page)).to_contain_text("about to stop")
    timer = dialog(page).get_by_role("timer")
    expect(timer).not_to_have_text(timer.inner_text())
    assert "second" not in saved.read_text()
    expect(dialog(page)).to_contain_text(f"Not saved: {NAME}")
    expect(dialog_with_keys(page)).to_be_visible()
    page.keyboard.press("Enter")
    expect(dialog(page)).to_contain_text(f"Saved: {NAME}")
    expect(dialog(page)).to_contain_text("Everything is saved")
    assert "second" in saved.read_text()
    page.keyboard.press("Enter")
    expect(dialog(page)).to_have_count(0)


def write_into_cell(page: Page, text: str) -> None:
    page.locator(".jp-Notebook .jp-CodeCell .cm-content").click()
    page.keyboard.type(f" # {text}")
    expect(page.locator(".jp-mod-dirty").first).to_be_attached()


def test_a_toast_opens_the_console_of_the_instances_workspace(
    page: Page, start_lab: Any, emulator: Emulator
) -> None:
    stop_in(emulator, 28 * MINUTE)
    page.context.route("**/*aliyun.com/**", lambda route: route.fulfill(body="there"))
    open_window(page, start_lab())
    with page.context.expect_page() as opened:
        toast(page).get_by_role("button", name="Console").click()
    opened.value.wait_for_url("https://pai.console.aliyun.com/**")
    assert parse_qs(urlsplit(opened.value.url).query) == {
        "regionId": ["cn-hangzhou"],
        "workspaceId": [emulator.response()["WorkspaceId"]],
    }
    assert opened.value.evaluate("window.opener") is None


def test_thresholds_and_quiet_hours_are_followed_live(
    page: Page, start_lab: Any, emulator: Emulator
) -> None:
    stop_in(emulator, 300 * MINUTE)
    open_window(page, start_lab())
    expect(status_item(page)).to_contain_text("stops in")
    # Two hours each way, in the reader's time zone.
    start, end = page.evaluate(
        "[-2, 2].map(add => `${(new Date().getHours() + 24 + add) % 24}:00`.padStart(5, '0'))"
    )
    set_setting(page, "quietFrom", start)
    set_setting(page, "quietTo", end)
    set_setting(page, "toastMinutes", [400])
    expect(status_item(page)).to_have_class(re.compile("jp-dsw-near"))
    # A warning would come after a reading of its own.
    execute(page, "jupyter-dsw:refresh")
    wait_until_decided(page)
    expect(notifications(page)).to_have_text("0")
    set_setting(page, "quietFrom", "")
    expect(toast(page)).to_contain_text("Scheduled stop")
    set_setting(page, "dialogMinutes", 350)
    expect(dialog(page)).to_contain_text("about to stop")
    expect(toast(page)).to_have_count(0)


def test_what_is_switched_off_is_not_shown_and_what_is_switched_on_again_is(
    page: Page, start_lab: Any, emulator: Emulator, tmp_path: Path
) -> None:
    hasten(tmp_path, 10)
    stop_in(emulator, 28 * MINUTE)
    page.clock.install()
    lab = start_lab()
    open_window(page, lab)
    expect(toast(page)).to_contain_text("Scheduled stop")
    set_setting(page, "stopWarnings", value=False)
    expect(toast(page)).to_have_count(0)

    off = {"statusChanges": False, "snapshots": False, "diskPercent": 0, "nodeErrors": False}
    for name, value in off.items():
        set_setting(page, name, value)
    node = {"hasNodeError": True, "enableAutoSwitchOnNodeError": True}
    emulator.change(
        Status="Saving", CloudDisks=[FULL], NodeErrorRecovery=node, **image("Committing")
    )
    refresh_until_seen(page, status_item(page).filter(has_text="Saving"))
    emulator.change(Status="Running", **image("Saved"))
    refresh_until_seen(page, status_item(page).filter(has_text="Running"))

    # Were one of those shown, there would be more than the one that comes now.
    set_setting(page, "diskPercent", 90)
    refresh_until_seen(page, toast(page))
    expect(toast(page)).to_contain_text("/mnt/full is 95")
    set_setting(page, "nodeErrors", value=True)
    refresh_until_seen(page, toast(page).nth(1))
    expect(toast(page).filter(has_text="has failed")).to_have_count(1)
    set_setting(page, "statusChanges", value=True)
    set_setting(page, "snapshots", value=True)
    emulator.change(Status="Stopping", **image("Failed"))
    refresh_until_seen(page, toast(page).filter(has_text="no longer running: Stopping"))
    expect(toast(page).filter(has_text="Image not saved: v2")).to_have_count(1)
    expect(toast(page)).to_have_count(4)

    set_setting(page, "serverGone", value=False)
    lab.stop()
    execute(page, "jupyter-dsw:refresh")
    expect(status_item(page)).to_contain_text("server not responding")
    # Longer than it waits before it shows that.
    page.clock.fast_forward(10_000)
    expect(page.locator(".jp-dsw-Notice")).to_have_count(0)


def test_all_of_it_works_by_keyboard(
    page: Page, start_lab: Any, emulator: Emulator, tmp_path: Path
) -> None:
    hasten(tmp_path, 10)
    stop_in(emulator, 28 * MINUTE)
    open_window(page, start_lab())
    expect(toast(page)).to_be_visible()
    press_tab_until(page, ".jp-dsw-Status-button")
    page.keyboard.press("Enter")
    panel = page.locator(f"{SIDE} dsw-panel")
    expect(panel).to_contain_text("Running")
    press_tab_until(page, ".Toastify__toast button", "In 5 min")
    page.keyboard.press("Enter")
    expect(toast(page)).to_have_count(0)

    stop_in(emulator, 100)
    refresh_until_seen(page, dialog(page))
    expect(dialog_with_keys(page)).to_be_visible()
    focused = page.locator(":focus")
    # There is nothing to save.
    expect(focused).to_contain_text("Close")
    # The focus stays in the dialog.
    for _ in range(8):
        page.keyboard.press("Tab")
        expect(dialog(page).locator(":focus")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(dialog(page)).to_have_count(0)


def press_tab_until(page: Page, selector: str, text: str = "") -> None:
    """Press Tab until an element of that kind, with that text, has the focus."""
    there = page.locator(f"{selector}:focus", has_text=text)
    until(there.count, between=lambda: page.keyboard.press("Tab"))


def test_nothing_moves_for_those_who_prefer_that(
    page: Page, start_lab: Any, emulator: Emulator
) -> None:
    stop_in(emulator, 300 * MINUTE)
    emulator.change(Status="Saving")
    open_window(page, start_lab())
    execute(page, "jupyter-dsw:show-panel")
    expect(page.locator(f"{SIDE} dsw-panel")).to_contain_text("Saving image")
    moving = f"""() => document.querySelector('{SIDE} dsw-panel').shadowRoot.getAnimations().length
        + document.querySelector('.jp-dsw-Status').getAnimations({{ subtree: true }}).length"""
    page.emulate_media(reduced_motion="no-preference")
    page.wait_for_function(f"({moving})() > 0")
    page.emulate_media(reduced_motion="reduce")
    page.wait_for_function(f"({moving})() === 0")
