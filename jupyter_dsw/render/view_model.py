"""What is shown, apart from how: sections of facts and tables, the same for text and HTML.

Its words may be `Text`, until `Page.in_language`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_dsw.i18n import text, translated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_dsw.i18n import Language

MAX_ROWS = 20
"""Rows of one list that are shown; the rest is counted."""


class Fact(msgspec.Struct, frozen=True):
    """A label and its value, fit to be shown; `link` is an address to try."""

    label: str
    value: str
    link: str | None = None


class Table(msgspec.Struct, frozen=True):
    """Rows under column names, no more than `MAX_ROWS`; `more` says how many are left out."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: str = ""


class Section(msgspec.Struct, frozen=True):
    """A titled part of the page: facts, a table, or a word about there being none."""

    title: str
    facts: tuple[Fact, ...] = ()
    table: Table | None = None
    empty: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether it has nothing but its word about that."""
        return not self.facts and self.table is None


class Page(msgspec.Struct, frozen=True):
    """All that is shown of one view."""

    status: str
    tone: str
    """`good`, `busy`, `bad` or `off`: the colour of the status."""
    name: str
    facts: tuple[Fact, ...]
    """What is told with the status: the next stop, the reason of a failure."""
    notice: str
    """That the instance is simulated, or nothing."""
    problem: str
    sections: tuple[Section, ...]
    foot: str

    def in_language(self, language: Language) -> Page:
        """The same page in a language, of plain `str` only."""
        page: Page = _in_language(self, language)
        return page


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
        more=text("and %1 more", total - len(rows)) if total > len(rows) else "",
    )
