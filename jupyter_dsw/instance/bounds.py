"""What an answer may weigh: hostile or broken JSON is cut to something that is quick to handle."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from .names import child_path, item_path

MAX_DEPTH = 32
"""Levels of nesting that are kept; GetInstance's own answer has 7."""
MAX_ITEMS = 1000
"""Items of one list, and entries of one object, that are kept."""
MAX_NODES = 20_000
"""Values below one element of the answer that are kept."""
MAX_TEXT = 64 * 1024
"""Characters of one text that are kept; what a person would read is far shorter."""
MAX_NAMES = 100
"""Paths that `redacted` and `unreadable` name one by one."""

_MAX_INTEGER = 2**63 - 1
_SURROGATES = re.compile("[\ud800-\udfff]")


class Names:
    """Paths of elements, each once, in order of arrival, no more than `MAX_NAMES`."""

    def __init__(self, names: Sequence[str] = ()) -> None:
        self._names = dict.fromkeys(names)

    def add(self, name: str) -> None:
        """Remember a path, unless there are too many already."""
        if len(self._names) < MAX_NAMES:
            self._names[name] = None

    def add_all(self, names: Sequence[str]) -> None:
        """Remember each of these paths, unless there are too many already."""
        for name in names:
            self.add(name)

    def as_tuple(self) -> tuple[str, ...]:
        """Give the paths."""
        return tuple(self._names)


def bounded(value: Any, path: str, dropped: Names) -> Any:
    """Copy a JSON value, leaving out what passes the limits above or is no JSON.

    Args:
        value: one element of the answer.
        path: its name.
        dropped: takes the path of everything that was left out.

    Returns:
        dicts, lists, text without lone surrogates, finite numbers, booleans and None.
    """
    return _Copy(dropped).of(value, path, 0)


class _Copy:
    def __init__(self, dropped: Names) -> None:
        self._dropped = dropped
        self._nodes = 0

    def of(self, value: Any, path: str, depth: int) -> Any:
        self._nodes += 1
        if isinstance(value, str):
            return self._text(value, path)
        if value is None or isinstance(value, bool):
            return value
        if depth < MAX_DEPTH and isinstance(value, Mapping):
            return self._object(value, path, depth)
        if depth < MAX_DEPTH and isinstance(value, Sequence):
            return self._list(value, path, depth)
        if _is_number(value):
            return value
        self._dropped.add(path)
        return None

    def _text(self, value: str, path: str) -> str:
        if len(value) > MAX_TEXT:
            self._dropped.add(path)
        return _sound(value[:MAX_TEXT])

    def _object(self, value: Mapping[Any, Any], path: str, depth: int) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        for name, each in value.items():
            place = child_path(path, name)
            if len(kept) >= MAX_ITEMS or self._nodes >= MAX_NODES:
                self._dropped.add(place)
                break
            kept[_sound(str(name)[:MAX_TEXT])] = self.of(each, place, depth + 1)
        return kept

    def _list(self, value: Sequence[Any], path: str, depth: int) -> list[Any]:
        kept: list[Any] = []
        for index, each in enumerate(value):
            place = item_path(path, index)
            if len(kept) >= MAX_ITEMS or self._nodes >= MAX_NODES:
                self._dropped.add(f"{path}[{index}:]")
                break
            kept.append(self.of(each, place, depth + 1))
        return kept


def _sound(text: str) -> str:
    """A lone surrogate is no character, and no UTF-8 can carry it."""
    return text if text.isascii() else _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)


def _is_number(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and abs(value) <= _MAX_INTEGER
