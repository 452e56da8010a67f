"""A panel with 1,000 datasets and 1,000 snapshots, in a real JupyterLab."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Page, expect

from jupyter_dsw.render.sections import MAX_ROWS
from tests.browser.notebooks import NAME, open_notebook, run_cell, write_notebook
from tests.browser.windows import (
    INSTANCE,
    MINUTE,
    WIDGETS,
    execute,
    hasten,
    hold_readings,
    refresh_until_seen,
    stop_in,
    write_settings,
)
from tests.long_lists import give_lists
from tests.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator

    from jupyter_dsw.emulator import Emulator

MANY = 1000
# The others are folded.
FIRST_ROWS = 6
# A reading, a heading, a row … in a panel's shadow root.
MOST_ELEMENTS = 1000
# With the state of the widget, whose code alone is 57 kB.
MOST_BYTES = 150_000

WATCH_TICKS = """
panel => {
    window.texts = new Set();
    window.elsewhere = [];
    const look = changes => {
        for (const { target, type } of changes) {
            const element = target instanceof Element ? target : target.parentElement;
            // The chart moves on every ten seconds.
            if (element.closest('.stop, .foot, .plot')) continue;
            window.elsewhere.push(`${type} ${element.outerHTML}`);
        }
        window.texts.add(panel.shadowRoot.querySelector('[role=timer]').textContent);
    };
    const all = { subtree: true, childList: true, attributes: true, characterData: true };
    window.watch = new MutationObserver(look);
    window.watch.observe(panel.shadowRoot, all);
}
"""
FOCUSED = "panel => panel.shadowRoot.activeElement?.textContent"
FOCUSED_LABEL = "panel => panel.shadowRoot.activeElement?.ariaLabel"
SCROLLERS = """
panel => [...panel.shadowRoot.querySelectorAll('*')]
    .filter(element => element.scrollHeight > element.clientHeight + 1)
    .filter(element => /auto|scroll/.test(getComputedStyle(element).overflowY))
    .map(element => element.outerHTML.slice(0, 100))
"""


def panel_of_a_cell(page: Page, lab: Any, code: str = "%dsw_info") -> Locator:
    write_notebook(lab, code)
    open_notebook(page, lab)
    run_cell(page, 0)
    panel = page.locator(".jp-Notebook dsw-panel")
    expect(panel).to_contain_text("Running")
    return panel


def datasets_of(panel: Locator) -> Locator:
    return panel.locator(".half", has_text="Datasets").locator("ul > li")


def test_ticks_touch_the_countdown_only_and_all_rows_can_be_reached_by_keyboard(
    page: Page, start_lab: Any, emulator: Emulator, tmp_path: Path
) -> None:
    give_lists(emulator, MANY)
    # Seconds are counted in the last ten minutes.
    stop_in(emulator, 9 * MINUTE)
    # So that a person's refresh is granted at once.
    hasten(tmp_path, 10)
    lab = start_lab()
    hold_readings(page)
    panel = panel_of_a_cell(page, lab)
    # What the notebook keeps cannot be unfolded: this is the server's response, and the last one.
    expect(panel.locator("summary", has_text="994 more")).to_have_count(2)
    assert panel.evaluate("panel => panel.shadowRoot.querySelectorAll('*').length") < MOST_ELEMENTS

    panel.evaluate(WATCH_TICKS)
    page.wait_for_function("window.texts.size > 2")
    page.evaluate("window.watch.disconnect()")
    assert page.evaluate("window.elsewhere") == []

    datasets = datasets_of(panel)
    expect(datasets).to_have_count(FIRST_ROWS)
    panel.locator("ul").first.get_by_role("button").last.focus()
    page.keyboard.press("Tab")
    assert panel.evaluate(FOCUSED).strip() == "994 more"
    page.keyboard.press("Enter")
    expect(datasets).to_have_count(MANY)
    page.keyboard.press("Tab")
    assert panel.evaluate(FOCUSED_LABEL) == f"Copy /mnt/data/{FIRST_ROWS}"
    # No list scrolls by itself, so none cuts a row.
    assert panel.evaluate(SCROLLERS) == []
    panel.get_by_role("button", name=f"Copy /mnt/data/{MANY - 1}", exact=True).focus()
    expect(panel.get_by_text(f"/mnt/data/{MANY - 1}", exact=True)).to_be_in_viewport()

    others = panel.locator("details ul").first
    others.evaluate("list => { list.lastElementChild.mine = true; }")
    page.unroute(INSTANCE)
    emulator.change(InstanceName="renamed-meanwhile")
    refresh_until_seen(page, panel.get_by_text("renamed-meanwhile"))
    assert others.evaluate("list => list.lastElementChild.mine")
    assert panel.evaluate(FOCUSED_LABEL) == f"Copy /mnt/data/{MANY - 1}"


def saved_widgets(path: Path) -> dict[str, Any]:
    """The state of widgets in a notebook file; empty while the file is being written."""
    try:
        widgets: dict[str, Any] = json.loads(path.read_bytes())["metadata"].get("widgets", {})
    except ValueError:
        return {}
    return widgets


def test_a_kernel_feeds_all_of_it_to_a_panel_and_a_part_of_it_to_the_notebook(
    page: Page, start_lab: Any, emulator: Emulator, tmp_path: Path
) -> None:
    give_lists(emulator, MANY)
    write_settings(tmp_path, WIDGETS, saveState=True)
    extensions = {"ServerApp": {"jpserver_extensions": {"jupyter_dsw": False}}}
    (tmp_path / "config/jupyter_server_config.json").write_text(json.dumps(extensions))
    lab = start_lab()
    panel = panel_of_a_cell(page, lab, "import jupyter_dsw\njupyter_dsw.Panel()")
    # What the notebook keeps has only the first ones: nothing could be unfolded.
    panel.locator("summary", has_text="994 more").first.click()
    expect(datasets_of(panel)).to_have_count(MANY)

    execute(page, "docmanager:save")
    path = lab.home / "work" / NAME
    (state,) = until(lambda: saved_widgets(path)).values()
    assert path.stat().st_size < MOST_BYTES
    (kept,) = [
        model["state"]["reading"]
        for model in state["state"].values()
        if "reading" in model["state"]
    ]
    for name in ("Datasets", "InstanceSnapshotList"):
        assert len(kept["instance"][name]) == MAX_ROWS
        assert kept["left_out"][name] == MANY - MAX_ROWS
