"""How often 20 tabs, 20 cells and 20 kernels of one server call the endpoint in an hour.

Real JupyterLab in Chromium, real kernels whose code asks `time_left()` all the time. Clocks run
`SPEED` times as fast: those of the pages, of the kernels' watches and of the server's monitor.
Requests take their real time, so an asker asks a little less often than it would, never more.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from jupyter_client.blocking.client import BlockingKernelClient

from benchmarks.asks import asks
from benchmarks.harness import Row
from benchmarks.surroundings import on_an_instance
from benchmarks.windows import playwright, window
from jupyter_dsw.emulator import Emulator
from jupyter_dsw.monitor import Monitor
from jupyter_dsw.upstream.client import Client
from jupyter_dsw.upstream.settings import Settings
from tests.browser.fast_clock import quieten, start_clocks
from tests.browser.notebooks import NAME, wait_for_kernel, write_notebook
from tests.browser.windows import execute, set_hidden, status_item

if TYPE_CHECKING:
    from collections import Counter

    from playwright.sync_api import Page

    from benchmarks.windows import Window

TABS = CELLS = KERNELS = 20
SPEED = 75
HOUR_S = 3600
# The rest of an hour would be more of the same, and the whole bench has ten minutes.
HIDDEN_S = 1200
# Always at rest: no stop is near, no image is being saved.
AT_REST = {
    "InstanceShutdownTimer": {"DueTime": None, "RemainingTimeInMs": 1000 * HOUR_S * 1000},
    "IdleInstanceCuller": {"IdleTimeInMinutes": 0},
    "InstanceSnapshotList": [],
    "LatestSnapshot": None,
}
PATIENCE_MS = 120_000
# A training loop, in a kernel whose watch has a fast clock and waits as much shorter.
LOOP = f"""
import time
import jupyter_dsw
from jupyter_dsw.notebook import source, stops
begun = time.monotonic()
def fast():
    return begun + (time.monotonic() - begun) * {SPEED}
stops.elapsed_seconds = source.elapsed_seconds = stops._thread.watch.clock = fast
wait = stops._thread._changed.wait
stops._thread._changed.wait = lambda pause: wait(pause / {SPEED})
while True:
    jupyter_dsw.time_left()
    time.sleep(0.1)
"""


def measure() -> list[Row]:
    """All tabs visible for an hour; then all but one hidden."""
    with (
        Emulator() as emulator,
        playwright() as started,
        window(started, emulator, speed=SPEED) as lab_window,
    ):
        emulator.change(**AT_REST)
        everybody = _Everybody(emulator, lab_window)
        rows = [everybody.row(HOUR_S, "")]
        for page in everybody.pages[1:]:
            set_hidden(page, hidden=True)
        return [*rows, everybody.row(HIDDEN_S, f", {TABS - 1} of the tabs hidden")]


class _Everybody:
    """The tabs, the cells and the kernels, all of them asking."""

    def __init__(self, emulator: Emulator, lab_window: Window) -> None:
        self._emulator = emulator
        self._lab = lab_window.lab
        kernels = [self._lab.request("POST", "api/kernels")["id"] for _ in range(KERNELS)]
        self.pages = self._open_tabs(lab_window.page)
        for kernel in kernels:
            self._train(kernel)
        for page in self.pages:
            quieten(page)
        start_clocks(self.pages)
        # What was planned before then is planned anew, at the new pace: one asks, all hear of it.
        execute(self.pages[0], "jupyter-dsw:refresh")
        self.pages[0].wait_for_timeout(2000)

    def _open_tabs(self, first: Page) -> list[Page]:
        """The tabs, in the first one a notebook with the cells."""
        write_notebook(self._lab, *["%dsw_info"] * CELLS)
        # JupyterLab draws the cells in sight: that high, all are.
        first.set_viewport_size({"width": 1280, "height": 12_000})
        first.context.set_default_timeout(PATIENCE_MS)
        address = f"{self._lab.url}lab/tree/{NAME}?token={self._lab.token}"
        first.goto(address, wait_until="commit")
        wait_for_kernel(first)
        execute(first, "notebook:run-all-cells")
        pages = [first, *(first.context.new_page() for _ in range(TABS - 1))]
        for page in pages[1:]:
            page.goto(f"{self._lab.url}lab?token={self._lab.token}", wait_until="commit")
        for page in pages:
            status_item(page).filter(has_text="Running").wait_for()
            page.wait_for_function("document.visibilityState === 'visible'")
        first.locator(".jp-Notebook dsw-panel").nth(CELLS - 1).wait_for(state="attached")
        return pages

    def _train(self, kernel: str) -> None:
        """Let a kernel run the loop, until its server ends."""
        path = self._lab.home / f"runtime/kernel-{kernel}.json"
        client = BlockingKernelClient(connection_file=str(path))
        client.load_connection_file()
        client.start_channels()
        client.wait_for_ready(timeout=PATIENCE_MS / 1000)
        client.execute(LOOP)
        client.stop_channels()

    def row(self, seconds: float, how: str) -> Row:
        """What comes of so many seconds of the fast clocks."""
        calls, asked, begun = self._emulator.calls, self._asks(), time.monotonic()
        while (passed := (time.monotonic() - begun) * SPEED) < seconds:
            self.pages[0].wait_for_timeout(100)
        calls, asked = self._emulator.calls - calls, self._asks() - asked
        one = _calls_of_one(passed)
        people, kernels = (
            sum(asked[door, cache] for cache in ("hit", "miss")) for door in ("people", "kernels")
        )
        what = (
            f"calls at the endpoint in {passed / 60:.0f} minutes, {TABS} tabs, {CELLS} cells, "
            f"{KERNELS} kernels{how}"
        )
        detail = (
            f"{calls} calls against {one}; each by itself would make "
            f"{one * (TABS + CELLS + KERNELS):,} (computed). The tabs asked the server {people} "
            f"times and the kernels {kernels} times, on clocks {SPEED} times as fast"
        )
        # Where in time it is begun to count makes a call more or less.
        return Row(
            what, "one asker", calls / one, "≤ 1, to a call", calls <= one + 1, detail=detail
        )

    def _asks(self) -> Counter[tuple[str, str]]:
        return asks(self.pages[0].request.get(self._lab.url + "metrics").text())


def _calls_of_one(seconds: float) -> int:
    """How often one asker makes a call in that time after its first one, with the same policy."""
    now = 0.0
    with on_an_instance() as emulator:
        emulator.change(**AT_REST)
        client = Client(Settings.from_environment)
        monitor = Monitor(client, clock=lambda: now)
        while now <= seconds:
            now = monitor.ask().result().next_read
        client.close()
        return emulator.calls - 1
