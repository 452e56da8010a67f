"""A notebook full of panels, and panels whose server is killed under them."""

from __future__ import annotations

import itertools
import re
import time
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from tests.browser.notebooks import open_notebook, prompt, run_cell, write_notebook
from tests.browser.windows import execute, write_settings
from tests.faults.reliability_page import Row, record
from tests.servers import kill, start_again
from tests.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from jupyter_dsw.emulator import Emulator

PANELS = 500
PATH = "jupyter-dsw/v1/instance"
# At rest, as the instance here is, a reading is fresh for a minute.
LEAST_PAUSE_MS = 55_000
FRAMES = """
() => new Promise(resolve => {
  let frames = 0;
  const count = () => { frames++; again = requestAnimationFrame(count); };
  let again = requestAnimationFrame(count);
  setTimeout(() => { cancelAnimationFrame(again); resolve(frames); }, 1000);
})
"""
SHOWN = "panels => panels.map(panel => panel.shadowRoot.textContent.replace(/\\d+/g, '#'))"
REQUESTS = """
path => performance.getEntriesByType('resource')
  .filter(entry => entry.name.includes(path))
  .map(entry => [entry.startTime, entry.responseEnd])
"""


def display(count: int) -> str:
    return f"for _ in range({count}): display(get_ipython().run_line_magic('dsw_info', 'status'))"


def test_five_hundred_panels_request_as_one_show_the_same_and_leave_the_page_usable(
    page: Page, start_lab: Any, emulator: Emulator, tmp_path: Path
) -> None:
    emulator.change(InstanceName="the-one-under-test", InstanceSnapshotList=[], LatestSnapshot=None)
    # JupyterLab would show fifty of them, and only those in sight.
    tracker = {"maxNumberOutputs": 2 * PANELS, "windowingMode": "none"}
    write_settings(tmp_path, "@jupyterlab/notebook-extension:tracker", **tracker)
    lab = start_lab()
    write_notebook(lab, display(PANELS), "print('still', 'here')")
    page.add_init_script("performance.setResourceTimingBufferSize(100000)")
    begun = time.monotonic()
    open_notebook(page, lab)
    frames_before = page.evaluate(FRAMES)
    run_cell(page, 0)
    panels = page.locator(".jp-Notebook dsw-panel")
    expect(panels).to_have_count(PANELS)
    shown = until(lambda: the_same(panels.evaluate_all(SHOWN)))
    assert "the-one-under-test" in shown
    assert "Running" in shown

    frames = page.evaluate(FRAMES)
    run_cell(page, 1)
    until(lambda: prompt(page, 1) == "[2]:")
    expect(page.locator(".jp-Notebook").get_by_text("still here")).to_have_count(1)

    sent = page.evaluate(REQUESTS, PATH)
    pauses = [later[0] - earlier[1] for earlier, later in itertools.pairwise(sent)]
    assert sent
    assert [pause for pause in pauses if pause < LEAST_PAUSE_MS] == []
    assert emulator.calls <= 1 + (time.monotonic() - begun) * 1000 / LEAST_PAUSE_MS
    record(
        Row(
            fault="500 panels in one notebook",
            code="none",
            shown=f"{PANELS} equal panels; the page sends as many requests as for one.",
            others=f"the page drew {frames} frames a second (without a panel {frames_before})",
        )
    )


def the_same(texts: list[str]) -> str:
    """The text of all of them, or nothing while they differ."""
    return texts[0] if len(texts) == PANELS and len(set(texts)) == 1 else ""


def test_an_open_panel_keeps_its_reading_while_its_server_is_dead_and_goes_on_with_the_next(
    page: Page, start_lab: Any, emulator: Emulator
) -> None:
    emulator.change(InstanceName="the-one-under-test")
    lab = start_lab()
    write_notebook(lab, "%dsw_info")
    open_notebook(page, lab)
    run_cell(page, 0)
    panel = page.locator(".jp-Notebook dsw-panel")
    alert = panel.locator(".alert")
    expect(panel).to_contain_text("the-one-under-test")
    expect(alert).to_have_count(0)

    environment = kill(lab)
    execute(page, "jupyter-dsw:refresh")
    expect(alert).to_have_count(1)
    expect(panel).to_contain_text("the-one-under-test")
    expect(panel).to_contain_text(re.compile(r"read .+ ago"))
    message, advice = alert.locator("p:not(.actions)").all_inner_texts()

    emulator.change(InstanceName="renamed-meanwhile")
    lab = start_again(lab, environment)
    try:
        with page.expect_response(lambda response: PATH in response.url) as responded:
            execute(page, "jupyter-dsw:refresh")
        assert responded.value.status == 200
        expect(alert).to_have_count(0)
        expect(panel).to_contain_text("renamed-meanwhile")
    finally:
        lab.stop()
    record(
        Row(
            fault="Server killed with SIGKILL under an open panel, then started again",
            code="none: the page's own message",
            shown=f"{message}. {advice}",
            others="none: no server",
        )
    )
