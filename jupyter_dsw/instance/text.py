"""A page as plain text, aligned for a terminal or a notebook's plain output."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .page import Page, Section, Table

_INDENT = "  "
_GAP = 2


def page_to_text(page: Page, width: int) -> str:
    """Lay a page out in lines no wider than `width` columns."""
    lines = [line for part in _parts(page, width) for line in (*part, "")]
    return "\n".join(line.rstrip() for line in lines).rstrip("\n")


def _parts(page: Page, width: int) -> Iterator[list[str]]:
    head = [*_wrapped(f"! {page.problem}", width, "  ")] if page.problem else []
    if page.notice:
        head += _wrapped(page.notice, width, _INDENT)
    if page.status:
        head += _wrapped(f"● {page.status}{_INDENT}{page.name}", width, _INDENT)
    labelled = [("Next stop", page.next_stop), ("Reason", page.reason)]
    head += _aligned([pair for pair in labelled if pair[1]], width)
    yield head
    for section in page.sections:
        yield [section.title, *_section(section, width)]
    if page.foot:
        yield _wrapped(page.foot, width, _INDENT)


def _section(section: Section, width: int) -> list[str]:
    if section.is_empty:
        return _wrapped(_INDENT + section.empty, width, _INDENT)
    lines = _aligned([(fact.label, fact.value) for fact in section.facts], width)
    return lines + (_table(section.table, width) if section.table else [])


def _aligned(pairs: Sequence[tuple[str, str]], width: int) -> list[str]:
    """Set values in a column beside their labels; below them where it is too narrow for that."""
    column = max((columns(label) for label, _ in pairs), default=0) + len(_INDENT) + _GAP
    lines = []
    for label, value in pairs:
        if column > width // 2:
            lines += _wrapped(_INDENT + label, width, _INDENT)
            lines += _wrapped(_INDENT * 2 + value, width, _INDENT * 2)
        else:
            lines += _wrapped(_padded(_INDENT + label, column) + value, width, " " * column)
    return lines


def _table(table: Table, width: int) -> list[str]:
    """Set rows in columns; a column too wide for that goes on lines of its own below."""
    widths = [max(columns(row[index]) for row in table.rows) for index in range(len(table.columns))]
    beside = list(range(len(widths)))
    while len(beside) > 1 and sum(widths[i] + _GAP for i in beside) > width:
        beside.remove(max(beside, key=lambda index: widths[index]))
    lines = []
    for row in table.rows:
        first = "".join(_padded(row[index], widths[index] + _GAP) for index in beside).rstrip()
        lines += _wrapped(_INDENT + first, width, _INDENT * 2)
        for index in range(len(row)):
            if index not in beside and row[index]:
                lines += _wrapped(_INDENT * 2 + row[index], width, _INDENT * 2)
    if table.more:
        lines.append(f"{_INDENT}and {table.more} more")
    return lines


def columns(text: str) -> int:
    """Count the columns a text takes: wide East Asian characters two, combining marks none."""
    return sum(map(_character_columns, text))


def _character_columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _padded(text: str, width: int) -> str:
    return text + " " * (width - columns(text))


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    """Break a text at spaces, or inside a word that has none, into lines of `width` columns."""
    lines = []
    rest = text.rstrip()
    while columns(rest) > width:
        fits = _fitting(rest, width)
        end = _break(rest, len(indent), fits)
        lines.append(rest[:end])
        rest = indent + rest[end:].lstrip()
    return [*lines, rest]


def _break(text: str, start: int, fits: int) -> int:
    """Find where to break: at the last space that fits, but "20 %" stays in one piece."""
    space = text.rfind(" ", start + 1, fits + 1)
    if text[space + 1 : space + 2] == "%":
        space = text.rfind(" ", start + 1, space)
    # A short first piece is worse than a broken word.
    return space if space > start + (fits - start) // 3 else fits


def _fitting(text: str, width: int) -> int:
    """Count the characters from the start that fit, at least one past any indent."""
    used = 0
    for index, character in enumerate(text):
        used += _character_columns(character)
        if used > width:
            return max(index, 1)
    return len(text)
