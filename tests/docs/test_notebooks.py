"""The notebooks of `examples/` are committed clean, and are the same in both languages."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.docs.pages import ROOT

NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))
PAIRS = [(path.with_name(path.name.replace(".zh-CN", "")), path) for path in NOTEBOOKS[1::2]]


def cells(path: Path, kind: str) -> list[Any]:
    notebook = nbformat.read(path, as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == kind]


def test_there_are_two_of_each() -> None:
    assert [name for pair in PAIRS for name in pair] == NOTEBOOKS


@pytest.mark.parametrize(("english", "chinese"), PAIRS, ids=lambda path: path.name)
def test_they_have_the_same_code(english: Path, chinese: Path) -> None:
    codes = [[cell.source for cell in cells(path, "code")] for path in (english, chinese)]
    assert codes[0] == codes[1]
    texts = cells(chinese, "markdown")
    assert [cell.id for cell in cells(english, "markdown")] == [cell.id for cell in texts]
    assert all(re.search(r"[\u4e00-\u9fff]", cell.source) for cell in texts)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_it_is_committed_clean(path: Path) -> None:
    for cell in cells(path, "code"):
        assert (cell.outputs, cell.execution_count, cell.metadata) == ([], None, {})
        compile(cell.source, f"{path.name}: {cell.id}", "exec")
    notebook = nbformat.read(path, as_version=4)
    assert path.read_text("utf-8") == nbformat.writes(notebook) + "\n"
    assert os.fspath(Path.home()) not in path.read_text("utf-8")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_its_links_lead_to_pages(path: Path) -> None:
    links = [
        link
        for cell in cells(path, "markdown")
        for link in re.findall(r"\]\((\S+?)\)", cell.source)
    ]
    assert links
    assert all((path.parent / link).is_file() for link in links)
