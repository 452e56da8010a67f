"""What a browser loads and does: sizes, an idle and a counting tab, and requests in an hour.

Real JupyterLab in Chromium. The pages' clocks run `SPEED` times as fast, and so does the clock of
the server's monitor; JupyterLab's own polling is stopped. Requests take their real time.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import re
import tempfile
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from benchmarks.jupyter import ROOT, kernel_of, lab
from benchmarks.rows import Row, difference
from jupyter_dsw.emulator import Emulator
from tests.browser import chromium
from tests.browser.fast_clock import fast_clock, quieten, start_clocks
from tests.browser.notebooks import NAME, wait_for_kernel, write_notebook
from tests.browser.windows import (
    WIDGETS,
    execute,
    hasten,
    open_window,
    set_hidden,
    status_item,
    write_settings,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from playwright.sync_api import Browser, Page

    from jupyter_dsw.demo.lab import Lab

WHEELS = ROOT / ".venv" / "peers"
"""Wheels of other extensions, downloaded by `make bench`."""
SPEED = 40
ROUNDS, ROUND_S = 5, 3
"""In real seconds: 10 minutes of the pages' time in all."""
CLIENTS = 20
HOUR_S = 3600
# At rest: no stop is near, no image is being saved.
AT_REST = {
    "InstanceShutdownTimer": {"DueTime": None, "RemainingTimeInMs": 1000 * HOUR_S * 1000},
    "IdleInstanceCuller": {"IdleTimeInMinutes": 0},
    "InstanceSnapshotList": [],
    "LatestSnapshot": None,
}
LOADED = "() => window.jupyterapp?.commands.hasCommand('application:close')"
PATIENCE_MS = 120_000
TRAINING = "import time, jupyter_dsw\nwhile True: jupyter_dsw.time_left(); time.sleep(0.1)"


def measure() -> list[Row]:
    """Sizes, then a tab with and without jupyter-dsw, then an hour with many clients."""
    with sync_playwright() as playwright:
        arguments = ["--disable-background-networking", "--disable-component-update"]
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")

        def launch() -> Browser:
            return playwright.chromium.launch(executable_path=chromium.executable(), args=arguments)

        return [*_sizes(), *_tab(launch(), launch()), _hour(launch())]


def _sizes() -> list[Row]:
    built = ROOT / "jupyter_dsw"
    panel = [(built / "notebook" / "static" / "panel.js").read_bytes()]
    labextension = [path.read_bytes() for path in built.glob("labextension/static/*.js")]
    rows = [
        Row("JavaScript of the panel: kB", "", _kb(panel), 59, detail=_gzipped(panel)),
        Row(
            "JavaScript of the labextension: kB",
            "",
            _kb(labextension),
            120,
            detail=_gzipped(labextension),
        ),
    ]
    for path in sorted(WHEELS.glob("*.whl")):
        theirs = _scripts(path)
        detail = f"{_kb(labextension):.1f} kB against {_kb(theirs):.1f} kB"
        against = path.name.split("-")[0].replace("_", "-")
        share = _kb(labextension) / _kb(theirs)
        rows.append(Row("JavaScript of the labextension", against, share, detail=detail))
    return rows


def _scripts(wheel: Path) -> list[bytes]:
    pattern = re.compile(r".*/share/jupyter/labextensions/.*/static/[^/]*\.js")
    with zipfile.ZipFile(wheel) as files:
        return [files.read(name) for name in files.namelist() if pattern.fullmatch(name)]


def _kb(scripts: Iterable[bytes]) -> float:
    return sum(map(len, scripts)) / 1000


def _gzipped(scripts: Iterable[bytes]) -> str:
    return f"{sum(len(gzip.compress(script)) for script in scripts) / 1000:.1f} kB gzipped"


@dataclass
class Window:
    """A page of JupyterLab in a browser that has no other one."""

    lab: Lab
    page: Page
    browser: Browser
    emulator: Emulator

    def cpu_s(self) -> float:
        """Seconds of processor time of the tab and of its Jupyter server."""
        session = self.browser.new_browser_cdp_session()
        processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
        session.detach()
        renderers = [each["id"] for each in processes if each["type"] == "renderer"]
        return sum(map(_cpu_s, [*renderers, self.lab.process.pid]))


def _cpu_s(pid: int) -> float:
    """Seconds of processor time of a process's threads, counted in nanoseconds by Linux."""
    total = 0
    for path in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            total += int((path / "schedstat").read_text().split()[0])
    return total / 1e9


