"""The person at this kernel or terminal: messages in their language, and what they may mean."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from jupyter_dsw import i18n
from jupyter_dsw.i18n import joined, text
from jupyter_dsw.person import language, time_zone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_dsw.i18n import Text

__all__ = ["language", "time_zone", "translated", "with_suggestion"]


def translated(message: str) -> str:
    """Return `message` in the person's language."""
    return i18n.translated(message, language())


def with_suggestion(message: Text, word: str, known: Sequence[str]) -> Text:
    """Return `message`, and the one of `known` that is nearest to `word` where one is near."""
    near = difflib.get_close_matches(word.lower(), known, n=1)
    return joined(" ", (message, text("Did you mean %1?", repr(near[0])))) if near else message
