"""The Chinese pages follow the English ones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.docs.pages import DOCS, blocks_of, headings, name_of, prose

if TYPE_CHECKING:
    from pathlib import Path

CHINESE = sorted((DOCS / "zh").glob("*.md"))
TRANSLATED = {
    "index", "start", "cell", "window", "notifications", "code", "training", "terminal", "demo",
}  # fmt: skip


def english(page: Path) -> Path:
    return DOCS / page.name


def without_comments(text: str) -> str:
    return re.sub(r" +# .*$", "", text, flags=re.MULTILINE)


def code_of(page: Path) -> list[tuple[str, str]]:
    return [
        (block.language, without_comments(block.text))
        for block in blocks_of(page)
        if not block.language.startswith("{")
    ]


def shape(page: Path) -> list[int]:
    """How many table rows and list items stand below each heading."""
    parts = re.split(r"^#+ .*$", prose(page), flags=re.MULTILINE)
    return [len(re.findall(r"^(?:\||- |\d+\. )", part, re.MULTILINE)) for part in parts]


def test_everything_for_users_is_there_in_chinese() -> None:
    assert {page.stem for page in CHINESE} == TRANSLATED


@pytest.mark.parametrize("page", CHINESE, ids=name_of)
def test_they_have_the_same_headings_and_lists(page: Path) -> None:
    levels = [level for level, _ in headings(page)]
    assert levels == [level for level, _ in headings(english(page))]
    assert shape(page) == shape(english(page))


@pytest.mark.parametrize("page", CHINESE, ids=name_of)
def test_they_have_the_same_code(page: Path) -> None:
    assert code_of(page) == code_of(english(page))


@pytest.mark.parametrize("page", CHINESE, ids=name_of)
def test_they_are_chinese(page: Path) -> None:
    assert len(re.findall(r"[\u4e00-\u9fff]", page.read_text("utf-8"))) > 50
