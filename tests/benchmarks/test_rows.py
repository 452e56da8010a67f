"""The tables of docs/performance.md show what was measured, and which goals were not reached."""

from __future__ import annotations

from pathlib import Path

from benchmarks import rows
from benchmarks.rows import Row, difference, ratio
from docs.generated import part

PERFORMANCE = Path(__file__).parents[2] / "docs" / "performance.md"


def test_a_ratio_is_the_median_of_the_rounds() -> None:
    row = ratio("this", "that", [1.0, 1.0, 100.0], [2.0, 2.0, 100.0], 0.6, "ms")
    assert row.figure == 0.5
    assert row.cells() == (
        "this", "that", "0.5", "0.5 to 0.95", "≤ 0.6", "yes", "1 ms against 2 ms",
    )  # fmt: skip


def test_a_goal_that_is_not_reached_stands_out() -> None:
    row = difference("this", "that", [9.0, 9.0], [2.0, 2.0], 5, "ms")
    assert row.figure == 7
    assert row.cells()[5] == "**no**"


def test_a_figure_without_a_goal_has_none() -> None:
    assert Row("this", "that", 12345.6).cells()[2:6] == ("12,346", "", "", "no goal")


def test_a_bar_in_a_cell_does_not_end_it() -> None:
    assert "| a \\| b | that |" in rows.tables({"A group": [Row("a | b", "that", 1.0)]}, "")


def test_the_performance_page_has_every_group_of_benchmarks() -> None:
    from benchmarks.__main__ import GROUPS

    written = part(PERFORMANCE.read_text("utf-8"), rows.PART)
    assert [title for title in GROUPS if f"### {title}\n" not in written] == []
