"""Each test of a fault records its row: written into the page, or compared with it."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path

from tests.faults.catalogue import NAMES
from tests.faults.rows import Row, rows_of_page

PAGE = Path(__file__).parents[2] / "docs/reliability.md"
FOLDER = "RELIABILITY_RECORD"
"""The variable that names a folder to write rows into, as `make reliability` has it."""


def record(row: Row) -> None:
    """Write the row into the folder of the variable; without one, the page must have it already."""
    assert row.fault in NAMES
    folder = os.environ.get(FOLDER)
    if folder:
        path = Path(folder) / f"{NAMES.index(row.fault):02}.json"
        path.write_text(json.dumps(dataclasses.asdict(row)), "utf-8")
        return
    written = rows_of_page(PAGE.read_text("utf-8")).get(row.fault)
    stale = written.stale_columns(row) if written else ["every column"]
    assert not stale, (
        f"docs/reliability.md is stale: {', '.join(stale)} of «{row.fault}».\n"
        f"The page:  {written and written.line()}\nThe test:  {row.line()}\n"
        "Run `make reliability`."
    )
