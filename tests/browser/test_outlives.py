"""The output of `%dsw_info` outlives its kernel, its server and its instance."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from playwright.sync_api import expect

from jupyter_dsw.emulator import Emulator
from tests.browser.notebooks import NAME, open_notebook, run_cell, write_notebook
from tests.browser.windows import INSTANCE, execute, status_item, statuses_of_readings
from tests.servers import kill, start_again
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page, Route

    from jupyter_dsw.demo.lab import Lab

PANEL = ".jp-OutputArea dsw-panel"
LIVE = "application/vnd.jupyter-dsw.reading+json"
SAVED = "Saved with this notebook"
PAGES = pytest.mark.parametrize("path", ["lab/tree", "notebooks"], ids=["JupyterLab", "Notebook 7"])


class Servers:
    """A server, and the next one at the same address after it was killed."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab

    def start_next(self, **variables: str) -> Lab:
        environment = {**kill(self.lab), **variables}
        self.lab = start_again(self.lab, environment)
        return self.lab


@pytest.fixture
def servers(start_lab: Any) -> Iterator[Servers]:
    servers = Servers(start_lab())
    yield servers
    servers.lab.stop()


def saved_output(lab: Lab) -> dict[str, Any]:
    """The saved output of the notebook's first cell; empty while there is none."""
    try:
        notebook = json.loads((lab.home / "work" / NAME).read_text())
    except ValueError:  # it is being written
        return {}
    outputs = notebook["cells"][0]["outputs"]
    data: dict[str, Any] = outputs[0]["data"] if outputs else {}
    return data


def run_and_save(page: Page, lab: Lab, path: str = "lab/tree", code: str = "%dsw_info") -> None:
    write_notebook(lab, code)
    open_notebook(page, lab, path)
    run_cell(page, 0)
    expect(page.locator(PANEL)).to_contain_text("Running")
    execute(page, "docmanager:save")
    until(lambda: saved_output(lab))


def reopen(page: Page, lab: Lab, path: str = "lab/tree") -> None:
    """Open the saved notebook in a page that knows nothing of before; no kernel is waited for."""
    page.goto("about:blank")
    page.goto(f"{lab.url}{path}/{NAME}?token={lab.token}")


@PAGES
def test_after_a_night_the_panel_is_there_and_live(
    page: Page, servers: Servers, emulator: Emulator, path: str
) -> None:
    run_and_save(page, servers.lab, path)
    lab = servers.start_next()
    emulator.change(InstanceName="of-the-next-day")
    reopen(page, lab, path)
    panel = page.locator(PANEL)
    expect(panel).to_contain_text("of-the-next-day")
    expect(panel).not_to_contain_text(SAVED)
    expect(page.locator(".jp-OutputArea")).not_to_contain_text("Error displaying widget")


def test_before_the_first_response_it_shows_what_was_saved_and_since_when(
    page: Page, servers: Servers, emulator: Emulator
) -> None:
    emulator.change(InstanceName="as-it-was-saved")
    lab = servers.lab
    run_and_save(page, lab)
    pending: list[Route] = []
    page.route(INSTANCE, lambda route: pending.append(route))  # noqa: PLW0108 - no builtin will do
    reopen(page, lab)
    panel = page.locator(PANEL)
    expect(panel).to_contain_text("as-it-was-saved")
    expect(panel).to_contain_text(SAVED)
    expect(panel.locator(".then")).to_have_css("filter", "grayscale(1)")
    until(lambda: pending)
    emulator.change(InstanceName="as-it-is-now")
    for route in pending:
        route.continue_()
    page.unroute(INSTANCE)
    execute(page, "jupyter-dsw:refresh")
    expect(panel).not_to_contain_text(SAVED)
    expect(panel.locator(".then")).to_have_count(0)


def test_on_another_instance_it_shows_that_one_and_names_the_former(
    page: Page, servers: Servers, emulator: Emulator
) -> None:
    run_and_save(page, servers.lab)
    with Emulator() as another:
        reopen(page, servers.start_next(**another.environment()))
        panel = page.locator(PANEL)
        expect(panel).to_contain_text(another.instance_id)
        expect(panel).to_contain_text(f"run on another instance: {emulator.instance_id}")
        servers.lab.stop()


def test_a_notebook_that_nobody_trusts_shows_it_too(page: Page, servers: Servers) -> None:
    lab = servers.lab
    run_and_save(page, lab)
    # As somebody else sends it: this server never signed it.
    notebook = json.loads((lab.home / "work" / NAME).read_text())
    notebook["metadata"]["from"] = "somewhere else"
    notebook["cells"][0]["outputs"][0]["data"][LIVE]["reading"]["source"]["region"] = "<b>x</b>"
    (lab.home / "work" / NAME).write_text(json.dumps(notebook))
    reopen(page, lab)
    expect(page.locator(PANEL)).to_contain_text("Running")
    page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.content?.widgets")
    trusted = "() => jupyterapp.shell.currentWidget.content.widgets[0].model.trusted"
    assert page.evaluate(trusted) is False


