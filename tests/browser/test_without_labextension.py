"""`jupyter_dsw.Panel()` where the page or its server has no jupyter-dsw: the kernel feeds it."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.notebooks import open_notebook, run_cell, write_notebook
from tests.browser.windows import INSTANCE, execute
from tests.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page, Route, WebSocket

    from jupyter_dsw.emulator import Emulator

WITHOUT_SERVER_PART = {"ServerApp.jpserver_extensions": {"jupyter_dsw": False, "jupyterlab": True}}
PANEL = ".jp-Notebook dsw-panel"
PANEL_WIDGET = "import jupyter_dsw\njupyter_dsw.Panel('status')"


def disable_labextension(home: Path) -> None:
    """Let JupyterLab leave it out, as where only the kernel's environment has jupyter-dsw."""
    config = home / "config/labconfig/page_config.json"
    disabled = json.loads(config.read_text())["disabledExtensions"]
    config.write_text(json.dumps({"disabledExtensions": {**disabled, "jupyter-dsw": True}}))


class KernelReads:
    """Counts the messages by which the panels of a page request readings of the kernel."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._count = 0
        page.on("websocket", self._follow)

    @property
    def count(self) -> int:
        """How many there were so far."""
        # Playwright reports what happened only while it is at work.
        self._page.evaluate("null")
        return self._count

    def _follow(self, socket: WebSocket) -> None:
        socket.on("framesent", self._look)

    def _look(self, frame: str | bytes) -> None:
        payload = frame.encode() if isinstance(frame, str) else frame
        self._count += b'"type":"read"' in payload


def test_more_views_of_an_output_send_the_kernel_no_more_requests(
    page: Page, start_lab: Any, tmp_path: Path, emulator: Emulator
) -> None:
    emulator.change(InstanceSnapshotList=[], LatestSnapshot=None)
    lab = start_lab(WITHOUT_SERVER_PART)
    disable_labextension(tmp_path)
    write_notebook(lab, PANEL_WIDGET)
    reads = KernelReads(page)
    open_notebook(page, lab)
    assert not page.evaluate("jupyterapp.commands.hasCommand('jupyter-dsw:refresh')")
    run_cell(page, 0)
    expect(page.locator(PANEL)).to_contain_text("Running")
    until(lambda: reads.count == 1)
    views = page.locator(".jp-LinkedOutputView dsw-panel")
    for count in range(1, 5):
        page.evaluate("jupyterapp.shell.activateById(jupyterapp.shell.currentWidget.id)")
        page.locator(".jp-Notebook .jp-CodeCell").first.click()
        execute(page, "notebook:create-output-view")
        expect(views).to_have_count(count)
        expect(views.last).to_contain_text("Running")
    # As for one view: the kernel sends what changed by itself.
    assert reads.count == 1


def respond(status: int, route: Route) -> None:
    """Respond as something that is not jupyter-dsw."""
    headers = {"Location": "/login", "Content-Type": "text/html"}
    route.fulfill(status=status, headers=headers, body="<html>of something else</html>")


@pytest.mark.parametrize("labextension", [True, False], ids=["labextension", "cells alone"])
def test_whatever_a_server_without_jupyter_dsw_responds_the_kernel_is_used(
    page: Page, start_lab: Any, tmp_path: Path, *, labextension: bool
) -> None:
    lab = start_lab(WITHOUT_SERVER_PART)
    if not labextension:
        disable_labextension(tmp_path)
    write_notebook(lab, PANEL_WIDGET)
    reads = KernelReads(page)
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    for status in (None, 200, 302, 403, 405):
        if status is not None:
            page.unroute_all()
            page.route(INSTANCE, partial(respond, status))
        before = reads.count
        open_notebook(page, lab)
        run_cell(page, 0)
        expect(page.locator(PANEL)).to_contain_text("Running")
        until(lambda before=before: reads.count > before)  # type: ignore[misc]
        expect(page.locator(f"{PANEL} .alert")).to_have_count(0)
        expect(page.locator(".jp-dsw-Status-button:visible")).to_have_count(0)
    # That server has no samples for a chart either.
    assert not [url for url in requested if "jupyter-dsw/v1/utilization" in url]


def test_a_kernel_is_culled_although_it_feeds_a_panel_in_view(
    page: Page, start_lab: Any, tmp_path: Path, emulator: Emulator
) -> None:
    # In transition a reading is fresh for 10 s: the kernel reads more than once before its end.
    emulator.change(Status="Saving", InstanceSnapshotList=[], LatestSnapshot=None)
    cull = {"cull_idle_timeout": 40, "cull_interval": 1, "cull_connected": True}
    options = {f"MappingKernelManager.{name}": value for name, value in cull.items()}
    lab = start_lab({**WITHOUT_SERVER_PART, **options})
    disable_labextension(tmp_path)
    write_notebook(lab, PANEL_WIDGET)
    open_notebook(page, lab)
    calls = emulator.calls
    run_cell(page, 0)
    expect(page.locator(PANEL)).to_contain_text("Saving image")
    until(lambda: lab.request("GET", "api/kernels") == [])
    assert emulator.calls >= calls + 3
