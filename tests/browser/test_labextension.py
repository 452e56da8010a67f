"""The instance in the JupyterLab window: status bar, side panel, commands and settings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, Request, expect

import jupyter_dsw
from tests.browser.notebooks import open_notebook, run_cell, write_notebook
from tests.browser.windows import (
    MINUTE,
    axe_violations,
    execute,
    open_window,
    status_item,
    stop_in,
    write_settings,
)

if TYPE_CHECKING:
    from jupyter_dsw.emulator import Emulator

BUILT = Path(jupyter_dsw.__file__).parent / "labextension"
SIDE = "#jupyter-dsw-panel"
THEMES = "@jupyterlab/apputils-extension:themes"
TRANSLATION = "@jupyterlab/translation-extension:plugin"


def test_the_status_bar_tells_the_status_and_the_time_to_the_next_stop(
    page: Page, start_lab: Any, emulator: Emulator
) -> None:
    stop_in(emulator, 9 * MINUTE)
    open_window(page, start_lab())
    item = status_item(page)
    expect(item).to_contain_text("Running")
    expect(item).to_contain_text(re.compile(r"stops in \d\smin"))
    first = item.inner_text()
    expect(item).not_to_have_text(first)
    expect(item).to_have_class(re.compile("jp-dsw-warn"))
    title = item.get_attribute("title") or ""
    assert "scheduled for" in title
    assert "As of" in title


def test_its_meaning_is_announced_and_its_ticking_is_not(
    page: Page, start_lab: Any, emulator: Emulator
) -> None:
    stop_in(emulator, 9 * MINUTE)
    open_window(page, start_lab())
    spoken = page.locator(".jp-dsw-Status [role=status]")
    item = status_item(page)
    expect(item).to_contain_text("stops in")
    first = item.inner_text()
    expect(item).not_to_have_text(first)
    assert spoken.inner_text() == ""
    emulator.change(Status="Saving")
    execute(page, "jupyter-dsw:refresh")
    expect(spoken).to_contain_text("Saving image")


def test_a_click_or_enter_opens_the_side_panel_and_a_reload_restores_it(
    page: Page, start_lab: Any
) -> None:
    open_window(page, start_lab())
    item = status_item(page)
    expect(item).to_contain_text("Running")
    item.focus()
    page.keyboard.press("Enter")
    panel = page.locator(SIDE)
    expect(panel.locator("dsw-panel")).to_contain_text("Running")
    expect(panel.locator("dsw-panel").get_by_role("timer")).to_be_visible()
    # The layout is saved a moment after it changed.
    with page.expect_response(re.compile("/lab/api/workspaces/")):
        pass
    page.reload()
    expect(panel.locator("dsw-panel")).to_contain_text("Running")


def test_in_single_document_mode_the_command_opens_a_tab(page: Page, start_lab: Any) -> None:
    open_window(page, start_lab(), "doc")
    execute(page, "jupyter-dsw:show-panel")
    expect(page.locator("#jupyter-dsw-tab dsw-panel")).to_contain_text("Running")


def test_in_notebook_7_the_command_opens_a_tab_and_there_is_no_status_item(
    page: Page, start_lab: Any
) -> None:
    open_window(page, start_lab(), "tree")
    execute(page, "jupyter-dsw:show-panel")
    expect(page.locator("#jupyter-dsw-tab dsw-panel")).to_contain_text("Running")
    expect(status_item(page)).to_have_count(0)


def test_beside_a_notebook_of_notebook_7_it_opens_at_the_side(page: Page, start_lab: Any) -> None:
    lab = start_lab()
    write_notebook(lab, "1")
    open_notebook(page, lab, "notebooks")
    execute(page, "jupyter-dsw:show-panel")
    expect(page.locator("#jupyter-dsw-tab dsw-panel")).to_contain_text("Running")


def test_the_window_and_its_cells_ask_once_and_no_other_host(page: Page, start_lab: Any) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    lab = start_lab()
    write_notebook(lab, "for _ in range(5): display(get_ipython().run_line_magic('dsw_info', ''))")
    open_notebook(page, lab)
    status_item(page).click()
    run_cell(page, 0)
    expect(page.locator(".jp-Notebook dsw-panel")).to_have_count(5)
    expect(page.locator(".jp-Notebook dsw-panel").last).to_contain_text("Running")
    expect(page.locator(f"{SIDE} dsw-panel")).to_contain_text("Running")
    ours = [url for url in asked if "jupyter-dsw/v1" in url]
    # One, and one more where a warning made sure.
    assert 1 <= len(ours) <= 3
    foreign = [url for url in asked if not url.startswith((lab.url, "blob:", "data:", "ws:"))]
    assert foreign == []


def note_requests(page: Page, asked: list[Page]) -> None:
    """Note the page each time it asks for the instance."""
    page.on("request", lambda request: asked.append(page) if "dsw/v1" in request.url else None)


def test_three_tabs_ask_as_one_does(page: Page, start_lab: Any, emulator: Emulator) -> None:
    stop_in(emulator, 9 * MINUTE)
    lab = start_lab()
    pages = [page, page.context.new_page(), page.context.new_page()]
    for one in pages:
        open_window(one, lab)
        expect(status_item(one)).to_contain_text("Running")
    asked: list[Page] = []
    for one in pages:
        note_requests(one, asked)
    emulator.change(Status="Saving")
    for one in pages:
        expect(status_item(one)).to_contain_text("Saving image")
    # By then one of them has asked; two, if the first still got what the server held.
    assert len(asked) <= 2


def test_a_hidden_tab_asks_nothing_and_catches_up_when_it_is_seen(
    page: Page, start_lab: Any, emulator: Emulator
) -> None:
    stop_in(emulator, 9 * MINUTE)
    lab = start_lab()
    # Another browser: this one hears nothing of its tabs.
    browser = page.context.browser
    assert browser is not None
    other = browser.new_context().new_page()
    asked: list[Page] = []
    for one in (page, other):
        open_window(one, lab)
        expect(status_item(one)).to_contain_text("Running")
    set_hidden(page, hidden=True)
    for one in (page, other):
        note_requests(one, asked)
    emulator.change(Status="Saving")
    expect(status_item(other)).to_contain_text("Saving image")
    # It asks once more: so much time went by.
    with other.expect_request(re.compile("dsw/v1")):
        pass
    assert page not in asked
    set_hidden(page, hidden=False)
    expect(status_item(page)).to_contain_text("Saving image")
    other.context.close()


def set_hidden(page: Page, *, hidden: bool) -> None:
    """Let the page think that its tab is in the background, or in front again."""
    page.evaluate(
        """hidden => {
            Object.defineProperty(document, 'hidden', { configurable: true, value: hidden });
            document.dispatchEvent(new Event('visibilitychange'));
        }""",
        hidden,
    )


def test_the_commands_have_labels_captions_and_icons_and_do_what_they_say(
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
    page.get_by_role("menuitem", name="Show DSW Instance").click()
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


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing_in_the_panel_and_the_status_item(
    page: Page, start_lab: Any, emulator: Emulator, tmp_path: Path, theme: str
) -> None:
    write_settings(tmp_path, THEMES, theme=theme)
    open_window(page, start_lab())
    item = status_item(page)
    expect(item).to_contain_text("Running")
    item.click()
    expect(page.locator(f"{SIDE} dsw-panel")).to_contain_text("Running")
    for seconds in (120 * MINUTE, 9 * MINUTE, 5 * MINUTE):
        stop_in(emulator, seconds)
        execute(page, "jupyter-dsw:refresh")
        near = "jp-dsw-warn" if seconds < 30 * MINUTE else "jp-dsw-$"
        expect(item).to_have_class(re.compile(near))
        assert axe_violations(page, SIDE) == []
        assert axe_violations(page, ".jp-dsw-Status") == []
        page.wait_for_timeout(5500)  # the server reads again at most once in 5 s


def test_all_of_it_is_chinese_where_jupyterlab_is(
    page: Page, start_lab: Any, emulator: Emulator, tmp_path: Path
) -> None:
    write_settings(tmp_path, TRANSLATION, locale="zh_CN")
    stop_in(emulator, 9 * MINUTE)
    open_window(page, start_lab())
    item = status_item(page)
    expect(item).to_contain_text(re.compile("运行中.*后停止"))
    item.click()
    expect(page.locator(f"{SIDE} dsw-panel")).to_contain_text("运行中")
    expect(page.locator(".Toastify__toast", has_text="定时停止")).to_be_visible()
    expect(page.get_by_role("button", name="全部保存")).to_be_visible()
    label = page.evaluate("jupyterapp.commands.label('jupyter-dsw:show-panel')")
    assert label == "显示 DSW 实例"
    execute(page, "settingeditor:open", {"query": "DSW"})
    expect(page.locator(".jp-SettingsPanel")).to_contain_text("免打扰开始时间")


def test_the_built_extension_is_small() -> None:
    sizes = [path.stat().st_size for path in BUILT.glob("static/*.js")]
    assert sizes
    assert sum(sizes) <= 60_000
