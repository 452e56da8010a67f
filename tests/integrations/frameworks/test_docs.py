"""The notebooks run from top to bottom, and the code of docs/training.md can be executed."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from nbclient import NotebookClient

from tests.docs.pages import DOCS, blocks_of
from tests.integrations.frameworks.running import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.docs.pages import Block

NOTEBOOKS = [ROOT / "examples" / f"save_before_stop{end}.ipynb" for end in ("", ".zh-CN")]
SNIPPETS = [block for block in blocks_of(DOCS / "training.md") if block.language == "python"]


@pytest.mark.timeout(900)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_the_notebook_saves_before_the_stop_and_resumes(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", os.fspath(ROOT))
    monkeypatch.setenv("LANGUAGE", "en")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(tmp_path)}})
    client.execute()
    shown = {cell.id: text_of(cell) for cell in notebook.cells if cell.cell_type == "code"}
    assert re.search(r"\['checkpoint-\d+'\]$", shown["train"])
    assert "A checkpoint was saved before the stop" in shown["train"]
    assert shown["resume"].endswith("20")
    assert "loop.pt" in shown["loop"]
    assert shown["loop"].endswith("True")


def text_of(cell: Any) -> str:
    """What a code cell has shown."""
    return "".join(
        output.get("text") or output.get("data", {}).get("text/plain", "")
        for output in cell.outputs
    )


@pytest.mark.parametrize("block", SNIPPETS, ids=str)
def test_a_snippet_imports_what_there_is(block: Block) -> None:
    names: dict[str, Any] = {}
    exec(compile(block.text, str(block), "exec"), names)
    assert any(callable(value) for name, value in names.items() if name.startswith("train"))
