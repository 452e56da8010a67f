"""The tour runs from top to bottom, is committed clean, and is the same in both languages."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from nbclient import NotebookClient

from jupyter_dsw.demo.lab import TOURS, tour
from jupyter_dsw.emulator import SCENARIOS

if TYPE_CHECKING:
    from jupyter_dsw.emulator import Emulator

ENGLISH, CHINESE = TOURS


def cells(path: Path, kind: str) -> list[Any]:
    notebook = nbformat.read(path, as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == kind]


def text(cell: Any, mime_type: str = "text/plain") -> str:
    """What a code cell has shown."""
    return "\n".join(
        output.get("text") or output.get("data", {}).get(mime_type, "") for output in cell.outputs
    )


def test_it_runs_from_top_to_bottom_and_shows_what_it_describes(
    emulator: Emulator, environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del environment
    here = os.fspath(Path(sys.executable).parent)
    monkeypatch.setenv("PATH", os.pathsep.join([here, os.environ["PATH"]]))
    monkeypatch.setenv("LANGUAGE", "en")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    notebook = nbformat.read(ENGLISH, as_version=4)
    client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}})
    client.execute()
    shown = {cell.id: text(cell) for cell in notebook.cells if cell.cell_type == "code"}
    assert "For a live panel" not in "".join(shown.values())
    for of_an_instance in ("status", "sections", "terminal"):
        assert "Simulated instance" in shown[of_an_instance]
    assert "simulated by an emulator" in shown["doctor"]
    assert "Instance\n" not in shown["sections"]
    assert "read-only" in shown["sections"]
    assert "timedelta" in shown["countdown"]
    assert "'idle'" in shown["reading"]
    assert shown["writable"] == "['/mnt/workspace/checkpoints']"
    assert "remaining_ms" in shown["json"]
    assert "idle for 60 minutes" in shown["history"]
    assert "CPU" in shown["usage"]
    assert "policy of the workspace" in shown["policy"]
    assert "55 of 60" in shown["near"]
    assert re.search(r"step \d+", shown["checkpoint"])
    error = next(text(cell, "text/html") for cell in notebook.cells if cell.id == "error")
    assert "Simulated instance" in error
    assert "a role in the workspace" in " ".join(error.split())
    assert emulator.instance_id in error, "the last good values stay"
    assert shown["again"].strip("'") == SCENARIOS["healthy"].description
    assert emulator.scenario == "healthy"


def test_run_all_leaves_the_error_in_its_place() -> None:
    # A live panel shows the instance as it is now, so it would show the next cell's.
    (error,) = [cell for cell in cells(ENGLISH, "code") if cell.id == "error"]
    assert error.source.splitlines()[-1] == "HTML(r.to_html())"


def test_the_two_tours_have_the_same_code() -> None:
    english, chinese = ([cell.source for cell in cells(path, "code")] for path in TOURS)
    assert english == chinese
    assert [c.id for c in cells(ENGLISH, "markdown")] == [c.id for c in cells(CHINESE, "markdown")]
    assert all(re.search(r"[\u4e00-\u9fff]", cell.source) for cell in cells(CHINESE, "markdown"))


@pytest.mark.parametrize("path", TOURS, ids=lambda path: path.name)
def test_it_is_committed_clean(path: Path) -> None:
    for cell in cells(path, "code"):
        assert cell.outputs == []
        assert cell.execution_count is None
        assert cell.metadata == {}
    # As nbformat writes it, so that saving it changes nothing.
    notebook = nbformat.read(path, as_version=4)
    assert path.read_text("utf-8") == nbformat.writes(notebook) + "\n"
    assert os.fspath(Path.home()) not in path.read_text("utf-8")


def test_the_one_that_opens_speaks_the_language_of_the_terminal() -> None:
    assert [tour("en"), tour("zh_CN")] == [path.name for path in TOURS]


def test_it_begins_with_the_fact_that_the_instance_is_simulated() -> None:
    assert "**simulated**" in cells(ENGLISH, "markdown")[0].source
    assert "**模拟的**" in cells(CHINESE, "markdown")[0].source
