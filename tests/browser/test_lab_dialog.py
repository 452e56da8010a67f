"""The dialog before a stop, what it gives way to, and notifications that are closed."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, Route, expect

from jupyter_dsw.emulator import Emulator
from tests.browser.notebooks import NAME, open_notebook, run_cell, write_notebook
from tests.browser.windows import (
    MINUTE,
    PLUGIN,
    THEMES,
    TRANSLATION,
    dialog,
    dialog_with_keys,
    execute,
    hasten,
    hold_readings,
    open_window,
    refresh_until_seen,
    status_item,
    stop_in,
    toast,
    wait_for_window,
    write_settings,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from jupyter_dsw.demo.lab import Lab
    from tests.canaries import Canaries

NOTIFICATIONS = "@jupyterlab/apputils-extension:notification"


def open_changed_notebook(page: Page, lab: Any) -> None:
    """A notebook whose first cell runs, and whose second one was changed since it was saved."""
    write_notebook(lab, "import time; time.sleep(600)", "2")
    open_notebook(page, lab)
    run_cell(page, 0)
    type_into_cell(page, "changed")


def type_into_cell(page: Page, text: str) -> None:
    page.locator(".jp-Notebook .jp-CodeCell .cm-content").last.click()
    page.keyboard.type(f" # {text}")
    expect(page.locator(".jp-mod-dirty").first).to_be_attached()


def test_keys_that_were_meant_for_the_notebook_save_nothing_and_what_is_unsaved_is_named(
    page: Page, start_lab: Any, emulator: Emulator, tmp_path: Path
) -> None:
    hasten(tmp_path, 10)
    stop_in(emulator, 300 * MINUTE)
    lab = start_lab()
    open_changed_notebook(page, lab)
    # A person who types goes on: each key comes as soon as the dialog is there.
    page.evaluate(
        """new MutationObserver((_, observer) => {
            const dialog = document.querySelector('.jp-dsw-StopDialog');
            if (!dialog) return;
            observer.disconnect();
            setTimeout(() => {
                for (const type of ['keydown', 'keyup'])
                    document.activeElement.dispatchEvent(new KeyboardEvent(type,
                        { key: 'Enter', bubbles: true, cancelable: true }));
            }, 200);
        }).observe(document.body, { childList: true, subtree: true })"""
    )
    stop_in(emulator, 110)
    refresh_until_seen(page, dialog(page))
    expect(dialog_with_keys(page)).to_be_visible()
    expect(dialog(page)).to_contain_text(f"Not saved: {NAME}")
    expect(dialog(page)).to_contain_text(f"Busy kernels: {NAME}")
    expect(dialog(page)).not_to_contain_text("Saving")
    expect(dialog(page).locator(".jp-dsw-result")).to_be_empty()
    assert "changed" not in (lab.home / "work" / NAME).read_text()


def test_what_a_stop_would_lose_is_shown_at_any_time_and_one_button_saves_it(
    page: Page, start_lab: Any, emulator: Emulator
) -> None:
    stop_in(emulator, 300 * MINUTE)
    lab = start_lab()
    open_changed_notebook(page, lab)
    execute(page, "terminal:create-new")
    page.wait_for_function(
        "jupyterapp.shell.currentWidget.content?.session?.connectionStatus === 'connected'"
    )
    page.locator(".jp-Terminal .xterm-helper-textarea").focus()
    page.keyboard.type("sleep 600\n")
    # Right after the fork it still has the name of the shell.
    page.wait_for_function(
        """async () => {
            const response = await fetch(`/jupyter-dsw/v1/at-risk?${Math.random()}`);
            const { terminals } = await response.json();
            return terminals.some(({ jobs }) => jobs?.includes('sleep'));
        }""",
        polling=200,
    )
    execute(page, "jupyter-dsw:show-losses")
    expect(dialog(page)).to_contain_text("What will I lose?")
    expect(dialog(page)).to_contain_text("Scheduled stop at")
    expect(dialog(page)).to_contain_text(f"Not saved: {NAME}")
    expect(dialog(page)).to_contain_text(f"Busy kernels: {NAME} (for at least")
    expect(dialog(page)).to_contain_text("Running in terminals: 1 (sleep)")
    expect(dialog(page)).to_contain_text(re.compile("Saved files (stay|may be lost too): "))
    # Far from a stop it is not red.
    expect(dialog(page).get_by_role("timer")).to_have_class("jp-dsw-figures jp-dsw-none")
    dialog(page).get_by_role("button", name="Save all").click()
    expect(dialog(page)).to_contain_text(f"Saved: {NAME}")
    assert "changed" in (lab.home / "work" / NAME).read_text()


def test_a_kernel_that_runs_a_cell_is_busy_whatever_widgets_request_and_after_a_reload(
    page: Page, start_lab: Any, emulator: Emulator
) -> None:
    stop_in(emulator, 300 * MINUTE)
    lab = start_lab()
    write_notebook(lab, "import time; time.sleep(600)")
    open_notebook(page, lab)
    run_cell(page, 0)
    # As for each widget. The kernel responds while it runs the cell; JupyterLab takes it for idle.
    page.evaluate(
        """() => {
            const { kernel } = jupyterapp.shell.currentWidget.sessionContext.session;
            return kernel.requestCreateSubshell({}).done.then(() => null);
        }"""
    )
    execute(page, "jupyter-dsw:show-losses")
    expect(dialog(page)).to_contain_text(f"Busy kernels: {NAME} (for at least")
    page.reload()
    wait_for_window(page)
    page.wait_for_function(
        "jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.connectionStatus"
        " === 'connected'"
    )
    execute(page, "jupyter-dsw:show-losses")
    expect(dialog(page)).to_contain_text(f"Busy kernels: {NAME} (for at least")


def test_if_it_is_set_to_everything_is_saved_two_minutes_before_a_stop(
    page: Page, start_lab: Any, emulator: Emulator, tmp_path: Path
) -> None:
    hasten(tmp_path, 10)
    write_settings(tmp_path, PLUGIN, saveBeforeStop=True, dialogMinutes=0)
    stop_in(emulator, 300 * MINUTE)
    lab = start_lab()
    open_changed_notebook(page, lab)
    stop_in(emulator, 29 * MINUTE)
    refresh_until_seen(page, toast(page).filter(has_text="Scheduled stop"))
    assert "changed" not in (lab.home / "work" / NAME).read_text()
    stop_in(emulator, 110)
    refresh_until_seen(page, toast(page).filter(has_text=f"Saved: {NAME}"))
    assert "changed" in (lab.home / "work" / NAME).read_text()


def save_all_in_dialog(
    page: Page, start_lab: Any, emulator: Emulator, respond_to_save: Callable[[Route], None]
) -> Lab:
    """Click "Save all" before a stop, with a changed notebook whose saves get another response."""
    stop_in(emulator, 300 * MINUTE)
    page.clock.install()
    lab: Lab = start_lab()
    open_changed_notebook(page, lab)

    def respond(route: Route) -> None:
        if route.request.method == "PUT":
            respond_to_save(route)
        else:
            route.continue_()

    page.route("**/api/contents/**", respond)
    stop_in(emulator, 110)
    refresh_until_seen(page, dialog(page))
    dialog(page).get_by_role("button", name="Save all").click()
    return lab


def test_a_file_that_could_not_be_saved_is_named_and_closing_brings_one_last_reminder(
    page: Page, start_lab: Any, emulator: Emulator, tmp_path: Path
) -> None:
    hasten(tmp_path, 10)

    def refuse(save: Route) -> None:
        save.fulfill(status=507, json={"message": "no space left"})

    save_all_in_dialog(page, start_lab, emulator, refuse)
    expect(dialog(page).locator(".jp-dsw-result")).to_have_text(f"Could not be saved: {NAME}")
    expect(dialog_with_keys(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog(page)).to_have_count(0)
    # JupyterLab's own, with the reason.
    page.locator(".jp-Dialog").get_by_role("button").last.click()
    expect(page.locator(".jp-Dialog")).to_have_count(0)
    # Nothing new is read meanwhile: the endpoint's clock did not go forward.
    hold_readings(page)
    page.clock.fast_forward(60_000)
    expect(dialog(page)).to_contain_text(f"Not saved: {NAME}")


def test_a_save_that_takes_long_is_reported_as_pending_and_then_as_saved(
    page: Page, start_lab: Any, emulator: Emulator, tmp_path: Path
) -> None:
    hasten(tmp_path, 10)
    waiting: list[Route] = []
    lab = save_all_in_dialog(page, start_lab, emulator, waiting.append)
    result = dialog(page).locator(".jp-dsw-result")
    expect(result).to_have_text("Saving…")
    page.clock.fast_forward(16_000)
    expect(result).to_have_text(f"Still being saved: {NAME}")
    for route in waiting:
        route.continue_()
    expect(result).to_have_text(f"Saved: {NAME}")
    assert "changed" in (lab.home / "work" / NAME).read_text()


def test_past_the_stop_the_dialog_does_not_tick_away_and_closes(
    page: Page, start_lab: Any, canaries: Canaries
) -> None:
    ahead_s = 0
    with Emulator(clock=lambda: time.time() + ahead_s) as emulator:
        canaries.emulators.append(emulator)
        stop_in(emulator, 115)
        page.clock.install()
        open_window(page, start_lab(**emulator.environment()))
        expect(dialog(page)).to_be_visible()
        ahead_s = 120
        page.clock.fast_forward(ahead_s * 1000)
        expect(dialog(page).get_by_role("timer")).to_have_text("Stopping any moment now")
        assert short_timers(page) < 20
        ahead_s = 300
        page.clock.fast_forward(180_000)
        expect(dialog(page)).to_have_count(0)


def short_timers(page: Page) -> int:
    """How many timers of up to 100 ms are set within 3 s."""
    count: int = page.evaluate(
        """async () => {
            const [later, started] = [window.setTimeout, Date.now()];
            let short = 0;
            window.setTimeout = (call, ms, ...rest) => {
                if (ms <= 100) short++;
                return later(call, ms, ...rest);
            };
            while (Date.now() - started < 3000) await new Promise(done => later(done, 50));
            window.setTimeout = later;
            return short;
        }"""
    )
    return count


def test_a_dialog_gives_way_when_the_server_is_gone(
    page: Page, start_lab: Any, emulator: Emulator, tmp_path: Path
) -> None:
    hasten(tmp_path, 10)
    stop_in(emulator, 115)
    lab = start_lab()
    open_window(page, lab)
    expect(dialog(page)).to_be_visible()
    lab.stop()
    execute(page, "jupyter-dsw:refresh")
    expect(page.locator(".jp-dsw-Notice")).to_contain_text("before the scheduled stop")
    expect(dialog(page)).to_have_count(0)
    # What waited behind it, as JupyterHub's own does.
    expect(page.locator(".jp-Dialog")).to_contain_text("Server Connection Error")


def test_a_notification_that_was_closed_stays_closed(
    page: Page, start_lab: Any, emulator: Emulator, tmp_path: Path
) -> None:
    hasten(tmp_path, 10)
    stop_in(emulator, 28 * MINUTE)
    page.clock.install()
    open_window(page, start_lab())
    expect(toast(page)).to_have_count(1)
    toast(page).get_by_title("Hide notification").click()
    expect(toast(page)).to_have_count(0)
    for _ in range(3):
        page.clock.fast_forward(5 * MINUTE * 1000)
        with page.expect_response(re.compile("dsw/v1/instance")):
            execute(page, "jupyter-dsw:refresh")
        page.clock.run_for(1000)
        expect(toast(page)).to_have_count(0)


def test_the_report_of_a_stop_is_updated_in_place(
    page: Page, start_lab: Any, emulator: Emulator, tmp_path: Path
) -> None:
    hasten(tmp_path, 10)
    write_settings(tmp_path, "jupyter-dsw:plugin", stopWarnings=False)
    stop_in(emulator, 10)
    open_window(page, start_lab())
    expect(status_item(page)).to_contain_text("Running")
    emulator.change(Status="Saving")
    refresh_until_seen(page, status_item(page).filter(has_text="Saving"))
    expect(toast(page)).to_have_count(0)
    emulator.change(Status="Stopping")
    refresh_until_seen(page, toast(page).filter(has_text="is stopping, as scheduled for"))
    emulator.change(Status="Stopped")
    refresh_until_seen(page, toast(page).filter(has_text=re.compile("Stopped at .*, as scheduled")))
    expect(toast(page)).to_have_count(1)


def test_where_jupyterlab_silences_notifications_the_dialog_comes_earlier(
    page: Page, start_lab: Any, emulator: Emulator, tmp_path: Path
) -> None:
    write_settings(tmp_path, NOTIFICATIONS, doNotDisturbMode=True)
    stop_in(emulator, 9 * MINUTE)
    open_window(page, start_lab())
    expect(dialog(page)).to_contain_text("Scheduled stop at")
    expect(dialog(page).get_by_role("button", name="In 5 min")).to_be_visible()
    expect(toast(page)).to_have_count(0)


BLOCKED = {
    "locks": "navigator.locks.request = () => Promise.reject(new Error('not permitted'))",
    "channels": "window.BroadcastChannel = class { constructor() { throw new Error('no'); } }",
    "storage": """for (const name of ['getItem', 'setItem']) {
        const method = Storage.prototype[name];
        Storage.prototype[name] = function (key, ...rest) {
            if (key.startsWith('jupyter-dsw')) throw new DOMException('no', 'SecurityError');
            return method.call(this, key, ...rest);
        };
    }""",
    "other data": "localStorage.setItem(`jupyter-dsw shown ${location.origin}/`, '{\"stops\": 3}')",
    "browsers of 2022": """delete URL.canParse;
        for (const name of ['toReversed', 'toSorted', 'toSpliced', 'with']) {
            delete Array.prototype[name];
        }""",
}


@pytest.mark.parametrize("what", BLOCKED)
def test_it_warns_where_the_browser_refuses(
    page: Page, start_lab: Any, emulator: Emulator, what: str
) -> None:
    page.add_init_script(BLOCKED[what])
    stop_in(emulator, 28 * MINUTE)
    open_window(page, start_lab())
    expect(toast(page)).to_contain_text("Scheduled stop at")


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_no_button_wraps(
    page: Page, start_lab: Any, emulator: Emulator, tmp_path: Path, language: str
) -> None:
    hasten(tmp_path, 10)
    write_settings(tmp_path, THEMES, theme="JupyterLab Dark")
    write_settings(tmp_path, TRANSLATION, locale=language)
    page.set_viewport_size({"width": 360, "height": 640})
    stop_in(emulator, 28 * MINUTE)
    open_window(page, start_lab())
    # With the one that closes it.
    expect(toast(page).get_by_role("button")).to_have_count(6)
    assert lines_of_buttons(page, ".jp-toast-button") == [1, 1, 1, 1, 1]
    stop_in(emulator, 110)
    refresh_until_seen(page, dialog(page))
    assert set(lines_of_buttons(page, ".jp-dsw-StopDialog .jp-Dialog-buttonLabel")) == {1}


def lines_of_buttons(page: Page, selector: str) -> list[int]:
    """How many lines the text of each button takes."""
    lines: list[int] = page.evaluate(
        """selector => [...document.querySelectorAll(selector)].map(button => {
            const range = document.createRange();
            range.selectNodeContents(button);
            return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size;
        })""",
        selector,
    )
    return lines
