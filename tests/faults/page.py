"""`python -m tests.faults.page FOLDER` writes the rows of this folder into docs/reliability.md."""

from __future__ import annotations

import json
import os
import platform
import sys
from pathlib import Path

from docs.generated import with_part
from tests.faults.catalogue import NAMES
from tests.faults.recording import PAGE
from tests.faults.rows import PART, Row, header


def table(rows: list[Row], machine: str) -> str:
    """The generated part of the page."""
    lines = [f"Recorded on {machine}.", "", *header(), *(row.line() for row in rows)]
    return "\n".join(lines)


def machine() -> str:
    """Describe this machine, as far as it matters to the figures."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    version = ".".join(platform.python_version_tuple()[:2])
    return f"{cores} cores, {platform.system()}, Python {version}"


def main(folder: Path) -> int:
    """Write the page; 1 if a row was not recorded."""
    rows = [Row(**json.loads(path.read_text("utf-8"))) for path in sorted(folder.glob("*.json"))]
    missing = set(NAMES) - {row.fault for row in rows}
    if missing:
        print(f"Not recorded, so nothing is written: {sorted(missing)}", file=sys.stderr)
        return 1
    page = with_part(PAGE.read_text("utf-8"), PART, table(rows, machine()))
    PAGE.write_text(page, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
