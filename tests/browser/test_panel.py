"""`%dsw_info` in a real JupyterLab and Notebook 7, in a real Chromium."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any

import pytest
from jupyter_server.auth.security import passwd
from playwright.sync_api import Dialog, Page, Request, expect

from tests.browser.notebooks import (
    NAME,
    open_notebook,
    prompt,
    run_cell,
    wait_for_kernel,
    write_notebook,
)
from tests.browser.windows import MINUTE, is_seen, stop_in
from tests.waiting import until

if TYPE_CHECKING:
    from jupyter_dsw.demo.lab import Lab
    from jupyter_dsw.emulator import Emulator
    from tests.environments import Environment

# A kernel that computes until a file is there.
BUSY = """
import pathlib, time
while not pathlib.Path("enough").exists(): time.sleep(0.05)
"""
# "29 min", "9 min 12 s", "1 h 5 min": whatever it looks like, it has digits and changes.
TIME = re.compile(r"\d")


def instance_name(emulator: Emulator) -> str:
    emulator.change(InstanceName="the-one-under-test")
    return "the-one-under-test"


@pytest.mark.parametrize("path", ["lab/tree", "notebooks"], ids=["JupyterLab", "Notebook 7"])
class TestInEveryPage:
    def test_the_panel_shows_the_instance_and_its_countdown_ticks(
        self, page: Page, start_lab: Any, emulator: Emulator, path: str
    ) -> None:
        name = instance_name(emulator)
        # Seconds are counted in the last ten minutes.
        stop_in(emulator, 9 * MINUTE)
        lab = start_lab()
        write_notebook(lab, "%dsw_info")
        open_notebook(page, lab, path)
        run_cell(page, 0)
        panel = page.locator(".jp-Notebook dsw-panel")
        expect(panel).to_contain_text(name)
        expect(panel).to_contain_text("Running")
        for dataset in lab.request("GET", "jupyter-dsw/v1/instance")["instance"]["Datasets"]:
            expect(panel).to_contain_text(dataset["MountPath"])
        timer = panel.get_by_role("timer").first
        first = timer.inner_text()
        assert TIME.search(first)
        expect(timer).not_to_have_text(first)

    def test_it_follows_the_endpoint_while_the_kernel_is_busy_and_is_no_activity(
        self, page: Page, start_lab: Any, emulator: Emulator, path: str
    ) -> None:
        under_way = requests_under_way(page)
        lab = start_lab()
        write_notebook(lab, "%dsw_info", BUSY)
        # In transition, so that a reading is fresh for 10 s only.
        emulator.change(Status="Saving")
        open_notebook(page, lab, path)
        run_cell(page, 0)
        panel = page.locator(".jp-Notebook dsw-panel")
        expect(panel).to_contain_text("Saving image")
        run_cell(page, 1)
        until(lambda: "*" in prompt(page, 1))
        emulator.change(InstanceName="renamed-meanwhile")
        panel.scroll_into_view_if_needed()
        expect(panel).to_contain_text("renamed-meanwhile")
        assert "*" in prompt(page, 1)

        (lab.home / "work" / "enough").touch()
        until(lambda: "*" not in prompt(page, 1))
        # From here on, whatever moves the last activity is the panel's polling: the page's own
        # requests are kept from the server.
        page.route(re.compile(r"/(api|lab/api)/"), lambda route: route.abort())
        until(lambda: page.evaluate("true") and not under_way)
        before = last_activities(lab)
        calls = emulator.calls
        until(lambda: emulator.calls > calls)
        # Where it counts, it is counted before the response is out.
        lab.request("GET", "jupyter-dsw/v1/instance")
        assert last_activities(lab) == before


def requests_under_way(page: Page) -> set[Request]:
    """The page's requests without a response yet, kept up to date while Playwright is called."""
    under_way: set[Request] = set()

    # Playwright marks what it calls: methods of a set take no marks.
    def begins(request: Request) -> None:
        under_way.add(request)

    def ends(request: Request) -> None:
        under_way.discard(request)

    page.on("request", begins)
    page.on("requestfinished", ends)
    page.on("requestfailed", ends)
    return under_way


def last_activities(lab: Lab) -> tuple[Any, ...]:
    status = lab.request("GET", "api/status?no_track_activity=1")
    kernels = lab.request("GET", "api/kernels?no_track_activity=1")
    return status["last_activity"], *(kernel["last_activity"] for kernel in kernels)


def test_it_works_behind_a_password(page: Page, start_lab: Any) -> None:
    hashed = passwd("open sesame")
    lab = start_lab({"IdentityProvider.token": "", "IdentityProvider.hashed_password": hashed})
    write_notebook(lab, "r = %dsw_info\nprint(r.via)\nr")
    page.goto(f"{lab.url}lab/tree/{NAME}")
    page.locator("input[name=password]").fill("open sesame")
    page.keyboard.press("Enter")
    wait_for_kernel(page)
    run_cell(page, 0)
    expect(page.locator(".jp-Notebook dsw-panel")).to_contain_text("Running")
    expect(page.locator(".jp-OutputArea").first).to_contain_text("via the Jupyter server")


