"""A real JupyterLab with the extension, on the emulator's instance, in a real Chromium."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from jupyter_dsw.demo.lab import Lab
from jupyter_dsw.demo.run import clean_environment
from tests.browser import chromium

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from jupyter_dsw.emulator import Emulator

StartLab = "Callable[..., Lab]"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium.executable()
    if path is None:
        pytest.fail("No Chromium: run `make browser`, or install the package chromium.")
    arguments = ["--disable-background-networking", "--disable-component-update"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 1600}, locale="en-US")
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def start_lab(emulator: Emulator, tmp_path: Path) -> Iterator[Callable[..., Lab]]:
    """Start a JupyterLab with the emulator's environment and the given options."""
    started: list[Lab] = []

    def start(options: Mapping[str, object] | None = None) -> Lab:
        environment = {**clean_environment(), **emulator.environment()}
        lab = Lab.start(tmp_path, environment, options or {})
        started.append(lab)
        lab.wait_until_it_answers()
        return lab

    yield start
    for lab in started:
        lab.stop()
