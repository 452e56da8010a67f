"""Who may use a server but not see its instance is left in peace: nothing red, no polling."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.security import passwd
from playwright.sync_api import Page, expect

from tests.browser.windows import (
    execute,
    open_window,
    set_hidden,
    status_item,
    statuses_of_readings,
    wait_for_window,
)

if TYPE_CHECKING:
    from jupyter_dsw.demo.lab import Lab

SIDE = "#jupyter-dsw-panel"
DENIES = {"ServerApp.authorizer_class": "tests.browser.denies_dsw.DeniesDSW"}
ROOT = os.fspath(Path(__file__).parents[2])


def test_who_is_not_authorized_sees_nothing_and_their_page_requests_once(
    page: Page, start_lab: Any
) -> None:
    lab = start_lab(DENIES, PYTHONPATH=ROOT)
    statuses = statuses_of_readings(page)
    open_window(page, lab)
    expect_to_be_left_in_peace(page, statuses)


def test_a_guest_behind_a_password_login_sees_nothing_either(page: Page, start_lab: Any) -> None:
    password = {"PasswordIdentityProvider.hashed_password": passwd("let me in")}
    lab = start_lab({**DENIES, **password}, PYTHONPATH=ROOT)
    statuses = statuses_of_readings(page)
    sign_in(page, lab, "let me in")
    expect_to_be_left_in_peace(page, statuses)


def sign_in(page: Page, lab: Lab, password: str) -> None:
    """Open JupyterLab as somebody does who has a password and no token."""
    page.goto(f"{lab.url}lab")
    page.locator("input[type=password]").first.fill(password)
    page.get_by_role("button", name="Log in").first.click()
    wait_for_window(page)


def expect_to_be_left_in_peace(page: Page, statuses: list[int]) -> None:
    """No item in the status bar, the reason in the panel, requests at a person's wish only."""
    execute(page, "jupyter-dsw:show-panel")
    panel = page.locator(f"{SIDE} dsw-panel")
    expect(panel).to_contain_text("Not permitted to see this instance")
    expect(panel).not_to_contain_text("Sign in")
    expect(status_item(page)).to_be_hidden()
    # What would make another page request again.
    page.evaluate("dispatchEvent(new Event('online'))")
    set_hidden(page, hidden=True)
    set_hidden(page, hidden=False)
    # A person's own wish does.
    execute(page, "jupyter-dsw:refresh")
    page.wait_for_function(
        "() => performance.getEntriesByType('resource')"
        ".filter(({ name }) => name.includes('jupyter-dsw/v1')).length === 2"
    )
    assert statuses == [403, 403]
