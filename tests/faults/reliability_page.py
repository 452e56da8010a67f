"""The table of every fault in docs/reliability.md: each test of a fault records its row.

`python -m tests.faults.reliability_page FOLDER` writes the rows of that folder into the page.
"""

from __future__ import annotations

import dataclasses
import os
import platform
import re
import sys
from pathlib import Path
from typing import Any

from docs.generated import part, with_part
from tests.faults.api_faults import FAULTS

PAGE = Path(__file__).parents[2] / "docs/reliability.md"
PART = "faults"
"""The part of the page that the table is in."""
FOLDER = "RELIABILITY_RECORD"
"""The variable that names a folder to write rows into, as `make reliability` has it."""
NAMES = (
    *(fault.name for fault in FAULTS),
    "Credential service down, while the cached credentials are valid",
    "Runtime folder read-only",
    "Runtime folder full",
    "Connection file stale (it leads to a port where nobody listens)",
    "Connection file owned by somebody else",
    "Connection file a symbolic link",
    "Connection file half-written",
    "A FIFO in place of the connection file",
    "Connection file that others can read (a file system that keeps no modes)",
    "Messages: a service cannot be reached",
    "Messages: a service refuses",
    "Messages: a service never responds",
    "Messages: the server is killed with SIGKILL while it sends one",
    "Messages: Jupyter's data folder full",
    "Server killed with SIGKILL and restarted on another port",
    "Kernel restarted",
    "Kernel outlives the server",
    "Server killed with SIGKILL under an open panel, then started again",
    "500 panels in one notebook",
)
"""Every fault, in the table's order."""
HEADER = (
    "| Fault | Error code | What is shown | Other requests meanwhile |",
    "| --- | --- | --- | --- |",
)


@dataclasses.dataclass(frozen=True)
class Row:
    """What a test found out about a fault; all but `others` is the same in every run."""

    fault: str
    code: str
    """The error's code, or `none`."""
    shown: str
    """The error's message and advice, or the instance."""
    others: str
    """The latency of other requests: measured, so different in each run."""

    def line(self) -> str:
        """This row as a line of the Markdown table."""
        cells = (value.replace("|", "\\|") for value in dataclasses.astuple(self))
        return f"| {' | '.join(cells)} |"


def record(row: Row) -> None:
    """Write the row into the folder of the variable; without one, the page must have it already."""
    assert row.fault in NAMES
    folder = os.environ.get(FOLDER)
    if folder:
        path = Path(folder) / f"{NAMES.index(row.fault):02}.md"
        path.write_text(row.line(), "utf-8")
        return
    written = lines_of_page(PAGE.read_text("utf-8")).get(row.fault, "")
    assert _unmeasured(written) == _unmeasured(row.line()), (
        f"docs/reliability.md is stale.\n"
        f"The page:  {written}\nThe test:  {row.line()}\n"
        "Run `make reliability`."
    )


def _unmeasured(line: str) -> str:
    return line.rpartition(" | ")[0]


def lines_of_page(page: str) -> dict[str, str]:
    """The lines of the table in the page, by their fault."""
    lines = [line for line in part(page, PART).splitlines() if line.startswith("| ")]
    return {line.removeprefix("| ").split(" | ")[0]: line for line in lines if line not in HEADER}


def with_lines(page: str, lines: list[str]) -> str:
    """The page with these lines in its table."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    version = ".".join(platform.python_version_tuple()[:2])
    machine = f"{cores} cores, {platform.system()}, Python {version}"
    return with_part(page, PART, "\n".join([f"Recorded on {machine}.", "", *HEADER, *lines]))


def main(folder: Path) -> int:
    """Write the page; 1 if a row was not recorded."""
    recorded = {path.stem: path.read_text("utf-8") for path in folder.glob("*.md")}
    missing = [name for number, name in enumerate(NAMES) if f"{number:02}" not in recorded]
    if missing:
        print(f"Not recorded, so nothing is written: {missing}", file=sys.stderr)
        return 1
    lines = [recorded[number] for number in sorted(recorded)]
    PAGE.write_text(with_lines(PAGE.read_text("utf-8"), lines), "utf-8")
    return 0


def words_of(error: dict[str, Any] | None) -> str:
    """What a person reads of an error of the REST contract."""
    if error is None:
        return ""
    # The gateway's own words have no full stop.
    return steady(f"{error['message'].rstrip('.')}. {error['advice']}")


def steady(text: str) -> str:
    """`text` without what is different in each run: ports, instance ids, seconds of a clock."""
    text = re.sub(r"(127\.0\.0\.1|localhost):\d+", r"\1:…", text)
    text = re.sub(r"\bdsw-[0-9a-f]{16}\b", "dsw-…", text)
    return re.sub(r"\d+ s (ahead of|behind)", r"… s \1", text)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
