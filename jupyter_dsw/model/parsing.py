"""From JSON values to typed elements without their secrets: an odd field costs itself and no more.

Each element of the model is declared with its kind (`kinds.py`), and a text that fits its kind is
kept. What users write freely keeps its names, and of its values those that are plain. Whatever the
model does not have is dropped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, TypeAlias, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from jupyter_dsw.model.decoding import (
    MAX_CHARACTERS,
    MAX_DEPTH,
    MAX_ITEMS,
    MAX_NAMES,
    MAX_NODES,
    MAX_TEXT,
    Unreadable,
    boolean_of,
    integer_of,
    number_of,
    parse_json,
    text_of,
    time_of,
)
from jupyter_dsw.model.kinds import FreeForm, without_secrets
from jupyter_dsw.model.secrets_in_text import REDACTED, looks_random, names_credential

_Element = TypeVar("_Element", bound=msgspec.Struct)
_Reader: TypeAlias = Callable[["Parser", Any, str], Any]
_Judge: TypeAlias = Callable[[str, str], str]

_LONGEST_NAME = 128
_LONGEST_SCALAR = 64
_MAX_INTEGER = 2**63 - 1
_UNPRINTABLE = re.compile(r"[^\w.\-<>@/:* ]")
_SURROGATES = re.compile("[\ud800-\udfff]")
# Names whose value names what the other values of an object are: {"Key": "password", "Value": …}.
_SUBJECT_NAMES = ("key", "name", "id", "field", "param", "option", "env", "variable", "header", "k")


class Names:
    """Paths of elements, each once, in order of arrival, no more than `MAX_NAMES`."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = dict.fromkeys(names)

    def add(self, name: str) -> None:
        """Remember a path, unless there are too many already."""
        if len(self._names) < MAX_NAMES:
            self._names[name] = None

    def as_tuple(self) -> tuple[str, ...]:
        """Return the paths."""
        return tuple(self._names)


class Parser:
    """Reads the elements of one response, and counts how much of it has been looked at.

    Attributes:
        redacted: the paths of what was hidden, `Datasets[0].Options`.
        unreadable: the paths of what was left out: it has not the type that the element should
            have, passes a limit, or is no JSON.
    """

    def __init__(self, redacted: Names | None = None, unreadable: Names | None = None) -> None:
        self.redacted = redacted or Names()
        self.unreadable = unreadable or Names()
        self._nodes = MAX_NODES
        self._characters = MAX_CHARACTERS

    def element(self, kind: type[_Element], raw: Any, path: str = "") -> _Element:
        """Build an element of the model from a JSON object, without its secrets.

        A secret becomes `REDACTED`; an empty one stays empty. Reading that again changes nothing.

        Args:
            kind: the struct to build; its types define what is expected.
            raw: the JSON value.
            path: its place in the response, `Datasets[0]`; `""` for the response itself.

        Raises:
            Unreadable: `raw` is no JSON object.
        """
        if not isinstance(raw, Mapping):
            raise Unreadable
        known, values = readers(kind), {}
        for name, value in raw.items():
            if value is None or name not in known:
                continue
            attribute, read = known[name]
            place = f"{path}.{name}" if path else name
            try:
                values[attribute] = read(self, value, place)
            except Unreadable:
                self.unreadable.add(place)
        return kind(**values)

    def items(self, read: _Reader, value: Any, path: str) -> tuple[Any, ...]:
        """Read a list; an item that cannot be read is left out."""
        if not isinstance(value, list):
            raise Unreadable
        kept = []
        for place, each in self._counted(value, path):
            try:
                kept.append(read(self, each, place))
            except Unreadable:
                self.unreadable.add(place)
        return tuple(kept)

    def entries(self, read: _Reader, value: Any, path: str) -> dict[str, Any]:
        """Read an object with names that are a user's own."""
        if not isinstance(value, Mapping):
            raise Unreadable
        kept: dict[str, Any] = {}
        for name, each in value.items():
            place = child_path(path, name)
            try:
                kept[name] = None if each is None else read(self, each, place)
            except Unreadable:
                self.unreadable.add(place)
        return kept

    def text(self, judge: Callable[[str], str], value: Any, path: str) -> str:
        """Keep of a text, or of a number in its place, what its kind allows."""
        whole = self._bounded(text_of(value), path)
        clean = judge(whole)
        if clean != whole:
            self.redacted.add(path)
        return clean

    def scalar(self, convert: Callable[[Any], Any], value: Any, path: str) -> Any:
        """Read what is no text; a number or a time in a text is short."""
        if isinstance(value, str) and len(value) > _LONGEST_SCALAR:
            raise Unreadable
        return convert(value)

    def free_text(self, form: FreeForm, value: Any, path: str) -> str:
        """Keep of JSON in a text what users may write there."""
        text = self._bounded(text_of(value), path)
        try:
            parsed, doubled = parse_json(text)
        except ValueError:
            parsed, doubled = None, False
        if not isinstance(parsed, dict):
            clean = form.no_json(text) if text.strip() else text
            if clean != text:
                self.redacted.add(path)
            return clean
        kept = self._free_object(parsed, path, "", 0, form.judge)
        if kept == parsed and not doubled:
            return text
        if doubled:
            self.redacted.add(path)
        return json.dumps(kept, ensure_ascii=False)

    def free(self, judge: _Judge, value: Any, path: str, name: str = "", depth: int = 0) -> Any:
        """Copy what users write freely; what `judge` does not keep under its name is hidden."""
        if depth <= MAX_DEPTH:
            if isinstance(value, dict):
                return self._free_object(value, path, name, depth, judge)
            if isinstance(value, list):
                return self._free_list(value, path, name, depth, judge)
            if isinstance(value, str):
                return self.text(lambda text: judge(text, name), value, path)
            if value is None or isinstance(value, bool):
                return value
            # So compared, "no number" is not kept either.
            if isinstance(value, (int, float)) and abs(value) <= _MAX_INTEGER:
                if judge(str(value), name) == str(value):
                    return value
                self.redacted.add(path)
                return REDACTED
        self.unreadable.add(path)
        return None

    def _free_list(
        self, value: list[Any], path: str, name: str, depth: int, judge: _Judge
    ) -> list[Any]:
        subject, kept = name, []
        for place, each in self._counted(value, path):
            kept.append(self.free(judge, each, place, subject, depth + 1))
            # ["--password", "…"]: an item may name what the next one is.
            subject = each if _is_credential_word(each) else name
        return kept

    def _free_object(
        self, value: dict[Any, Any], path: str, of: str, depth: int, judge: _Judge
    ) -> dict[str, Any]:
        outer = of if names_credential(of) else ""
        named = (
            each
            for name, each in value.items()
            if _names_the_subject(name) and _is_credential_word(each)
        )
        subject = next(named, outer)
        kept: dict[str, Any] = {}
        for name, each in value.items():
            clean = _sound(clean_name(str(name)))
            place = child_path(path, clean)
            if len(kept) >= MAX_ITEMS or not self._counts():
                self.unreadable.add(place)
                break
            if clean != name and clean == REDACTED:
                self.redacted.add(place)
            inner = subject if subject and (outer or not _names_the_subject(name)) else str(name)
            kept[clean] = self.free(judge, each, place, inner, depth + 1)
        return kept

    def _counted(self, value: list[Any], path: str) -> Iterator[tuple[str, Any]]:
        for index, each in enumerate(value):
            if index >= MAX_ITEMS or not self._counts():
                self.unreadable.add(f"{path}[{index}:]")
                return
            yield f"{path}[{index}]", each

    def _counts(self) -> bool:
        self._nodes -= 1
        return self._nodes >= 0

    def _bounded(self, text: str, path: str) -> str:
        allowed = min(MAX_TEXT, self._characters)
        self._characters -= min(len(text), allowed)
        sound = _sound(text[:allowed])
        if sound != text:
            self.unreadable.add(path)
        return sound


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


