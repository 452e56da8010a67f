"""The built site, made once for a run."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from tests.docs.pages import DOCS
from tests.once import once

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

BLOCKS = {"dd", "dt", "h1", "h2", "h3", "li", "p", "td", "th"}


def site(factory: pytest.TempPathFactory) -> Path:
    """Build the site with warnings as errors, and return its folder."""
    folder = once(factory, "site", _build)
    failure = (folder / "failure").read_text("utf-8")
    assert failure == "", failure
    return folder / "html"


def _build(folder: Path) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "sphinx", "-W", "--keep-going", "-n", "-E", "-q"),
            *("-d", folder / "doctrees", DOCS, folder / "html"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    # Kept instead of raised, so that a site that fails is not built again for each test.
    failure = done.stdout or f"status {done.returncode}"
    (folder / "failure").write_text(failure if done.returncode else "", "utf-8")


@dataclass
class Html(HTMLParser):
    """What is on a built page: its anchors, where it leads, what it loads."""

    path: Path
    anchors: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the attributes that matter."""
        if tag in BLOCKS:
            self.words.append(" ")
        for name, value in attrs:
            if value is None:
                continue
            if name in {"id", "name"}:
                self.anchors.add(value)
            elif name == "href" and tag == "a":
                self.links.append(value)
            elif name in {"src", "srcset", "href", "data", "poster"}:
                self.loaded.append(value)

    def handle_data(self, data: str) -> None:
        """Note the text."""
        self.words.append(data)

    @property
    def text(self) -> str:
        """All its text, with single spaces."""
        return " ".join("".join(self.words).split())
