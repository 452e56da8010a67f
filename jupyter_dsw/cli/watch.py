"""`jupyter dsw info --watch`: the page, redrawn in place, with a live countdown."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec
from rich.console import Console
from rich.live import Live
from rich.text import Text

from jupyter_dsw.cli import end_at_signals
from jupyter_dsw.cli.report import STOPPING_SOON, Paint, exit_status, report
from jupyter_dsw.clock import LONGEST_WAIT_S, elapsed_seconds
from jupyter_dsw.columns import wrapped
from jupyter_dsw.i18n import joined, text, translated
from jupyter_dsw.model.stops import next_stop
from jupyter_dsw.notebook import readings
from jupyter_dsw.render.values import format_duration
from jupyter_dsw.render.view import SECTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jupyter_dsw.notebook.output import Reading

# What changes or runs full while somebody watches comes first.
_BY_DEFAULT = ("timers", "snapshots", "disks", "datasets", "resources", "status")
# The empty row above a section, its title, one row, and how many more there are.
_LEAST_ROWS = 4
# Twice a second, so that no second of the countdown is left out.
BETWEEN_FRAMES_S = 0.5


def watch(first: Reading, warn_minutes: float) -> int:
    """Show `first` and what follows it; returns the last one's status.

    Ctrl-C, SIGTERM and SIGHUP end it, and so does a terminal that is closed.
    """
    # The terminal is given back as it was, whoever ends this.
    end_at_signals()
    latest = _Latest(first)
    paint = Paint(sys.stdout)
    console = Console()
    live = Live(console=console, screen=True, auto_refresh=False)
    with suppress(KeyboardInterrupt), live:
        # A terminal that was closed is none any more. Its signal may be ignored (`trap '' HUP`).
        while sys.stdout.isatty():
            frame = _frame(latest.reading, warn_minutes, console.size, paint)
            live.update(Text.from_ansi(frame, no_wrap=True), refresh=True)
            time.sleep(BETWEEN_FRAMES_S)
    print(report(latest.reading, warn_minutes, console.width, paint))
    return exit_status(latest.reading, warn_minutes)


class _Latest:
    """Return the current reading, which a thread of its own renews when it is due.

    A reading may take seconds, and the countdown goes on meanwhile.
    """

    def __init__(self, first: Reading) -> None:
        self.reading = first
        threading.Thread(target=self._renew, name="jupyter-dsw-info", daemon=True).start()

    def _renew(self) -> None:
        while True:
            # In short waits: one that a sleep of the machine interrupts would end too late.
            while (left_s := self.reading.next_read - elapsed_seconds()) > 0:
                time.sleep(min(left_s, LONGEST_WAIT_S))
            sections = self.reading.sections
            self.reading = msgspec.structs.replace(readings.current(), sections=sections)


def _frame(reading: Reading, warn_minutes: float, size: tuple[int, int], paint: Paint) -> str:
    """Return what fits `size` (columns, rows): next stop, and the sections that matter, whole."""
    width, height = size
    soon = exit_status(reading, warn_minutes) == STOPPING_SOON
    headline = paint(translated(_headline(reading)), "bold", "yellow" if soon else "green")

    def parts(*names: str) -> list[str]:
        named = msgspec.structs.replace(reading, sections=names or reading.sections)
        return report(named, warn_minutes, width, paint).split("\n\n")

    head, *default = parts()
    # Without an instance there are neither sections nor a foot.
    blocks = {lines[0]: lines for lines in (block.split("\n") for block in default)}
    titles = {name: parts(name)[1].split("\n")[0] for name in _order(reading) if default}
    sections = {name: blocks[title] for name, title in titles.items() if title in blocks}
    foot = _foot(tuple(sections), width)
    lines = [headline, "", *head.split("\n")][: height - 1 - len(foot)]
    shown = _fitting(sections, height - len(lines) - 1 - len(foot), partly=bool(reading.sections))
    lines += [line for name in sections if name in shown for line in ("", *shown[name])]
    foot = _foot(tuple(name for name in sections if name not in shown), width)
    return "\n".join([*lines, "", *(paint(line, "dim") for line in foot)])


def _order(reading: Reading) -> tuple[str, ...]:
    """Return the sections to show, what matters most first."""
    if "all" in reading.sections:
        return SECTIONS
    return tuple(name for name in SECTIONS if name in reading.sections) or _BY_DEFAULT


def _fitting(
    sections: Mapping[str, list[str]], height: int, *, partly: bool
) -> dict[str, list[str]]:
    """Those of `sections` that fit `height` rows, with the empty one above each.

    With `partly`, the first that does not fit is cut to what is left.
    """
    shown: dict[str, list[str]] = {}
    for name, lines in sections.items():
        if len(lines) < height:
            shown[name] = lines
            height -= len(lines) + 1
    cut = next((name for name in sections if name not in shown), None)
    if partly and cut is not None and height >= _LEAST_ROWS:
        rows = sections[cut][: height - 2]
        more = translated(text("%1 more lines", len(sections[cut]) - len(rows)))
        shown[cut] = [*rows, f"  … {more}"]
    return shown


def _foot(hidden: tuple[str, ...], width: int) -> list[str]:
    """Return what is not shown, and how to quit."""
    quits = text("Press Ctrl-C to quit.")
    if hidden:
        names = ", ".join(hidden)
        more = text("Not shown: %1. Name sections, or use a taller window.", names)
        quits = joined(" ", (more, quits))
    return wrapped(translated(quits), width, "")


def _headline(reading: Reading) -> str:
    if reading.instance is None:
        return text("The time of the next stop is unknown")
    stops = reading.stops
    stop = next_stop(stops)
    if stop is None:
        # An instance that has ended has none, whatever policies there are.
        known = stops or reading.stop_policies == "read" or reading.instance.has_ended
        return text("No stop is planned") if known else text("No stop is known")
    if stop.remaining_ms is None:
        return text("A stop is set; its time is unknown")
    left = format_duration(stop.remaining_ms)
    if stop.kind == "idle":
        return text("Idle stop in %1", left)
    return text("Scheduled stop in %1", left)
