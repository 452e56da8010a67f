"""An account's instances, each with the real `Monitor`, and the endpoint that they share.

Time is simulated: an event is somebody who asks, and a call takes no time. What is a model here,
and not the product's code: the endpoint and its quota, when people watch, and the few lines of
`labextension/src/panel/sources/policy.ts` that say when a page asks again.
"""

from __future__ import annotations

import heapq
import random
from collections import Counter
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from jupyter_dsw.instance.model import instance_from_wire
from jupyter_dsw.monitor import Monitor
from jupyter_dsw.reading import SOONEST_NEXT_READ_MS, Reading
from jupyter_dsw.upstream.client import Answer
from jupyter_dsw.upstream.errors import Throttled, Unreachable
from jupyter_dsw.upstream.settings import Source

if TYPE_CHECKING:
    from benchmarks.fleet_scenarios import Scenario

# As in policy.ts; tests compare the two.
PAGE_JITTER = 0.05
SOONEST_S = SOONEST_NEXT_READ_MS / 1000
# How long a page is in sight without a break, on average.
SESSION_S = 20 * 60.0
BETWEEN_SAMPLES_S = 10
SIMULATED = "simulated"
BEGINNING = datetime(2026, 1, 5, 8, 50, tzinfo=timezone.utc)


@dataclass
class Clock:
    """Simulated seconds since the beginning."""

    now: float = 0.0

    def __call__(self) -> float:
        """What a monitor reads."""
        return self.now


@dataclass
class Record:
    """What happened in a run."""

    scenario: Scenario
    calls: list[int]
    """At the endpoint, in each second."""
    refused: list[int]
    """Of them those that were throttled."""
    ages: dict[int, Counter[int]] = field(default_factory=dict)
    """At some seconds: how many watchers see a reading so many whole seconds old. Who has not seen
    one counts from when he began to watch."""
    readings: list[int] = field(default_factory=list)
    """Good ones of each instance."""


