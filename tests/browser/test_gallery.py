"""The panel in all states of the gallery: at every width, in both languages, light and dark."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from tests.browser.windows import axe_violations

if TYPE_CHECKING:
    from playwright.sync_api import Page

LABEXTENSION = Path(__file__).parents[2] / "labextension"
# A side panel, a wide one, a cell, a tab, a wide screen.
WIDTHS = [250, 320, 640, 1000, 1400]
LANGUAGES = ["en", "zh-CN"]
PANELS = "document.querySelectorAll('dsw-panel')"

OPEN_ALL = f"""
() => {{
    const folded = [...{PANELS}].flatMap(panel =>
        [...panel.shadowRoot.querySelectorAll('details:not([open])')]);
    for (const details of folded) details.open = true;
    return folded.length === 0;
}}
"""
# Elements by what is wrong with them: their panel's title, and their markup.
FAULTS = f"""
({{ selector, isFault }}) => {{
    const wrong = eval(isFault);
    return [...{PANELS}].flatMap(panel => [...panel.shadowRoot.querySelectorAll(selector)]
        .filter(element => element.checkVisibility() && wrong(element))
        .map(element => `${{panel.parentElement.title}}: ${{element.outerHTML.slice(0, 160)}}`));
}}
"""
WRAPS = """element => {
    const range = document.createRange();
    range.selectNodeContents(element);
    const tops = [...range.getClientRects()].filter(({ width }) => width > 1);
    return Math.max(...tops.map(({ bottom }) => bottom))
        - Math.min(...tops.map(({ top }) => top)) > 24;
}"""
# What stands in one line with the next stop leaves an area empty, to its right or below it. A
# notice has a frame and may be short.
EMPTY_NEXT_TO_IT = """element => {
    const regions = [...element.parentElement.parentElement.children];
    const stop = element.getBoundingClientRect();
    const line = regions.filter(region => {
        const { top, bottom } = region.getBoundingClientRect();
        return top < stop.bottom && bottom > stop.top;
    });
    const end = Math.max(...line.map(region => region.getBoundingClientRect().bottom));
    const unframed = line.filter(region => !region.querySelector('.stop, .alert'));
    return unframed.some(region => {
        const walker = document.createTreeWalker(region, NodeFilter.SHOW_TEXT);
        const range = document.createRange();
        let [right, bottom] = [0, 0];
        while (walker.nextNode()) {
            if (!walker.currentNode.data.trim()) continue;
            range.selectNodeContents(walker.currentNode);
            for (const text of range.getClientRects()) {
                right = Math.max(right, text.right);
                bottom = Math.max(bottom, text.bottom);
            }
        }
        return region.getBoundingClientRect().right - right > 240 || end - bottom > 80;
    });
}"""
SMALL = """element => {
    const { width, height } = element.getBoundingClientRect();
    return Math.round(width) < 24 || Math.round(height) < 24;
}"""
STANDS_APART = """element =>
    getComputedStyle(element.parentElement).display === 'flex'"""
OVERFLOWS = """element => {
    const panel = element.getRootNode().host.getBoundingClientRect();
    const { left, right, width } = element.getBoundingClientRect();
    return width > 1 && (right > panel.right + 1 || left < panel.left - 1);
}"""
SCROLLS = """element =>
    /auto|scroll/.test(getComputedStyle(element).overflow)"""


@pytest.fixture(scope="module")
def gallery() -> Path:
    """The gallery's page, built from the sources."""
    node = Path(sys.executable).parent / "node"
    subprocess.run([node, "scripts/gallery.mjs"], cwd=LABEXTENSION, check=True)
    return LABEXTENSION / "lib" / "gallery.html"


def open_gallery(page: Page, gallery: Path, **options: str | int) -> None:
    """Show it with these options: `width`, `lang`, `theme`, `case`."""
    page.goto(f"{gallery.as_uri()}?{urlencode(options)}")
    page.wait_for_function(f"{PANELS}.length > 0")


