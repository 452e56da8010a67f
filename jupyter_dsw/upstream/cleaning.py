"""Making a gateway's words fit to be shown: no secrets, no tricks, not long."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from jupyter_dsw.model.credential_names import REDACTED
from jupyter_dsw.model.secrets_in_text import without_secrets

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_MESSAGE = 300
_LOOKED_AT = 2000
_CUT = "…"

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._*-]{0,79}")


def clean_message(text: object, secrets: Iterable[str] = ()) -> str:
    """What may be shown of a `Message`, at most `MAX_MESSAGE` characters, often all of it.

    Control, bidi and other invisible characters go, what looks like a credential or is named like
    one, and each of `secrets`.  "" for what is no text and for the string "null", which is how
    GetInstance says that there is none.
    """
    if not isinstance(text, str) or text == "null":
        return ""
    text = "".join(map(_visible, text[: 4 * _LOOKED_AT]))
    for secret in secrets:
        text = text.replace(secret, REDACTED)
    text = without_secrets(" ".join(text.split())[:_LOOKED_AT])
    return text if len(text) <= MAX_MESSAGE else text[: MAX_MESSAGE - 1] + _CUT


def clean_identifier(text: object, secrets: Iterable[str] = ()) -> str | None:
    """A `Code` or `RequestId`, if it is one; None for "null", for prose, and for a secret."""
    if not isinstance(text, str) or text == "null" or not _IDENTIFIER.fullmatch(text):
        return None
    return None if any(secret in text for secret in secrets) else text


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if character in "\t\r\n" or category in ("Zl", "Zp"):
        return " "
    return "" if category.startswith("C") else character
