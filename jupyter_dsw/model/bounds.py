"""How much of a response is kept: hostile or broken JSON is cut to something quick to handle."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_DEPTH = 16
"""Levels of nesting that are kept; GetInstance's own response has 7."""
MAX_ITEMS = 1000
"""Items of one list, and entries of one object, that are kept."""
MAX_NODES = 30_000
"""Values of the whole response that are kept; 1,000 datasets and 1,000 images have 18,000."""
MAX_TEXT = 8 * 1024
"""Characters of one text that are kept; what a person would read is far shorter."""
MAX_CHARACTERS = 768 * 1024
"""Characters of all texts together that are kept."""
MAX_NAMES = 100
"""Paths that `redacted` and `unreadable` name one by one."""


class Names:
    """Paths of elements, each once, in order of arrival, no more than `MAX_NAMES`."""

    def __init__(self, names: Sequence[str] = ()) -> None:
        self._names = dict.fromkeys(names)

    def add(self, name: str) -> None:
        """Remember a path, unless there are too many already."""
        if len(self._names) < MAX_NAMES:
            self._names[name] = None

    def as_tuple(self) -> tuple[str, ...]:
        """Give the paths."""
        return tuple(self._names)
