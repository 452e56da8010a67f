"""`make pictures`: the pictures of README and docs, of the real JupyterLab on a simulated instance.

They are taken anew whenever the looks change, and committed: `docs/pictures/`. Each is there in
light and dark, twice as fine as it is shown.
"""

from __future__ import annotations

import io
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from playwright.sync_api import sync_playwright

from jupyter_dsw.demo.lab import start_lab
from jupyter_dsw.emulator import Emulator
from tests.browser import chromium, windows
from tests.browser.notebooks import NAME, run_cell, wait_for_kernel, write_notebook
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, FloatRect, Page

    from jupyter_dsw.demo.lab import Lab

FOLDER = Path(__file__).parent.parent / "docs" / "pictures"
LARGEST = 120_000
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
MINUTE, HOUR = 60, 3600
WARNING = (720, 400)
WORKSPACE = "/mnt/workspace"
TRAINING = "for epoch in range(90):\n    train(epoch)"


def main() -> None:
    """Take them all."""
    FOLDER.mkdir(exist_ok=True)
    with _browser() as browser:
        for theme in THEMES:
            with _lab(theme) as (lab, emulator):
                _window(browser, lab, emulator, theme)
                _cell(browser, lab, emulator, theme)
                _warning(browser, lab, emulator, theme)


def _window(browser: Browser, lab: Lab, emulator: Emulator, theme: str) -> None:
    """Take the whole window: the panel in a cell, a warning, the status bar."""
    _plan(emulator, idle_minutes=12, stop_in=25.4 * MINUTE)
    with _page(browser, 1040, 680) as page:
        _open(page, lab, "%dsw_info", TRAINING)
        run_cell(page, 0)
        _wait_for_chart(page)
        windows.toast(page).wait_for()
        _settle(page)
        _save([page.screenshot()], f"window-{theme}")


def _cell(browser: Browser, lab: Lab, emulator: Emulator, theme: str) -> None:
    """Take the panel in a cell, all of it."""
    _plan(emulator, idle_minutes=12, stop_in=5.4 * HOUR)
    with _page(browser, 900, 1500) as page:
        _open(page, lab, "%dsw_info")
        run_cell(page, 0)
        _wait_for_chart(page)
        _settle(page)
        panel = page.locator(".jp-Notebook dsw-panel")
        _save([panel.screenshot()], f"cell-{theme}")


def _warning(browser: Browser, lab: Lab, emulator: Emulator, theme: str) -> None:
    """Record some seconds: the countdown in the status bar, then the dialog before the stop."""
    windows.stop_in(emulator, 5 * HOUR)
    with _page(browser, *WARNING) as page:
        _open(page, lab, TRAINING)
        windows.stop_in(emulator, 132)
        until(lambda: _refreshed(page) and "2\u00a0min" in windows.status_item(page).inner_text())
        windows.toast(page).wait_for()
        frames: list[bytes] = []
        until(lambda: _photographed(page, frames) and windows.dialog(page).count())
        for _ in range(3):
            _photographed(page, frames)
        _save(frames[-7:], f"warning-{theme}")
        _save(frames[-1:], f"warning-still-{theme}")


def _wait_for_chart(page: Page) -> None:
    page.locator(".jp-Notebook dsw-panel").get_by_text("threshold").wait_for()


def _refreshed(page: Page) -> bool:
    windows.execute(page, "jupyter-dsw:refresh")
    page.wait_for_timeout(200)
    return True


def _photographed(page: Page, frames: list[bytes]) -> bool:
    page.wait_for_timeout(1000)
    # Without its margin, where the browser shows that a dialog has the focus.
    clip: FloatRect = {"x": 4, "y": 4, "width": WARNING[0] - 8, "height": WARNING[1] - 8}
    frames.append(page.screenshot(clip=clip))
    return True


def _plan(emulator: Emulator, *, idle_minutes: int, stop_in: float) -> None:
    """Idle for some minutes of 60, scheduled to stop in some seconds."""
    windows.stop_in(emulator, stop_in)
    emulator.change(
        IdleInstanceCuller={"IdleTimeInMinutes": idle_minutes, "MaxIdleTimeInMinutes": 60},
    )


def _open(page: Page, lab: Lab, *cells: str) -> None:
    """Open a notebook with these cells, and nothing next to it."""
    write_notebook(lab, *cells)
    (lab.home / "work" / NAME).rename(lab.home / "work" / "train.ipynb")
    windows.open_window(page, lab, "lab/tree/train.ipynb")
    page.evaluate("jupyterapp.shell.collapseLeft()")
    wait_for_kernel(page)


def _settle(page: Page) -> None:
    """Move the mouse out of the way, and wait for animations and for a new reading."""
    page.mouse.move(0, 0)
    windows.execute(page, "jupyter-dsw:refresh")
    # If the server had just read it, "nothing newer yet" is shown for 5 s.
    page.wait_for_timeout(6000)


def _save(frames: list[bytes], name: str) -> None:
    """Write one picture, animated if it has frames, no larger than `LARGEST`."""
    first, *others = (Image.open(io.BytesIO(frame)).convert("RGB") for frame in frames)
    for quality in (90, 80, 70, 60, 50):
        out = io.BytesIO()
        first.save(
            out,
            "WEBP",
            quality=quality,
            method=6,
            save_all=True,
            append_images=others,
            duration=[1000] * len(others) + [3000],
            loop=0,
        )
        if len(out.getvalue()) <= LARGEST:
            break
    path = FOLDER / f"{name}.webp"
    path.write_bytes(out.getvalue())
    print(f"{path.name}: {len(out.getvalue()) // 1000} kB, quality {quality}, {len(frames)} frames")


@contextmanager
def _lab(theme: str) -> Iterator[tuple[Lab, Emulator]]:
    with tempfile.TemporaryDirectory() as folder, Emulator() as emulator:
        setting = "@jupyterlab/apputils-extension:themes"
        windows.write_settings(Path(folder), setting, theme=THEMES[theme])
        windows.be_quiet(Path(folder))
        lab = start_lab(Path(folder), emulator, {"LabApp.expose_app_in_browser": True})
        try:
            lab.wait_until_it_responds()
            yield lab, emulator
        finally:
            lab.stop()


@contextmanager
def _browser() -> Iterator[Browser]:
    path = chromium.executable()
    if path is None:
        raise SystemExit("No Chromium: run `make browser`.")  # noqa: EM101
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@contextmanager
def _page(browser: Browser, width: int, height: int) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=2,
        locale="en-US",
        timezone_id="Asia/Shanghai",
    )
    context.set_default_timeout(60_000)
    # As on an instance: the folder of the pictures' own files is another on each machine.
    disk = {"mounted_at": WORKSPACE, "type": "nfs4"}
    at_risk = {"folder": WORKSPACE, "disk": disk, "kept": True, "terminals": []}
    context.route("**/jupyter-dsw/v1/at-risk", lambda route: route.fulfill(json=at_risk))
    yield context.new_page()
    context.close()


if __name__ == "__main__":
    main()
