"""JupyterLab 3.6.5 in Chromium, with jupyter-dsw in its environment and in that of the kernels."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from tests.browser.notebooks import NAME, open_notebook, run_cell, write_notebook
from tests.browser.windows import (
    MINUTE,
    TRANSLATION,
    dialog,
    dialog_with_keys,
    execute,
    hasten,
    open_window,
    refresh_until_seen,
    set_hidden,
    set_setting,
    status_item,
    stop_in,
    toast,
    write_settings,
)
from tests.servers import kill, start_again
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_dsw.demo.lab import Lab
    from jupyter_dsw.emulator import Emulator
    from tests.dsw.environment import Container

# With the first test the environments are made.
pytestmark = pytest.mark.timeout(900)
CELL_PANEL = ".jp-Notebook dsw-panel"
SIDE_PANEL = "#jupyter-dsw-panel dsw-panel"
VERSION_WARNING = re.compile("unsatisfied version|no satisfying version", re.IGNORECASE)


def test_the_window_opens_without_a_version_warning_of_ours(
    page: Page, start: Callable[[], Lab], container: Container
) -> None:
    # What the widgets' front ends cause would hide it.
    for other in ("@jupyter-widgets", "anywidget"):
        shutil.rmtree(container.jupyter.prefix / "share/jupyter/labextensions" / other)
    messages: list[str] = []

    def note(message: ConsoleMessage) -> None:
        messages.append(message.text)

    page.on("console", note)
    open_window(page, start())
    expect(status_item(page)).to_contain_text("Running")
    assert messages  # of JupyterLab's own
    assert [text for text in messages if VERSION_WARNING.search(text)] == []
    assert page.evaluate("jupyterapp.version") == "3.6.5"


def test_cell_side_panel_commands_and_settings(page: Page, start: Callable[[], Lab]) -> None:
    lab = start()
    write_notebook(lab, "%dsw_info")
    open_notebook(page, lab)
    run_cell(page, 0)
    expect(page.locator(CELL_PANEL)).to_contain_text("Running")
    expect(page.locator(f"{CELL_PANEL} .alert")).to_have_count(0)
    status_item(page).click()
    expect(page.locator(SIDE_PANEL)).to_contain_text("Running")
    expect(page.locator(SIDE_PANEL).get_by_role("timer")).to_be_visible()
    plot = page.locator(SIDE_PANEL).get_by_role("slider", name="CPU and GPU over time")
    expect(plot).to_have_attribute("aria-valuetext", re.compile(r"CPU \d+.%"))
    status_item(page).click()
    expect(page.locator(SIDE_PANEL)).to_be_hidden()
    page.locator(".jp-Notebook .jp-CodeCell").click()
    execute(page, "jupyter-dsw:insert-info-cell")
    expect(page.locator(".jp-Notebook .jp-CodeCell")).to_have_count(2)
    expect(page.locator(".jp-Notebook .jp-CodeCell").last).to_contain_text("%dsw_info")
    execute(page, "apputils:activate-command-palette")
    page.keyboard.type("Refresh DSW")
    expect(page.locator("#modal-command-palette")).to_contain_text("Refresh DSW Instance")
    page.keyboard.press("Escape")
    set_setting(page, "statusBar", "countdown")
    expect(status_item(page)).not_to_contain_text("Running")
    expect(status_item(page)).to_contain_text("stops in")
    set_setting(page, "statusBar", "off")
    expect(status_item(page)).to_be_hidden()


def test_the_output_of_a_cell_is_live_after_a_night_without_its_kernel(
    page: Page, start: Callable[[], Lab], emulator: Emulator
) -> None:
    lab = start()
    write_notebook(lab, "%dsw_info")
    open_notebook(page, lab)
    run_cell(page, 0)
    expect(page.locator(CELL_PANEL)).to_contain_text("Running")
    execute(page, "docmanager:save")
    until(lambda: "jupyter-dsw.reading" in (lab.home / "work" / NAME).read_text())
    lab = start_again(lab, kill(lab))
    try:
        emulator.change(InstanceName="of-the-next-day")
        page.goto("about:blank")
        page.goto(f"{lab.url}lab/tree/{NAME}?token={lab.token}")
        expect(page.locator(CELL_PANEL)).to_contain_text("of-the-next-day")
        expect(page.locator(".jp-OutputArea")).not_to_contain_text("Error displaying widget")
    finally:
        lab.stop()


def test_setup_in_a_terminal_of_jupyterlab_brings_panel_status_bar_and_warning(
    page: Page, dsw_container: Container, emulator: Emulator
) -> None:
    container = dsw_container
    lab = container.start(emulator)
    try:
        lab.wait_until_it_responds()
        write_notebook(lab, "%dsw_info")
        open_notebook(page, lab)
        run_cell(page, 0)
        output = page.locator(".jp-OutputArea")
        expect(output).to_contain_text(emulator.instance_id)
        expect(output).to_contain_text("For a live panel here, run !jupyter dsw setup.")
        expect(page.locator("dsw-panel")).to_have_count(0)

        execute(page, "terminal:create-new")
        page.locator(".jp-Terminal .xterm-helper-textarea").focus()
        # What is typed before that is lost.
        page.wait_for_function(
            "jupyterapp.shell.currentWidget.content?.session?.connectionStatus === 'connected'"
        )
        # By its path: a login shell of this machine has the machine's own PATH.
        command = f"{container.image.prefix}/bin/jupyter dsw setup --yes"
        page.keyboard.type(f"{command} > setup.txt; echo $? > status.txt\n")
        status = container.folder / "work/status.txt"
        until(lambda: status.exists() and status.read_text(), patience_s=300)
        assert status.read_text() == "0\n", (container.folder / "work/setup.txt").read_text()
    finally:
        lab.stop()

    stop_in(emulator, 29 * MINUTE)
    lab = container.start(emulator)
    try:
        lab.wait_until_it_responds()
        page.goto("about:blank")
        open_notebook(page, lab)
        # Next to it is how the last run ended.
        expect(toast(page).filter(has_text="Scheduled stop at").first).to_be_visible()
        expect(status_item(page)).to_contain_text(re.compile(r"stops in 2\d\smin"))
        run_cell(page, 0)
        expect(page.locator(CELL_PANEL)).to_contain_text("Running")
        expect(page.locator(".jp-OutputArea")).not_to_contain_text("jupyter dsw setup")
    finally:
        lab.stop()


def test_warnings_by_toast_and_dialog_save_what_is_not_saved(
    page: Page, start: Callable[[], Lab], container: Container, emulator: Emulator
) -> None:
    hasten(container.folder, 10)
    stop_in(emulator, 28 * MINUTE)
    lab = start()
    write_notebook(lab, "import time; time.sleep(600)", "1")
    open_notebook(page, lab)
    expect(toast(page)).to_contain_text("Scheduled stop at")
    expect(status_item(page)).to_have_class(re.compile("jp-dsw-near"))
    run_cell(page, 0)
    saved = lab.home / "work" / NAME
    change_last_cell(page, "first")
    toast(page).get_by_role("button", name="Save all").click()
    until(lambda: "first" in saved.read_text())
    # JupyterLab marks it as saved when it hears of that.
    expect(page.locator(".jp-mod-dirty")).to_have_count(0)

    # What a stop would lose, and a tab in the background.
    execute(page, "jupyter-dsw:show-losses")
    expect(dialog(page)).to_contain_text(f"Busy kernels: {NAME} (for at least")
    expect(dialog(page)).to_contain_text("Nothing runs in the terminals of JupyterLab.")
    expect(dialog(page)).to_contain_text(re.compile("Saved files (stay|may be lost too): "))
    expect(dialog_with_keys(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog(page)).to_have_count(0)
    set_hidden(page, hidden=True)
    expect(page).to_have_title(re.compile(r"^Stop in 2\d\u00a0min · "))
    set_hidden(page, hidden=False)
    expect(page).to_have_title(re.compile("^(?!Stop in)"))

    change_last_cell(page, "second")
    stop_in(emulator, 115)
    refresh_until_seen(page, dialog(page))
    expect(dialog(page)).to_contain_text(f"Not saved: {NAME}")
    expect(dialog(page)).to_contain_text(f"Busy kernels: {NAME}")
    expect(dialog_with_keys(page)).to_be_visible()
    page.keyboard.press("Enter")
    expect(dialog(page)).to_contain_text(f"Saved: {NAME}")
    assert "second" in saved.read_text()
    page.keyboard.press("Enter")
    expect(dialog(page)).to_have_count(0)

    lab.stop()
    execute(page, "jupyter-dsw:refresh")
    expect(page.locator(".jp-dsw-Notice")).to_contain_text("before the scheduled stop")


def change_last_cell(page: Page, text: str) -> None:
    page.locator(".jp-Notebook .jp-CodeCell .CodeMirror").last.click()
    page.keyboard.type(f" # {text}")
    expect(page.locator(".jp-mod-dirty").first).to_be_attached()


def test_chinese(
    page: Page, start: Callable[[], Lab], container: Container, emulator: Emulator
) -> None:
    write_settings(container.folder, TRANSLATION, locale="zh_CN")
    stop_in(emulator, 28 * MINUTE)
    lab = start()
    write_notebook(lab, "%dsw_info")
    open_notebook(page, lab)
    run_cell(page, 0)
    expect(page.locator(CELL_PANEL)).to_contain_text("运行中")
    expect(status_item(page)).to_contain_text("运行中")
    expect(toast(page)).to_contain_text("停机")
    label = page.evaluate("jupyterapp.commands.label('jupyter-dsw:refresh')")
    assert re.search("[\u4e00-\u9fff]", label), label
    execute(page, "settingeditor:open", {"query": "DSW"})
    expect(page.locator("#setting-editor")).to_contain_text("状态栏")