def test_whatever_somebody_wrote_into_the_output_the_live_instance_is_shown(
    page: Page, start_lab: Any
) -> None:
    lab = start_lab()
    template = {"_$litType$": 1, "strings": ["<img src=x onerror=alert(1)>"], "values": []}
    readings = (
        {"source": {}, "next_read_in_ms": 0, "instance": {"Status": template}},
        {"source": 1, "next_read_in_ms": None, "instance": [1], "stops": "soon"},
        {"source": {"instance_id": "<b>"}, "next_read_in_ms": 0, "read_at": 5},
        "no reading",
    )
    outputs = [
        nbformat.v4.new_output("display_data", {LIVE: {"reading": each, "sections": {"a": 1}}})
        for each in readings
    ]
    outputs.append(nbformat.v4.new_output("display_data", {LIVE: []}))
    write_notebook(lab, "")
    path = lab.home / "work" / NAME
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].outputs = outputs
    nbformat.write(notebook, path)
    reopen(page, lab)
    panels = page.locator(PANEL)
    expect(panels).to_have_count(len(outputs))
    for panel in panels.all():
        expect(panel).to_contain_text("Running")
    assert panels.locator("img").count() == 0


def test_other_places_show_it_and_all_request_as_one(
    page: Page, servers: Servers, emulator: Emulator
) -> None:
    # At rest: while an image is being saved, a reading is fresh for 10 s only.
    emulator.change(InstanceSnapshotList=[], LatestSnapshot=None)
    lab, begun = servers.lab, time.monotonic()
    statuses = statuses_of_readings(page)
    run_and_save(page, lab)
    expect(status_item(page)).to_contain_text("Running")
    # Another view of the output.
    page.locator(".jp-Notebook .jp-CodeCell").first.click()
    execute(page, "notebook:create-output-view")
    expect(page.locator(".jp-LinkedOutputView dsw-panel")).to_contain_text("Running")
    page.evaluate("jupyterapp.shell.activateById([...jupyterapp.shell.widgets('main')][0].id)")
    # A deleted cell that comes back.
    notebook = page.locator(".jp-NotebookPanel")
    execute(page, "notebook:delete-cell")
    expect(notebook.locator(PANEL)).to_have_count(0)
    execute(page, "notebook:undo-cell-action")
    expect(notebook.locator(PANEL)).to_contain_text("Running")
    # A copy in another notebook.
    execute(page, "notebook:copy-cell")
    execute(page, "notebook:create-new", {"kernelName": "python3"})
    page.wait_for_function(
        "name => { const { context, content } = jupyterapp.shell.currentWidget ?? {};"
        " return context?.isReady && context.path !== name && content.activeCell; }",
        arg=NAME,
    )
    execute(page, "notebook:paste-cell-below")
    expect(page.locator(f".jp-NotebookPanel:visible {PANEL}")).to_contain_text("Running")
    # A console.
    execute(page, "console:create", {"kernelPreference": {"name": "python3"}})
    # When its kernel has started it is cleared, and shows what the kernel is.
    expect(page.locator(".jp-CodeConsole-banner")).to_contain_text("IPython")
    prompt = page.locator(".jp-CodeConsole-promptCell .cm-content")
    prompt.click()
    page.keyboard.type("%dsw_info status")
    expect(prompt).to_have_text("%dsw_info status")
    page.keyboard.press("Shift+Enter")
    expect(page.locator(f".jp-CodeConsole {PANEL}")).to_contain_text("Running")
    assert len(statuses) <= 2 + (time.monotonic() - begun) / 60


def test_without_the_labextension_html_and_one_line_how_to_get_the_panel(
    page: Page, start_lab: Any, tmp_path: Path
) -> None:
    config = tmp_path / "config/labconfig/page_config.json"
    lab = start_lab({"ServerApp.jpserver_extensions": {"jupyter_dsw": False, "jupyterlab": True}})
    disabled = json.loads(config.read_text())["disabledExtensions"]
    config.write_text(json.dumps({"disabledExtensions": {**disabled, "jupyter-dsw": True}}))
    write_notebook(lab, "%dsw_info", "%dsw_info")
    open_notebook(page, lab)
    run_cell(page, 0)
    run_cell(page, 1)
    outputs = page.locator(".jp-RenderedHTMLCommon.jp-OutputArea-output")
    expect(outputs).to_have_count(2)
    for output in (outputs.first, outputs.last):
        expect(output).to_contain_text("Running")
    expect(page.get_by_text("jupyter dsw setup")).to_have_count(1)
    expect(page.locator("dsw-panel")).to_have_count(0)


def test_what_nbconvert_made_of_it_shows_the_instance_offline(
    page: Page, environment: dict[str, str], emulator: Emulator, tmp_path: Path
) -> None:
    # A widget in the same notebook lets nbconvert's page load what shows widgets.
    cells = [nbformat.v4.new_code_cell(code) for code in ("%dsw_info", "jupyter_dsw.Panel()")]
    cells[1].source = f"import jupyter_dsw\n{cells[1].source}"
    notebook = tmp_path / "run.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), notebook)
    command = [sys.executable, "-m", "nbconvert", "--execute", "--to", "html", str(notebook)]
    subprocess.run(command, env={**os.environ, **environment}, check=True)
    page.context.set_offline(True)
    page.goto((tmp_path / "run.html").as_uri(), wait_until="commit")
    output = page.locator(".jp-OutputArea-output").first
    expect(output).to_contain_text(emulator.instance_id)
    expect(output).to_contain_text("Read 20")
