"""From the bytes of a response to JSON values, and how much of them is kept.

A decoder written in C keeps every other thread of the process waiting: 4 MiB of `[],[],…` take it
0.8 s. So only the elements of the model are decoded, small ones first, and no more than a real
instance has. An element that is too large or no JSON is left as its bytes, which the model takes as
a value it cannot read.
"""

from __future__ import annotations

import json
import math
import re
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

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

MAX_BYTES = 2**20
"""Bytes of the elements together that are decoded; 1,000 datasets and 1,000 images take 0.7 MiB."""
MAX_VALUES = 64 * 1024
"""Values of the elements together that are decoded."""
_MAX_ODD_BYTES = 256 * 1024
_MAX_LEVELS = 2 * MAX_DEPTH
# A number that decoders let stand for no more than an unreadable value of its own.
_BEYOND_ALL_BOUNDS = b"1e999"
_STRUCTURE = re.compile(rb'["\\\[\]{}]')


def decode_elements(body: bytes, names: tuple[str, ...]) -> dict[str, Any]:
    """Decode these elements of a JSON object; others are skipped.

    JSON that only Python's decoder takes (half a surrogate pair, `NaN`, an integer of any length)
    costs its own value; so do bytes that are not UTF-8, and what is nested too deep.

    Args:
        body: the response.
        names: the elements' names on the wire.

    Raises:
        ValueError: `body` is no JSON object.
    """
    try:
        envelope = _decoder(names).decode(body)
    except RecursionError:
        return decode_elements(_without_depths(body), names)
    except (msgspec.MsgspecError, ValueError):
        document = _leniently(body)
        if not isinstance(document, dict):
            msg = "not a JSON object"
            raise ValueError(msg) from None
        return document
    raws = dict(zip(names, msgspec.structs.astuple(envelope), strict=True))
    document, size, values = {}, 0, 0
    for name, raw in sorted(raws.items(), key=lambda item: len(bytes(item[1]))):
        text = bytes(raw)
        if not text:
            continue
        size += len(text)
        values += len(text) - len(text.translate(None, b",[{"))
        fits = size <= MAX_BYTES and values <= MAX_VALUES
        document[name] = _decoded(text) if fits else text
    return document


def _decoded(text: bytes) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        value = _leniently(text)
        return text if value is _NOTHING else value


_NOTHING = object()


def _leniently(text: bytes) -> Any:
    """Decode with Python's own decoder, which takes more; `_NOTHING` where it does not either."""
    if len(text) > _MAX_ODD_BYTES:
        return _NOTHING
    # A byte that is not UTF-8 becomes half a surrogate pair.
    characters = text.decode("utf-8", "surrogateescape")
    try:
        return json.loads(characters, parse_int=_integer, strict=False)
    except RecursionError:
        return _leniently(_without_depths(text))
    except ValueError:
        return _NOTHING


def _integer(digits: str) -> float:
    # One that is too long for any element; `int` would refuse the whole text.
    return int(digits) if len(digits) <= 20 else math.inf


def _without_depths(text: bytes) -> bytes:
    """Put `_BEYOND_ALL_BOUNDS` in place of each value that is nested too deep.

    Raises:
        ValueError: something is not closed, or the text is too long for a loop in Python.
    """
    kept = []
    begin = depth = 0
    escaped, quoted = -1, False
    for found in _STRUCTURE.finditer(text[:MAX_BYTES]):
        at, character = found.start(), found[0]
        if at == escaped:
            continue
        if character == b"\\":
            escaped = at + 1
        elif character == b'"':
            quoted = not quoted
        elif not quoted and character in b"[{":
            depth += 1
            if depth == _MAX_LEVELS + 1:
                kept.append(text[begin:at])
        elif not quoted:
            if depth == _MAX_LEVELS + 1:
                kept.append(_BEYOND_ALL_BOUNDS)
                begin = at + 1
            depth -= 1
    if depth or quoted or len(text) > MAX_BYTES:
        msg = "not closed, or too long"
        raise ValueError(msg)
    return b"".join([*kept, text[begin:]])


@cache
def _decoder(names: tuple[str, ...]) -> msgspec.json.Decoder[Any]:
    fields = [(f"element_{n}", msgspec.Raw, msgspec.Raw(b"")) for n in range(len(names))]
    rename = {f"element_{n}": name for n, name in enumerate(names)}
    return msgspec.json.Decoder(msgspec.defstruct("Envelope", fields, rename=rename))


def parse_json(text: str) -> tuple[Any, bool]:
    """Parse JSON that comes inside a string, strictly.

    Returns:
        The value, and whether an object in it names a key twice: the text then has more than
        the value, which has the last one only.

    Raises:
        ValueError: not JSON, nested too deep, or a number nobody can read.
    """
    doubled = False

    def keep_last(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal doubled
        value = dict(pairs)
        doubled = doubled or len(value) < len(pairs)
        return value

    try:
        value = json.loads(text, object_pairs_hook=keep_last, parse_constant=_not_a_number)
    except RecursionError:
        msg = "nested too deep"
        raise ValueError(msg) from None
    return value, doubled


def object_from_text(text: str | None) -> Mapping[str, Any]:
    """Parse the text of a JSON object; `{}` where it is none (empty, removed, something else)."""
    try:
        value, _ = parse_json(text or "")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _not_a_number(_constant: str) -> NoReturn:
    msg = "not a JSON number"
    raise ValueError(msg)
