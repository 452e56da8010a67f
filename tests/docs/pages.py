"""The pages of the documentation: their headings, their code blocks and the commands in those."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(
    path
    for path in (*ROOT.glob("*.md"), *DOCS.rglob("*.md"))
    if not any(part.startswith("_") for part in path.relative_to(ROOT).parts)
)
# A mark right before a block.
RUNNABLE = "<!-- runnable -->"
_ASSIGNMENT = re.compile(r"\w+=")
_FENCE = re.compile(r"^ *```(\S*)[^\n]*\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A code block of a page; `language` is as written, `{toctree}` for a directive."""

    page: Path
    line: int
    language: str
    text: str
    runnable: bool

    def __str__(self) -> str:
        return f"{name_of(self.page)}:{self.line}"


def name_of(page: Path) -> str:
    """Its path in the project."""
    return str(page.relative_to(ROOT))


def blocks_of(page: Path) -> list[Block]:
    """Its code blocks and directives between backticks."""
    source = page.read_text("utf-8")
    return [
        Block(
            page,
            source.count("\n", 0, fence.start()) + 1,
            fence[1],
            dedent(fence[2]),
            source[: fence.start()].rstrip().endswith(RUNNABLE),
        )
        for fence in _FENCE.finditer(source)
    ]


def blocks(*languages: str) -> list[Block]:
    """The code blocks of all pages in one of these languages."""
    found = [block for page in PAGES for block in blocks_of(page)]
    return [block for block in found if block.language in languages]


def commands_in(script: str) -> list[list[str]]:
    """The words of each simple command of a shell script, as a shell takes it apart.

    Redirections and assignments are left out.
    """
    found: list[list[str]] = []
    for line in script.replace("\\\n", " ").splitlines():
        words: list[str] = []
        tokens = iter(_tokens(line))
        for token in tokens:
            if set(token) <= set("<>&") and set(token) & set("<>"):
                next(tokens, None)
            elif set(token) <= set("|&;()"):
                found.append(words)
                words = []
            elif words or not _ASSIGNMENT.match(token):
                words.append(token)
        found.append(words)
    return [words for words in found if words]


def _tokens(line: str) -> list[str]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = "#"
    return list(lexer)


def prose(page: Path) -> str:
    """Its text without its code blocks."""
    return _FENCE.sub("", page.read_text("utf-8"))


def headings(page: Path) -> list[tuple[int, str]]:
    """The level and the text of each of its headings."""
    found = re.findall(r"^(#+) +(.+)$", prose(page), re.MULTILINE)
    return [(len(marks), text) for marks, text in found]


def slugs(page: Path) -> set[str]:
    """The anchors that GitHub gives to its headings."""
    texts = (re.sub(r"[^\w\- ]", "", text.lower()) for _, text in headings(page))
    return {text.strip().replace(" ", "-") for text in texts}


def section(page: Path, title: str) -> str:
    """The text below its heading `title`, up to the next heading of that level."""
    source = page.read_text("utf-8")
    found = re.search(
        rf"^(#+) {re.escape(title)}$(.*?)(?=^\1 |\Z)", source, re.DOTALL | re.MULTILINE
    )
    assert found, f"{name_of(page)} has no heading {title!r}"
    return found[2]
