"""A real Chromium."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser import chromium

if TYPE_CHECKING:
    from collections.abc import Iterator


# How long a condition may take to come true; a busy machine of two cores is slow.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    assert "browser" in str(request.path), "the run's workers know tests in a browser by that word"
    # Not for the session: while Playwright runs, this thread can run no other event loop.
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
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()
