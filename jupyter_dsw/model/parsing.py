"""From JSON values to typed elements, field by field: an odd field costs itself and no more.

And from the texts in which GetInstance has sizes, times and durations, to their values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from functools import cache, partial
from types import NoneType, UnionType
from typing import Any, TypeAlias, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from jupyter_dsw.model.decoding import MAX_NAMES
from jupyter_dsw.model.kinds import without_secrets
from jupyter_dsw.model.secrets_in_text import REDACTED, looks_random

_LONGEST_NAME = 128
_UNPRINTABLE = re.compile(r"[^\w.\-<>@/:* ]")


class Names:
    """Paths of elements, each once, in order of arrival, no more than `MAX_NAMES`."""

    def __init__(self, names: Sequence[str] = ()) -> None:
        self._names = dict.fromkeys(names)

    def add(self, name: str) -> None:
        """Remember a path, unless there are too many already."""
        if len(self._names) < MAX_NAMES:
            self._names[name] = None

    def as_tuple(self) -> tuple[str, ...]:
        """Return the paths."""
        return tuple(self._names)


_Element = TypeVar("_Element", bound=msgspec.Struct)
_Reader: TypeAlias = Callable[[Any, str, Names], Any]

# Beyond it a browser's number is another one (RFC 8259, section 6).
_MAX_INTEGER = 2**53 - 1
_NUMBER = re.compile(r"[+-]?\d{1,16}(?:\.\d{0,9})?(?:[eE][+-]?\d{1,3})?", re.ASCII)


def clean_name(name: str) -> str:
    """Return a name that a user may have written, or the marker where it may be a secret itself."""
    odd = (
        len(name) > _LONGEST_NAME
        or looks_random(name, shortest=20)
        or without_secrets(name) != name
    )
    return REDACTED if odd else name


def child_path(path: str, name: object) -> str:
    """Return the path of an object's entry: `child_path("UserVpc", "Ip")` is `"UserVpc.Ip"`.

    A name may be a user's own: what may be a secret in it goes, and so do odd characters.
    """
    plain = _UNPRINTABLE.sub("", clean_name(str(name)))
    return f"{path}.{plain}" if path else plain


def item_path(path: str, index: int) -> str:
    """Return the path of a list's item: `item_path("Datasets", 0)` is `"Datasets[0]"`."""
    return f"{path}[{index}]"


class Unreadable(Exception):
    """The value is not of the type the element should have."""


def to_element(kind: type[_Element], raw: Any, path: str, unreadable: Names) -> _Element:
    """Build an element of the model from a JSON object.

    Args:
        kind: the struct to build; its types define what is expected.
        raw: the JSON value.
        path: its place in the response, `Datasets[0]`; `""` for the response itself.
        unreadable: takes the path of every element below that had to be left out.

    Raises:
        Unreadable: `raw` is no JSON object.
    """
    if not isinstance(raw, Mapping):
        raise Unreadable
    values = {}
    for attribute, name, reader in readers(kind):
        value = raw.get(name)
        if value is None:
            continue
        place = f"{path}.{name}" if path else name
        try:
            values[attribute] = reader(value, place, unreadable)
        except Unreadable:
            unreadable.add(place)
    return kind(**values)


@cache
def readers(kind: type[msgspec.Struct]) -> tuple[tuple[str, str, _Reader], ...]:
    """Return each element's attribute, its name on the wire, and what makes its value of JSON."""
    types = get_type_hints(kind)
    return tuple(
        (field.name, field.encode_name, _reader(types[field.name]))
        for field in msgspec.structs.fields(kind)
    )


def _reader(annotation: Any) -> _Reader:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in {Union, UnionType}:
        return _reader(next(kind for kind in arguments if kind is not NoneType))
    if origin is tuple:
        return partial(_list, _reader(arguments[0]))
    if origin is Mapping:
        return partial(_map, _reader(arguments[1]))
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return partial(to_element, annotation)
    return _SCALARS[annotation]


def _text(value: Any, _path: str, _unreadable: Names) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Unreadable
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    # Neither for an infinite number nor for none; `isfinite` cannot judge an integer of any length.
    if not abs(value) <= _MAX_INTEGER:
        raise Unreadable
    return str(value)


def _number(value: Any, _path: str, _unreadable: Names) -> int | float | None:
    """Return a quantity: `300000.0`, `"300000.0"` and `"3e5"` are all 300000, as an int."""
    if isinstance(value, str):
        if not value.strip():
            return None
        value = _number_of(value.strip())
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise Unreadable
    if not abs(value) <= _MAX_INTEGER:  # nor is NaN
        raise Unreadable
    return int(value) if value == int(value) else value


def _number_of(text: str) -> int | float | None:
    if not _NUMBER.fullmatch(text):
        return None
    try:
        return int(text)  # exact, where a float would not be
    except ValueError:
        return float(text)


def _integer(value: Any, path: str, unreadable: Names) -> int | None:
    number = _number(value, path, unreadable)
    if isinstance(number, float):
        raise Unreadable
    return number


