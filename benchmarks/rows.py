"""What a benchmark found: ratios and counts, and the tables that docs/performance.md shows."""

from __future__ import annotations

import os
import platform
import statistics
from dataclasses import dataclass
from datetime import datetime, timezone
from importlib.metadata import version
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

PART = "bench"
"""The generated part of docs/performance.md."""
_COLUMNS = ("What", "Against", "Figure", "5th to 95th percentile", "Goal", "Reached", "In figures")
_REACHED = {True: "yes", False: "**no**", None: "no goal"}


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    against: str
    figure: float
    goal: float | None = None
    """The figure should be at most this; None where there is no goal."""
    spread: tuple[float, float] | None = None
    """The 5th and the 95th percentile of the rounds."""
    detail: str = ""

    @property
    def reached(self) -> bool | None:
        """Whether the goal is reached; None where there is none."""
        return None if self.goal is None else self.figure <= self.goal

    def cells(self) -> tuple[str, ...]:
        """Return the row's texts, column by column."""
        spread = (
            "" if self.spread is None else f"{_short(self.spread[0])} to {_short(self.spread[1])}"
        )
        goal = "" if self.goal is None else f"≤ {self.goal:g}"
        figure, reached = _short(self.figure), _REACHED[self.reached]
        return (self.what, self.against, figure, spread, goal, reached, self.detail)


def ratio(
    what: str, against: str, mine: Sequence[float], theirs: Sequence[float], goal: float, unit: str
) -> Row:
    """Return a cost as a multiple of another one, both measured in the same rounds."""
    ratios = [one / other for one, other in zip(mine, theirs, strict=True)]
    return Row(
        what, against, statistics.median(ratios), goal, _spread(ratios), _both(mine, theirs, unit)
    )


def difference(
    what: str, against: str, mine: Sequence[float], theirs: Sequence[float], goal: float, unit: str
) -> Row:
    """Return what one costs more than the other, both measured in the same rounds."""
    more = [one - other for one, other in zip(mine, theirs, strict=True)]
    return Row(
        what, against, statistics.median(more), goal, _spread(more), _both(mine, theirs, unit)
    )


def tables(groups: Mapping[str, Iterable[Row]], measured_on: str) -> str:
    """Return a paragraph on the machine, then a table for each group."""
    parts = [measured_on]
    for title, rows in groups.items():
        lines = [f"| {' | '.join(_COLUMNS)} |", f"|{' --- |' * len(_COLUMNS)}"]
        for row in rows:
            cells = (cell.replace("|", "\\|") for cell in row.cells())
            lines.append(f"| {' | '.join(cells)} |")
        parts += [f"### {title}", "\n".join(lines)]
    return "\n\n".join(parts)


def measured_on(packages: Iterable[str], load: float) -> str:
    """Describe this machine and the versions; `load` is its load average at the start."""
    gib = round(psutil.virtual_memory().total / 2**30)
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    shared = f", with other work on it (load average {load:.1f})" if load >= 0.1 else ""
    return (
        f"Measured on {datetime.now(timezone.utc):%Y-%m-%d} with {versions}, Python "
        f"{platform.python_version()}, on {os.cpu_count()} {platform.machine()} cores with {gib} "
        f"GiB{shared}."
    )


def _spread(values: Sequence[float]) -> tuple[float, float]:
    centiles = statistics.quantiles(values, n=20, method="inclusive")
    return centiles[0], centiles[-1]


def _both(mine: Sequence[float], theirs: Sequence[float], unit: str) -> str:
    return f"{statistics.median(mine):.4g} {unit} against {statistics.median(theirs):.4g} {unit}"


def _short(figure: float) -> str:
    """Three digits, or all of them before the point."""
    return f"{figure:,.0f}" if abs(figure) >= 100 else f"{figure:.3g}"
