"""The last figures, in the section of docs/reliability.md that is the soak's."""

from __future__ import annotations

import os
import platform
from datetime import datetime, timezone
from importlib.metadata import version
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from pathlib import Path

    from tests.soak.day import Day
    from tests.soak.load import Load

BEGIN, END = "<!-- soak:begin -->", "<!-- soak:end -->"
MIB = 2**20
IN_WORDS = {"healthy": "healthy endpoint", "hang": "hanging endpoint, nothing read before"}


def write(page: Path, text: str) -> None:
    """Put `text` between the marks; a page without them gets the section at its end."""
    old = page.read_text("utf-8") if page.exists() else "# Reliability\n"
    if BEGIN not in old:
        old = f"{old.rstrip()}\n\n## Load and time\n\n{BEGIN}\n{END}\n"
    before, _, rest = old.partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{text.strip()}\n{END}{after}", "utf-8")


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
        f"GiB{shared}. Askers, endpoint and server were on the same machine."
    )


def loads(all_loads: list[Load]) -> str:
    """What the askers were answered, and what the server made of them."""
    plan = all_loads[0].plan
    rows: list[tuple[str, list[str]]] = [
        ("answers", [f"{sum(load.answers.values()):,}" for load in all_loads]),
        ("of them", [_counted(load.answers) for load in all_loads]),
        (
            "errors of our own: broken connections, tracebacks, 500s",
            [f"{sum(load.broken.values()) + len(load.complaints)}" for load in all_loads],
        ),
        ("calls at the endpoint", [f"{load.calls}" for load in all_loads]),
        ("median wait for an answer", [f"{load.median_wait_ms:.1f} ms" for load in all_loads]),
        ("event loop's lag, p99", [f"{load.lag_ms:.1f} ms" for load in all_loads]),
        (
            "the same with nobody asking",
            [f"{load.idle_lag_ms:.1f} ms" for load in all_loads],
        ),
        (
            "the same with the same crowd at Jupyter's own `/api/status`",
            [f"{load.jupyters_lag_ms:.1f} ms" for load in all_loads],
        ),
        (
            "ratio to that",
            [f"{load.lag_ms / load.jupyters_lag_ms:.2f}" for load in all_loads],
        ),
        ("memory in use at the end", [f"{load.rss / MIB:.0f} MiB" for load in all_loads]),
        ("memory kept of each answer", [f"{load.bytes_an_answer:.0f} bytes" for load in all_loads]),
        (
            "files and sockets left open, the one to the endpoint counted",
            [f"{load.files_left}" for load in all_loads],
        ),
    ]
    head = ["", *(IN_WORDS[load.scenario] for load in all_loads)]
    return (
        f"{plan.askers:,} askers, half of them at the people's door and half at the kernels', each "
        f"on a connection of its own, for {plan.seconds:.0f} s; each asks again {plan.pause_s:g} s "
        "after its answer. (A page asks each 60 s.)\n\n"
        + _table(head, [[title, *cells] for title, cells in rows])
    )


def day(one: Day) -> str:
    """What a day of readings left behind."""
    rows = [
        ["readings", f"{one.readings:,}"],
        ["of them failed", _counted(one.failures)],
        ["calls at the endpoint", f"{one.calls:,}"],
        ["keys of the credential service, one after the other", f"{one.keys:,}"],
        ["memory kept of each reading", f"{one.bytes_a_reading:.0f} bytes"],
        ["growth of the memory in use", f"{one.rss_growth / 1024:.0f} KiB"],
        ["most open files, in the first tenth and in all", _pair(one.most_files)],
        ["most threads after a reading, in the first tenth and in all", _pair(one.most_threads)],
    ]
    return (
        f"{one.hours:g} hours of readings on a clock that is told to go on, over real HTTP: good "
        "ones, every failure that the emulator plays, and keys that are replaced all the time.\n\n"
        + _table(["", "figure"], rows)
    )


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {what}" for what, count in sorted(counts.items())) or "none"


def _pair(values: tuple[int, int]) -> str:
    return f"{values[0]}, {values[1]}"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
