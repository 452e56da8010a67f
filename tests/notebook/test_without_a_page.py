"""Notebooks that are run and shown where no Jupyter page is: nbclient, nbconvert."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter, MarkdownExporter

if TYPE_CHECKING:
    from jupyter_dsw.emulator import Emulator

CELLS = (
    "%dsw_info",
    "r = %dsw_info\nr",
    "[r]",
    "display(r)",
    "print(r)",
    "import jupyter_dsw; jupyter_dsw.Panel()",
)
LIVE = "application/vnd.jupyter-dsw.reading+json"


@pytest.fixture
def executed(environment: dict[str, str]) -> Any:
    """A notebook with a reading in each of its forms, run by nbclient."""
    del environment
    cells = [nbformat.v4.new_code_cell(code) for code in CELLS]
    notebook = nbformat.v4.new_notebook(cells=cells)
    return NotebookClient(notebook, timeout=60, kernel_name="python3").execute()


def test_the_notebook_has_the_reading_html_and_text_with_its_date_and_no_widget(
    executed: Any, emulator: Emulator
) -> None:
    for cell in (executed.cells[0], executed.cells[1], executed.cells[3]):
        (output,) = cell.outputs
        assert set(output.data) == {LIVE, "text/html", "text/plain"}
        assert emulator.instance_id in output.data["text/html"]
        assert "Read 20" in output.data["text/html"]
        assert " ago" not in output.data["text/html"]
        assert "<script" not in output.data["text/html"]
        assert "Running" in output.data["text/plain"]
    nbformat.validate(executed)


def test_in_a_list_it_is_one_line_and_printed_it_is_text(executed: Any, emulator: Emulator) -> None:
    (listed,), (printed,) = executed.cells[2].outputs, executed.cells[4].outputs
    start = f"[<Reading of {emulator.instance_id}: Running, "
    assert listed.data["text/plain"].startswith(start)
    assert set(listed.data) == {"text/plain"}
    assert "● Running" in printed.text
    assert "Read 20" in printed.text


def test_where_there_is_no_page_nothing_shows_how_to_get_a_panel(executed: Any) -> None:
    assert "jupyter dsw setup" not in nbformat.writes(executed)


@pytest.mark.parametrize("state", ["with the state of widgets", "without it"])
def test_html_shows_the_instance_where_the_magic_was(
    executed: Any, emulator: Emulator, state: str
) -> None:
    if state == "without it":
        del executed.metadata["widgets"]
    executed.cells = executed.cells[:1]
    page, _ = HTMLExporter().from_notebook_node(executed)
    assert emulator.instance_id in page
    assert "Read 20" in page


def test_markdown_has_the_instance_as_a_table(executed: Any, emulator: Emulator) -> None:
    del executed.metadata["widgets"]
    page, _ = MarkdownExporter().from_notebook_node(executed)
    # The magic, `r`, `display(r)` and the panel have HTML, the printed one text.
    assert page.count("<table") >= 4
    assert page.count(emulator.instance_id) >= 6
