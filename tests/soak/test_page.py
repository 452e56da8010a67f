"""The soak's figures go into its own section of the page, and touch nothing else of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.soak import page

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            f"# R\n\n{page.BEGIN}\nold\n{page.END}\n\n## Rest\n",
            f"# R\n\n{page.BEGIN}\nnew\n{page.END}\n\n## Rest\n",
        ),
        ("# R\n", f"# R\n\n## Load and time\n\n{page.BEGIN}\nnew\n{page.END}\n"),
    ],
    ids=["with marks", "without"],
)
def test_only_what_is_between_the_marks_changes(before: str, after: str, tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text(before, "utf-8")
    page.write(path, "new")
    assert path.read_text("utf-8") == after