def _boolean(value: Any, _path: str, _unreadable: Names) -> bool | None:
    if isinstance(value, bool):
        return value
    if not isinstance(value, str):
        raise Unreadable
    try:
        return {"true": True, "false": False, "": None}[value.strip().lower()]
    except KeyError:
        raise Unreadable from None


def _time(value: Any, _path: str, _unreadable: Names) -> datetime | None:
    try:
        if isinstance(value, str) and not _NUMBER.fullmatch(value.strip()):
            return time_from_text(value)
        number = _number(value, _path, _unreadable)
        return None if number is None else time_from_number(number)
    except ValueError:
        raise Unreadable from None


def _anything(value: Any, _path: str, _unreadable: Names) -> Any:
    return value


def _list(item: _Reader, value: Any, path: str, unreadable: Names) -> tuple[Any, ...]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise Unreadable
    kept = []
    for index, each in enumerate(value):
        place = item_path(path, index)
        try:
            kept.append(item(each, place, unreadable))
        except Unreadable:
            unreadable.add(place)
    return tuple(kept)


def _map(item: _Reader, value: Any, path: str, unreadable: Names) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise Unreadable
    kept: dict[str, Any] = {}
    for name, each in value.items():
        if each is None:
            kept[name] = None
            continue
        place = child_path(path, name)
        try:
            kept[name] = item(each, place, unreadable)
        except Unreadable:
            unreadable.add(place)
    return kept


_SCALARS: dict[Any, _Reader] = {
    str: _text,
    int: _integer,
    float: _number,
    bool: _boolean,
    datetime: _time,
    Any: _anything,
}


_UNITS = {"K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40, "P": 2**50}
_SIZE = re.compile(r"\s*(\d{1,15}(?:\.\d{1,9})?)\s*(?:([KMGTP])i?B?)?\s*", re.ASCII | re.IGNORECASE)
_COUNT = re.compile(r"\s*(\d{1,15}(?:\.\d{1,9})?)\s*(m?)\s*", re.ASCII)
_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?"
    r"\s?(?:([Zz])|([+-])(\d\d)(?::?(\d\d))?)?",
    re.ASCII,
)
# Seconds since the epoch from 2001-09-09 to 2100, and the same as milliseconds: no number is both.
# Others are no time that an instance can have, such as the digits of 20261126120000.
_EPOCH_SECONDS = (10**9, 4_102_444_800)


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


def time_from_text(text: str) -> datetime | None:
    """Read a time of the response; the result is aware and in UTC.

    Offsets (`+08:00`, `+0800`, `+08`) are honoured; a time without one is UTC, which is what DSW
    responds in. None for `""` and for Go's zero time `0001-01-01T00:00:00Z`, which both stand for
    "not set".

    Raises:
        ValueError: `text` is no time.
    """
    if not text.strip():
        return None
    match = _TIME.fullmatch(text.strip())
    if match is None:
        msg = "not a time"
        raise ValueError(msg)
    year, month, day, hour, minute = (int(match[group]) for group in range(1, 6))
    if year == 1:
        return None
    microsecond = int((match[7] or "0").ljust(6, "0")[:6])
    local = datetime(year, month, day, hour, minute, int(match[6] or 0), microsecond, timezone.utc)
    try:
        return local - _offset(match)
    except OverflowError:
        msg = "not a time"
        raise ValueError(msg) from None


def time_from_number(number: float) -> datetime | None:
    """Read a time that is given as seconds or milliseconds since the epoch; aware and in UTC.

    None for 0, which stands for "not set".

    Raises:
        ValueError: it is neither, for a moment between 2001 and 2100.
    """
    if number == 0:
        return None
    earliest, latest = _EPOCH_SECONDS
    for unit in (timedelta(seconds=1), timedelta(milliseconds=1)):
        seconds = number * unit.total_seconds()
        if earliest <= seconds < latest:
            return datetime(1970, 1, 1, tzinfo=timezone.utc) + number * unit
    msg = "not a time"
    raise ValueError(msg)


def _offset(match: re.Match[str]) -> timedelta:
    if match[9] is None:
        return timedelta()
    hours, minutes = int(match[10]), int(match[11] or 0)
    if hours > 23 or minutes > 59:
        msg = "not an offset"
        raise ValueError(msg)
    offset = timedelta(hours=hours, minutes=minutes)
    return offset if match[9] == "+" else -offset


def duration(
    *, milliseconds: float | None = None, minutes: float | None = None
) -> timedelta | None:
    """Return a timedelta of whichever is not None; None where none is, or it passes timedelta's."""
    if milliseconds is None and minutes is None:
        return None
    try:
        return timedelta(milliseconds=milliseconds or 0, minutes=minutes or 0)
    except OverflowError:
        return None


def fraction(part: float | None, whole: float | None) -> float | None:
    """Return part/whole between 0 and 1; None where that means nothing (`whole` 0 or missing)."""
    if part is None or whole is None or whole <= 0 or part < 0:
        return None
    return min(1.0, part / whole)
