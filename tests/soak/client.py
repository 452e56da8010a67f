"""A process that asks whenever it is told what time it is: a line of standard input a reading.

Its environment says which endpoint; its answers are `Asked`, a line each.
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
from jupyter_dsw.upstream.credential_chain import CredentialChain
from jupyter_dsw.upstream.settings import Settings
from tests.soak.footprint import Footprint

# Hanging endpoints cost real time.
READ_TIMEOUT_S = 0.2


class Asked(msgspec.Struct, frozen=True):
    """What came of a reading, and what the process holds after it; `traced` is bytes in objects."""

    error: str | None
    has_instance: bool
    next_read_in_ms: int
    traced: int
    footprint: Footprint


class Clock:
    """Stands still until it is told otherwise."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def load_settings() -> Settings:
    return Settings.from_environment(os.environ, read_timeout_s=READ_TIMEOUT_S)


def main() -> None:
    """Ask until standard input ends."""
    clock = Clock()
    credentials = CredentialChain(clock=clock, sleep=lambda _: None)
    monitor = Monitor(Client(load_settings, credentials, clock=clock), clock=clock)
    tracemalloc.start()
    for line in sys.stdin:
        clock.now = float(line)
        print(ask(monitor), flush=True)


def ask(monitor: Monitor) -> str:
    """One reading, as a line."""
    # As the server's doors give it out.
    answer = monitor.read().result().to_contract(monitor.clock()).encode()
    seen = msgspec.json.decode(answer)
    error, has_instance = seen["error"], seen["instance"] is not None
    next_read_in_ms = seen["next_read_in_ms"]
    del answer, seen
    _settle()
    asked = Asked(
        error=error["code"] if error else None,
        has_instance=has_instance,
        next_read_in_ms=next_read_in_ms,
        traced=tracemalloc.get_traced_memory()[0],
        footprint=Footprint.now(),
    )
    return msgspec.json.encode(asked).decode()


def _settle() -> None:
    # The thread of the call may be about to end, and cycles about to be collected.
    for thread in threading.enumerate():
        if thread is not threading.main_thread():
            thread.join(60)
    gc.collect()


if __name__ == "__main__":
    main()
