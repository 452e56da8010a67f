"""`jupyter dsw info --watch`: the page, redrawn in place, with a live countdown."""

from __future__ import annotations

import signal
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec
from rich.console import Console
from rich.live import Live
from rich.text import Text

from jupyter_dsw.cli.info import STOPPING_SOON, exit_status, page
from jupyter_dsw.cli.paint import Paint
from jupyter_dsw.clock import LONGEST_WAIT_S, elapsed_seconds
from jupyter_dsw.instance.render import format_duration
from jupyter_dsw.language import text
from jupyter_dsw.notebook import source
from jupyter_dsw.notebook.person import said

if TYPE_CHECKING:
    from jupyter_dsw.notebook.reading import Reading

# Twice a second, so that no second of the countdown is left out.
BETWEEN_FRAMES_S = 0.5


def watch(first: Reading, warn_minutes: float) -> int:
    """Show `first` and what follows it until Ctrl-C or SIGTERM; returns the last one's status."""
    # The terminal is given back as it was, whoever ends this.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    latest = _Latest(first)
    paint = Paint(sys.stdout)
    console = Console()
    live = Live(console=console, screen=True, auto_refresh=False)
    with suppress(KeyboardInterrupt), live:
        while True:
            lines = _frame(latest.reading, warn_minutes, console.width, paint)
            frame = _fitted(lines, console.height, paint)
            live.update(Text.from_ansi(frame, no_wrap=True), refresh=True)
            time.sleep(BETWEEN_FRAMES_S)
    print(page(latest.reading, warn_minutes, console.width, paint))
    return exit_status(latest.reading, warn_minutes)


class _Latest:
    """The current reading, renewed when it is due by a thread of its own: a reading may take
    seconds, and the countdown goes on meanwhile."""

    def __init__(self, first: Reading) -> None:
        self.reading = first
        threading.Thread(target=self._renew, name="jupyter-dsw-info", daemon=True).start()

    def _renew(self) -> None:
        while True:
            # In short waits: one that a sleep of the machine interrupts would end too late.
            while (left_s := self.reading.next_read - elapsed_seconds()) > 0:
                time.sleep(min(left_s, LONGEST_WAIT_S))
            sections = self.reading.sections
            self.reading = msgspec.structs.replace(source.ask(), sections=sections)


def _frame(reading: Reading, warn_minutes: float, width: int, paint: Paint) -> list[str]:
    soon = exit_status(reading, warn_minutes) == STOPPING_SOON
    headline = paint(said(_headline(reading)), "bold", "yellow" if soon else "green")
    return [headline, "", *page(reading, warn_minutes, width, paint).split("\n")]


def _fitted(lines: list[str], height: int, paint: Paint) -> str:
    """As many of `lines` as fit, and how this ends."""
    foot = said(text("Ctrl-C ends"))
    more = len(lines) - (height - 2)
    if more > 0:
        hidden = text("%1 more lines: name sections, or make the terminal taller.", more)
        foot = f"{said(hidden)} {foot}"
        lines = lines[: height - 2]
    return "\n".join([*lines, "", paint(foot, "dim")])


def _headline(reading: Reading) -> str:
    stops = reading.countdowns
    if stops is None:
        return text("It is not known when the next stop is")
    if stops.next_stop is None:
        return text("No stop is on its way")
    if stops.remaining_ms is None:
        return text("A stop is set, its time is unknown")
    kind = text("idle") if stops.next_stop == "idle" else text("scheduled")
    return text("Stops in %1 (%2)", format_duration(stops.remaining_ms), kind)
