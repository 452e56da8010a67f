"""README.md and README.zh-CN.md are the same page in two languages, and what they show is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.environments import ROOT

PAGES = ("README.md", "README.zh-CN.md")
LARGEST_PICTURE = 120_000
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def page(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def prose(name: str) -> str:
    return FENCE.sub("", page(name))


def shape(name: str) -> dict[str, list[str]]:
    """All that has to be equal in the two."""
    text = prose(name)
    links = re.findall(r"\]\(([^)]+)\)", text)
    others = {"README.md": "README", "README.zh-CN.md": "README"}
    return {
        "headings": re.findall(r"^#+", text, re.MULTILINE),
        "code": [language + code for language, code in FENCE.findall(page(name))],
        "cells": [str(row.count("|")) for row in text.splitlines() if row.startswith("|")],
        "words of code in tables": [
            " ".join(re.findall(r"`[^`]+`", row)) for row in text.splitlines() if row[:1] == "|"
        ],
        "links": [
            others.get(link, link.replace("docs/zh/", "docs/").partition("#")[0]) for link in links
        ],
        "pictures": re.findall(r'(?:srcset|src|media|width)="([^"]+)"', text),
    }


@pytest.mark.parametrize("part", list(shape("README.md")))
def test_the_two_have_the_same(part: str) -> None:
    english, chinese = (shape(name)[part] for name in PAGES)
    assert english
    assert english == chinese


@pytest.mark.parametrize("name", PAGES)
def test_what_it_links_to_is_there(name: str) -> None:
    for link in re.findall(r"\]\(([^)]+)\)", prose(name)):
        # Relative ones: no host is known where the project would be found.
        assert (ROOT / link.partition("#")[0]).exists(), link


def test_the_chinese_page_links_to_chinese_pages_where_there_are_any() -> None:
    for link in re.findall(r"\]\(docs/([\w-]+\.md)", prose("README.zh-CN.md")):
        assert not (ROOT / "docs/zh" / link).exists(), link


@pytest.mark.parametrize("name", PAGES)
def test_its_pictures_are_there_in_light_and_dark_and_have_words(name: str) -> None:
    text = prose(name)
    pictures = set(re.findall(r'(?:srcset|src)="([^"]+)"', text))
    assert len(pictures) == 6
    for picture in pictures:
        assert 1000 < (ROOT / picture).stat().st_size <= LARGEST_PICTURE, picture
        other = picture.replace("light", "*").replace("dark", "*").replace("*", "light")
        assert {other, other.replace("light", "dark")} <= pictures
    tags = re.findall(r"<img [^>]+>", text)
    assert len(tags) == 2
    for tag in tags:
        words = re.search(r'alt="([^"]+)"', tag)
        assert words
        assert len(words[1]) > 20


def test_every_picture_that_was_taken_is_small() -> None:
    taken = list(Path(ROOT / "docs/pictures").glob("*.webp"))
    assert len(taken) >= 8
    assert [path for path in taken if path.stat().st_size > LARGEST_PICTURE] == []


@pytest.mark.parametrize("name", PAGES)
def test_it_is_short(name: str) -> None:
    assert len(page(name).splitlines()) <= 150
