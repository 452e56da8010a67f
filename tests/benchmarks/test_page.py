"""The tables of docs/performance.md say what was measured, and what was not reached."""

from __future__ import annotations

from pathlib import Path

from benchmarks import page
from benchmarks.harness import Row, in_turns, ratio_at_least, ratio_at_most
from docs.generated import part

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"


def cells(row: Row) -> list[str]:
    line = page.tables({"A group": [row]}, "a machine").splitlines()[-1]
    return line.strip("| ").split(" | ")


def test_a_ratio_is_that_of_the_rounds_and_not_of_the_means() -> None:
    row = ratio_at_most("this", "that", [1.0, 1.0, 100.0], [2.0, 2.0, 100.0], 0.6, "ms")
    assert row.figure == 0.5
    assert row.reached
    assert cells(row)[:6] == ["this", "that", "0.5", "0.5 to 0.95", "≤ 0.6", "yes"]
    assert cells(row)[6] == "1 ms against 2 ms"


def test_a_goal_that_is_not_reached_stands_out() -> None:
    row = ratio_at_least("this", "that", [1.0, 1.0], [2.0, 2.0], 0.9, "/s")
    assert not row.reached
    assert cells(row)[5] == "**no**"


def test_a_figure_without_a_goal_is_stated() -> None:
    row = Row("this", "that", 12345.6, "none", None)
    assert cells(row)[2] == "12,346"
    assert cells(row)[5] == "stated"


def test_a_bar_in_a_cell_does_not_end_it() -> None:
    assert "| a \\| b | that |" in page.tables(
        {"A group": [Row("a | b", "that", 1.0, "", None)]}, ""
    )


def test_both_are_measured_so_many_times_and_each_is_first_as_often() -> None:
    order: list[str] = []

    def measured(name: str) -> float:
        order.append(name)
        return float(len(order))

    mine, theirs = in_turns(lambda: measured("mine"), lambda: measured("theirs"), 4)
    assert order == ["mine", "theirs", "theirs", "mine"] * 2
    assert mine == [1.0, 4.0, 5.0, 8.0]
    assert theirs == [2.0, 3.0, 6.0, 7.0]


def test_the_page_has_every_group_of_benchmarks() -> None:
    from benchmarks.__main__ import GROUPS

    written = part(PAGE.read_text("utf-8"), page.PART)
    assert [title for title in GROUPS if f"### {title}\n" not in written] == []
