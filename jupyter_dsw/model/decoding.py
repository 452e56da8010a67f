"""From the bytes of a response to the JSON values of the elements that the model has.

A decoder written in C keeps every other thread of the process waiting: 4 MiB of `[],[],…` take it
0.8 s. So only the elements of the model are decoded, small ones first, and no more than a real
instance has. An element that is too large or no JSON is left as its bytes, which the model takes as
a value it cannot read.
"""

from __future__ import annotations

import json
import math
import re
import time
from functools import cache
from typing import Any

import msgspec

from jupyter_dsw.model.bounds import MAX_DEPTH

MAX_BYTES = 2**20
"""Bytes of the elements together that are decoded; 1,000 datasets and 1,000 images take 0.7 MiB."""
MAX_VALUES = 64 * 1024
"""Values of the elements together that are decoded."""
_MAX_ODD_BYTES = 256 * 1024
_MAX_LEVELS = 2 * MAX_DEPTH
# A number that decoders let stand for no more than an unreadable value of its own.
_BEYOND_ALL_BOUNDS = b"1e999"
_STRUCTURE = re.compile(rb'["\\\[\]{}]')
# About 1 ms of work; without pauses other threads wait 5 ms for each of their turns.
_STEPS_BETWEEN_PAUSES = 4000
_PAUSE_S = 0.0001


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
    for number, found in enumerate(_STRUCTURE.finditer(text[:MAX_BYTES])):
        if number % _STEPS_BETWEEN_PAUSES == 0:
            time.sleep(_PAUSE_S)
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
