"""A view model as plain text, aligned for a terminal or a notebook's plain output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_dsw.columns import columns, padded, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jupyter_dsw.render.sections import Fact, Section, Table
    from jupyter_dsw.render.view import ViewModel

_INDENT = "  "
_GAP = 2


def to_text(model: ViewModel, *, width: int = 80) -> str:
    """Write a view model in lines of at most `width` columns.

    East Asian wide characters take two columns. A narrower width than 20 counts as 20.
    """
    parts = _parts(model, max(width, 20))
    lines = [line for part in parts for line in (*part, "")]
    return "\n".join(line.rstrip() for line in lines).rstrip("\n")


def _parts(model: ViewModel, width: int) -> Iterator[list[str]]:
    head = [*wrapped(f"! {model.problem}", width, "  ")] if model.problem else []
    if model.notice:
        head += wrapped(model.notice, width, _INDENT)
    if model.status:
        head += wrapped(f"● {model.status}{_INDENT}{model.name}", width, _INDENT)
    head += _aligned(model.facts, width)
    if model.remark:
        head += wrapped(_INDENT + model.remark, width, _INDENT)
    yield head
    for section in model.sections:
        yield [section.title, *_section(section, width)]
    if model.foot:
        yield wrapped(model.foot, width, _INDENT)


def _section(section: Section, width: int) -> list[str]:
    if section.is_empty:
        return wrapped(_INDENT + section.empty, width, _INDENT)
    lines = _aligned(section.facts, width)
    return lines + (_table(section.table, width) if section.table else [])


def _aligned(facts: Sequence[Fact], width: int) -> list[str]:
    """Set values in a column next to their labels; below them where it is too narrow for that."""
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
    inline = list(range(len(widths)))
    while len(inline) > 1 and sum(widths[i] + _GAP for i in inline) > width:
        inline.remove(max(inline, key=lambda index: widths[index]))
    below = [index for index in range(len(widths)) if index not in inline]

    def first_line(row: Sequence[str]) -> str:
        return "".join(padded(row[index], widths[index] + _GAP) for index in inline)

    # The names of what goes below follow those of the columns, where they fit.
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
