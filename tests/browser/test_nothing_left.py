"""Tabs and cells that are closed leave nothing in the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from tests.browser.live_objects import Heap
from tests.browser.notebooks import open_notebook, prompt, run_cell, write_notebook
from tests.browser.windows import execute, open_window, status_item
from tests.waiting import until

if TYPE_CHECKING:
    from playwright.sync_api import Page

TIMES = 30
TAB = "#jupyter-dsw-tab"
# Of the tab that is open: JupyterLab's own class, which the launcher has too.
TABS = "jupyterapp.shell.currentWidget.constructor.prototype"
IS_OURS = "({ id }) => id === 'jupyter-dsw-tab'"


def open_and_close_a_tab(page: Page) -> None:
    execute(page, "jupyter-dsw:show-panel", {"tab": True})
    expect(page.locator(f"{TAB} dsw-panel")).to_contain_text("Running")
    page.evaluate("jupyterapp.shell.currentWidget.close()")
    expect(page.locator(TAB)).to_have_count(0)


def test_thirty_tabs_opened_and_closed_leave_nothing(page: Page, start_lab: Any) -> None:
    open_window(page, start_lab())
    expect(status_item(page)).to_contain_text("Running")
    heap = Heap(page)
    for _ in range(TIMES):
        open_and_close_a_tab(page)
    # An IntersectionObserver reports a moment after a panel was taken out of the page.
    until(lambda: heap.panels() == 0)
    until(lambda: heap.count(TABS, IS_OURS) == 0)


def test_thirty_cells_run_and_cleared_leave_nothing(page: Page, start_lab: Any) -> None:
    lab = start_lab()
    write_notebook(lab, "%dsw_info status")
    open_notebook(page, lab)
    heap = Heap(page)
    panels = page.locator(".jp-Notebook dsw-panel")
    for time in range(TIMES):
        run_cell(page, 0)
        until(lambda ran=time + 1: prompt(page, 0) == f"[{ran}]:")  # type: ignore[misc]
        expect(panels).to_contain_text("Running")
    execute(page, "notebook:clear-all-cell-outputs")
    expect(panels).to_have_count(0)
    until(lambda: heap.panels() == 0)
