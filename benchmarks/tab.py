"""Ten idle minutes of a JupyterLab tab and its server, with jupyter-dsw and without.

The pages' time runs 30 times as fast in both windows alike, and so does the clock of the server's
monitor; JupyterLab's own polling is stopped in both, for it would be 40 times as much. Both are
measured at once: what else the machine does meets both. What jupyter-dsw costs is the difference.
"""

from __future__ import annotations

import contextlib
import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.harness import Row, spread
from benchmarks.windows import Window, playwright, window
from jupyter_dsw.emulator import Emulator
from tests.browser.fast_clock import quieten, start_clocks
from tests.browser.windows import execute, set_hidden, status_item

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Playwright, Request

SPEED = 40
ROUNDS, ROUND_S = 5, 3
"""In real seconds; 10 minutes of the pages' time in all."""
SETTLED_S = 3
GOAL_PERCENT = 0.05
HOUR_MS = 3_600_000
THERE = "() => window.jupyterapp?.commands.hasCommand('application:close')"


@dataclass
class Side:
    """A window, and how often it asked."""

    window: Window
    emulator: Emulator
    requests: int = 0

    def used(self) -> tuple[float, float, float]:
        """Seconds of processor time of the tab and of the server, and what time it is."""
        return self.window.tab_cpu_s(), self.window.server_cpu_s(), time.monotonic()

    def note(self, request: Request) -> None:
        """Count what was asked of jupyter-dsw."""
        self.requests += "jupyter-dsw/" in request.url

    @property
    def asked(self) -> int:
        """Requests at the server and calls at the endpoint so far."""
        return self.requests + self.emulator.calls


@dataclass(frozen=True)
class Cost:
    """Percent of a core, a figure a round: with jupyter-dsw and without."""

    mine: list[float]
    without: list[float]

    def row(self, what: str, *, goal: bool = True) -> Row:
        """What it is beyond the time without."""
        beyond = [one - two for one, two in zip(self.mine, self.without, strict=True)]
        figure = statistics.median(beyond)
        mine, without = map(statistics.median, (self.mine, self.without))
        return Row(
            f"{what}, % of a core beyond",
            "the same without the extension",
            figure,
            f"< {GOAL_PERCENT} %" if goal else "none",
            figure < GOAL_PERCENT if goal else None,
            spread(beyond),
            f"{mine:.3f} % against {without:.3f} %",
        )


def measure() -> list[Row]:
    """The tab in sight, with a panel in sight besides, and hidden."""
    with playwright() as started, _side(started, True) as mine, _side(started, False) as other:
        start_clocks((mine.window.page, other.window.page))
        # What was planned before then is planned anew, at the new pace.
        execute(mine.window.page, "jupyter-dsw:refresh")
        tab, server = _cost(mine, other)
        execute(mine.window.page, "jupyter-dsw:show-panel")
        counting, _ = _cost(mine, other)
        mine.emulator.change(InstanceShutdownTimer={"RemainingTimeInMs": None})
        execute(mine.window.page, "jupyter-dsw:refresh")
        not_counting, _ = _cost(mine, other)
        for side in (mine, other):
            set_hidden(side.window.page, hidden=True)
        asked = mine.asked
        hidden_tab, hidden_server = _cost(mine, other)
        asked = mine.asked - asked
    return [
        tab.row("idle tab in sight"),
        server.row("server of an idle tab in sight"),
        counting.row("panel open in sight, counting seconds to a stop: tab", goal=False),
        not_counting.row("panel open in sight, no stop planned: tab", goal=False),
        hidden_tab.row("hidden tab"),
        hidden_server.row("server of a hidden tab"),
        Row("requests and calls of a hidden tab in 10 min", "", asked, "0", asked == 0),
    ]


def _cost(mine: Side, other: Side) -> tuple[Cost, Cost]:
    """Of the tabs and of the servers, after a while in which what was begun comes to an end."""
    time_passes(mine, SETTLED_S)
    tab, server = Cost([], []), Cost([], [])
    for _ in range(ROUNDS):
        before = [side.used() for side in (mine, other)]
        time_passes(mine, ROUND_S)
        after = [side.used() for side in (mine, other)]
        for place, cost in enumerate((tab, server)):
            shares = [
                (late[place] - early[place]) / (late[2] - early[2]) / SPEED * 100
                for early, late in zip(before, after, strict=True)
            ]
            cost.mine.append(shares[0])
            cost.without.append(shares[1])
    return tab, server


def time_passes(side: Side, seconds: float) -> None:
    """While Playwright goes on to tell of requests."""
    side.window.page.wait_for_timeout(seconds * 1000)


@contextlib.contextmanager
def _side(started: Playwright, enabled: bool) -> Iterator[Side]:
    with Emulator() as emulator:
        # At rest: no stop is near, nothing is being saved.
        emulator.change(
            InstanceShutdownTimer={"DueTime": None, "RemainingTimeInMs": 10 * HOUR_MS},
            IdleInstanceCuller={"IdleTimeInMinutes": 0},
            InstanceSnapshotList=[],
            LatestSnapshot=None,
        )
        with window(started, emulator, speed=SPEED, enabled=enabled) as one:
            side = Side(one, emulator)
            one.page.on("request", side.note)
            one.page.goto(f"{one.lab.url}lab?token={one.lab.token}")
            one.page.wait_for_function(THERE)
            one.page.evaluate("jupyterapp.restored.then(() => null)")
            if enabled:
                status_item(one.page).get_by_text("Running").wait_for()
            quieten(one.page)
            yield side
