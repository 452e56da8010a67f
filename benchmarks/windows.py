"""JupyterLab windows to measure: real servers, and a Chromium of its own for each."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from jupyter_dsw.demo.lab import Lab
from jupyter_dsw.demo.run import clean_environment
from tests.browser import chromium
from tests.browser.fast_clock import fast_clock
from tests.browser.windows import WIDGETS, hasten, write_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, CDPSession, Page, Playwright

    from jupyter_dsw.emulator import Emulator

EXTENSION = "jupyter-dsw"


@contextlib.contextmanager
def playwright() -> Iterator[Playwright]:
    """What starts the browsers."""
    with sync_playwright() as started:
        yield started


@dataclass(frozen=True)
class Window:
    """A page in a browser that has no other one."""

    lab: Lab
    page: Page
    browser: Browser
    devtools: CDPSession

    def metrics(self) -> dict[str, float]:
        """Seconds and counts that the page's process has had so far, by Chromium's names."""
        listed = self.devtools.send("Performance.getMetrics")["metrics"]
        return {each["name"]: each["value"] for each in listed}

    def tab_cpu_s(self) -> float:
        """Seconds of processor time of the browser's renderers; only one of them has a page."""
        session = self.browser.new_browser_cdp_session()
        processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
        session.detach()
        return sum(cpu_s(each["id"]) for each in processes if each["type"] == "renderer")

    def server_cpu_s(self) -> float:
        """Seconds of processor time of the Jupyter server, without its kernels."""
        return cpu_s(self.lab.process.pid)


def cpu_s(pid: int) -> float:
    """Seconds of processor time of a process's threads, counted in nanoseconds by Linux."""
    total = 0
    for path in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            total += int((path / "schedstat").read_text().split()[0])
    return total / 1e9


@contextlib.contextmanager
def window(
    started: Playwright, emulator: Emulator, *, speed: float = 1, enabled: bool = True
) -> Iterator[Window]:
    """A JupyterLab on the emulator's instance, and a browser with a page that is still empty.

    `speed` is for `fast_clock` and for how soon the server's readings hold no more; `enabled`
    whether jupyter-dsw is, in server and page.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        _lab(Path(folder), emulator, speed, enabled) as lab,
    ):
        arguments = ["--disable-background-networking", "--disable-component-update"]
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")
        browser = started.chromium.launch(executable_path=chromium.executable(), args=arguments)
        context = browser.new_context(viewport={"width": 1280, "height": 1600}, locale="en-US")
        context.set_default_timeout(60_000)
        context.add_init_script(fast_clock(speed))
        page = context.new_page()
        devtools = context.new_cdp_session(page)
        # Processor time of the page's thread, not time on the wall.
        devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
        try:
            yield Window(lab, page, browser, devtools)
        finally:
            browser.close()


@contextlib.contextmanager
def _lab(home: Path, emulator: Emulator, speed: float, enabled: bool) -> Iterator[Lab]:
    hasten(home, speed)
    write_settings(home, WIDGETS, saveState=True)
    if not enabled:
        config = {"ServerApp": {"jpserver_extensions": {"jupyter_dsw": False}}}
        (home / "config/jupyter_server_config.json").write_text(json.dumps(config))
    environment = {**clean_environment(), **emulator.environment()}
    lab = Lab.start(home, environment, {"LabApp.expose_app_in_browser": True})
    try:
        lab.wait_until_it_answers()
        if not enabled:
            _disable_in_pages(home)
        yield lab
    finally:
        lab.stop()


def _disable_in_pages(home: Path) -> None:
    path = home / "config/labconfig/page_config.json"
    config = json.loads(path.read_text())
    config["disabledExtensions"][EXTENSION] = True
    path.write_text(json.dumps(config))
