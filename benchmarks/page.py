"""The tables of docs/performance.md, made of rows."""

from __future__ import annotations

import os
import platform
from datetime import datetime, timezone
from importlib.metadata import version
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from benchmarks.harness import Row

PART = "bench"
"""The part of the page that they are in."""
COLUMNS = ("What", "Against", "Median", "5th to 95th percentile", "Goal", "Reached", "In figures")
_REACHED = {True: "yes", False: "**no**", None: "stated"}


def tables(groups: Mapping[str, Iterable[Row]], measured_on: str) -> str:
    """A paragraph on the machine, then a table for each group."""
    parts = [measured_on]
    for title, rows in groups.items():
        lines = [f"| {' | '.join(COLUMNS)} |", f"|{' --- |' * len(COLUMNS)}"]
        parts += [f"### {title}", "\n".join([*lines, *map(_line, rows)])]
    return "\n\n".join(parts)


def _line(row: Row) -> str:
    spread = "" if row.spread is None else f"{_short(row.spread[0])} to {_short(row.spread[1])}"
    goal, reached = row.goal, _REACHED[row.reached]
    cells = (row.what, row.against, _short(row.figure), spread, goal, reached, row.detail)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _short(figure: float) -> str:
    """Three digits, or all of them before the point."""
    return f"{figure:,.0f}" if abs(figure) >= 100 else f"{figure:.3g}"


def measured_on(packages: Iterable[str], peers: Mapping[str, str], busy: float) -> str:
    """This machine, these packages and the versions of `peers`; `busy` is its load average."""
    gib = round(psutil.virtual_memory().total / 2**30)
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    others = ", ".join(f"{name} {number}" for name, number in peers.items())
    shared = f", with other work on it (load average {busy:.1f})" if busy >= 0.1 else ""
    return (
        f"Measured on {datetime.now(timezone.utc):%Y-%m-%d} with {versions}, Python "
        f"{platform.python_version()}, on {os.cpu_count()} {platform.machine()} cores with {gib} "
        f"GiB{shared}. Peers: {others}."
    )
