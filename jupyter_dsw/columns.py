"""Texts in columns, as a terminal shows them: East Asian wide characters take two."""

from __future__ import annotations

import json
import re
import unicodedata

_NOT_FIRST = "，。、；：？！）》」』”’%"
_NOT_LAST = "（《「『“‘"
_NOT_ASCII_TEXT = re.compile(r"[^ -~\n]")


def columns(text: str) -> int:
    """Count the columns a text takes: wide East Asian characters two, combining marks none."""
    return sum(map(_character_columns, text))


def _character_columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if _is_wide(character) else 1


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in {"W", "F"}


def padded(text: str, width: int) -> str:
    """Fill a text up with spaces to `width` columns."""
    return text + " " * (width - columns(text))


def wrapped(text: str, width: int, indent: str) -> list[str]:
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
    """Find where to break: at the last place that may, unless the first piece gets very short."""
    places = (place for place in range(fits, start + 1, -1) if _may_break(text, place))
    place = next(places, -1)
    # A short first piece is worse than a broken word.
    return place if place > start + (fits - start) // 3 else fits


def _may_break(text: str, place: int) -> bool:
    """Split at spaces and between Chinese characters.

    But "20 %" stays in one piece, no line begins with a full stop, and none ends with an opening
    bracket.
    """
    before, after = text[place - 1], text[place]
    if after == " ":
        return text[place + 1 : place + 2] != "%"
    if before not in _NOT_FIRST and not (_is_wide(before) and _is_wide(after)):
        return False
    return after not in _NOT_FIRST and before not in _NOT_LAST


def _fitting(text: str, width: int) -> int:
    """Count the characters from the start that fit, at least one past any indent."""
    used = 0
    for index, character in enumerate(text):
        used += _character_columns(character)
        if used > width:
            return max(index, 1)
    return len(text)


def escaped(text: str) -> str:
    r"""Escape what a terminal would obey or hide (`\u202e`), line breaks aside.

    Controls, direction marks, zero-width and other characters without a shape. The escapes are
    JSON's: a JSON text stays the same JSON.
    """
    return _NOT_ASCII_TEXT.sub(lambda found: _escape(found[0]), text)


def _escape(character: str) -> str:
    category = unicodedata.category(character)
    if not category.startswith("C") and category not in {"Zl", "Zp"}:
        return character
    return json.dumps(character)[1:-1]