def faults(page: Page, selector: str, is_fault: str) -> list[str]:
    return page.evaluate(FAULTS, {"selector": selector, "isFault": is_fault})  # type: ignore[no-any-return]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_everything_fits(page: Page, gallery: Path, width: int, language: str) -> None:
    page.set_viewport_size({"width": width + 40, "height": 1000})
    open_gallery(page, gallery, width=width, lang=language, theme="light")
    # What was open may have folded parts itself.
    page.wait_for_function(OPEN_ALL)

    assert faults(page, ".actions button, .badge, .links a, summary", WRAPS) == []
    assert faults(page, "button, a, summary", SMALL) == []
    assert faults(page, ".unbroken", STANDS_APART) == []
    assert faults(page, "*", OVERFLOWS) == []
    assert faults(page, "*", SCROLLS) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_next_to_the_next_stop_is_empty(
    page: Page, gallery: Path, width: int, language: str
) -> None:
    page.set_viewport_size({"width": width + 40, "height": 1000})
    open_gallery(page, gallery, width=width, lang=language, theme="light")
    assert faults(page, ".stop", EMPTY_NEXT_TO_IT) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(page: Page, gallery: Path, theme: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    open_gallery(page, gallery, width=320, theme=theme)
    page.wait_for_function(OPEN_ALL)
    assert axe_violations(page, "main") == []


def test_focus_and_opened_details_survive_a_change_of_status(page: Page, gallery: Path) -> None:
    open_gallery(page, gallery, case="idle")
    panel = page.locator("dsw-panel")
    panel.get_by_text("Details").click()
    expect(panel).to_contain_text("Security group")
    panel.get_by_role("button", name="Copy vpc-bp1x8n0k").focus()

    page.evaluate("show('saving')")
    expect(panel).to_contain_text("Saving image")
    expect(panel).to_contain_text("Security group")
    expect(panel.get_by_role("button", name="Copy vpc-bp1x8n0k")).to_be_focused()


def test_a_change_of_status_is_announced_once_by_all_panels(page: Page, gallery: Path) -> None:
    # Several panels are in sight.
    page.set_viewport_size({"width": 900, "height": 4000})
    open_gallery(page, gallery)
    page.evaluate("show('idle')")
    expect(page.locator("dsw-panel").nth(2)).to_contain_text("29")
    page.evaluate("document.querySelector('.dsw-announcements').replaceChildren()")

    page.evaluate("show('saving')")
    announced = page.locator(".dsw-announcements p")
    expect(announced).to_have_count(1)
    expect(announced).to_contain_text("Saving image")


def test_the_same_is_announced_again_when_it_is_done_again(page: Page, gallery: Path) -> None:
    open_gallery(page, gallery, case="idle")
    copy = page.locator("dsw-panel").get_by_role("button", name="Copy dsw-730a4c1f9be2d6")
    announced = page.locator(".dsw-announcements p", has_text="Copied")
    copy.click()
    expect(announced).to_have_count(1)
    copy.click()
    expect(announced).to_have_count(2)


def test_of_several_changes_of_what_is_in_sight_the_last_one_counts(
    page: Page, gallery: Path
) -> None:
    page.add_init_script(
        """window.IntersectionObserver = class {
            constructor(callback) { window.deliver = callback; }
            observe() {}
            disconnect() {}
        };
        let timers = new Set();
        const { setTimeout: set, clearTimeout: clear } = window;
        window.setTimeout = (...all) => { const id = set(...all); timers.add(id); return id; };
        window.clearTimeout = id => { timers.delete(id); clear(id); };
        window.ticking = () => timers.size > 0;"""
    )
    open_gallery(page, gallery, case="near")
    page.evaluate("deliver([{ isIntersecting: true }])")
    assert page.evaluate("ticking()")
    page.evaluate("deliver([{ isIntersecting: true }, { isIntersecting: false }])")
    assert not page.evaluate("ticking()")


def test_what_is_copied_as_json_is_the_instance(page: Page, gallery: Path) -> None:
    open_gallery(page, gallery, case="idle")
    page.evaluate("navigator.clipboard.writeText = async text => { window.copied = text; }")
    panel = page.locator("dsw-panel")
    panel.get_by_text("Details").click()
    panel.get_by_role("button", name="Copy as JSON").click()
    page.wait_for_function("JSON.parse(window.copied).InstanceId === 'dsw-730a4c1f9be2d6'")
