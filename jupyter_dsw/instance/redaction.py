"""Takes the secrets out of GetInstance's answer, before anything else looks at it.

What goes: passwords, tokens, access keys and their ids, the password part of `ImageAuth`, values
of environment variables, userinfo, query and fragment of URLs, and whatever looks like a credential
in the parts that users fill in (mount options, labels, tags, free objects).
"""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

from .bounds import MAX_DEPTH, Names
from .credential_like import REDACTED, is_credential_key, without_credentials
from .json_text import parse
from .names import child_path, item_path, tells_of_a_secret, without_secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .credential_like import Kind

__all__ = ["REDACTED", "redact"]

# The two halves of labels, of tags, and of such pairs in free objects.
_KEY_NAMES = frozenset({"key", "tagkey", "name"})
_VALUE_NAMES = frozenset({"value", "tagvalue"})
_ADDRESS = re.compile(r"(?:Url|Uri)$")
_PATH = re.compile(r"(?:Path|ImageName)$")
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
            return self._values_gone(value, name)
        if name == "ImageAuth" and isinstance(value, str):
            return self._image_auth(value, name)
        if name in _HOLDERS:
            return self._inside(name, value, name, 0)
        return self._entry(name, value, name, 0)

    def _entry(self, name: str, value: Any, path: str, depth: int) -> Any:
        if tells_of_a_secret(name):
            return self._gone(value, path)
        return self._inside(name, value, path, depth)

    def _inside(self, name: str, value: Any, path: str, depth: int) -> Any:
        if depth > MAX_DEPTH:
            return self._gone(value, path)
        if isinstance(value, dict):
            return self._object(value, path, depth)
        if isinstance(value, list):
            return [
                self._inside(name, each, item_path(path, index), depth + 1)
                for index, each in enumerate(value)
            ]
        if name == "Options" and isinstance(value, (int, float)) and not isinstance(value, bool):
            # Taken as text it would be options that are no JSON object.
            return self._gone(value, path)
        return self._text(name, value, path, depth) if isinstance(value, str) else value

    def _object(self, value: dict[str, Any], path: str, depth: int) -> dict[str, Any]:
        names_secret = any(
            isinstance(each, str) and name.lower() in _KEY_NAMES and is_credential_key(each)
            for name, each in value.items()
        )
        kept = {}
        for name, each in value.items():
            place = child_path(path, name)
            if names_secret and name.lower() in _VALUE_NAMES:
                kept[name] = self._gone(each, place)
            else:
                kept[self._name(name, place)] = self._entry(name, each, place, depth + 1)
        return kept

    def _name(self, name: str, place: str) -> str:
        clean = without_secret(name)
        if clean != name:
            self._names.add(place)
        return clean

    def _values_gone(self, variables: dict[str, Any], path: str) -> dict[str, Any]:
        kept = {}
        for name, value in variables.items():
            place = child_path(path, name)
            kept[self._name(name, place)] = self._gone(value, place)
        return kept

    def _text(self, name: str, text: str, path: str, depth: int) -> str:
        if name == "Options" or text.lstrip()[:1] in {"{", "["}:
            try:
                return self._json_text(name, text, path, depth)
            except ValueError:
                if name == "Options":
                    return str(self._gone(text, path))
        clean = without_credentials(text, _kind(name))
        if clean != text:
            self._names.add(path)
        return clean

    def _json_text(self, name: str, text: str, path: str, depth: int) -> str:
        """Redact JSON inside a string; ValueError where it is none."""
        if not text.strip() or text == REDACTED:
            return text
        value, doubled = parse(text)
        if name == "Options" and value is not None and not isinstance(value, dict):
            msg = "options are an object"
            raise ValueError(msg)
        clean = self._inside(name, value, path, depth + 1)
        if clean == value and not doubled:
            return text
        if doubled:
            self._names.add(path)
        return json.dumps(clean, ensure_ascii=False)

    def _gone(self, value: Any, path: str) -> Any:
        """Give what stands for a secret; nothing is no secret."""
        if value is None or isinstance(value, bool) or value in ("", REDACTED, [], {}):
            return value
        self._names.add(path)
        return REDACTED

    def _image_auth(self, text: str, path: str) -> Any:
        clean = _without_password(text)
        if clean != text:
            self._names.add(path)
        return clean


def _kind(name: str) -> Kind:
    if _ADDRESS.search(name):
        return "address"
    return "path" if _PATH.search(name) else "text"


def _without_password(image_auth: str) -> str:
    """Keep the user name of base64 `user:password`; the marker alone where it is none."""
    if not image_auth.strip() or image_auth == REDACTED:
        return image_auth
    try:
        decoded = base64.b64decode(image_auth, validate=True).decode()
    except ValueError:
        return REDACTED
    user, colon, password = decoded.partition(":")
    if not colon or not _USER.fullmatch(user) or without_credentials(user) != user:
        return REDACTED
    if password in {"", REDACTED}:
        return image_auth
    return base64.b64encode(f"{user}:{REDACTED}".encode()).decode()
