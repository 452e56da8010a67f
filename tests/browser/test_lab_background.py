"""A stop reaches a person who is in another tab: by the title of the tab, and on the desktop."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from jupyter_dsw.emulator import Emulator
from tests.browser.windows import (
    MINUTE,
    execute,
    hasten,
    notifications,
    open_window,
    refresh_until_seen,
    set_hidden,
    set_setting,
    status_item,
    stop_in,
    toast,
    wait_until_decided,
)
from tests.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.canaries import Canaries

TITLE = re.compile(r"^Stop in \d+\u00a0min · ")
ALERTS = "Desktop alerts"
# The browser's own notifications are shown all the same.
NOTE = """
(() => {
    const Real = window.Notification;
    window.shown = [];
    window.Notification = class extends Real {
        constructor(title, options) {
            super(title, options);
            window.shown.push(this);
            this.onshow = () => { this.isShown = true; };
            this.onclose = () => { this.isClosed = true; };
        }
    };
})()
"""


def desktop(page: Page) -> list[str]:
    """The texts of the notifications that were shown on the desktop."""
    texts: list[str] = page.evaluate("shown.map(({ title, body }) => `${title}\\n${body}`)")
    return texts


def wait_for_desktop(page: Page, count: int) -> None:
    """Wait until the browser has shown that many notifications on the desktop."""
    page.wait_for_function(
        "count => shown.filter(({ isShown }) => isShown).length === count", arg=count
    )


class Endpoint:
    """An emulator whose clock goes forward with that of a page."""

    def __init__(self) -> None:
        self.ahead_s = 0.0
        self.emulator = Emulator(clock=lambda: time.time() + self.ahead_s)

    def pass_minutes(self, page: Page, minutes: float) -> None:
        """Let that much time go by for both."""
        self.ahead_s += minutes * MINUTE
        before = self.emulator.calls
        # The server's clock does not go forward: what it has read before is fresh for it.
        until(
            lambda: self.emulator.calls > before,
            between=lambda: page.evaluate(
                "fetch('/jupyter-dsw/v1/instance', { cache: 'reload' }).then(() => null)"
            ),
        )
        page.clock.fast_forward(int(minutes * MINUTE * 1000))


@pytest.fixture
def endpoint(canaries: Canaries) -> Any:
    endpoint = Endpoint()
    with endpoint.emulator as emulator:
        canaries.emulators.append(emulator)
        yield endpoint


def open_hidden(
    page: Page, start_lab: Any, endpoint: Endpoint, home: Path, minutes: int = 32
) -> None:
    """A window whose stop is that far away, in a tab in the background."""
    hasten(home, 10)
    stop_in(endpoint.emulator, 300 * MINUTE)
    page.add_init_script(NOTE)
    page.clock.install()
    open_window(page, start_lab(**endpoint.emulator.environment()))
    expect(status_item(page)).to_contain_text("stops in")
    # Only now: to start takes minutes on a slow machine.
    stop_in(endpoint.emulator, minutes * MINUTE)
    seen = f"stops in {minutes - 1}\u00a0min"
    refresh_until_seen(page, status_item(page).filter(has_text=seen))
    wait_until_decided(page)
    set_hidden(page, hidden=True)


def test_with_permission_the_desktop_and_the_title_warn_and_a_click_leads_to_the_warning(
    page: Page, start_lab: Any, endpoint: Endpoint, tmp_path: Path
) -> None:
    page.context.grant_permissions(["notifications"])
    open_hidden(page, start_lab, endpoint, tmp_path)
    own = page.title()
    endpoint.pass_minutes(page, 3)
    wait_for_desktop(page, 1)
    (text,) = desktop(page)
    name = endpoint.emulator.response()["InstanceName"]
    assert re.fullmatch(
        rf"{name} stops in 2[89]\u00a0min\nSimulated: Scheduled stop at .*, in 2[89]\u00a0min\.",
        text,
    )
    expect(page).to_have_title(TITLE)
    assert page.title().endswith(own)
    expect(toast(page)).to_have_count(0)

    # As the browser does when a person clicks it, and the tab comes to the front.
    page.evaluate(
        """() => {
            window.focus = () => {
                Object.defineProperty(document, 'hidden', { configurable: true, value: false });
                document.dispatchEvent(new Event('visibilitychange'));
            };
            shown[0].dispatchEvent(new Event('click'));
        }"""
    )
    expect(toast(page)).to_contain_text("Scheduled stop at")
    expect(page).to_have_title(own)
    page.wait_for_function("shown[0].isClosed")
    # It is allowed already.
    expect(toast(page).get_by_role("button", name=ALERTS)).to_have_count(0)


def test_where_nothing_was_allowed_yet_only_the_title_warns_until_a_person_allows_more(
    page: Page, start_lab: Any, endpoint: Endpoint, tmp_path: Path
) -> None:
    page.add_init_script(
        """(() => {
            const request = Notification.requestPermission.bind(Notification);
            window.requested = 0;
            Notification.requestPermission = () => {
                window.requested++;
                return request();
            };
        })()"""
    )
    open_hidden(page, start_lab, endpoint, tmp_path)
    assert page.evaluate("Notification.permission") == "default"
    endpoint.pass_minutes(page, 3)
    expect(page).to_have_title(TITLE)
    assert desktop(page) == []
    set_hidden(page, hidden=False)
    expect(toast(page)).to_contain_text("Scheduled stop at")
    assert page.evaluate("requested") == 0
    # What a person clicks in the browser's question.
    page.context.grant_permissions(["notifications"])
    toast(page).get_by_role("button", name=ALERTS).click()
    expect(toast(page).last).to_contain_text("You will be warned on the desktop")
    assert page.evaluate("requested") == 1


@pytest.mark.parametrize("browser_has", ["denied", "none"])
def test_where_there_are_no_notifications_the_title_warns_and_the_command_explains_it(
    page: Page, start_lab: Any, endpoint: Endpoint, tmp_path: Path, browser_has: str
) -> None:
    if browser_has == "denied":
        page.add_init_script(
            """Object.defineProperty(Notification, 'permission', { get: () => 'denied' });
            Notification.requestPermission = async () => 'denied';"""
        )
    open_hidden(page, start_lab, endpoint, tmp_path)
    if browser_has == "none":
        page.evaluate("delete window.Notification")
    endpoint.pass_minutes(page, 3)
    expect(page).to_have_title(TITLE)
    assert desktop(page) == []
    set_hidden(page, hidden=False)
    expect(toast(page)).to_contain_text("Scheduled stop at")
    expect(toast(page).get_by_role("button", name="Save all")).to_be_visible()
    expect(toast(page).get_by_role("button", name=ALERTS)).to_have_count(0)
    execute(page, "jupyter-dsw:allow-desktop-notifications")
    words = {"denied": "The browser blocks notifications", "none": "has no desktop notifications"}
    expect(toast(page).filter(has_text=words[browser_has])).to_have_count(1)


def test_switched_off_there_is_no_notification_on_the_desktop(
    page: Page, start_lab: Any, endpoint: Endpoint, tmp_path: Path
) -> None:
    page.context.grant_permissions(["notifications"])
    open_hidden(page, start_lab, endpoint, tmp_path)
    set_setting(page, "desktopNotifications", value=False)
    endpoint.pass_minutes(page, 3)
    expect(page).to_have_title(TITLE)
    assert desktop(page) == []


def is_followed(page: Page, title: str) -> bool:
    """Set the title as JupyterLab does; whether the countdown is put before it."""
    page.evaluate("title => { document.title = title; }", title)
    return re.fullmatch(rf"Stop in \d\u00a0min · {re.escape(title)}", page.title()) is not None


def test_the_countdown_survives_changes_of_the_title_and_is_gone_afterwards(
    page: Page, start_lab: Any, endpoint: Endpoint, tmp_path: Path
) -> None:
    open_hidden(page, start_lab, endpoint, tmp_path, 12)
    expect(toast(page)).to_contain_text("Scheduled stop at")
    # The endpoint takes requests of a clock that is less than 15 minutes behind its own.
    endpoint.pass_minutes(page, 3)
    expect(page).to_have_title(TITLE)
    # Until JupyterLab, which is still starting, sets its own title no more.
    until(lambda: is_followed(page, "other.ipynb - JupyterLab"))
    endpoint.pass_minutes(page, 3)
    expect(page).to_have_title(re.compile(r"^Stop in [45]\u00a0min · "))
    # The stop is moved away, which the tab finds at the next threshold.
    stop_in(endpoint.emulator, 600 * MINUTE)
    endpoint.pass_minutes(page, 5)
    expect(page).to_have_title(re.compile("^(?!Stop in).*JupyterLab$"))


def test_of_several_tabs_in_the_background_one_requests_and_announces(
    page: Page, start_lab: Any, emulator: Emulator, tmp_path: Path
) -> None:
    hasten(tmp_path, 10)
    page.context.grant_permissions(["notifications"])
    page.context.add_init_script(NOTE)
    stop_in(emulator, 300 * MINUTE)
    lab = start_lab()
    pages = [page, page.context.new_page(), page.context.new_page()]
    for one in pages:
        open_window(one, lab)
        expect(status_item(one)).to_contain_text("stops in")
    stop_in(emulator, 30 * MINUTE + 25)
    refresh_until_seen(page, status_item(page).filter(has_text="30\u00a0min"))
    for one in pages:
        expect(status_item(one)).to_contain_text("stops in 30\u00a0min")
        set_hidden(one, hidden=True)
    requests: list[str] = []
    for one in pages:
        one.on("request", lambda request: requests.append(request.url))
    for one in pages:
        expect(one).to_have_title(TITLE)
    assert len([url for url in requests if "v1/instance" in url]) == 1
    assert sum(len(desktop(one)) for one in pages) == 1
    # Whoever comes back sees the warning, once.
    set_hidden(pages[1], hidden=False)
    expect(toast(pages[1])).to_contain_text("Scheduled stop at")
    set_hidden(pages[2], hidden=False)
    wait_until_decided(pages[2])
    expect(notifications(pages[2])).to_have_text("0")
