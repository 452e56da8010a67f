"""axe-core looks at every surface of the extension, in light and dark."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.windows import (
    MINUTE,
    THEMES,
    axe_violations,
    dialog,
    dialog_with_keys,
    execute,
    hasten,
    open_window,
    refresh_until_seen,
    status_item,
    stop_in,
    toast,
    write_settings,
)

if TYPE_CHECKING:
    from pathlib import Path

    from jupyter_dsw.emulator import Emulator

SIDE = "#jupyter-dsw-panel"
STATUS = ".jp-dsw-Status"


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing_of_any_severity(
    page: Page, start_lab: Any, emulator: Emulator, tmp_path: Path, theme: str
) -> None:
    hasten(tmp_path, 10)
    write_settings(tmp_path, THEMES, theme=theme)
    stop_in(emulator, 120 * MINUTE)
    lab = start_lab()
    open_window(page, lab)
    item = status_item(page)
    expect(item).to_contain_text("Running")
    page.wait_for_function(f"document.body.dataset.jpThemeName === '{theme}'")
    item.click()
    expect(page.locator(f"{SIDE} dsw-panel")).to_contain_text("Running")
    found = look_at(page, SIDE, STATUS)

    stop_in(emulator, 9 * MINUTE)
    refresh_until_seen(page, toast(page))
    expect(item).to_have_class(re.compile("jp-dsw-near"))
    found += look_at(page, SIDE, STATUS, ".Toastify__toast")

    stop_in(emulator, 100)
    refresh_until_seen(page, dialog(page))
    expect(dialog_with_keys(page)).to_be_visible()
    found += look_at(page, ".jp-dsw-StopDialog")
    page.keyboard.press("Escape")
    expect(dialog(page)).to_have_count(0)
    expect(item).to_have_class(re.compile("jp-dsw-urgent"))
    found += look_at(page, SIDE, STATUS)

    lab.stop()
    execute(page, "jupyter-dsw:refresh")
    expect(page.locator(".jp-dsw-Notice")).to_contain_text("stopped responding")
    found += look_at(page, ".jp-dsw-Notice", STATUS, SIDE)
    assert found == []


def look_at(page: Page, *selectors: str) -> list[str]:
    """What axe-core finds in these elements, once nothing in them moves."""
    # A toast that slides in is not where it will be, nor of its colour.
    page.wait_for_function(
        """selectors => selectors.every(selector =>
            document.querySelector(selector).getAnimations({ subtree: true }).every(animation =>
                animation.playState !== 'running'
                || animation.effect.getComputedTiming().endTime === Infinity))""",
        arg=list(selectors),
    )
    return [found for selector in selectors for found in axe_violations(page, selector)]
