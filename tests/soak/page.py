"""The soak's figures as a section of docs/reliability.md."""

from __future__ import annotations

import os
import platform
from datetime import datetime, timezone
from importlib.metadata import version
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from tests.soak.day import Day
    from tests.soak.load import Load

PART = "soak"
"""The part of the page that they are in."""
MIB = 2**20
HEADS = {"healthy": "PAI-DSW responds", "hang": "PAI-DSW hangs, nothing was read before"}


def machine(busy: float) -> str:
    """This machine and what runs on it; `busy` is its load average from before."""
    gib = round(psutil.virtual_memory().total / 2**30)
    day = f"{datetime.now(timezone.utc):%Y-%m-%d}"
    shared = (
        f", shared with other work (load average {busy:.1f} before it began)" if busy >= 0.1 else ""
    )
    packages = ", ".join(f"{name} {version(name)}" for name in ("jupyter-server", "tornado"))
    return (
        f"Measured on {day} with jupyter-dsw {version('jupyter-dsw')}, {packages}, Python "
        f"{platform.python_version()}, on {os.cpu_count()} {platform.machine()} cores with {gib} "
        f"GiB{shared}. Clients, endpoint and server were on the same machine."
    )


def loads(all_loads: list[Load]) -> str:
    """Describe the responses, and what they cost the server."""
    plan = all_loads[0].plan
    rows: list[tuple[str, list[str]]] = [
        ("responses", [f"{sum(load.responses.values()):,}" for load in all_loads]),
        ("of them", [_counted(load.responses) for load in all_loads]),
        (
            "faults of jupyter-dsw: broken connections, tracebacks, status 500",
            [f"{sum(load.broken.values()) + len(load.complaints)}" for load in all_loads],
        ),
        ("calls to PAI-DSW", [f"{load.calls}" for load in all_loads]),
        ("median latency", [f"{load.median_wait_ms:.1f} ms" for load in all_loads]),
        ("lag of the event loop, 99th percentile", [f"{load.lag_ms:.1f} ms" for load in all_loads]),
        (
            "the same without clients",
            [f"{load.idle_lag_ms:.1f} ms" for load in all_loads],
        ),
        (
            "the same with these clients at Jupyter's own `/api/status`",
            [f"{load.jupyters_lag_ms:.1f} ms" for load in all_loads],
        ),
        (
            "ratio to that",
            [f"{load.lag_ms / load.jupyters_lag_ms:.2f}" for load in all_loads],
        ),
        ("memory in use at the end", [f"{load.rss / MIB:.0f} MiB" for load in all_loads]),
        (
            "memory that a response leaves behind",
            [f"{load.bytes_a_response:.0f} bytes" for load in all_loads],
        ),
        (
            "files and sockets left open, with the connection to PAI-DSW",
            [f"{load.files_left}" for load in all_loads],
        ),
    ]
    head = ["", *(HEADS[load.scenario] for load in all_loads)]
    return (
        f"{plan.clients:,} clients for {plan.seconds:.0f} s, each with a connection of its own: "
        "half of them call the endpoint for browsers, half the one for kernels. Each sends its "
        f"next request {plan.pause_s:g} s after a response. (A page sends one every 60 s.)\n\n"
        + _table(head, [[title, *cells] for title, cells in rows])
    )


def day(one: Day) -> str:
    """Describe a day of readings, and what it left behind."""
    rows = [
        ["readings", f"{one.readings:,}"],
        ["of them failed", _counted(one.failures)],
        ["calls to PAI-DSW", f"{one.calls:,}"],
        ["access keys of the credential service, one after the other", f"{one.keys:,}"],
        ["memory that a reading leaves behind", f"{one.bytes_a_reading:.0f} bytes"],
        ["growth of the memory in use", f"{one.rss_growth / 1024:.0f} KiB"],
        ["most open files, in the first tenth and in all", _pair(one.most_files)],
        ["most threads after a reading, in the first tenth and in all", _pair(one.most_threads)],
    ]
    return (
        f"{one.hours:g} hours of readings on a simulated clock, over real HTTP: good ones, every "
        "failure that the emulator can play, and access keys that are replaced all the time.\n\n"
        + _table(["", "figure"], rows)
    )


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {what}" for what, count in sorted(counts.items())) or "none"


def _pair(values: tuple[int, int]) -> str:
    return f"{values[0]}, {values[1]}"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
