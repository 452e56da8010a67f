"""What is shown, apart from how: sections of facts and tables, the same for text and HTML.

Its strings may be `Text`, until `ViewModel.translated`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_dsw.i18n import Language, text, translated

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_ROWS = 20
"""Rows of one list that are shown; the rest is counted."""


class Fact(msgspec.Struct, frozen=True):
    """A label and its value, fit to be shown; `link` is an address to try."""

    label: str
    value: str
    link: str | None = None


class Table(msgspec.Struct, frozen=True):
    """Rows under column names, no more than `MAX_ROWS`; `more` counts those that are left out."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: str = ""


class Section(msgspec.Struct, frozen=True):
    """A titled part: facts, a table, or a sentence that there is none."""

    title: str
    facts: tuple[Fact, ...] = ()
    table: Table | None = None
    empty: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether it has nothing but that sentence."""
        return not self.facts and self.table is None


class ViewModel(msgspec.Struct, frozen=True, kw_only=True):
    """All that is shown of a reading."""

    language: Language
    """The language of the person who reads it."""
    status: str
    tone: str
    """`good`, `busy`, `bad` or `off`: the colour of the status."""
    name: str
    facts: tuple[Fact, ...]
    """Shown under the status: the next stop, where to skip it, the reason of a failure."""
    remark: str
    """What there may be in addition to these, or nothing."""
    notice: str
    """That the instance is simulated, or nothing."""
    problem: str
    sections: tuple[Section, ...]
    foot: str

    def translated(self) -> ViewModel:
        """Return the same in its language, of plain `str` only."""
        model: ViewModel = _in_language(self, self.language)
        return model


def _in_language(part: Any, language: Language) -> Any:
    if isinstance(part, str):
        return translated(part, language)
    if isinstance(part, tuple):
        return tuple(_in_language(each, language) for each in part)
    if isinstance(part, msgspec.Struct):
        values = {name: getattr(part, name) for name in part.__struct_fields__}
        return type(part)(**{name: _in_language(each, language) for name, each in values.items()})
    return part


def facts(*pairs: tuple[str, str | None] | tuple[str, str | None, str | None]) -> tuple[Fact, ...]:
    """Make facts of the pairs (or triples with a link) that have a value."""
    return tuple(Fact(pair[0], pair[1], *pair[2:]) for pair in pairs if pair[1])


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], total: int) -> Table | None:
    """Make a table of the rows, without the columns that are empty in all of them."""
    if not rows:
        return None
    used = [index for index in range(len(columns)) if any(row[index] for row in rows)]
    return Table(
        columns=tuple(columns[index] for index in used),
        rows=tuple(tuple(row[index] for index in used) for row in rows),
        more=text("%1 more", total - len(rows)) if total > len(rows) else "",
    )
