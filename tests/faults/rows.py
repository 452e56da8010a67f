"""Rows of the last table in docs/reliability.md: what a test measured of a fault."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Any

from docs.generated import part

if TYPE_CHECKING:
    from typing_extensions import Self

PART = "faults"
"""The part of the page that they are in."""
COLUMNS = (
    "Fault",
    "Error code",
    "What is shown",
    "Other requests meanwhile",
)


@dataclasses.dataclass(frozen=True)
class Row:
    """One fault; all but `others` is the same in every run."""

    fault: str
    code: str
    """The error's code, or `none`."""
    shown: str
    """The error's message and advice, or the instance."""
    others: str
    """The latency of other requests: measured, so different in each run."""

    def line(self) -> str:
        """This row as a line of the Markdown table."""
        return f"| {' | '.join(_cell(value) for value in dataclasses.astuple(self))} |"

    @classmethod
    def of_line(cls, line: str) -> Self:
        """The row that `line` was made from."""
        cells = re.split(r" (?<!\\)\| ", line.strip().removeprefix("| ").removesuffix(" |"))
        return cls(*(cell.replace("\\|", "|") for cell in cells))

    def stale_columns(self, recorded: Row) -> list[str]:
        """The columns in which `recorded` differs, the measured one left out."""
        pairs = zip(COLUMNS, dataclasses.astuple(self), dataclasses.astuple(recorded), strict=True)
        return [name for name, ours, theirs in list(pairs)[:-1] if ours != theirs]


def _cell(value: str) -> str:
    return value.replace("|", "\\|")


def rows_of_page(page: str) -> dict[str, Row]:
    """The rows of the generated table of docs/reliability.md, by their fault."""
    lines = [line for line in part(page, PART).splitlines() if line.startswith("| ")]
    rows = [Row.of_line(line) for line in lines if line not in header()]
    return {row.fault: row for row in rows}


def header() -> tuple[str, str]:
    """The two lines above the rows."""
    return f"| {' | '.join(COLUMNS)} |", f"|{' --- |' * len(COLUMNS)}"


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
