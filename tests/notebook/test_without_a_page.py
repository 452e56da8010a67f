"""Notebooks that are run and shown where no Jupyter page is: nbclient, nbconvert."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter

if TYPE_CHECKING:
    from jupyter_dsw.emulator import Emulator


@pytest.fixture
def executed(environment: dict[str, str]) -> Any:
    """A notebook with `%dsw_info`, run by nbclient."""
    del environment
    cell = nbformat.v4.new_code_cell("%dsw_info")
    notebook = nbformat.v4.new_notebook(cells=[cell])
    return NotebookClient(notebook, timeout=60, kernel_name="python3").execute()


def test_nbclient_runs_it_and_the_notebook_keeps_text_and_html(
    executed: Any, emulator: Emulator
) -> None:
    (output,) = executed.cells[0].outputs
    assert "Running" in output.data["text/plain"]
    assert emulator.instance_id in output.data["text/html"]
    assert "Read 20" in output.data["text/html"]
    assert "<script" not in output.data["text/html"]


def test_nbconvert_shows_the_html_where_the_widgets_state_is_not_kept(
    executed: Any, emulator: Emulator
) -> None:
    executed.metadata.pop("widgets", None)
    page, _ = HTMLExporter().from_notebook_node(executed)
    assert emulator.instance_id in page
