"""What may happen to an account whose instances are watched, for `benchmarks.fleet`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

RetryAfter: TypeAlias = float | Literal["window"] | None
"""What a throttled call is told: seconds, the rest of the quota's window, or nothing."""
Phases: TypeAlias = dict[str, tuple[int, int]]

MINUTE = 60
# A call in this many seconds is what an instance that is watched makes at rest.
PACE_S = 60.0


@dataclass(frozen=True)
class Trouble:
    """From one second to another one the quota is smaller, or nobody can connect."""

    begin: int
    end: int
    quota: float | None
    """Calls a second; None where nobody can connect."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """An account, its quota, and what happens. Times are seconds from the beginning."""

    instances: int = 1000
    quota: float = 20.0
    """Calls a second that the account may make."""
    window_s: float = 1.0
    """The quota is counted in windows of so many seconds."""
    retry_after: RetryAfter = None
    watched: float = 1.0
    """The share of the instances that somebody watches at any time."""
    opened_within_s: float = 60.0
    """The pages that are open at the beginning were opened within so many seconds."""
    trouble: Trouble | None = None
    stop_at: int | None = None
    """When all are stopped by schedule."""
    until: int = 30 * MINUTE
    by_kernels: bool = False
    """Asked by code in kernels, which adds no chance of its own as a page does."""
    in_step: bool = False
    """Nothing is left to chance: what the policy would do without jitter."""
    seed: int = 1

    @property
    def load(self) -> float:
        """Calls that are wanted at rest, as a share of the quota."""
        return self.instances * self.watched / PACE_S / self.quota

    @property
    def phases(self) -> Phases:
        """Names of stretches of time, for the table: from, to."""
        if self.trouble is not None:
            begin, end = self.trouble.begin, self.trouble.end
            before = {"before": (2 * MINUTE, begin), "during": (begin, end)}
            after = {"10 min after": (end, end + 10 * MINUTE)}
            return before | after | {"later": (end + 10 * MINUTE, self.until)}
        if self.stop_at is not None:
            near = self.stop_at - 10 * MINUTE
            # In the first of the ten minutes there are readings that still hold for a minute.
            last = {"last 9 min": (near + MINUTE, self.stop_at)}
            return {"at rest": (2 * MINUTE, near)} | last
        if self.opened_within_s < PACE_S:
            first = {"first minute": (0, MINUTE), "minutes 2 to 5": (MINUTE, 5 * MINUTE)}
            return first | {"from minute 10": (10 * MINUTE, self.until)}
        return {"at rest": (5 * MINUTE, self.until)}


def rest(common: Scenario) -> Scenario:
    """Nothing happens."""
    return common


def nine(common: Scenario) -> Scenario:
    """Everybody opens JupyterLab within two seconds, as when a gateway comes back."""
    return replace(common, opened_within_s=2.0)


def outage(common: Scenario) -> Scenario:
    """For ten minutes nobody can connect."""
    trouble = Trouble(10 * MINUTE, 20 * MINUTE, None)
    return replace(common, trouble=trouble, until=45 * MINUTE)


def cut(common: Scenario) -> Scenario:
    """For ten minutes the quota is a fifth of what the fleet wants at rest."""
    fifth = common.instances * common.watched / PACE_S / 5
    trouble = Trouble(10 * MINUTE, 20 * MINUTE, fifth)
    return replace(common, trouble=trouble, until=45 * MINUTE)


def six(common: Scenario) -> Scenario:
    """All are stopped by schedule at the same time."""
    return replace(common, stop_at=30 * MINUTE, until=30 * MINUTE)


SCENARIOS: dict[str, Callable[[Scenario], Scenario]] = {
    each.__name__: each for each in (rest, nine, outage, cut, six)
}
