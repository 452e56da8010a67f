"""A cached `GET …/v1/instance` of a real Jupyter server, against its other handlers."""

from __future__ import annotations

from benchmarks.harness import Row, in_turns, ratio_at_least, ratio_at_most
from benchmarks.load import Load, load
from benchmarks.servers import Server, server
from jupyter_dsw.emulator import Emulator

INSTANCE = "jupyter-dsw/v1/instance"
OTHERS = {"a do-nothing handler": "benchmarks/nothing", "`GET /api/status`": "api/status"}
# So many that a hiccup of the machine is not the 99th percentile.
REQUESTS = 2000
ROUNDS = 6


def measure() -> list[Row]:
    """Requests in a second, and the 99th percentile of the time that one takes."""
    with (
        Emulator() as emulator,
        server(emulator.environment(), "jupyter_dsw", "benchmarks.nothing") as jupyter,
    ):
        jupyter.get(INSTANCE).raise_for_status()
        return [
            row
            for connections in (1, 50)
            for name, path in OTHERS.items()
            for row in _compared(jupyter, name, path, connections)
        ]


def _compared(jupyter: Server, name: str, path: str, connections: int) -> list[Row]:
    mine: list[Load] = []
    theirs: list[Load] = []

    def ask(path: str, into: list[Load]) -> float:
        into.append(load(jupyter.port, path, connections, REQUESTS))
        return into[-1].requests_per_s

    ours, others = in_turns(lambda: ask(INSTANCE, mine), lambda: ask(path, theirs), ROUNDS)
    over = f"cached `GET …/v1/instance`, {connections} connection{'s' * (connections > 1)}"
    slowest = [one.p99_ms for one in mine], [one.p99_ms for one in theirs]
    return [
        ratio_at_least(f"{over}: requests/s", name, ours, others, 0.9, "/s"),
        ratio_at_most(f"{over}: p99", name, *slowest, 1 / 0.9, "ms"),
    ]