@contextlib.contextmanager
def _window(browser: Browser, *, enabled: bool = True) -> Iterator[Window]:
    with (
        tempfile.TemporaryDirectory() as folder,
        Emulator() as emulator,
        contextlib.closing(browser),
    ):
        home = Path(folder)
        emulator.change(**AT_REST)
        hasten(home, SPEED)
        write_settings(home, WIDGETS, saveState=True)
        if not enabled:
            config = {"ServerApp": {"jpserver_extensions": {"jupyter_dsw": False}}}
            (home / "config/jupyter_server_config.json").write_text(json.dumps(config))
        with lab(home, emulator) as running:
            if not enabled:
                _disable_in_pages(home)
            context = browser.new_context(viewport={"width": 1280, "height": 1600}, locale="en-US")
            context.set_default_timeout(PATIENCE_MS)
            context.add_init_script(fast_clock(SPEED))
            yield Window(running, context.new_page(), browser, emulator)


def _disable_in_pages(home: Path) -> None:
    path = home / "config/labconfig/page_config.json"
    config = json.loads(path.read_text())
    config["disabledExtensions"]["jupyter-dsw"] = True
    path.write_text(json.dumps(config))


def _tab(browser: Browser, other_browser: Browser) -> list[Row]:
    with _window(browser) as mine, _window(other_browser, enabled=False) as other:
        for each in (mine, other):
            each.page.goto(f"{each.lab.url}lab?token={each.lab.token}")
            each.page.wait_for_function(LOADED)
            each.page.evaluate("jupyterapp.restored.then(() => null)")
        status_item(mine.page).get_by_text("Running").wait_for()
        for each in (mine, other):
            quieten(each.page)
        start_clocks((mine.page, other.page))
        # What was planned before then is planned anew, at the new pace.
        execute(mine.page, "jupyter-dsw:refresh")
        idle = _percent_of_a_core(mine, other)
        execute(mine.page, "jupyter-dsw:show-panel")
        counting = _percent_of_a_core(mine, other)
        for each in (mine, other):
            set_hidden(each.page, hidden=True)
        calls = mine.emulator.calls
        hidden = _percent_of_a_core(mine, other)
        calls = mine.emulator.calls - calls
    what, without = "tab and server, % of a core more", "without the extension"
    return [
        difference(f"idle {what}", without, *idle, 0.1, "%"),
        difference(f"counting panel in sight: {what}", without, *counting, 1, "%"),
        difference(f"hidden {what}", without, *hidden, 0.1, "%"),
        Row("GetInstance calls of a hidden tab in 10 minutes", "", calls, 0),
    ]


def _percent_of_a_core(mine: Window, other: Window) -> tuple[list[float], list[float]]:
    """Measure both at once: what else the machine does meets both."""
    mine.page.wait_for_timeout(ROUND_S * 1000)
    rounds = []
    for _ in range(ROUNDS):
        before = [(each.cpu_s(), time.monotonic()) for each in (mine, other)]
        mine.page.wait_for_timeout(ROUND_S * 1000)
        after = [(each.cpu_s(), time.monotonic()) for each in (mine, other)]
        rounds.append(
            [
                (late[0] - early[0]) / (late[1] - early[1]) / SPEED * 100
                for early, late in zip(before, after, strict=True)
            ]
        )
    return [one for one, _ in rounds], [two for _, two in rounds]


def _hour(browser: Browser) -> Row:
    """Upstream calls of 20 tabs, 20 cells and 20 kernels at one server."""
    with _window(browser) as window:
        write_notebook(window.lab, *["%dsw_info"] * CLIENTS)
        # JupyterLab draws the cells in sight: that high, all are.
        window.page.set_viewport_size({"width": 1280, "height": 12_000})
        window.page.goto(
            f"{window.lab.url}lab/tree/{NAME}?token={window.lab.token}", wait_until="commit"
        )
        wait_for_kernel(window.page)
        execute(window.page, "notebook:run-all-cells")
        window.page.locator(".jp-Notebook dsw-panel").nth(CLIENTS - 1).wait_for(state="attached")
        pages = [window.page]
        for _ in range(CLIENTS - 1):
            pages.append(window.page.context.new_page())
            open_window(pages[-1], window.lab)
        for _ in range(CLIENTS):
            with kernel_of(window.lab) as client:
                client.execute(TRAINING)
        for page in pages:
            quieten(page)
        start_clocks(pages)
        execute(window.page, "jupyter-dsw:refresh")
        window.page.wait_for_timeout(2000)
        calls, begun = window.emulator.calls, time.monotonic()
        window.page.wait_for_timeout(HOUR_S / SPEED * 1000)
        calls = window.emulator.calls - calls
        minutes = (time.monotonic() - begun) * SPEED / 60
    what = f"GetInstance calls a minute, {CLIENTS} tabs, {CLIENTS} cells, {CLIENTS} kernels"
    return Row(
        what, "", calls / minutes, 60 / 54 + 0.02, detail=f"{calls} in {minutes:.0f} minutes"
    )
