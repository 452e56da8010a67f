"""What each of many who wait for one reading costs the server, and whether that grows with them.

Tornado and Python's garbage collector have their part in that: a handler that does nothing but wait
is asked in turns with the people's door.
"""

from __future__ import annotations

import itertools
import statistics
import time
from typing import TYPE_CHECKING

from benchmarks import waiting
from benchmarks.crowd import crowd
from benchmarks.harness import Row
from benchmarks.kept import both
from tests.soak.crowd import allow_open_files
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from benchmarks.crowd import Crowd
    from benchmarks.kept import Kept

# How often so many ask.
ROUNDS = {100: 8, 1_000: 3, 10_000: 2}
# As linear as the other would be 1; two runs differ by that much.
GOAL = 1.1


def measure() -> list[Row]:
    """Processor time and memory of the server: an asker's share, by how many there are."""
    # The server and the crowd inherit it.
    most = allow_open_files(max(ROUNDS) + 500) - 500
    with both() as (for_the_reading, for_nothing):
        ours, others = _Server(for_the_reading), _Server(for_nothing)
        # What is loaded and allocated at the first use is nobody's share.
        _ask(ours, others, 10, 2)
        ours.forget()
        others.forget()
        for askers, rounds in ROUNDS.items():
            # From few to many: what is freed is used again, and would not be seen to grow.
            if askers <= most:
                _ask(ours, others, askers, rounds)
    return [_time(ours, others), _memory(ours, others)]


class _Server:
    """A server, and what so many askers were to it in each round."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self.cpu_ms: dict[int, list[float]] = {}
        """Processor time, an asker."""
        self.kib: dict[int, int] = {}
        """Memory in use while all of them wait, in the first round."""
        self.took_s: dict[int, float] = {}
        """From when there was an answer until all had it, in the last round."""

    def growths(self) -> list[float]:
        """How many times an asker's time with the fewest it is with the most, by round."""
        few, many = min(self.cpu_ms), max(self.cpu_ms)
        return [each / statistics.median(self.cpu_ms[few]) for each in self.cpu_ms[many]]

    def each_kib(self) -> list[float]:
        """Memory of each asker beyond the next smaller crowd."""
        crowds = list(self.kib.items())
        return [
            (kib - before_kib) / (askers - before)
            for (before, before_kib), (askers, kib) in itertools.pairwise(crowds)
        ]

    def round(self, everybody: Crowd, askers: int) -> None:
        """Let all ask, wait until all wait, and let them have their answers."""
        pid = self.kept.server.process.pid
        self.kept.close()
        begun = _cpu_s(pid)
        everybody.ask()
        # Seldom: the server is asked how many wait.
        until(lambda: _after(0.05 + askers / 20_000, self.kept.waiting) == askers)
        self.kib.setdefault(askers, self.kept.server.rss_kib())
        opened = time.monotonic()
        self.kept.open()
        self.took_s[askers] = everybody.answered_at() - opened
        self.cpu_ms.setdefault(askers, []).append(1000 * (_cpu_s(pid) - begun) / askers)


def _after(seconds: float, call: Callable[[], int]) -> int:
    time.sleep(seconds)
    return call()


def _cpu_s(pid: int) -> float:
    """Seconds of processor time of a process, its ended threads included, to the nanosecond."""
    return time.clock_gettime(~pid << 3 | 2)  # what Linux's clock_getcpuclockid(3) gives


def _ask(ours: _Server, others: _Server, askers: int, rounds: int) -> None:
    """Let so many ask at each server, in turns."""
    with _crowd(ours, askers) as mine, _crowd(others, askers) as theirs:
        for _ in range(rounds):
            ours.round(mine, askers)
            others.round(theirs, askers)


def _crowd(server: _Server, askers: int) -> AbstractContextManager[Crowd]:
    return crowd(server.kept.server.port, server.kept.path, waiting.COUNT, askers)


def _time(ours: _Server, others: _Server) -> Row:
    ratios = [one / other for one, other in zip(ours.growths(), others.growths(), strict=True)]
    ratio = statistics.median(ratios)
    few, many = min(ours.cpu_ms), max(ours.cpu_ms)
    detail = (
        f"{_listed(ours)} against {_listed(others)}; the last of {many:,} had its answer "
        f"{ours.took_s[many]:.1f} s after the endpoint gave it, {others.took_s[many]:.1f} s there"
    )
    return Row(
        f"growth of a waiting asker's processor time on the server, from {few} to {many:,} of them",
        "a handler that only waits",
        ratio,
        f"≤ {GOAL:g}",
        ratio <= GOAL,
        (min(ratios), max(ratios)),
        detail,
    )


def _listed(server: _Server) -> str:
    figures = ", ".join(f"{statistics.median(each):.2f}" for each in server.cpu_ms.values())
    return f"{figures} ms each ({statistics.median(server.growths()):.2f} times)"


def _memory(ours: _Server, others: _Server) -> Row:
    each, others_each = ours.each_kib(), others.each_kib()
    growth = each[-1] / each[0]
    few, some, many = min(ours.kib), list(ours.kib)[1], max(ours.kib)
    detail = (
        f"{each[-1]:.1f} KiB against {each[0]:.1f} KiB; at a handler that only waits "
        f"{others_each[-1]:.1f} KiB against {others_each[0]:.1f} KiB"
    )
    return Row(
        f"memory of each waiting asker on the server beyond {some:,}, up to {many:,}",
        f"beyond {few}, up to {some:,}",
        growth,
        f"≤ {GOAL:g}",
        growth <= GOAL,
        detail=detail,
    )
