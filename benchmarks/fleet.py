"""An account's watched instances against the quota of its calls, simulated.

Each instance has the product's own `Monitor` on a simulated clock. The endpoint with its quota,
and the pages that watch, are a model. docs/fleet.md describes what the figures mean.
"""

from __future__ import annotations

import heapq
import random
from collections import Counter
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Literal, cast

from benchmarks.rows import Row
from jupyter_dsw.model.instance import parse_instance
from jupyter_dsw.monitor import Monitor
from jupyter_dsw.reading import SOONEST_NEXT_READ_MS, Reading
from jupyter_dsw.upstream.client import InstanceResponse
from jupyter_dsw.upstream.errors import Throttled, Unreachable
from jupyter_dsw.upstream.settings import Source
from tests.clock import Clock

if TYPE_CHECKING:
    from jupyter_dsw.clock import Deadline
    from jupyter_dsw.model.sessions import Session
    from jupyter_dsw.upstream.client import Client

MINUTE = 60
PAGE_JITTER = 0.05
"""How much later than due a page requests at most, as a share, as the page's own code has it."""
FRESH_S = 69
"""A reading at rest is fresh for up to 66 s, and a page requests up to 3 s later."""
BETWEEN_SAMPLES_S = 10
BEGINNING = datetime(2026, 1, 5, 8, 50, tzinfo=timezone.utc)
SOURCE = Source(endpoint="simulated", region="simulated", instance_id="dsw-0", simulated=True)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """An account, its quota, and what happens. Times are seconds from the beginning."""

    instances: int = 1000
    quota: float = 20.0
    """Calls a second that the account may make."""
    window_s: float = 1.0
    """The quota is counted in windows of so many seconds."""
    retry_after: float | Literal["window"] | None = None
    """When a throttled call may be repeated: seconds, the rest of the window, or no information."""
    opened_within_s: float = 60.0
    """All pages were opened within so many seconds."""
    outage: tuple[int, int] | None = None
    """From when to when nobody can connect."""
    cut: tuple[int, int] | None = None
    """From when to when the quota is a fifth of what the fleet needs at rest."""
    until: int = 30 * MINUTE
    jitter: bool = True
    """Without it, what the policy would do if nothing were left to chance."""
    seed: int = 1


OUTAGE = Scenario(instances=10_000, quota=250, outage=(10 * MINUTE, 20 * MINUTE), until=45 * MINUTE)
CUT = Scenario(
    instances=2000,
    quota=40,
    cut=(10 * MINUTE, 20 * MINUTE),
    window_s=60,
    retry_after="window",
    until=45 * MINUTE,
)
OPENING = Scenario(instances=2000, quota=10_000, opened_within_s=2.0)
OVER_THE_QUOTA = Scenario(instances=2400, quota=20, retry_after=1.0, until=60 * MINUTE)
CARRIED = Scenario(instances=1100, quota=20)


@dataclass
class Record:
    """What happened in a run."""

    calls: list[int]
    """Upstream calls in each second."""
    throttled: list[int]
    """Those of them that were over the quota."""
    ages: dict[int, Counter[int]] = field(default_factory=dict)
    """At some seconds: how many people see a reading so many whole seconds old."""

    def rate(self, begin: int, end: int) -> float:
        """Return calls a second, on average."""
        return sum(self.calls[begin:end]) / (end - begin)

    def burst(self, begin: int, end: int) -> float:
        """Return the busiest second as a multiple of the average; 0 without calls."""
        rate = self.rate(begin, end)
        return max(self.calls[begin:end]) / rate if rate else 0.0

    def throttled_share(self, begin: int, end: int) -> float:
        """Return the share of the calls that were over the quota."""
        return sum(self.throttled[begin:end]) / max(1, sum(self.calls[begin:end]))

    def age(self, begin: int, end: int, share: float) -> int:
        """Return the age (s) that this share of what people see does not exceed."""
        seen: Counter[int] = Counter()
        for second, counts in self.ages.items():
            if begin <= second < end:
                seen += counts
        return _percentile(seen, share)

    def fresh_again_s(self, end: int) -> int | None:
        """Seconds from `end` until 95 % of what people see is fresh; None: not within the run."""
        for second, counts in sorted(self.ages.items()):
            if second >= end and _percentile(counts, 0.95) <= FRESH_S:
                return second - end
        return None


def _percentile(seen: Counter[int], share: float) -> int:
    below, total = 0, seen.total()
    for age in sorted(seen):
        below += seen[age]
        if below >= share * total:
            return age
    return 0


