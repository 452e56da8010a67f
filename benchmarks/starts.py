"""What the start of a server, of a kernel and of an import cost, with the project and without."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import server_start
from benchmarks.harness import Row, in_turns, ratio_at_most, spread
from benchmarks.peers import PYTHON, SERVER_EXTENSIONS
from benchmarks.servers import folders, options

if TYPE_CHECKING:
    from collections.abc import Callable

SERVERS = 10
KERNELS = 10
IMPORTS = 20
COSTS = {"extensions_ms": "ms", "modules": "modules", "rss_kib": "KiB"}
"""What a server tells of its start, and the unit."""

Start = dict[str, float]
"""What a server or a kernel told of its own start."""


def measure() -> list[Row]:
    """Processor time: what else the machine does meanwhile is no part of it."""
    return [*_server_rows(), *_kernel_rows(), *_import_rows()]


def _server_rows() -> list[Row]:
    without, (ours, *others) = _servers()
    what = "server start with the extension"
    rows = [_at_most(f"{what}: ms more", ours, without, "extensions_ms", 20)]
    for peer, theirs in zip(SERVER_EXTENSIONS, others, strict=True):
        for key, unit in COSTS.items():
            both = _more(ours, without, key), _more(theirs, without, key)
            rows.append(ratio_at_most(f"{what}: {unit} more than without", peer, *both, 1, unit))
    return rows


def _servers() -> tuple[list[Start], list[list[Start]]]:
    """The starts without any of the extensions, and those with ours and with each peer's."""
    packages = ("jupyter_dsw", *SERVER_EXTENSIONS.values())
    kinds: list[list[str]] = [[], *([package] for package in packages)]
    starts: list[list[Start]] = [[] for _ in kinds]
    turns = list(zip(kinds, starts, strict=True))
    for number in range(SERVERS):
        for extensions, into in turns if number % 2 else reversed(turns):
            into.append(_server_start(extensions))
    return starts[0], starts[1:]


def _server_start(extensions: list[str]) -> Start:
    with tempfile.TemporaryDirectory() as home:
        # Isolated: what is installed beside the peers is measured, not what lies here.
        script = [str(PYTHON), "-I", server_start.__file__]
        return _told([*script, *options(Path(home), extensions)], Path(home))


def _kernel_rows() -> list[Row]:
    runs = [(_kernel_start(), _kernel_start("without")) for _ in range(KERNELS)]
    ours, without = [one for one, _ in runs], [one for _, one in runs]
    what = "kernel start with the startup file"
    return [
        _at_most(f"{what}: ms more", ours, without, "code_ms", 5),
        _stated(f"{what}: modules more", ours, without, "modules"),
        _stated(f"{what}: KiB more", ours, without, "rss_kib"),
    ]


def _kernel_start(*arguments: str) -> Start:
    with tempfile.TemporaryDirectory() as home:
        return _told([sys.executable, "-m", "benchmarks.kernel_start", *arguments], Path(home))


def _told(command: list[str], home: Path) -> Start:
    environment = {**os.environ, **folders(home)}
    done = subprocess.run(
        command, env=environment, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    told: Start = json.loads(done.stdout.splitlines()[-1])
    return told


def _more(starts: list[Start], without: list[Start], key: str) -> list[float]:
    return [one[key] - other[key] for one, other in zip(starts, without, strict=True)]


def _at_most(what: str, ours: list[Start], without: list[Start], key: str, goal: float) -> Row:
    more = _more(ours, without, key)
    median = statistics.median(more)
    whole = [statistics.median(one["start_ms"] for one in starts) for starts in (ours, without)]
    detail = f"the whole start {whole[0]:.0f} ms against {whole[1]:.0f} ms"
    return Row(what, "without", median, f"≤ {goal:g}", median <= goal, spread(more), detail)


def _stated(what: str, ours: list[Start], without: list[Start], key: str) -> Row:
    more = _more(ours, without, key)
    medians = [statistics.median(one[key] for one in starts) for starts in (ours, without)]
    detail = f"{medians[0]:.0f} against {medians[1]:.0f}"
    return Row(what, "without", statistics.median(more), "none", None, spread(more), detail)


def _import_rows() -> list[Row]:
    ours, theirs = in_turns(_import("jupyter_dsw"), _import("requests"), IMPORTS)
    return [ratio_at_most("`import jupyter_dsw`", "`import requests`", ours, theirs, 0.3, "ms")]


def _import(name: str) -> Callable[[], float]:
    code = (
        "import time; begun = time.process_time()\n"
        f"import {name}; print((time.process_time() - begun) * 1000)"
    )
    # Isolated, for what is imported with a module that somebody else put on the path.
    command = [str(PYTHON), "-I", "-c", code]
    return lambda: float(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
