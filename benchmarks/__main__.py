"""Run every benchmark and write docs/performance.md: `make bench`."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

from benchmarks import (
    askers,
    doors,
    first_cell,
    fleet,
    lag,
    large_panel,
    one_hour,
    one_reading,
    page,
    peers,
    sizes,
    starts,
    tab,
    time_left,
)
from benchmarks.servers import ROOT
from docs.generated import with_part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.harness import Row

PAGE = ROOT / "docs" / "performance.md"
# Those whose figures are the smallest first, while nothing else has been started yet.
GROUPS = {
    "The server, and a reading": (doors, one_reading, lag, askers),
    "Starts, imports and the first cell": (starts, first_cell),
    "In code": (time_left,),
    "In the browser": (sizes, large_panel, tab),
    "How often the endpoint is asked": (one_hour, fleet),
}
PACKAGES = ("jupyter-dsw", "jupyter-server", "tornado", "jupyterlab", "ipywidgets", "anywidget")
THEIRS = ("requests", "alibabacloud-pai-dsw20220101", "alibabacloud-tea-openapi")


def _rows(modules: tuple[object, ...]) -> Iterator[Row]:
    for module in modules:
        begun = time.monotonic()
        rows: list[Row] = module.measure()  # type: ignore[attr-defined]
        for row in rows:
            print(row, flush=True)
            yield row
        name = getattr(module, "__name__", "")
        print(f"    {name}: {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)


def main() -> None:
    """Measure all, then write: a run that is broken off leaves the page as it was."""
    begun = time.monotonic()
    machine = page.measured_on((*PACKAGES, *THEIRS), peers.versions(), os.getloadavg()[0])
    groups = {title: list(_rows(modules)) for title, modules in GROUPS.items()}
    text = PAGE.read_text("utf-8")
    took = f"The run took {(time.monotonic() - begun) / 60:.1f} minutes."
    tables = page.tables(groups, f"{machine} {took}")
    PAGE.write_text(with_part(text, page.PART, tables), "utf-8")


if __name__ == "__main__":
    main()
