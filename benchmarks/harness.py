"""Figures as ratios: two things measured side by side, in turns, in one run."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True)
class Row:
    """One line of the table: a ratio or a count, and what it should be."""

    what: str
    against: str
    figure: float
    goal: str
    reached: bool | None
    """None where there is no goal to reach, only a figure to state."""
    spread: tuple[float, float] | None = None
    """The 5th and the 95th percentile of the rounds."""
    detail: str = ""

    def __str__(self) -> str:
        spread = "" if self.spread is None else f" ({self.spread[0]:.3g} to {self.spread[1]:.3g})"
        mark = {True: "reached", False: "NOT REACHED", None: "stated"}[self.reached]
        against = f" against {self.against}" if self.against else ""
        figure = f"{self.figure:.3g}{spread}; goal {self.goal}: {mark}"
        return f"{self.what}{against}: {figure}. {self.detail}"


def in_turns(
    mine: Callable[[], float], other: Callable[[], float], rounds: int
) -> tuple[list[float], list[float]]:
    """Measure both so many times in turns, so that what else the machine does meets both."""
    pairs = []
    for number in range(rounds):
        # Whoever comes second finds warmer caches: each is second as often as the other.
        if number % 2:
            theirs = other()
            pairs.append((mine(), theirs))
        else:
            pairs.append((mine(), other()))
    return [mine for mine, _ in pairs], [theirs for _, theirs in pairs]


def ratio_at_most(
    what: str, against: str, mine: Sequence[float], theirs: Sequence[float], goal: float, unit: str
) -> Row:
    """The row for a cost that may be at most `goal` times the other."""
    return _ratio(what, against, mine, theirs, unit, f"≤ {goal:g}", lambda ratio: ratio <= goal)


def ratio_at_least(
    what: str, against: str, mine: Sequence[float], theirs: Sequence[float], goal: float, unit: str
) -> Row:
    """The row for a gain that should be at least `goal` times the other."""
    return _ratio(what, against, mine, theirs, unit, f"≥ {goal:g}", lambda ratio: ratio >= goal)


def ratio_stated(
    what: str, against: str, mine: Sequence[float], theirs: Sequence[float], unit: str
) -> Row:
    """The row for a ratio that has no goal to reach."""
    return _ratio(what, against, mine, theirs, unit, "none", lambda _: None)


def _ratio(
    what: str,
    against: str,
    mine: Sequence[float],
    theirs: Sequence[float],
    unit: str,
    goal: str,
    reached: Callable[[float], bool | None],
) -> Row:
    ratios = [one / two for one, two in zip(mine, theirs, strict=True)]
    ratio = statistics.median(ratios)
    detail = f"{statistics.median(mine):.4g} {unit} against {statistics.median(theirs):.4g} {unit}"
    return Row(what, against, ratio, goal, reached(ratio), spread(ratios), detail)


def spread(values: Sequence[float]) -> tuple[float, float]:
    """The 5th and the 95th percentile."""
    centiles = statistics.quantiles(values, n=20, method="inclusive")
    return centiles[0], centiles[-1]
