"""A process that reads whenever it gets the time: each line of standard input is one reading.

Its environment has the endpoint; it writes a `Read` for each, as a line.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
import tracemalloc

import msgspec

from jupyter_dsw.monitor import Monitor
from jupyter_dsw.upstream.client import Client
from jupyter_dsw.upstream.credentials import CredentialChain
from jupyter_dsw.upstream.settings import Settings
from tests.clock import Clock
from tests.soak.footprint import Footprint

# Hanging endpoints cost real time.
READ_TIMEOUT_S = 0.2


class Read(msgspec.Struct, frozen=True):
    """What came of a reading, and what the process has after it; `traced` is bytes in objects."""

    error: str | None
    has_instance: bool
    next_read_in_ms: int
    traced: int
    footprint: Footprint


def load_settings() -> Settings:
    return Settings.from_environment(os.environ, read_timeout_s=READ_TIMEOUT_S)


def main() -> None:
    """Read until standard input ends."""
    clock = Clock(0.0)
    credentials = CredentialChain(clock=clock, sleep=lambda _: None)
    monitor = Monitor(Client(load_settings, credentials, clock=clock), clock=clock)
    tracemalloc.start()
    for line in sys.stdin:
        clock.now = float(line)
        print(read(monitor), flush=True)


def read(monitor: Monitor) -> str:
    """Make one reading; return it as a line."""
    # As the server sends it.
    response = monitor.read().result().to_contract(monitor.clock()).encode()
    seen = msgspec.json.decode(response)
    error, has_instance = seen["error"], seen["instance"] is not None
    next_read_in_ms = seen["next_read_in_ms"]
    del response, seen
    _settle()
    made = Read(
        error=error["code"] if error else None,
        has_instance=has_instance,
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
