"""A day of readings on a clock that is set: good ones, failures, keys that change.

`python -m tests.soak.day` is the process that reads: each line of standard input is the time of a
reading. Its environment has the endpoint; it writes a `Read` for each, as a line.
"""

from __future__ import annotations

import gc
import os
import random
import subprocess
import sys
import threading
import time
import tracemalloc
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from jupyter_dsw.demo.lab import clean_environment
from jupyter_dsw.emulator import Emulator
from jupyter_dsw.monitor import Monitor
from jupyter_dsw.upstream.client import Client
from jupyter_dsw.upstream.credentials import CredentialChain
from jupyter_dsw.upstream.settings import Settings
from tests.clock import Clock
from tests.soak.server import ROOT, Footprint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.canaries import Canaries

GOOD = ("healthy", "saving", "idle", "scheduled", "lifecycle", "slow")
BAD = (
    "denied", "missing", "throttled", "hang", "reset", "garbage", "truncated", "html", "empty",
    "refused", "skewed", "expired",
)  # fmt: skip
BAD_SHARE = 0.3
EPISODE_S = 300.0
KEYS_LIVE_S = 1200.0
HOUR_S = 3600.0
# What is kept of a reading by mistake is more than that; caches of the standard library settle.
MOST_BYTES_A_READING = 100
# Hanging endpoints cost real time.
READ_TIMEOUT_S = 0.2


class Read(msgspec.Struct, frozen=True):
    """What came of a reading, and what the process has after it; `traced` is bytes in objects."""

    error: str | None
    next_read_in_ms: int
    traced: int
    footprint: Footprint


class Day(msgspec.Struct, frozen=True):
    """What a process did and used while it read; growth is since the first tenth of the time."""

    hours: float
    readings: int
    failures: dict[str, int]
    calls: int
    keys: int
    """How many the credential service handed out, one after the other."""
    bytes_a_reading: float
    rss_growth: int
    most_files: tuple[int, int]
    """In the first tenth of the time, and in all of it."""
    most_threads: tuple[int, int]

    def errors(self) -> list[str]:
        """What may never happen, in a short day neither."""
        unforeseen = self.failures.keys() & {"DSWError", "BadSignature", "NotConfigured"}
        found = [f"failed with {code}" for code in unforeseen]
        if self.keys * KEYS_LIVE_S < self.hours * HOUR_S:
            found.append(f"{self.keys} keys")
        if self.most_files[1] > self.most_files[0]:
            found.append(f"open files: {self.most_files}")
        if self.most_threads[1] > self.most_threads[0]:
            found.append(f"threads: {self.most_threads}")
        return found

    def strains(self) -> list[str]:
        """What is too much; only a long day shows that."""
        if self.bytes_a_reading > MOST_BYTES_A_READING:
            return [f"{self.bytes_a_reading:.0f} bytes kept of each reading"]
        return []


def run(hours: float, canaries: Canaries) -> Day:
    """Let a process read for that many hours of its clock, whenever the last reading is over."""
    # The same day each time.
    dice = random.Random(5)
    begun = now = time.time()
    with (
        Emulator(clock=lambda: now, credential_lifetime_s=KEYS_LIVE_S, slow_s=0.1) as emulator,
        _reader(emulator.environment()) as read,
    ):
        canaries.emulators.append(emulator)
        readings: list[Read] = []
        # It begins well.
        episode_ends = begun + EPISODE_S
        while now < begun + hours * HOUR_S:
            if now >= episode_ends:
                emulator.scenario = dice.choice(BAD if dice.random() < BAD_SHARE else GOOD)
                episode_ends = now + EPISODE_S
            readings.append(read(now))
            now += max(1, readings[-1].next_read_in_ms) / 1000
        keys = sum(secret.startswith("CAIS") for secret in emulator.secrets)
        return _day(hours, readings, emulator.calls, keys)


def _day(hours: float, readings: list[Read], calls: int, keys: int) -> Day:
    tenth = len(readings) // 10
    early, late = readings[tenth : 2 * tenth], readings[-tenth:]
    grown = min(a.traced for a in late) - min(a.traced for a in early)
    return Day(
        hours=hours,
        readings=len(readings),
        failures=dict(Counter(a.error for a in readings if a.error)),
        calls=calls,
        keys=keys,
        bytes_a_reading=grown / (len(readings) - 2 * tenth),
        rss_growth=min(a.footprint.rss for a in late) - min(a.footprint.rss for a in early),
        most_files=_most([a.footprint.open_files for a in readings], tenth),
        most_threads=_most([a.footprint.threads for a in readings], tenth),
    )


def _most(values: list[int], early: int) -> tuple[int, int]:
    return max(values[:early]), max(values)


@contextmanager
def _reader(variables: dict[str, str]) -> Iterator[Callable[[float], Read]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.soak.day"],
        env={**clean_environment(), **variables},
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    stdin, stdout = process.stdin, process.stdout

    def read(now: float) -> Read:
        stdin.write(f"{now!r}\n")
        stdin.flush()
        return msgspec.json.decode(stdout.readline(), type=Read)

    with process:
        yield read
        stdin.close()


def _settings() -> Settings:
    return Settings.from_environment(os.environ, read_timeout_s=READ_TIMEOUT_S)


def main() -> None:
    """Read until standard input ends."""
    clock = Clock(0.0)
    credentials = CredentialChain(clock=clock, sleep=lambda _: None)
    monitor = Monitor(Client(_settings, credentials, clock=clock), clock=clock)
    tracemalloc.start()
    for line in sys.stdin:
        clock.now = float(line)
        print(_read(monitor), flush=True)


def _read(monitor: Monitor) -> str:
    """Make one reading; return it as a line."""
    # As the server sends it.
    response = monitor.read().result().to_contract(monitor.clock()).encode()
    seen = msgspec.json.decode(response)
    error, next_read_in_ms = seen["error"], seen["next_read_in_ms"]
    del response, seen
    _settle()
    made = Read(
        error=error["code"] if error else None,
        next_read_in_ms=next_read_in_ms,
        traced=tracemalloc.get_traced_memory()[0],
        footprint=Footprint.now(),
    )
    return msgspec.json.encode(made).decode()


def _settle() -> None:
    # The thread of the call may be about to end, and cycles about to be collected.
    for thread in threading.enumerate():
        if thread is not threading.main_thread():
            thread.join(60)
    gc.collect()


if __name__ == "__main__":
    main()