class Endpoint:
    """PAI-DSW for one account: a quota in fixed windows; a refused call does not use it up."""

    source = Source(endpoint=SIMULATED, region=SIMULATED, instance_id="dsw-0", simulated=True)

    def __init__(self, scenario: Scenario, clock: Clock, record: Record) -> None:
        self._scenario = scenario
        self._clock = clock
        self._record = record
        self._window = -1
        self._used = 0
        wire: dict[str, object] = {"InstanceId": "dsw-0", "Status": "Running"}
        if scenario.stop_at is not None:
            due = BEGINNING + timedelta(seconds=scenario.stop_at)
            wire["InstanceShutdownTimer"] = {"DueTime": due.isoformat()}
        self._instance = instance_from_wire(wire)

    def get_instance(self) -> Answer:
        """One call; raises `Throttled` past the quota, `Unreachable` in an outage."""
        now = self._clock.now
        self._record.calls[int(now)] += 1
        self._take_from_quota(now)
        date = BEGINNING + timedelta(seconds=now)
        return Answer(self._instance, date, now, None, simulated=True)

    def _take_from_quota(self, now: float) -> None:
        quota = self._quota_at(now)
        if quota is None:
            raise Unreachable(SIMULATED)
        window_s = self._scenario.window_s
        window = int(now // window_s)
        if window != self._window:
            self._window, self._used = window, 0
        if self._used >= quota * window_s:
            self._record.refused[int(now)] += 1
            left_s = (window + 1) * window_s - now
            raise Throttled(SIMULATED, retry_after_ms=self._wait_ms(left_s))
        self._used += 1

    def _quota_at(self, now: float) -> float | None:
        trouble = self._scenario.trouble
        if trouble is not None and trouble.begin <= now < trouble.end:
            return trouble.quota
        return self._scenario.quota

    def _wait_ms(self, left_s: float) -> int | None:
        told = self._scenario.retry_after
        if told is None:
            return None
        return int((left_s if told == "window" else told) * 1000) + 1


class InstantMonitor(Monitor):
    """The real one, but a call takes no thread and no time."""

    def _start(self) -> Future[Reading]:
        self._last_call = self.clock()
        waiting: Future[Reading] = Future()
        self._settle(waiting, self._next_reading())
        return waiting


class Watcher:
    """Whoever looks at one instance, now and then."""

    def __init__(self, monitor: Monitor, *, jitter: float, dice: random.Random) -> None:
        self.monitor = monitor
        self._jitter = jitter
        self._dice = dice
        self.since: float | None = None
        """When the page came into sight; None while nobody looks."""
        self.until = float("inf")
        """When it goes out of sight."""
        self.reading: Reading | None = None
        self.readings = 0

    def ask(self, now: float) -> float:
        """Ask as a page in sight does; returns when it asks again."""
        reading = self.monitor.ask().result()
        self.readings += reading is not self.reading and reading.error is None
        self.reading = reading
        wait = max(SOONEST_S, reading.next_read - now)
        return now + wait * (1 + self._jitter * self._dice.random())

    def age(self, now: float) -> float:
        """Seconds since what is seen was read, or since there is nothing to see."""
        taken = None if self.reading is None else self.reading.taken
        begun = now if self.since is None else self.since
        return now - (begun if taken is None else taken)


def run(scenario: Scenario) -> Record:
    """Simulate it; the same seed gives the same record."""
    return _Run(scenario).run()


class _Run:
    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._dice = random.Random(scenario.seed)  # noqa: S311 - chance, not a secret
        self._clock = Clock()
        seconds = scenario.until + 1
        self._record = Record(scenario, [0] * seconds, [0] * seconds)
        endpoint = Endpoint(scenario, self._clock, self._record)
        self._watchers = [self._watcher(endpoint) for _ in range(scenario.instances)]
        # When, whose, and whether he goes on asking (else he begins, or ends, to watch).
        self._events: list[tuple[float, int, bool]] = []

    def _watcher(self, endpoint: Endpoint) -> Watcher:
        in_step = self._scenario.in_step
        uniform = (lambda _low, high: high) if in_step else self._dice.uniform
        monitor = InstantMonitor(endpoint, clock=self._clock, uniform=uniform)
        jitter = 0.0 if in_step or self._scenario.by_kernels else PAGE_JITTER
        return Watcher(monitor, jitter=jitter, dice=self._dice)

    def run(self) -> Record:
        self._open()
        sample_at = BETWEEN_SAMPLES_S
        while self._events and self._events[0][0] < self._scenario.until:
            self._clock.now, index, asks = heapq.heappop(self._events)
            while sample_at <= self._clock.now:
                self._sample(sample_at)
                sample_at += BETWEEN_SAMPLES_S
            if asks:
                self._ask(index)
            else:
                self._begin_or_end(index)
        self._record.readings = [watcher.readings for watcher in self._watchers]
        return self._record

    def _open(self) -> None:
        watched = self._scenario.watched
        for index in range(len(self._watchers)):
            if watched >= 1 or self._dice.random() < watched:
                at = self._dice.uniform(0, self._scenario.opened_within_s)
            else:
                at = self._pause()
            heapq.heappush(self._events, (at, index, False))

    def _pause(self) -> float:
        watched = self._scenario.watched
        return self._dice.expovariate(watched / (1 - watched) / SESSION_S)

    def _begin_or_end(self, index: int) -> None:
        watcher, now = self._watchers[index], self._clock.now
        if watcher.since is not None:
            watcher.since = None
            heapq.heappush(self._events, (now + self._pause(), index, False))
            return
        watcher.since = now
        if self._scenario.watched < 1:
            watcher.until = now + self._dice.expovariate(1 / SESSION_S)
            heapq.heappush(self._events, (watcher.until, index, False))
        self._ask(index)

    def _ask(self, index: int) -> None:
        watcher = self._watchers[index]
        at = watcher.ask(self._clock.now)
        # A page out of sight asks nothing.
        if at < watcher.until:
            heapq.heappush(self._events, (at, index, True))

    def _sample(self, now: int) -> None:
        watching = (each for each in self._watchers if each.since is not None)
        self._record.ages[now] = Counter(int(each.age(now)) for each in watching)
