"""The instance in the JupyterLab window: status bar, side panel, commands and settings."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, Request, expect

import jupyter_dsw
from tests.browser.notebooks import open_notebook, run_cell, write_notebook
from tests.browser.windows import (
    MINUTE,
    TRANSLATION,
    execute,
    hasten,
    open_window,
    refresh_until_seen,
    set_setting,
    status_item,
    stop_in,
    write_settings,
)
from tests.waiting import until

if TYPE_CHECKING:
    from jupyter_dsw.emulator import Emulator

BUILT = Path(jupyter_dsw.__file__).parent / "labextension"
SIDE = "#jupyter-dsw-panel"


def test_the_status_bar_shows_the_status_and_the_time_to_the_next_stop(
    page: Page, start_lab: Any, emulator: Emulator
) -> None:
    stop_in(emulator, 9 * MINUTE)
    open_window(page, start_lab())
    item = status_item(page)
    expect(item).to_contain_text("Running")
    expect(item.get_by_text("simulated")).to_be_visible()
    expect(item).to_contain_text(re.compile(r"stops in \d\smin"))
    first = item.inner_text()
    expect(item).not_to_have_text(first)
    expect(item).to_have_class(re.compile("jp-dsw-near"))
    title = item.get_attribute("title") or ""
    assert re.search(r": Running\nScheduled stop at \d\d:\d\d \(UTC.*\)\.$", title), title


def test_its_meaning_is_announced_and_its_ticking_is_not(
    page: Page, start_lab: Any, emulator: Emulator, tmp_path: Path
) -> None:
    hasten(tmp_path, 10)
    stop_in(emulator, 9 * MINUTE)
    open_window(page, start_lab())
    spoken = page.locator(".dsw-announcements")
    item = status_item(page)
    expect(item).to_contain_text("stops in")
    first = item.inner_text()
    expect(item).not_to_have_text(first)
    assert spoken.inner_text() == ""
    emulator.change(Status="Saving")
    refresh_until_seen(page, item.filter(has_text="Saving"))
    expect(spoken).to_contain_text("Saving image")


def _shown_in_sidebars(workspace: dict[str, Any]) -> list[str]:
    """The panels that a saved layout shows in its sidebars."""
    layout = workspace["data"].get("layout-restorer:data", {})
    sides = (layout.get("left", {}), layout.get("right", {}))
    return [side["current"] for side in sides if side.get("current") and not side["collapsed"]]


def test_a_click_or_enter_opens_the_side_panel_and_a_reload_restores_it(
    page: Page, start_lab: Any
) -> None:
    lab = start_lab()
    open_window(page, lab)
    item = status_item(page)
    expect(item).to_contain_text("Running")
    item.focus()
    page.keyboard.press("Enter")
    panel = page.locator(SIDE)
    expect(panel.locator("dsw-panel")).to_contain_text("Running")
    expect(panel.locator("dsw-panel").get_by_role("timer")).to_be_visible()
    expect(panel).to_be_focused()
    item.focus()
    page.keyboard.press("Enter")
    expect(panel).to_be_hidden()
    page.keyboard.press("Enter")
    expect(panel).to_be_visible()
    # The layout is saved a moment after it changed.
    workspace = f"{lab.url}lab/api/workspaces/default?token={lab.token}"
    until(lambda: "jupyter-dsw-panel" in _shown_in_sidebars(page.request.get(workspace).json()))
    page.reload()
    expect(panel.locator("dsw-panel")).to_contain_text("Running")


def test_in_single_document_mode_the_command_opens_a_tab(page: Page, start_lab: Any) -> None:
    open_window(page, start_lab(), "doc")
    execute(page, "jupyter-dsw:show-panel")
    expect(page.locator("#jupyter-dsw-tab dsw-panel")).to_contain_text("Running")


def test_on_notebook_7s_start_page_the_command_opens_a_tab(page: Page, start_lab: Any) -> None:
    open_window(page, start_lab(), "tree")
    execute(page, "jupyter-dsw:show-panel")
    expect(page.locator("#jupyter-dsw-tab dsw-panel")).to_contain_text("Running")
    expect(status_item(page)).to_have_count(0)


def test_a_notebook_of_notebook_7_has_the_countdown_in_its_toolbar(
    page: Page, start_lab: Any, emulator: Emulator
) -> None:
    lab = start_lab()
    write_notebook(lab, "1")
    open_notebook(page, lab, "notebooks")
    item = page.locator(".jp-NotebookPanel-toolbar .jp-dsw-Status-button")
    expect(item).to_contain_text(re.compile(r"Running\W+stops\sin\s\d+\smin"))
    emulator.scenario = "idle"
    refresh_until_seen(page, item.filter(has_text=re.compile(r"stops\sin\s[45]\smin")))
    item.click()
    expect(page.locator("#jupyter-dsw-tab dsw-panel")).to_contain_text("Running")
    set_setting(page, "statusBar", "off")
    expect(item).to_be_hidden()


def test_in_jupyterlab_the_countdown_is_in_the_status_bar_only(page: Page, start_lab: Any) -> None:
    lab = start_lab()
    write_notebook(lab, "1")
    open_notebook(page, lab)
    expect(page.locator("#jp-bottom-panel .jp-dsw-Status-button")).to_contain_text("Running")
    expect(status_item(page)).to_have_count(1)


@pytest.mark.parametrize(
    ("query", "label"),
    [
        ("aliyun", "Show PAI-DSW Instance"),
        ("pai", "Show PAI-DSW Instance"),
        ("stop", "Show When the DSW Instance Will Stop"),
        ("snapshot", "Show DSW Snapshots (Saved Images)"),
    ],
)
def test_the_palette_finds_the_panel_by_the_words_that_people_use(
    page: Page, start_lab: Any, query: str, label: str
) -> None:
    open_window(page, start_lab())
    execute(page, "apputils:activate-command-palette")
    page.locator(".lm-CommandPalette-input").fill(query)
    found = page.locator(".lm-CommandPalette-item").filter(has_text=label)
    expect(found).to_be_visible()
    found.click()
    expect(page.locator(f"{SIDE} dsw-panel").get_by_role("timer")).to_be_visible()


def test_a_shortcut_shows_the_panel(page: Page, start_lab: Any) -> None:
    open_window(page, start_lab())
    # JupyterLab binds keys once it has read the settings of shortcuts.
    page.wait_for_function(
        "jupyterapp.commands.keyBindings.some(({ command, keys }) =>"
        " command === 'jupyter-dsw:show-panel' && keys.join() === 'Alt Shift D')"
    )
    page.keyboard.press("Alt+Shift+D")
    expect(page.locator(f"{SIDE} dsw-panel")).to_contain_text("Running")


def test_settings_read_as_sentences_and_offer_only_what_is_valid(
    page: Page, start_lab: Any
) -> None:
    open_window(page, start_lab())
    execute(page, "settingeditor:open", {"query": "DSW"})
    form = page.locator(".jp-SettingsForm")
    expect(form).to_contain_text("Remind me this many minutes before a stop")
    # A time of day is chosen, so that there is no error to be made, and none to be explained.
    begin = form.locator("select[id$='quietFrom']")
    with page.expect_response(re.compile("lab/api/settings/jupyter-dsw")) as saved:
        begin.select_option(label="22:30")
    assert r"\"quietFrom\": \"22:30\"" in (saved.value.request.post_data or "")
    assert begin.locator("option").all_inner_texts()[:3] == ["", "00:00", "00:30"]

    groups = form.locator("fieldset > .form-group")
    dialog_minutes = groups.filter(has_text="Show a dialog to save")
    expect(dialog_minutes).to_have_css("opacity", "1")
    form.get_by_label("Warn before a stop").uncheck()
    expect(dialog_minutes).to_have_css("opacity", "0.5")
    reminders = groups.filter(has_text="Remind me this many")
    expect(reminders).to_have_css("opacity", "0.5")
    expect(groups.filter(has_text="Full disks")).to_have_css("opacity", "1")


def test_next_to_a_notebook_of_notebook_7_it_opens_at_the_side(page: Page, start_lab: Any) -> None:
    lab = start_lab()
    write_notebook(lab, "1")
    open_notebook(page, lab, "notebooks")
    execute(page, "jupyter-dsw:show-panel")
    expect(page.locator("#jupyter-dsw-tab dsw-panel")).to_contain_text("Running")


def test_the_window_and_its_cells_request_once_a_minute_and_call_no_other_host(
    page: Page, start_lab: Any, emulator: Emulator
) -> None:
    # At rest: while an image is being saved, a reading is fresh for 10 s only.
    emulator.change(InstanceSnapshotList=[], LatestSnapshot=None)
    urls: list[str] = []

    def note(request: Request) -> None:
        urls.append(request.url)

    page.on("request", note)
    lab = start_lab()
    write_notebook(lab, "for _ in range(5): display(get_ipython().run_line_magic('dsw_info', ''))")
    begun = time.monotonic()
    open_notebook(page, lab)
    status_item(page).click()
    run_cell(page, 0)
    expect(page.locator(".jp-Notebook dsw-panel")).to_have_count(5)
    expect(page.locator(".jp-Notebook dsw-panel").last).to_contain_text("Running")
    expect(page.locator(f"{SIDE} dsw-panel")).to_contain_text("Running")
    ours = [url for url in urls if "jupyter-dsw/v1/instance" in url]
    minutes = (time.monotonic() - begun) / 60
    # One, and one more where a warning made sure.
    assert 1 <= len(ours) <= 3 + minutes
    # All charts share their requests, too.
    assert sum("jupyter-dsw/v1/utilization" in url for url in urls) <= 2 + minutes
    foreign = [url for url in urls if not url.startswith((lab.url, "blob:", "data:", "ws:"))]
    assert foreign == []


def test_the_commands_have_labels_captions_and_icons_and_do_what_they_promise(
    page: Page, start_lab: Any, emulator: Emulator
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    lab = start_lab()
    write_notebook(lab, "1")
    open_notebook(page, lab)
    expect(status_item(page)).to_contain_text("Running")
    incomplete = page.evaluate(
        """() => jupyterapp.commands.listCommands()
            .filter(id => id.startsWith('jupyter-dsw:'))
            .filter(id => !(jupyterapp.commands.label(id) && jupyterapp.commands.caption(id)
                            && jupyterapp.commands.icon(id)))"""
    )
    assert incomplete == []
    execute(page, "jupyter-dsw:copy-instance-id")
    expect(page.locator(".Toastify__toast", has_text="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == emulator.instance_id
    execute(page, "jupyter-dsw:insert-info-cell")
    expect(page.locator(".jp-Notebook .jp-CodeCell").nth(1)).to_contain_text("%dsw_info")


@pytest.mark.parametrize(
    ("command", "host"),
    [
        ("jupyter-dsw:open-console", "pai.console.aliyun.com"),
        ("jupyter-dsw:open-web-ide", "aliyun.com"),
        ("jupyter-dsw:open-terminal", "aliyun.com"),
    ],
)
def test_links_open_in_a_tab_of_their_own(
    page: Page, start_lab: Any, command: str, host: str
) -> None:
    page.context.route("**/*aliyun.com/**", lambda route: route.fulfill(body="there"))
    open_window(page, start_lab())
    expect(status_item(page)).to_contain_text("Running")
    with page.context.expect_page() as opened:
        execute(page, command)
    opened.value.wait_for_url(f"https://*{host}/**")


def test_the_view_menu_has_an_entry(page: Page, start_lab: Any) -> None:
    open_window(page, start_lab())
    page.get_by_role("menuitem", name="View", exact=True).click()
    page.get_by_role("menuitem", name="Show PAI-DSW Instance").click()
    expect(page.locator(f"{SIDE} dsw-panel")).to_contain_text("Running")


def test_settings_are_followed_live(page: Page, start_lab: Any, emulator: Emulator) -> None:
    stop_in(emulator, 9 * MINUTE)
    open_window(page, start_lab())
    item = status_item(page)
    expect(item).to_contain_text(re.compile("Running.*stops in"))
    set_preference(page, "statusBar", "Time to the next stop")
    expect(item).not_to_contain_text("Running")
    expect(item).to_contain_text("stops in")
    set_preference(page, "statusBar", "Nothing")
    expect(item).to_be_hidden()


def set_preference(page: Page, name: str, value: str) -> None:
    """Choose a value in the settings editor, as a person does."""
    execute(page, "settingeditor:open", {"query": "DSW"})
    page.locator(f"select[id$='_{name}']").select_option(label=value)


def test_all_of_it_is_chinese_where_jupyterlab_is(
    page: Page, start_lab: Any, emulator: Emulator, tmp_path: Path
) -> None:
    write_settings(tmp_path, TRANSLATION, locale="zh_CN")
    stop_in(emulator, 9 * MINUTE)
    languages: list[str] = []

    def note(request: Request) -> None:
        if "dsw/v1" in request.url:
            languages.append(request.headers["accept-language"])

    page.on("request", note)
    open_window(page, start_lab())
    item = status_item(page)
    expect(item).to_contain_text(re.compile("运行中.*后停机"))
    item.click()
    panel = page.locator(f"{SIDE} dsw-panel")
    # From the catalogue that JupyterLab loads, names and figures filled in.
    expect(panel).to_contain_text("资源")
    expect(panel).to_contain_text(re.compile(r"已用\s[\d.]+\s/\s\d+"))
    expect(panel).not_to_contain_text("Resources")
    expect(page.locator(".Toastify__toast", has_text="定时停机")).to_be_visible()
    expect(page.get_by_role("button", name="全部保存")).to_be_visible()
    # So that the server reports errors in the same language.
    assert set(languages) == {"zh-CN"}
    label = page.evaluate("jupyterapp.commands.label('jupyter-dsw:show-panel')")
    assert label == "显示 PAI-DSW 实例"
    for query, found in (("停机", "何时停机"), ("快照", "快照"), ("阿里云", "显示 PAI-DSW 实例")):
        execute(page, "apputils:activate-command-palette")
        page.locator(".lm-CommandPalette-input").fill(query)
        of_ours = page.locator(".lm-CommandPalette-item", has_text=found)
        expect(of_ours.filter(has_text="DSW").first).to_be_visible()
        page.keyboard.press("Escape")
    execute(page, "settingeditor:open", {"query": "DSW"})
    expect(page.locator(".jp-SettingsPanel")).to_contain_text("免打扰开始时间")


def test_the_built_extension_is_small() -> None:
    sizes = [path.stat().st_size for path in BUILT.glob("static/*.js")]
    assert sizes
    assert sum(sizes) <= 120_000
