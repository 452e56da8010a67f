"""Takes the secrets out of GetInstance's answer, before anything else looks at it.

The list is in `docs/`: passwords, tokens, access keys and their ids, the password part of
`ImageAuth`, values of environment variables, userinfo, query and fragment of URLs, and whatever
looks like a credential in the parts that users fill in (mount options, labels, tags, free
objects).
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any

from .bounds import MAX_DEPTH, Names, child_path, item_path
from .credential_like import REDACTED, is_credential_key, without_credentials
from .json_text import has_doubled_keys, is_object, pairs_from_text, text_from

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["REDACTED", "redact"]

_KEY_NAMES = ("Key", "TagKey", "Name", "key", "name")
_VALUE_NAMES = ("Value", "TagValue", "value")
_ADDRESS = re.compile(r"(?:Url|Uri|Path|ImageName)$")
_USER = re.compile(r"[\w.@+*\-]{1,128}")

# An element of the page whose name sounds like a secret and which is none: it holds some.
_HOLDERS = frozenset({"CredentialConfig"})


def redact(raw: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Copy an answer without its secrets.

    A secret becomes `REDACTED`; an empty one stays empty. Redacting a redacted answer changes
    nothing and names nothing.

    Args:
        raw: the answer, of dicts, lists and scalars, not nested deeper than `MAX_DEPTH`.

    Returns:
        The copy, and the wire paths of what was removed from it.
    """
    walk = _Walk()
    return {name: walk.element(name, value) for name, value in raw.items()}, walk.removed


class _Walk:
    def __init__(self) -> None:
        self._names = Names()

    @property
    def removed(self) -> tuple[str, ...]:
        return self._names.as_tuple()

    def element(self, name: str, value: Any) -> Any:
        """Redact one top-level element."""
        if name == "EnvironmentVariables" and isinstance(value, dict):
            return self._all_of(value, name)
        if name == "ImageAuth" and isinstance(value, str):
            return self._replaced(value, _without_password(value), name)
        if name in _HOLDERS:
            return self._inside(name, value, name, 0)
        return self._entry(name, value, name, 0)

    def _entry(self, name: str, value: Any, path: str, depth: int) -> Any:
        if is_credential_key(name):
            return self._gone(value, path)
        return self._inside(name, value, path, depth)

    def _inside(self, name: str, value: Any, path: str, depth: int) -> Any:
        if depth > MAX_DEPTH:
            return self._gone(value, path)
        if isinstance(value, dict):
            return self._object(list(value.items()), path, depth)
        if isinstance(value, list):
            return [
                self._inside(name, each, item_path(path, index), depth + 1)
                for index, each in enumerate(value)
            ]
        return self._text(name, value, path, depth) if isinstance(value, str) else value

    def _object(self, pairs: list[tuple[str, Any]], path: str, depth: int) -> dict[str, Any]:
        named_secret = any(
            isinstance(value, str) and name in _KEY_NAMES and is_credential_key(value)
            for name, value in pairs
        )
        kept = {}
        for name, value in pairs:
            place = child_path(path, name)
            if named_secret and name in _VALUE_NAMES:
                kept[name] = self._gone(value, place)
            else:
                kept[without_credentials(name)] = self._entry(name, value, place, depth + 1)
        return kept

    def _all_of(self, variables: dict[str, Any], path: str) -> dict[str, Any]:
        return {
            without_credentials(name): self._gone(value, child_path(path, name))
            for name, value in variables.items()
        }

    def _text(self, name: str, text: str, path: str, depth: int) -> str:
        if name == "Options" or text.lstrip()[:1] in {"{", "["}:
            return self._json_text(name, text, path, depth)
        is_address = bool(_ADDRESS.search(name))
        return self._replaced(text, without_credentials(text, is_address=is_address), path)
