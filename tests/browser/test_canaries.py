"""No secret of the instance or of its credentials reaches any surface."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import requests
from playwright.sync_api import Error, Page, Response, WebSocket, expect

from jupyter_dsw.demo.lab import Lab, clean_environment
from tests.browser.notebooks import NAME, open_notebook, run_cell, write_notebook
from tests.browser.windows import execute
from tests.canaries import LOUD, NOTIFY_TOKEN, SCENARIOS, SHARING_TOKEN
from tests.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from jupyter_dsw.emulator import Emulator
    from tests.canaries import Canaries


@pytest.fixture
def loud_lab(emulator: Emulator, tmp_path: Path) -> Any:
    """A JupyterLab that logs all it can."""
    config = tmp_path / "config"
    config.mkdir()
    (config / "jupyter_server_config.py").write_text(LOUD.format(target=""))
    settings = config / "lab/user-settings/@jupyter-widgets/jupyterlab-manager"
    settings.mkdir(parents=True)
    (settings / "plugin.jupyterlab-settings").write_text('{"saveState": true}')
    environment = {
        **clean_environment(),
        **emulator.environment(),
        "JUPYTER_DSW_SHARING_TOKEN": SHARING_TOKEN,
        # Nobody listens there: each message fails, and that is logged.
        "JUPYTER_DSW_NOTIFY": f"json://user:{NOTIFY_TOKEN}@127.0.0.1:1/{NOTIFY_TOKEN}",
    }
    options = {"ServerApp.log_level": "DEBUG", "LabApp.expose_app_in_browser": True}
    lab = Lab.start(tmp_path, environment, options)
    lab.wait_until_it_responds()
    yield lab
    lab.stop()


class Overheard:
    """All that the browser got to see."""

    def __init__(self, page: Page, url: str) -> None:
        self.texts: list[tuple[str, str | bytes]] = []
        self.url = url
        page.on("response", self._response)
        page.on("websocket", self._socket)
        page.on("console", lambda message: self.texts.append(("console", message.text)))

    def _response(self, response: Response) -> None:
        if response.url.startswith(f"{self.url}static/") or "/extensions/" in response.url:
            return
        try:
            self.texts.append((response.url, response.body()))
        except Error:
            return  # a redirect has no body
        self.texts.append((response.url, json.dumps(response.all_headers())))

    def _socket(self, socket: WebSocket) -> None:
        def frame(payload: str | bytes) -> None:
            self.texts.append((socket.url, payload))

        socket.on("framereceived", frame)
        socket.on("framesent", frame)


def test_no_secret_reaches_a_page_a_notebook_a_log_or_a_file(
    page: Page, loud_lab: Lab, emulator: Emulator, canaries: Canaries
) -> None:
    lab = loud_lab
    overheard = Overheard(page, lab.url)
    write_notebook(
        lab,
        LOUD.format(target=", filename='kernel.log'") + "%dsw_info all",
        "%dsw_info --json",
        "import jupyter_dsw\njupyter_dsw.Panel('all')",
    )
    open_notebook(page, lab)
    run_cell(page, 0)
    panel = page.locator(".jp-Notebook dsw-panel").first
    expect(panel).to_contain_text("Running")
    run_cell(page, 1)
    expect(page.locator(".jp-OutputArea").nth(1)).to_contain_text("redacted")
    run_cell(page, 2)
    expect(page.locator(".jp-OutputArea").nth(2).locator("dsw-panel")).to_contain_text("Running")

    # Every failure, as the server reads it: its log at DEBUG, its response, its metrics.
    path = "jupyter-dsw/v1/instance"
    read = lab.request("GET", path)
    for scenario in SCENARIOS:
        emulator.scenario = scenario
        calls = emulator.calls

        def called_again(calls: int = calls) -> bool:
            body = body_of(lab, path)
            if emulator.calls == calls:
                return False  # it is still fresh, or it is too soon for another refresh
            overheard.texts.append((path, body))
            return True

        if scenario != "throttled":  # the endpoint wants no requests then
            until(called_again)
    assert read["redacted"]
    overheard.texts.append(("metrics", body_of(lab, "metrics")))

    execute(page, "docmanager:save")
    notebook = lab.home / "work" / NAME
    until(lambda: "widget-state+json" in notebook.read_text())
    overheard.texts.append(("page", page.content()))
    overheard.texts.append(("panel", panel.evaluate("panel => panel.shadowRoot.innerHTML")))
    overheard.texts.append(("storage", page.evaluate("JSON.stringify({...localStorage})")))
    subprocess.run([sys.executable, "-m", "nbconvert", "--to", "html", str(notebook)], check=True)
    assert len(canaries.found_in("".join(emulator.secrets))) >= 20
    for where, text in overheard.texts:
        assert not canaries.found_in(text), where
    for file in lab.home.rglob("*"):
        if file.is_file():
            assert not canaries.found_in(file.read_bytes()), file
    log = (lab.home / "server.log").read_text(errors="replace")
    assert "DEBUG" in log or "[D " in log
    assert f"/api/v2/instances/{emulator.instance_id}" in log or "urllib3" in log


def body_of(lab: Lab, path: str) -> bytes:
    """The body of whatever status, requested as by a person's refresh."""
    headers = {"Authorization": f"token {lab.token}", "Cache-Control": "no-cache"}
    return requests.get(lab.url + path, headers=headers, timeout=60).content
