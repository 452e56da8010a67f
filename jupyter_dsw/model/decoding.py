"""From the bytes of a response to JSON values, and from those to texts, numbers, times and sizes.

A decoder written in C keeps every other thread of the process waiting: 4 MiB of `[],[],…` take it
0.8 s. So only the elements of the model are decoded, small ones first, and no more than a real
instance has. An element that is too large or no JSON is left as its bytes, which the model takes as
a value it cannot read.
"""

from __future__ import annotations

import json
import math
import re
from datetime import datetime, timedelta, timezone
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


class Unreadable(ValueError):
    """The value is not of the type that the element should have."""


def decode_elements(body: bytes, names: tuple[str, ...]) -> dict[str, Any]:
    """Decode these elements of a JSON object; others are skipped.

    JSON that only Python's decoder takes (half a surrogate pair, `NaN`, an integer of any length)
    costs its own value; so do bytes that are not UTF-8.

    Args:
        body: the response.
        names: the elements' names on the wire.

    Raises:
        ValueError: `body` is no JSON object, or nested deeper than decoders go.
    """
    try:
        envelope = _decoder(names).decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
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
    except (msgspec.MsgspecError, ValueError):
        return _leniently(text)


def _leniently(text: bytes) -> Any:
    """Decode with Python's own decoder, which takes more; the bytes where it does not either."""
    if len(text) > _MAX_ODD_BYTES:
        return text
    # A byte that is not UTF-8 becomes half a surrogate pair.
    characters = text.decode("utf-8", "surrogateescape")
    try:
        return json.loads(characters, parse_int=_integer, strict=False)
    except (ValueError, RecursionError):
        return text


def _integer(digits: str) -> float:
    # One that is too long for any element; `int` would refuse the whole text.
    return int(digits) if len(digits) <= 20 else math.inf


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


# Beyond it a browser's number is another one (RFC 8259, section 6).
_MAX_INTEGER = 2**53 - 1
_NUMBER = re.compile(r"[+-]?\d{1,16}(?:\.\d{0,9})?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_UNITS = {"K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40, "P": 2**50}
_SIZE = re.compile(r"\s*(\d{1,15}(?:\.\d{1,9})?)\s*(?:([KMGTP])i?B?)?\s*", re.ASCII | re.IGNORECASE)
_COUNT = re.compile(r"\s*(\d{1,15}(?:\.\d{1,9})?)\s*(m?)\s*", re.ASCII)
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(?:(:\d\d)(?:[.,](\d{1,9}))?)?"
    r"\s?(?:[Zz]|([+-]\d\d)(?::?([0-5]\d))?)?",
    re.ASCII,
)
# Seconds since the epoch from 2001-09-09 to 2100, and the same as milliseconds: no number is both.
# Others are no time that an instance can have, such as the digits of 20261126120000.
_EPOCH_SECONDS = (10**9, 4_102_444_800)


def text_of(value: Any) -> str:
    """Return a text, or a number as one.

    Raises:
        Unreadable: it is neither, or a number that is not the same in a browser.
    """
    return value if isinstance(value, str) else str(number_of(value))


def number_of(value: Any) -> int | float | None:
    """Return a quantity: `300000.0`, `"300000.0"` and `"3e5"` are all 300000, as an int.

    None for an empty text.

    Raises:
        Unreadable: it is none, or not the same in a browser.
    """
    if isinstance(value, str):
        if not value.strip():
            return None
        value = _number_in(value.strip())
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise Unreadable
    # Neither an infinite number nor NaN; `isfinite` cannot judge an integer of any length.
    if not abs(value) <= _MAX_INTEGER:
        raise Unreadable
    return int(value) if value == int(value) else value


def _number_in(text: str) -> int | float | None:
    if not _NUMBER.fullmatch(text):
        return None
    try:
        return int(text)  # exact, where a float would not be
    except ValueError:
        return float(text)


def integer_of(value: Any) -> int | None:
    """Return a whole number, as `number_of` does."""
    number = number_of(value)
    if isinstance(number, float):
        raise Unreadable
    return number


def boolean_of(value: Any) -> bool | None:
    """Return a boolean, which may be in a text; None for an empty one."""
    if isinstance(value, bool):
        return value
    known = {"true": True, "false": False, "": None}
    if not isinstance(value, str) or value.strip().lower() not in known:
        raise Unreadable
    return known[value.strip().lower()]


def time_of(value: Any) -> datetime | None:
    """Read a time of the response; the result is aware and in UTC.

    Offsets (`+08:00`, `+0800`, `+08`) are honoured; a time without one is UTC, which is what DSW
    responds in. A number counts seconds or milliseconds since the epoch. None for `""`, for 0 and
    for Go's zero time `0001-01-01T00:00:00Z`, which all stand for "not set".

    Raises:
        Unreadable: it is no time, or a number of no moment between 2001 and 2100.
    """
    match = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return _time_of_number(number_of(value))
    day, minute, second, part, hours, minutes = match.groups()
    microsecond = (part or "").ljust(6, "0")[:6]
    offset = f"{hours or '+00'}:{minutes or '00'}"
    try:
        read = datetime.fromisoformat(f"{day}T{minute}{second or ':00'}.{microsecond}{offset}")
        return None if read.year == 1 else read.astimezone(timezone.utc)
    except (ValueError, OverflowError):
        raise Unreadable from None


def _time_of_number(number: float | None) -> datetime | None:
    if not number:
        return None
    earliest, latest = _EPOCH_SECONDS
    for unit in (timedelta(seconds=1), timedelta(milliseconds=1)):
        if earliest <= number * unit.total_seconds() < latest:
            return datetime(1970, 1, 1, tzinfo=timezone.utc) + number * unit
    raise Unreadable


def size_in_bytes(text: str | None) -> int | None:
    """Read a memory or disk size such as `"32"`, `"8Gi"`, `"128GB"` or `"512Mi"`.

    A bare number counts GiB, and `GB`, `G` and `Gi` all mean GiB: GetInstance's page calls the
    unit "GB" and gives `"32"` and `"8Gi"` for the same element. None where it is no such size.
    """
    match = _SIZE.fullmatch(text or "")
    if match is None:
        return None
    unit = (match[2] or "G").upper()
    return round(float(match[1]) * _UNITS[unit])


def count(text: str | None) -> float | None:
    """Read a number of CPU cores or GPUs such as `"32"`, `"0.5"` or `"500m"` (thousandths)."""
    match = _COUNT.fullmatch(text or "")
    if match is None:
        return None
    return float(match[1]) / (1000 if match[2] else 1)


def duration(
    *, milliseconds: float | None = None, seconds: float | None = None, minutes: float | None = None
) -> timedelta | None:
    """Return a timedelta of whichever is not None; None where none is, or it passes timedelta's."""
    if milliseconds is None and seconds is None and minutes is None:
        return None
    try:
        return timedelta(milliseconds=milliseconds or 0, seconds=seconds or 0, minutes=minutes or 0)
    except OverflowError:
        return None