class Endpoint:
    """PAI-DSW for one account: a quota in fixed windows; a throttled call does not use it up."""

    source = SOURCE

    def __init__(self, scenario: Scenario, clock: Clock, record: Record) -> None:
        self._scenario, self._clock, self._record = scenario, clock, record
        self._window, self._used = -1, 0
        self._instance = parse_instance({"InstanceId": "dsw-0", "Status": "Running"})

    def get_instance(self) -> InstanceResponse:
        """Return the instance; raises `Throttled` over the quota, `Unreachable` in an outage."""
        now, scenario = self._clock.now, self._scenario
        self._record.calls[int(now)] += 1
        if scenario.outage and scenario.outage[0] <= now < scenario.outage[1]:
            raise Unreachable("simulated")  # noqa: EM101
        window = int(now // scenario.window_s)
        if window != self._window:
            self._window, self._used = window, 0
        if self._used >= self._quota_at(now) * scenario.window_s:
            self._record.throttled[int(now)] += 1
            left_s = (window + 1) * scenario.window_s - now
            wait_s = left_s if scenario.retry_after == "window" else scenario.retry_after
            wait_ms = None if wait_s is None else int(wait_s * 1000) + 1
            raise Throttled("simulated", retry_after_ms=wait_ms)  # noqa: EM101
        self._used += 1
        date = BEGINNING + timedelta(seconds=now)
        return InstanceResponse(self._instance, date, "endpoint", now, None, simulated=True)

    def get_stop_policies(self, _deadline: Deadline) -> None:
        """Return nothing, as where it is switched off: the figures are about GetInstance."""

    def get_sessions(self, _deadline: Deadline) -> tuple[Session, ...]:
        """Return no runs: it is called once, and after a change of status."""
        return ()

    def _quota_at(self, now: float) -> float:
        cut = self._scenario.cut
        if cut and cut[0] <= now < cut[1]:
            return self._scenario.instances / 60 / 5
        return self._scenario.quota


class InstantMonitor(Monitor):
    """The real one, but a call takes no thread and no time."""

    def _start(self) -> Future[Reading]:
        self._last_call = self.clock()
        waiting: Future[Reading] = Future()
        self._settle(waiting, self._next_reading())
        return waiting


def run(scenario: Scenario) -> Record:
    """Simulate a scenario; the same seed gives the same record."""
    chance = random.Random(scenario.seed)  # noqa: S311 - chance, not a secret
    clock = Clock(0.0)
    record = Record([0] * (scenario.until + 1), [0] * (scenario.until + 1))
    endpoint = Endpoint(scenario, clock, record)
    uniform = chance.uniform if scenario.jitter else (lambda _low, high: high)
    page_jitter = PAGE_JITTER if scenario.jitter else 0.0
    monitors = [
        InstantMonitor(cast("Client", endpoint), clock=clock, uniform=uniform)
        for _ in range(scenario.instances)
    ]
    seen: list[float | None] = [None] * scenario.instances
    opened = [chance.uniform(0, scenario.opened_within_s) for _ in monitors]
    due = [(at, index) for index, at in enumerate(opened)]
    heapq.heapify(due)
    sample_at = BETWEEN_SAMPLES_S
    while due and due[0][0] < scenario.until:
        clock.now, index = heapq.heappop(due)
        while sample_at <= clock.now:
            since = (
                at if taken is None else taken
                for at, taken in zip(opened, seen, strict=True)
                if at <= sample_at
            )
            record.ages[sample_at] = Counter(int(sample_at - at) for at in since)
            sample_at += BETWEEN_SAMPLES_S
        reading = monitors[index].read().result()
        seen[index] = reading.taken
        wait_s = max(SOONEST_NEXT_READ_MS / 1000, reading.next_read - clock.now)
        heapq.heappush(due, (clock.now + wait_s * (1 + page_jitter * chance.random()), index))
    return record


def measure() -> list[Row]:
    """Bursts, throttling and freshness; counts of simulated calls, the same in each run."""
    return [_after_an_outage(), _after_a_cut(), _after_an_opening(), _over_the_quota(), _carried()]


def _after_an_outage() -> Row:
    record = run(OUTAGE)
    before, after = record.burst(2 * MINUTE, 10 * MINUTE), record.burst(20 * MINUTE, 30 * MINUTE)
    detail = f"95 % of what is seen is fresh again after {record.fresh_again_s(20 * MINUTE)} s"
    what = "10,000 instances after 10 minutes without an endpoint: busiest second"
    return Row(what, "before it", after / before, 1.5, detail=detail)


def _after_a_cut() -> Row:
    what = "2,000 instances after 10 minutes with a fifth of the quota: busiest second"
    return _against_no_jitter(what, CUT, 20 * MINUTE, 30 * MINUTE)


def _after_an_opening() -> Row:
    what = "2,000 pages opened within 2 s: busiest second from minute 10 on"
    return _against_no_jitter(what, OPENING, 10 * MINUTE, 30 * MINUTE)


def _against_no_jitter(what: str, scenario: Scenario, begin: int, end: int) -> Row:
    mine = run(scenario).burst(begin, end)
    theirs = run(replace(scenario, jitter=False)).burst(begin, end)
    detail = f"{mine:.3g} times the average against {theirs:.3g}"
    return Row(what, "the same without jitter", mine / theirs, 0.25, detail=detail)


def _over_the_quota() -> Row:
    record, phase = run(OVER_THE_QUOTA), (5 * MINUTE, 60 * MINUTE)
    throttled, age = record.throttled_share(*phase), record.age(*phase, 0.99)
    detail = f"{throttled:.0%} throttled; 99 % of what is seen is at most {age} s old"
    what = "2,400 instances that need twice the quota: calls to the quota"
    return Row(what, "", record.rate(*phase) / OVER_THE_QUOTA.quota, 4, detail=detail)


def _carried() -> Row:
    age = run(CARRIED).age(5 * MINUTE, 30 * MINUTE, 0.99)
    what = "1,100 watched instances on 20 calls a second: age of 99 % of what is seen (s)"
    return Row(what, "", age, FRESH_S)
