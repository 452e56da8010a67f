"""What a person is told who typed a word that is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def not_known(word: str, known: Sequence[str], what: str) -> str:
    """Say that `word` is not `what`, with the nearest of the `known` ones where one is near."""
    import difflib

    near = difflib.get_close_matches(word.lower(), known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"{word!r} is not {what}.{hint}"
