"""The tables in docs/reliability.md: that they are whole, and that a stale one is found."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import TYPE_CHECKING

import pytest

from docs.generated import begin, end, with_part
from jupyter_dsw.emulator.scenarios import SCENARIOS
from tests.docs.pages import section
from tests.faults import page, recording
from tests.faults.catalogue import NAMES
from tests.faults.recording import PAGE, record
from tests.faults.rows import COLUMNS, PART, Row, rows_of_page, steady

if TYPE_CHECKING:
    from pathlib import Path

EMPTY = f"{begin(PART)}{end(PART)}"
ROW = Row(NAMES[0], "Denied", "a | b", "10 requests, 1 ms")


def test_the_page_has_every_fault_once_in_their_order() -> None:
    assert tuple(rows_of_page(PAGE.read_text("utf-8"))) == NAMES
    assert len(set(NAMES)) == len(NAMES)


def test_what_the_first_table_quotes_is_what_a_fault_shows() -> None:
    quoted = re.findall(r"“([^”]+)”", section(PAGE, "What happens when something fails"))
    shown = "\n".join(row.shown for row in rows_of_page(PAGE.read_text("utf-8")).values())
    assert len(quoted) > 10
    assert [text for text in quoted if text not in shown] == []


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_scenario_of_the_emulator_is_a_fault(scenario: str) -> None:
    assert [name for name in NAMES if name.startswith(f"Emulator: {scenario} (")]


def test_a_row_is_read_back_as_it_was_written() -> None:
    written = with_part(EMPTY, PART, page.table([ROW], "a machine"))
    assert rows_of_page(written) == {ROW.fault: ROW}


@pytest.mark.parametrize("column", [field.name for field in dataclasses.fields(Row)][1:])
def test_only_a_measured_figure_may_differ_from_the_page(
    column: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    committed = tmp_path / "reliability.md"
    committed.write_text(with_part(EMPTY, PART, page.table([ROW], "a machine")))
    monkeypatch.setattr(recording, "PAGE", committed)
    monkeypatch.delenv(recording.FOLDER, raising=False)
    record(ROW)
    other = dataclasses.replace(ROW, **{column: "something else"})
    if column == "others":
        record(other)
    else:
        with pytest.raises(AssertionError, match="stale"):
            record(other)


def test_a_fault_that_the_page_has_not_is_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "reliability.md"
    empty.write_text(EMPTY)
    monkeypatch.setattr(recording, "PAGE", empty)
    monkeypatch.delenv(recording.FOLDER, raising=False)
    with pytest.raises(AssertionError, match="every column"):
        record(ROW)


def test_a_page_is_written_from_a_whole_recording_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    target, folder = tmp_path / "reliability.md", tmp_path / "rows"
    target.write_text(EMPTY)
    folder.mkdir()
    monkeypatch.setattr(page, "PAGE", target)
    monkeypatch.setenv(recording.FOLDER, str(folder))
    record(ROW)
    assert page.main(folder) == 1
    assert NAMES[-1] in capsys.readouterr().err
    assert target.read_text() == EMPTY
    for name in NAMES[1:]:
        record(dataclasses.replace(ROW, fault=name))
    assert len([json.loads(path.read_text()) for path in folder.iterdir()]) == len(NAMES)
    assert page.main(folder) == 0
    assert tuple(rows_of_page(target.read_text())) == NAMES
    assert COLUMNS[0] in target.read_text()


def test_what_differs_in_each_run_is_left_out_of_words() -> None:
    text = "127.0.0.1:4711 and localhost:1: dsw-0123456789abcdef is 86399 s behind"
    assert steady(text) == "127.0.0.1:… and localhost:…: dsw-… is … s behind"
