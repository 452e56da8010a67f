"""The built documentation in a browser that is cut off from the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.docs.site import site

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.mark.parametrize("name", ["index", "rest", "zh/window"])
def test_a_page_calls_no_other_host_and_fits_a_phone(
    page: Page, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    urls: list[str] = []
    failed: list[str] = []
    page.on("request", lambda request: urls.append(request.url))
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto((site(tmp_path_factory) / f"{name}.html").as_uri(), wait_until="load")
    page.wait_for_function("document.documentElement.dataset.theme")
    assert urls
    assert [url for url in urls if not url.startswith(("file:", "data:"))] == []
    assert failed == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
