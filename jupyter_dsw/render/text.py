"""A page as plain text, aligned for a terminal or a notebook's plain output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_dsw.columns import columns, padded, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jupyter_dsw.render.view_model import Fact, Page, Section, Table

_INDENT = "  "
_GAP = 2


def page_to_text(page: Page, width: int) -> str:
    """Lay a page out in lines no wider than `width` columns."""
    lines = [line for part in _parts(page, width) for line in (*part, "")]
    return "\n".join(line.rstrip() for line in lines).rstrip("\n")


def _parts(page: Page, width: int) -> Iterator[list[str]]:
    head = [*wrapped(f"! {page.problem}", width, "  ")] if page.problem else []
    if page.notice:
        head += wrapped(page.notice, width, _INDENT)
    if page.status:
        head += wrapped(f"● {page.status}{_INDENT}{page.name}", width, _INDENT)
    head += _aligned(page.facts, width)
    yield head
    for section in page.sections:
        yield [section.title, *_section(section, width)]
    if page.foot:
        yield wrapped(page.foot, width, _INDENT)


def _section(section: Section, width: int) -> list[str]:
    if section.is_empty:
        return wrapped(_INDENT + section.empty, width, _INDENT)
    lines = _aligned(section.facts, width)
    return lines + (_table(section.table, width) if section.table else [])


def _aligned(facts: Sequence[Fact], width: int) -> list[str]:
    """Set values in a column beside their labels; below them where it is too narrow for that."""
    column = max((columns(fact.label) for fact in facts), default=0) + len(_INDENT) + _GAP
    lines = []
    for fact in facts:
        if column > width // 2:
            lines += wrapped(_INDENT + fact.label, width, _INDENT)
            lines += wrapped(_INDENT * 2 + fact.value, width, _INDENT * 2)
        else:
            lines += wrapped(padded(_INDENT + fact.label, column) + fact.value, width, " " * column)
    return lines


def _table(table: Table, width: int) -> list[str]:
    """Set rows in columns below their names; what is too wide goes on lines of its own below."""
    rows = (table.columns, *table.rows)
    widths = [max(columns(row[index]) for row in rows) for index in range(len(table.columns))]
    beside = list(range(len(widths)))
    while len(beside) > 1 and sum(widths[i] + _GAP for i in beside) > width:
        beside.remove(max(beside, key=lambda index: widths[index]))
    below = [index for index in range(len(widths)) if index not in beside]

    def first_line(row: Sequence[str]) -> str:
        return "".join(padded(row[index], widths[index] + _GAP) for index in beside)

    # The names of what goes below follow those of the columns, where there is room.
    names = [_INDENT + first_line(table.columns).rstrip()]
    for index in below:
        name = f"↳ {table.columns[index]}"
        if columns(names[-1]) + _GAP + columns(name) <= width:
            names[-1] += " " * _GAP + name
        else:
            names.append(_INDENT * 2 + name)
    lines = [line for name in names for line in wrapped(name, width, _INDENT * 2)]
    for row in table.rows:
        lines += wrapped(_INDENT + first_line(row), width, _INDENT * 2)
        for index in below:
            if row[index]:
                lines += wrapped(_INDENT * 2 + row[index], width, _INDENT * 2)
    if table.more:
        lines.append(_INDENT + table.more)
    return lines
