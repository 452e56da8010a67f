"""The page of threats names tests that exist, and every test of this folder is behind a threat."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text()
NAMED = set(re.findall(r"`(tests/[\w/]+\.py)::([\w:]+)`", PAGE))


def ids_in(file: Path) -> set[str]:
    """The ids of a file's tests, without the file: `test_x`, `TestX::test_y`."""
    found = set()
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            functions = (ast.FunctionDef, ast.AsyncFunctionDef)
            found |= {
                f"{node.name}::{each.name}" for each in node.body if isinstance(each, functions)
            }
    return found


def test_every_test_that_the_page_names_exists() -> None:
    assert len(NAMED) > 30
    missing = [
        f"{file}::{test}"
        for file, test in NAMED
        if not (ROOT / file).exists() or test not in ids_in(ROOT / file)
    ]
    assert missing == []


def test_every_threat_of_the_page_names_its_test() -> None:
    _, _, threats = PAGE.partition("## Threats")
    threats, _, _ = threats.partition("## Content-Security-Policy")
    rows = [
        line for line in threats.splitlines() if line.startswith("| ") and "| threat |" not in line
    ]
    assert len(rows) > 30
    assert [row for row in rows if "`tests/" not in row] == []


def test_the_policy_on_the_page_is_the_one_that_is_tested() -> None:
    from tests.security.test_browser import STRICT

    on_page = " ".join(PAGE.partition("```text\n")[2].partition("```")[0].split())
    assert on_page == STRICT