def test_it_works_under_a_base_url(page: Page, start_lab: Any) -> None:
    lab = start_lab({"ServerApp.base_url": "/dsw-39772/"})
    write_notebook(lab, "r = %dsw_info\nprint(r.via)\nr")
    open_notebook(page, lab)
    run_cell(page, 0)
    expect(page.locator(".jp-Notebook dsw-panel")).to_contain_text("Running")
    expect(page.locator(".jp-OutputArea").first).to_contain_text("via the Jupyter server")


def test_a_kernel_of_another_environment_uses_the_server_too(
    page: Page, start_lab: Any, other_environment: Environment
) -> None:
    lab = start_lab()
    spec = lab.home / "data" / "kernels" / "other"
    spec.mkdir(parents=True)
    argv = [str(other_environment.python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (spec / "kernel.json").write_text(
        json.dumps({"argv": argv, "display_name": "Other", "language": "python"})
    )
    write_notebook(
        lab, "import sys; print(sys.prefix)\nr = %dsw_info\nprint(r.via)\nr", kernel="other"
    )
    open_notebook(page, lab)
    run_cell(page, 0)
    expect(page.locator(".jp-Notebook dsw-panel")).to_contain_text("Running")
    outputs = page.locator(".jp-OutputArea").first
    expect(outputs).to_contain_text(str(other_environment.prefix))
    expect(outputs).to_contain_text("via the Jupyter server")


def test_twenty_cells_of_a_page_share_their_requests_and_call_no_other_host(
    page: Page, start_lab: Any, emulator: Emulator
) -> None:
    # At rest: while an image is being saved, a reading is fresh for 10 s only.
    emulator.change(InstanceSnapshotList=[], LatestSnapshot=None)
    lab = start_lab()
    write_notebook(
        lab,
        "%dsw_info",
        "for _ in range(20): display(%dsw_info)".replace(
            "display(%dsw_info)", "display(get_ipython().run_line_magic('dsw_info', ''))"
        ),
    )
    urls: list[str] = []

    def note(request: Request) -> None:
        urls.append(request.url)

    page.on("request", note)
    begun = time.monotonic()
    open_notebook(page, lab)
    run_cell(page, 1)
    expect(page.locator(".jp-Notebook dsw-panel")).to_have_count(20)
    expect(page.locator(".jp-Notebook dsw-panel").last).to_contain_text("Running")
    ours = [url for url in urls if "jupyter-dsw/v1/instance" in url]
    minutes = (time.monotonic() - begun) / 60
    assert len(ours) <= 3 + minutes
    # All charts share their requests, too: one a minute.
    assert sum("jupyter-dsw/v1/utilization" in url for url in urls) <= 2 + minutes
    foreign = [url for url in urls if not url.startswith((lab.url, "blob:", "data:", "ws:"))]
    assert foreign == []


def test_the_refresh_button_brings_what_changed(
    page: Page, start_lab: Any, emulator: Emulator
) -> None:
    # At rest a reading is fresh for a minute: what is seen sooner came by the button.
    emulator.change(InstanceSnapshotList=[], LatestSnapshot=None)
    lab = start_lab()
    write_notebook(lab, "%dsw_info")
    open_notebook(page, lab)
    run_cell(page, 0)
    panel = page.locator(".jp-Notebook dsw-panel")
    expect(panel).to_contain_text("Running")
    emulator.change(InstanceName="renamed-meanwhile")

    refresh = panel.get_by_role("button", name="Refresh")
    until(lambda: is_seen(panel.get_by_text("renamed-meanwhile")), between=refresh.click)


def test_an_error_shows_what_to_do_while_the_last_good_values_stay(
    page: Page, start_lab: Any, emulator: Emulator
) -> None:
    name = instance_name(emulator)
    lab = start_lab()
    write_notebook(lab, "%dsw_info")
    open_notebook(page, lab)
    run_cell(page, 0)
    panel = page.locator(".jp-Notebook dsw-panel")
    expect(panel).to_contain_text(name)
    emulator.scenario = "denied"
    expect(panel).to_contain_text("paidsw:GetInstance")
    expect(panel).to_contain_text(name)


def test_markup_in_names_is_shown_as_text(page: Page, start_lab: Any, emulator: Emulator) -> None:
    evil = "<img src=x onerror=alert(1)><b>bold</b>"
    emulator.change(InstanceName=evil, JupyterlabUrl="javascript:alert(1)")
    alerts: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        alerts.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    lab = start_lab()
    write_notebook(lab, "%dsw_info all")
    open_notebook(page, lab)
    run_cell(page, 0)
    panel = page.locator(".jp-Notebook dsw-panel")
    expect(panel).to_contain_text(evil)
    assert panel.locator("img, b:text('bold')").count() == 0
    assert panel.locator("a[href^=javascript]").count() == 0
    assert alerts == []


def test_the_panel_speaks_chinese_where_the_page_does(page: Page, start_lab: Any) -> None:
    lab = start_lab()
    write_notebook(lab, "import jupyter_dsw\njupyter_dsw.Panel()")
    open_notebook(page, lab)
    page.evaluate("document.documentElement.lang = 'zh-CN'")
    page.evaluate("delete globalThis[Symbol.for('jupyter-dsw:connection')]")
    run_cell(page, 0)
    expect(page.locator(".jp-Notebook dsw-panel")).to_contain_text("运行中")
