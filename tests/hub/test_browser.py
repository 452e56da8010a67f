"""Behind JupyterHub's login and proxy, JupyterLab shows the instance to a person's browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import nbformat
from playwright.sync_api import Page, expect

from tests.browser.notebooks import NAME, run_cell, wait_for_kernel
from tests.browser.windows import status_item

if TYPE_CHECKING:
    from tests.hub.hub import Person


def test_status_bar_side_panel_and_cell_show_the_persons_own_instance(
    page: Page, second: Person
) -> None:
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("%dsw_info")],
        metadata={"kernelspec": {"name": "python3", "display_name": "python3"}},
    )
    nbformat.write(notebook, second.home / NAME)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{second.url}lab/tree/{NAME}")
    # The server sends a stranger to the hub, and the hub's login sends the person back.
    page.get_by_label("Username").fill(second.name)
    page.get_by_label("Password").fill(second.hub.password)
    page.get_by_role("button", name="Sign in").click()
    wait_for_kernel(page)
    expect(status_item(page)).to_contain_text("Running")
    status_item(page).click()
    expect(page.locator("#jupyter-dsw-panel dsw-panel")).to_contain_text("the second instance")
    run_cell(page, 0)
    expect(page.locator(".jp-Notebook dsw-panel")).to_contain_text("the second instance")
    doors = {url.partition("?")[0] for url in asked if "jupyter-dsw/v1" in url}
    assert doors == {f"{second.url}jupyter-dsw/v1/instance"}
