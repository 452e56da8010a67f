"""The message about a misspelled option, command or section, with the nearest right one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_dsw.i18n import Text, joined, text

if TYPE_CHECKING:
    from collections.abc import Sequence


def with_suggestion(message: Text, word: str, known: Sequence[str]) -> Text:
    """Return `message`, and the one of `known` that is nearest to `word` where one is near."""
    import difflib

    near = difflib.get_close_matches(word.lower(), known, n=1)
    return joined(" ", (message, text("Did you mean %1?", repr(near[0])))) if near else message
