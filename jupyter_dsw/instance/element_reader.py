"""The answer's elements one by one: from JSON to the model's value, without its secrets."""

from __future__ import annotations

import secrets
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from .bounds import Names, bounded
from .conversion import Unreadable, readers
from .redaction import redact

if TYPE_CHECKING:
    from collections.abc import Callable


class ReadElement(NamedTuple):
    """What became of an element."""

    value: Any
    """The model's value; None where there is none that can be read."""
    redacted: tuple[str, ...]
    """Paths of the secrets that were removed from it."""
    unreadable: tuple[str, ...]
    """Paths of what had to be left out of it."""


class ElementReader:
    """Reads elements of answers about one instance, and those that have not changed only once.

    Most of an answer is the same a minute later. An element is known again by a digest of its JSON
    under a key of this reader's own, so nothing of what was removed from it is kept.
    """

    def __init__(self, kind: type[msgspec.Struct]) -> None:
        self._readers = {name: reader for _, name, reader in readers(kind)}
        self._key = secrets.token_bytes(32)
        self._known: dict[str, tuple[bytes, ReadElement]] = {}

    def read(self, name: str, raw: Any) -> ReadElement:
        """Read the element `name` of an answer; nothing in it raises."""
        try:
            digest = blake2b(msgspec.json.encode(raw), key=self._key).digest()
        except (TypeError, ValueError, RecursionError):  # of no answer that came over a wire
            return self._read(name, raw)
        known = self._known.get(name)
        if known is None or known[0] != digest:
            known = self._known[name] = digest, self._read(name, raw)
        return known[1]

    def _read(self, name: str, raw: Any) -> ReadElement:
        dropped = Names()
        clean, redacted = redact({name: bounded(_shaped(name, raw), name, dropped)})
        value = _value(self._readers[name], clean[name], name, dropped)
        return ReadElement(value, redacted, dropped.as_tuple())


def _value(reader: Callable[[Any, str, Names], Any], clean: Any, name: str, dropped: Names) -> Any:
    if clean is None:
        return None
    try:
        return reader(clean, name, dropped)
    except Unreadable:
        dropped.add(name)
        return None


def _shaped(name: str, value: Any) -> Any:
    """Undo the two oddities of shape: "null" for nothing, and disks in lists of lists."""
    if name in {"Code", "Message"} and value == "null":
        return None
    if name == "CloudDisks" and isinstance(value, list):
        return [disk for disks in value for disk in (disks if isinstance(disks, list) else [disks])]
    return value
