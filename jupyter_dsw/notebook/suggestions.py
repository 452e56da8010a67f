"""What a person is told who typed a word that is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_dsw.i18n import Text, joined, text

if TYPE_CHECKING:
    from collections.abc import Sequence


def not_known(said: Text, word: str, known: Sequence[str]) -> Text:
    """Say what was `said` of `word`, and the nearest of the `known` ones where one is near."""
    import difflib

    near = difflib.get_close_matches(word.lower(), known, n=1)
    return joined(" ", (said, text("Did you mean %1?", repr(near[0])))) if near else said
