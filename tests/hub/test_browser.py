"""Behind JupyterHub's login and proxy, JupyterLab shows the instance to a person's browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import nbformat
from playwright.sync_api import Page, expect

from tests.browser.notebooks import NAME, run_cell, wait_for_kernel
from tests.browser.windows import execute, status_item, statuses_of_readings, wait_for_window
from tests.hub.hub import BROWSER_ENDPOINT, Person

if TYPE_CHECKING:
    from tests.hub.hub import Hub


def sign_in(page: Page, person: Person, path: str, name: str = "") -> None:
    """Open a page of the person's server, which sends a stranger to the hub's login first."""
    page.goto(person.url + path)
    page.get_by_label("Username").fill(name or person.name)
    page.get_by_label("Password").fill(person.hub.password)
    page.get_by_role("button", name="Sign in").click()


def test_status_bar_side_panel_and_cell_show_the_persons_own_instance(
    page: Page, second: Person
) -> None:
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("%dsw_info")],
        metadata={"kernelspec": {"name": "python3", "display_name": "python3"}},
    )
    nbformat.write(notebook, second.home / NAME)
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    sign_in(page, second, f"lab/tree/{NAME}")
    wait_for_kernel(page)
    expect(status_item(page)).to_contain_text("Running")
    status_item(page).click()
    expect(page.locator("#jupyter-dsw-panel dsw-panel")).to_contain_text("the second instance")
    run_cell(page, 0)
    expect(page.locator(".jp-Notebook dsw-panel")).to_contain_text("the second instance")
    endpoints = {url.partition("?")[0] for url in requested if "jupyter-dsw/v1" in url}
    assert endpoints == {
        f"{second.url}jupyter-dsw/v1/{name}" for name in ("instance", "utilization")
    }


def test_a_server_that_the_hub_stopped_is_gone_and_what_was_known_stays(
    page: Page, hub: Hub
) -> None:
    leaving = Person.sign_in(hub, "leaving")
    sign_in(page, leaving, "lab")
    expect(status_item(page)).to_contain_text("stops in")
    leaving.ask_hub("DELETE", "users/leaving/server")
    with page.expect_response("**/jupyter-dsw/v1/instance") as response:
        execute(page, "jupyter-dsw:refresh")
    # Not from the person's server: the hub takes over its URLs.
    assert response.value.status in {302, 424, 503}
    expect(status_item(page)).to_contain_text("server not responding")
    expect(status_item(page)).to_contain_text("stops in")
    # The panel has what is known, and no advice to sign in.
    execute(page, "jupyter-dsw:show-panel")
    panel = page.locator("#jupyter-dsw-panel dsw-panel")
    expect(panel).to_contain_text("the first instance")
    expect(panel.locator(".alert")).to_contain_text("server")
    expect(panel).not_to_contain_text("Sign in")


def test_a_guest_on_anothers_shared_server_is_left_in_peace(page: Page, hub: Hub) -> None:
    owner = Person.sign_in(hub, "sharing")
    statuses = statuses_of_readings(page)
    sign_in(page, owner, "lab", "guest")
    # The hub has the person confirm whose server it is.
    page.get_by_role("button", name="Authorize").click()
    wait_for_window(page)
    execute(page, "jupyter-dsw:show-panel")
    panel = page.locator("#jupyter-dsw-panel dsw-panel")
    expect(panel).to_contain_text("Not permitted to see this instance")
    expect(panel).not_to_contain_text("Sign in")
    expect(status_item(page)).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('online'))")
    assert statuses == [403]
    assert owner.get(f"{owner.url}{BROWSER_ENDPOINT}").json()["instance"]["InstanceName"]
