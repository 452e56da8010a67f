"""One hour with five tabs and ten cells, on clocks that run 120 times as fast.

In the pages `Date`, `performance.now`, `setTimeout` and `setInterval` are sped up by a script that
runs before the page's own; in the server the clock of the monitor is. The requests, the responses
and the messages between the tabs are real, and take their real time: a client waits for
them longer than it would, so it requests a little less often, never more.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from playwright.sync_api import BrowserContext, Page, Request, expect

from tests.browser.fast_clock import fast_clock, quieten, start_clocks
from tests.browser.notebooks import open_notebook, run_cell, write_notebook
from tests.browser.windows import (
    execute,
    hasten,
    open_window,
    set_hidden,
    status_item,
    wait_until_decided,
)

if TYPE_CHECKING:
    from pathlib import Path

    from jupyter_dsw.emulator import Emulator

SPEED = 120
HOUR_S = 3600
# That often one client requests at most.
FRESH_MIN = 0.9
TABS, CELLS, HIDDEN = 5, 10, 3


def open_tabs(context: BrowserContext, lab: Any) -> list[Page]:
    """The tabs, in the first one a notebook with the cells."""
    write_notebook(
        lab, f"for _ in range({CELLS}): display(get_ipython().run_line_magic('dsw_info', ''))"
    )
    pages = [context.new_page() for _ in range(TABS)]
    open_notebook(pages[0], lab)
    run_cell(pages[0], 0)
    expect(pages[0].locator(".jp-Notebook dsw-panel")).to_have_count(CELLS)
    expect(pages[0].locator(".jp-Notebook dsw-panel").last).to_contain_text("Running")
    for page in pages[1:]:
        open_window(page, lab)
    for page in pages:
        expect(status_item(page)).to_contain_text("Running")
    return pages


def test_five_tabs_and_ten_cells_request_as_one_does_for_an_hour_and_hidden_tabs_twice(
    page: Page, start_lab: Any, emulator: Emulator, tmp_path: Path
) -> None:
    browser = page.context.browser
    assert browser is not None
    hasten(tmp_path, SPEED)
    # Always at rest: no stop is near.
    emulator.change(
        InstanceShutdownTimer={"DueTime": None, "RemainingTimeInMs": 10 * HOUR_S * 1000},
        IdleInstanceCuller={"IdleTimeInMinutes": 0},
        InstanceSnapshotList=[],
        LatestSnapshot=None,
    )
    lab = start_lab()
    context = page.context
    context.add_init_script(fast_clock(SPEED))
    pages = open_tabs(context, lab)
    # In another browser, so that they hear nothing of the five.
    other = browser.new_context()
    other.add_init_script(fast_clock(SPEED))
    hidden = [other.new_page() for _ in range(HIDDEN)]
    for one in hidden:
        open_window(one, lab)
        expect(status_item(one)).to_contain_text("Running")

    for one in (*pages, *hidden):
        quieten(one)
    requests: list[Page] = []
    for one in (*pages, *hidden):
        note_requests(one, requests)
    start_clocks((*pages, *hidden))
    # What was planned before then is planned anew, at the new pace.
    for one in (*pages, *hidden):
        execute(one, "jupyter-dsw:refresh")
    for one in hidden:
        set_hidden(one, hidden=True)
        wait_until_decided(one)
    requests.clear()
    begun, calls, sent = time.time(), emulator.calls, len(requests)
    pages[0].wait_for_function(f"Date.now() > window.startsAt + {HOUR_S} * 1000")
    calls, sent = emulator.calls - calls, len(requests) - sent
    # A little more than an hour: until just now.
    minutes = (time.time() - begun) * SPEED / 60

    # On a slow machine the hour has fewer.
    assert 10 <= calls <= minutes / FRESH_MIN + 2
    # Each of the five by itself would call the server five times as often.
    assert 10 <= sent <= minutes / FRESH_MIN * 1.5
    # The instance is in use, and may be idle since it was last read: they look for that each time
    # when a stop could be 30 minutes away, which is half an hour after the last request.
    assert len([one for one in requests if one in hidden]) <= round(minutes / 30)
    emulator.change(Status="Stopping")
    for one in pages:
        expect(status_item(one)).to_contain_text("Stopping")
    for one in hidden:
        set_hidden(one, hidden=False)
        expect(status_item(one)).to_contain_text("Stopping")
    other.close()


def note_requests(page: Page, requests: list[Page]) -> None:
    """Note the page each time it requests the instance."""

    def note(request: Request) -> None:
        if "dsw/v1/instance" in request.url:
            requests.append(page)

    page.on("request", note)
