"""Figures as ratios: two things measured side by side, in turns, in one run."""

from __future__ import annotations

import statistics
import timeit
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 25
CALLS = 20_000


@dataclass(frozen=True)
class Comparison:
    """What one call costs, and how many times that of another."""

    name: str
    against: str
    cost_ns: float
    against_ns: float
    ratios: tuple[float, ...]
    goal: float

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios."""
        return statistics.median(self.ratios)

    def __str__(self) -> str:
        low, *_, high = statistics.quantiles(self.ratios, n=20)
        return (
            f"{self.name}: {self.cost_ns:.0f} ns a call, {self.ratio:.1f} times {self.against} "
            f"({self.against_ns:.0f} ns; 5th to 95th percentile {low:.1f} to {high:.1f}; "
            f"goal: at most {self.goal:g})"
        )


def compare(
    name: str, call: Callable[[], object], against: str, other: Callable[[], object], goal: float
) -> Comparison:
    """Time `call` and `other` in turns, so that what else the machine does meets both."""
    pairs = [
        (timeit.timeit(call, number=CALLS), timeit.timeit(other, number=CALLS))
        for _ in range(ROUNDS)
    ]
    return Comparison(
        name,
        against,
        statistics.median(mine for mine, _ in pairs) / CALLS * 1e9,
        statistics.median(theirs for _, theirs in pairs) / CALLS * 1e9,
        tuple(mine / theirs for mine, theirs in pairs),
        goal,
    )