def _sound(text: str) -> str:
    """Replace a lone surrogate: it is no character, and no UTF-8 can carry it."""
    return text if text.isascii() else _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)


def _names_the_subject(name: object) -> bool:
    return str(name)[-16:].lower().endswith(_SUBJECT_NAMES)


def _is_credential_word(value: Any) -> bool:
    return (
        isinstance(value, str)
        and len(value) <= _LONGEST_SCALAR
        and not any(map(str.isspace, value))
        and names_credential(value)
    )


_SCALARS: dict[Any, Callable[[Any], Any]] = {
    int: integer_of,
    float: number_of,
    bool: boolean_of,
    datetime: time_of,
}


@cache
def readers(kind: type[msgspec.Struct]) -> dict[str, tuple[str, _Reader]]:
    """Return, by the name on the wire, each element's attribute, and what reads its value.

    Raises:
        TypeError: a text of the struct has no kind.
    """
    types = get_type_hints(kind, include_extras=True)
    return {
        field.encode_name: (field.name, _reader(types[field.name], field.encode_name))
        for field in msgspec.structs.fields(kind)
    }


def _reader(annotation: Any, name: str, *, free: bool = False) -> _Reader:
    """Find what reads an element of this type; in a `free` one what reads its clean copy."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        of = next(each for each in arguments if each is not NoneType)
        return _reader(of, name, free=free)
    if origin is Annotated:
        return _reader_of_kind(arguments[0], arguments[1], name)
    if origin is tuple:
        return _with(Parser.items, _reader(arguments[0], name, free=free))
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return _with(Parser.element, annotation)
    if annotation in _SCALARS:
        return _with(Parser.scalar, _SCALARS[annotation])
    if not free:
        msg = f"{name} needs a kind: see kinds.py"
        raise TypeError(msg)
    if origin is Mapping:
        return _with(Parser.entries, _reader(arguments[1], name, free=True))
    return lambda _parser, value, _path: text_of(value) if annotation is str else value


def _reader_of_kind(of: Any, kind: Any, name: str) -> _Reader:
    if not isinstance(kind, FreeForm):
        return _with(Parser.text, kind)
    if of is str:
        return _with(Parser.free_text, kind)
    typed = _reader(of, name, free=True)

    def read(parser: Parser, value: Any, path: str) -> Any:
        clean = parser.free(kind.judge, value, path)
        # The clean copy is within the limits: it does not count again.
        return typed(Parser(parser.redacted, parser.unreadable), clean, path)

    return read


def _with(method: Callable[..., Any], rule: Any) -> _Reader:
    return lambda parser, value, path: method(parser, rule, value, path)
