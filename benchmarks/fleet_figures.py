"""What a run of the simulated fleet tells, as figures."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.fleet_model import Record

# A reading at rest holds for 60 s, and a page asks up to 3 s later.
FRESH_S = 63
# There it holds for 15 s.
FRESH_NEAR_A_STOP_S = 16
NEARLY_ALL = 0.95


def per_second(record: Record, begin: int, end: int) -> float:
    """Calls a second from one second to another one, on average."""
    return sum(record.calls[begin:end]) / (end - begin)


def burstiness(record: Record, begin: int, end: int) -> float:
    """The calls of the busiest second as a multiple of the average; 0 without calls."""
    mean = per_second(record, begin, end)
    return max(record.calls[begin:end]) / mean if mean else 0.0


def refused_share(record: Record, begin: int, end: int) -> float:
    """The share of the calls that were throttled."""
    return sum(record.refused[begin:end]) / max(1, sum(record.calls[begin:end]))


def ages(record: Record, begin: int, end: int, *shares: float) -> list[int]:
    """The ages in seconds that so large a share of what watchers see does not exceed."""
    seen: Counter[int] = Counter()
    for second, counted in record.ages.items():
        if begin <= second < end:
            seen += counted
    return [_percentile(seen, share) for share in shares]


def _percentile(seen: Counter[int], share: float) -> int:
    below, total = 0, seen.total()
    for age in sorted(seen):
        below += seen[age]
        if below >= share * total:
            return age
    return 0


def recovery_s(record: Record, end: int) -> int | None:
    """Seconds after `end` until 95 % of what watchers see is fresh again; None: not in this run."""
    for second, counted in sorted(record.ages.items()):
        if second >= end and _percentile(counted, NEARLY_ALL) <= FRESH_S:
            return second - end
    return None


def worst_served(record: Record) -> float:
    """Readings of the twentieth of the instances that had the fewest, as a share of the average."""
    counts = sorted(record.readings)
    worst = counts[: max(1, len(counts) // 20)]
    average = sum(counts) / len(counts)
    return sum(worst) / len(worst) / average if average else 1.0
