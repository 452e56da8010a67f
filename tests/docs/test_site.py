"""The site as it is built: without a warning, every link leads somewhere, all of it is here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest

from tests.docs.pages import PAGES, ROOT, headings, name_of, prose, slugs
from tests.docs.site import Html

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Html]:
    return {path: Html(path) for path in site.rglob("*.html")}


def test_it_has_a_page_for_each_source(pages: dict[Path, Html], site: Path) -> None:
    sources = {path.relative_to(ROOT / "docs") for path in PAGES if ROOT / "docs" in path.parents}
    assert {site / source.with_suffix(".html") for source in sources} <= pages.keys()


def test_every_link_inside_it_leads_somewhere(pages: dict[Path, Html]) -> None:
    dead = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchors = pages[target].anchors if target in pages else None
            fragment = unquote(parts.fragment)
            if not target.exists() or (
                fragment and anchors is not None and fragment not in anchors
            ):
                dead.append(f"{path.name}: {link}")
    assert dead == []
    assert sum(len(page.links) for page in pages.values()) > 500


def test_no_page_loads_anything_from_elsewhere(pages: dict[Path, Html], site: Path) -> None:
    for page in pages.values():
        assert page.loaded
        assert [url for url in page.loaded if re.match(r"(\w+:)?//", url)] == []
    styles = [path.read_text("utf-8") for path in site.rglob("*.css")]
    assert styles
    assert not re.findall(r"(?:@import|url\()\s*['\"]?(?:https?:)?//[^)]*", "\n".join(styles))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_relative_links_of_the_sources_lead_to_files_and_headings(page: Path) -> None:
    """As GitHub follows them."""
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        parts = urlsplit(link)
        if parts.scheme:
            continue
        target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        assert target.exists(), link
        if parts.fragment and target.suffix == ".md":
            assert unquote(parts.fragment) in slugs(target), link


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_page_has_one_first_heading(page: Path) -> None:
    if "{include}" not in page.read_text("utf-8"):
        assert [level for level, _ in headings(page)].count(1) == 1
        assert headings(page)[0][0] == 1
