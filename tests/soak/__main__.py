"""`make soak`: a thousand clients for a minute, and a day of readings. Takes about ten minutes.

Writes its figures into docs/reliability.md, and fails where something is wrong with them.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import time
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from docs.generated import with_part
from tests.canaries import Canaries
from tests.soak import day, load

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
PLAN = load.Plan(clients=1000, seconds=60, pause_s=1)
HOURS = 24
PART = "soak"
"""The part of the page that the figures are in."""
MIB = 2**20
HEADS = {"healthy": "PAI-DSW responds", "hang": "PAI-DSW hangs, nothing was read before"}


def main() -> int:
    """The exit status: 1 where something is wrong."""
    busy = os.getloadavg()[0]
    begun = time.monotonic()
    canaries = Canaries()
    with tempfile.TemporaryDirectory() as folder:
        loads = [
            load.run(scenario, PLAN, _made(Path(folder) / scenario), canaries)
            for scenario in ("healthy", "hang")
        ]
        canaries.look_at_files(Path(folder))
    one_day = day.run(HOURS, canaries)
    figures = [machine(busy), table_of_loads(loads), table_of_day(one_day)]
    text = with_part(PAGE.read_text("utf-8"), PART, "\n\n".join(figures))
    PAGE.write_text(text, "utf-8")
    print("\n\n".join(figures), f"\n\nIn {(time.monotonic() - begun) / 60:.0f} minutes.")
    wrong = [f"a secret in {where}" for where in canaries.seen]
    for one in loads:
        wrong += one.errors() + one.strains()
    wrong += one_day.errors() + one_day.strains()
    print("\n".join(f"WRONG: {what}" for what in wrong) or "Nothing is wrong with that.")
    return 1 if wrong else 0


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def machine(busy: float) -> str:
    """This machine and what runs on it; `busy` is its load average from before."""
    gib = round(psutil.virtual_memory().total / 2**30)
    today = f"{datetime.now(timezone.utc):%Y-%m-%d}"
    shared = (
        f", shared with other work (load average {busy:.1f} before it began)" if busy >= 0.1 else ""
    )
    packages = ", ".join(f"{name} {version(name)}" for name in ("jupyter-server", "tornado"))
    return (
        f"Measured on {today} with jupyter-dsw {version('jupyter-dsw')}, {packages}, Python "
        f"{platform.python_version()}, on {os.cpu_count()} {platform.machine()} cores with {gib} "
        f"GiB{shared}. Clients, endpoint and server were on the same machine."
    )


def table_of_loads(all_loads: list[load.Load]) -> str:
    """Describe the responses, and what they cost the server."""
    plan = all_loads[0].plan
    rows: dict[str, Callable[[load.Load], str]] = {
        "responses": lambda each: f"{sum(each.responses.values()):,}",
        "of them": lambda each: _counted(each.responses),
        "faults of jupyter-dsw: broken connections, tracebacks, status 500": lambda each: (
            f"{sum(each.broken.values()) + len(each.complaints)}"
        ),
        "calls to PAI-DSW": lambda each: f"{each.calls}",
        "median latency": lambda each: f"{each.median_wait_ms:.1f} ms",
        "lag of the event loop, 99th percentile": lambda each: f"{each.lag_ms:.1f} ms",
        "the same without clients": lambda each: f"{each.idle_lag_ms:.1f} ms",
        "the same with these clients at Jupyter's own `/api/status`": lambda each: (
            f"{each.jupyters_lag_ms:.1f} ms"
        ),
        "ratio to that": lambda each: f"{each.lag_ms / each.jupyters_lag_ms:.2f}",
        "memory in use at the end": lambda each: f"{each.rss / MIB:.0f} MiB",
        "memory that a response leaves behind": lambda each: f"{each.bytes_a_response:.0f} bytes",
        "files and sockets left open, with the connection to PAI-DSW": lambda each: (
            f"{each.files_left}"
        ),
    }
    head = ["", *(HEADS[each.scenario] for each in all_loads)]
    return (
        f"{plan.clients:,} clients for {plan.seconds:.0f} s, each with a connection of its own: "
        "half of them call the endpoint for browsers, half the one for kernels. Each sends its "
        f"next request {plan.pause_s:g} s after a response. (A page sends one every 60 s.)\n\n"
        + _table(head, [[title, *map(show, all_loads)] for title, show in rows.items()])
    )


def table_of_day(one: day.Day) -> str:
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


if __name__ == "__main__":
    sys.exit(main())
