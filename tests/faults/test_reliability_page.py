"""The tables in docs/reliability.md: that they are whole, and that a stale one is found."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import pytest

from docs.generated import begin, end
from jupyter_dsw.emulator.scenarios import SCENARIOS
from tests.docs.pages import section
from tests.faults import reliability_page
from tests.faults.reliability_page import (
    FOLDER,
    HEADER,
    NAMES,
    PAGE,
    PART,
    Row,
    lines_of_page,
    main,
    record,
    steady,
    with_lines,
)

if TYPE_CHECKING:
    from pathlib import Path

EMPTY = f"{begin(PART)}{end(PART)}"
ROW = Row(NAMES[0], "Denied", "a | b", "10 requests, 1 ms")


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A page of its own, whose table is empty."""
    page = tmp_path / "reliability.md"
    page.write_text(EMPTY)
    monkeypatch.setattr(reliability_page, "PAGE", page)
    monkeypatch.delenv(FOLDER, raising=False)
    return page


def test_the_page_has_every_fault_once_in_their_order() -> None:
    assert tuple(lines_of_page(PAGE.read_text("utf-8"))) == NAMES
    assert len(set(NAMES)) == len(NAMES)


def test_what_the_first_table_quotes_is_what_a_fault_shows() -> None:
    quoted = re.findall(r"“([^”]+)”", section(PAGE, "What happens when something fails"))
    shown = "\n".join(lines_of_page(PAGE.read_text("utf-8")).values())
    assert len(quoted) > 10
    assert [text for text in quoted if text not in shown] == []


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_scenario_of_the_emulator_is_a_fault(scenario: str) -> None:
    assert [name for name in NAMES if name.startswith(f"Emulator: {scenario} (")]


@pytest.mark.parametrize("column", [field.name for field in dataclasses.fields(Row)][1:])
def test_only_a_measured_figure_may_differ_from_the_page(column: str, page: Path) -> None:
    page.write_text(with_lines(EMPTY, [ROW.line()]))
    record(ROW)
    other = dataclasses.replace(ROW, **{column: "something else"})
    if column == "others":
        record(other)
    else:
        with pytest.raises(AssertionError, match="stale"):
            record(other)


@pytest.mark.usefixtures("page")
def test_a_fault_that_the_page_has_not_is_stale() -> None:
    with pytest.raises(AssertionError, match="stale"):
        record(ROW)


def test_a_page_is_written_from_a_whole_recording_only(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "rows"
    folder.mkdir()
    monkeypatch.setenv(FOLDER, str(folder))
    record(ROW)
    assert main(folder) == 1
    assert NAMES[-1] in capsys.readouterr().err
    assert page.read_text() == EMPTY
    for name in NAMES[1:]:
        record(dataclasses.replace(ROW, fault=name))
    assert main(folder) == 0
    assert tuple(lines_of_page(page.read_text())) == NAMES
    assert HEADER[0] in page.read_text()


def test_what_differs_in_each_run_is_left_out_of_words() -> None:
    text = "127.0.0.1:4711 and localhost:1: dsw-0123456789abcdef is 86399 s behind"
    assert steady(text) == "127.0.0.1:… and localhost:…: dsw-… is … s behind"
