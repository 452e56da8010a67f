"""Run every benchmark and write docs/performance.md: `make bench`."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

from benchmarks import browser, cells, fleet, rows, starts
from benchmarks.jupyter import ROOT
from docs.generated import with_part

if TYPE_CHECKING:
    from types import ModuleType

PERFORMANCE = ROOT / "docs" / "performance.md"
GROUPS: dict[str, tuple[ModuleType, ...]] = {
    "Starts and the first cell": (starts, cells),
    "In the browser": (browser,),
    "Large accounts": (fleet,),
}
PACKAGES = ("jupyter-dsw", "jupyter-server", "jupyterlab", "ipywidgets", "anywidget", "requests")


def main() -> None:
    """Measure everything, then write: an interrupted run leaves the documentation as it was."""
    begun = time.monotonic()
    machine = rows.measured_on(PACKAGES, os.getloadavg()[0])
    groups = {
        title: [row for module in modules for row in _measured(module)]
        for title, modules in GROUPS.items()
    }
    text = rows.tables(groups, f"{machine} It took {(time.monotonic() - begun) / 60:.1f} minutes.")
    PERFORMANCE.write_text(with_part(PERFORMANCE.read_text("utf-8"), rows.PART, text), "utf-8")


def _measured(module: ModuleType) -> list[rows.Row]:
    begun = time.monotonic()
    found: list[rows.Row] = module.measure()
    for row in found:
        print(" | ".join(row.cells()), flush=True)
    print(f"{module.__name__}: {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    return found


if __name__ == "__main__":
    main()
