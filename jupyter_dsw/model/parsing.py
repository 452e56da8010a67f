"""From JSON values to typed elements, field by field: an odd field costs itself and no more."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache, partial
from types import NoneType, UnionType
from typing import Any, TypeAlias, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from jupyter_dsw.model.decoding import MAX_NAMES
from jupyter_dsw.model.kinds import without_secrets
from jupyter_dsw.model.quantities import time_from_number, time_from_text
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
