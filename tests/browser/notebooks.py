"""Notebooks in a browser: made, opened and run as a person does."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import nbformat
from playwright.sync_api import expect

from tests.waiting import until

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from jupyter_dsw.demo.lab import Lab

NAME = "test.ipynb"
# A cell that runs has another prompt at once.
READY_MS = 5000


def write_notebook(lab: Lab, *cells: str, kernel: str = "python3") -> None:
    """Put a notebook with these code cells into the server's folder."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in cells],
        metadata={"kernelspec": {"name": kernel, "display_name": kernel, "language": "python"}},
    )
    nbformat.write(notebook, lab.home / "work" / NAME)


def open_notebook(page: Page, lab: Lab, path: str = "lab/tree") -> None:
    """Open it in JupyterLab (`path` for Notebook 7: `notebooks`) and wait for its kernel."""
    page.goto(f"{lab.url}{path}/{NAME}?token={lab.token}")
    wait_for_kernel(page)


def wait_for_kernel(page: Page) -> None:
    """Wait until the opened notebook's kernel is idle."""
    page.wait_for_function(
        "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status"
        " === 'idle'"
    )


def run_cell(page: Page, index: int) -> None:
    """Put the cursor into a code cell and press Ctrl+Enter, until JupyterLab runs it."""
    cell = page.locator(".jp-Notebook .jp-CodeCell").nth(index)
    before = prompt(page, index)

    def press() -> bool:
        cell.locator(".cm-content, .CodeMirror").click()  # JupyterLab 4, and 3
        page.keyboard.press("Control+Enter")
        with contextlib.suppress(AssertionError):
            expect(cell.locator(".jp-InputPrompt").first).not_to_have_text(before, timeout=READY_MS)
        return prompt(page, index) != before

    until(press)


def prompt(page: Page, index: int) -> str:
    """What stands before a code cell: `[ ]:`, `[*]:` or `[1]:`."""
    cell = page.locator(".jp-Notebook .jp-CodeCell").nth(index)
    return cell.locator(".jp-InputPrompt").first.inner_text()
