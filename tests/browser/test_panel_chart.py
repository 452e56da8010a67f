"""The chart of CPU and GPU as a person reads it: by pointer, by keyboard, as a table."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from tests.browser.fast_clock import fast_clock, quieten, start_clocks
from tests.browser.test_gallery import gallery, open_gallery
from tests.browser.windows import execute, open_window, set_hidden
from tests.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

__all__ = ["gallery"]

# How many times as fast the page's time runs, where minutes pass.
SPEED = 30
SIDE = "#jupyter-dsw-panel"
NEWEST = re.compile(r"CPU 3.%\s*GPU 0.%\s*idle for 31.min")


def values(page: Page) -> Locator:
    return page.locator("dsw-panel .values")


def point_at(page: Page, part: float) -> None:
    """Move the pointer over the chart, this part of its width from the left."""
    plot = page.get_by_role("slider").bounding_box()
    assert plot is not None
    page.mouse.move(plot["x"] + part * plot["width"], plot["y"] + plot["height"] / 2)


def test_the_pointer_reads_the_values_of_a_moment(page: Page, gallery: Path) -> None:
    open_gallery(page, gallery, case="measured", width=1000)
    expect(values(page)).to_contain_text(NEWEST)
    expect(page.locator("dsw-panel .cursor")).to_have_count(0)

    page.get_by_role("slider").scroll_into_view_if_needed()
    point_at(page, 0.7)
    expect(values(page)).to_contain_text("idle for 0")
    expect(page.locator("dsw-panel .cursor")).to_have_count(1)
    first = values(page).inner_text()
    point_at(page, 0.1)
    expect(values(page)).not_to_have_text(first)

    page.mouse.move(0, 0)
    expect(values(page)).to_contain_text(NEWEST)
    expect(page.locator("dsw-panel .cursor")).to_have_count(0)


def test_the_keyboard_reads_each_sample(page: Page, gallery: Path) -> None:
    open_gallery(page, gallery, case="measured", width=1000)
    plot = page.get_by_role("slider", name="CPU and GPU over time")
    plot.focus()
    last = int(plot.get_attribute("aria-valuemax") or 0)
    expect(plot).to_have_attribute("aria-valuenow", str(last))
    page.keyboard.press("ArrowLeft")
    expect(plot).to_have_attribute("aria-valuenow", str(last - 1))
    expect(plot).to_have_attribute("aria-valuetext", re.compile(r"· CPU \d.% · GPU 0.% · idle"))
    page.keyboard.press("Home")
    expect(plot).to_have_attribute("aria-valuenow", "0")
    page.keyboard.press("ArrowLeft")
    expect(plot).to_have_attribute("aria-valuenow", "0")
    page.keyboard.press("End")
    expect(plot).to_have_attribute("aria-valuenow", str(last))
    expect(plot).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("Tab")
    expect(values(page)).to_contain_text(NEWEST)


def test_the_values_are_a_table_too(page: Page, gallery: Path) -> None:
    open_gallery(page, gallery, case="measured", width=320)
    page.get_by_text("Show as a table").click()
    table = page.get_by_role("table")
    expect(table.get_by_role("columnheader")).to_have_text(["From", "CPU", "GPU", "Idle"])
    newest = table.get_by_role("row").nth(1)
    expect(newest).to_contain_text(re.compile(r"\d+.%.*31.min"))


def test_the_chart_fills_the_place_next_to_the_next_stop_and_nothing_overlaps(
    page: Page, gallery: Path
) -> None:
    for width in (320, 640, 1000, 1400):
        page.set_viewport_size({"width": width + 40, "height": 900})
        open_gallery(page, gallery, case="measured", width=width)
        stop = page.locator("dsw-panel .stop").bounding_box()
        place = page.locator("dsw-panel .row > .chart").bounding_box()
        assert stop is not None
        assert place is not None
        if width >= 1000:
            # In one line, as high as each other.
            assert stop["x"] + stop["width"] <= place["x"]
            assert abs(stop["height"] - place["height"]) < 1
        else:
            assert stop["y"] + stop["height"] <= place["y"]
        parts = page.locator("dsw-panel .row > .chart > *")
        ends = [box for box in (part.bounding_box() for part in parts.all()) if box is not None]
        assert len(ends) == 5
        for above, below in pairwise(ends):
            assert above["y"] + above["height"] <= below["y"] + 0.5


def minute(page: Page) -> float:
    """The minutes since the epoch by the page's clock."""
    now_ms: float = page.evaluate("Date.now()")
    return now_ms / 60_000


def pass_minutes(page: Page, minutes: float) -> None:
    """Wait until so many minutes have passed in the page."""
    end = minute(page) + minutes
    page.wait_for_function("end => Date.now() / 60_000 > end", arg=end)


def test_in_jupyterlab_the_server_measures_and_the_chart_requests_once_a_minute_while_in_sight(
    page: Page, start_lab: Any
) -> None:
    page.context.add_init_script(fast_clock(SPEED))
    lab = start_lab()
    open_window(page, lab)
    until(lambda: lab.request("GET", "jupyter-dsw/v1/utilization")["samples"])
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))

    def sent() -> int:
        return sum("v1/utilization" in url for url in requests)

    # Nobody sees a panel: there is no chart to draw.
    pass_minutes(page, 0)
    assert sent() == 0
    execute(page, "jupyter-dsw:show-panel")
    expect(page.locator(f"{SIDE} .values")).to_contain_text(re.compile(r"CPU \d+.%"))
    first = sent()
    assert first >= 1

    quieten(page)
    start_clocks([page])
    # What was planned before then is planned anew, at the new pace.
    set_hidden(page, hidden=True)
    set_hidden(page, hidden=False)
    begun = minute(page)
    pass_minutes(page, 5)
    in_sight = sent() - first
    # On a slow machine more than five minutes have passed by now.
    assert 1 <= in_sight <= minute(page) - begun + 2
    # The chart is out of sight, the panel is not.
    page.set_viewport_size({"width": 1280, "height": 260})
    expect(page.locator(f"{SIDE} dsw-panel .state")).to_be_in_viewport()
    expect(page.locator(f"{SIDE} dsw-panel .plot")).not_to_be_in_viewport()
    pass_minutes(page, 2)
    out_of_sight = sent()
    pass_minutes(page, 5)
    assert sent() == out_of_sight
    with page.expect_request("**/jupyter-dsw/v1/utilization"):
        page.set_viewport_size({"width": 1280, "height": 1600})
    set_hidden(page, hidden=True)
    pass_minutes(page, 2)
    hidden = sent()
    pass_minutes(page, 5)
    assert sent() == hidden
