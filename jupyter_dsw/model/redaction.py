"""Keeps of GetInstance's response what is known to be safe, before anything else looks at it.

Each element of the model is declared with its kind (`kinds.py`), and a value that fits its kind is
kept. What users write freely keeps its names, and of its values those that are plain. Whatever the
model does not have is dropped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, TypeAlias, Union, get_args, get_origin, get_type_hints

import msgspec

from jupyter_dsw.model.decoding import (
    MAX_CHARACTERS,
    MAX_DEPTH,
    MAX_ITEMS,
    MAX_NODES,
    MAX_TEXT,
    parse_json,
)
from jupyter_dsw.model.kinds import (
    FreeForm,
    free_value,
    is_date_or_boolean,
    is_number,
    is_plain,
    login,
    secret,
)
from jupyter_dsw.model.parsing import Names, child_path, clean_name, item_path
from jupyter_dsw.model.secrets_in_text import (
    REDACTED,
    looks_random,
    names_credential,
    names_password,
)

__all__ = ["REDACTED", "Redaction"]

_Cleaner: TypeAlias = Callable[["Redaction", Any, str], Any]
_Judge: TypeAlias = Callable[[str, str], str]

_SURROGATES = re.compile("[\ud800-\udfff]")
# Names whose value names what the other values of an object are: {"Key": "password", "Value": …}.
_SUBJECT_NAMES = ("key", "name", "id", "field", "param", "option", "env", "variable", "header", "k")
_LONGEST_SCALAR = 64
_MAX_INTEGER = 2**63 - 1


class Redaction:
    """What is removed from one response, and how much of it has been looked at.

    Attributes:
        removed: the paths of what was hidden.
        dropped: the paths of what was left out, since it passes a limit or is no JSON.
    """

    def __init__(self, removed: Names, dropped: Names) -> None:
        self.removed = removed
        self.dropped = dropped
        self._nodes = MAX_NODES
        self._characters = MAX_CHARACTERS

    def element(self, kind: type[msgspec.Struct], name: str, value: Any) -> Any:
        """Copy the element `name` of a struct, without its secrets.

        A secret becomes `REDACTED`; an empty one stays empty. Doing it again changes nothing.
        """
        if isinstance(value, bytes):
            return self._drop(name)
        return cleaners(kind)[name](self, value, name)

    def text(self, judge: Callable[[str], str], value: Any, path: str) -> Any:
        """Keep of a text what its kind allows."""
        if isinstance(value, str):
            whole = self._bounded(value, path)
            clean = judge(whole)
            return clean if clean == whole else self._hidden(clean, path)
        if judge in (secret, login) and value not in (None, True, False, [], {}):
            return self._hidden(REDACTED, path)
        # The model makes a text of a number: that has to fit, here and wherever it is read again.
        if type(value) in (int, float) and abs(value) <= _MAX_INTEGER:
            whole = f"{value:.0f}" if value % 1 == 0 else str(value)
            return value if judge(whole) == whole else self._hidden(REDACTED, path)
        return value

    def scalar(self, value: Any, path: str) -> Any:
        """Let pass what is no text; a number or a time in a text is short."""
        if isinstance(value, str) and len(value) > _LONGEST_SCALAR:
            return self._drop(path)
        return value

    def struct(self, kind: type[msgspec.Struct], value: Any, path: str) -> Any:
        """Copy the elements that a struct has."""
        if not isinstance(value, Mapping):
            return value
        return {
            name: clean(self, value[name], f"{path}.{name}")
            for name, clean in cleaners(kind).items()
            if name in value and self._next(path)
        }

    def items(self, clean: _Cleaner, value: Any, path: str) -> Any:
        """Copy a list."""
        if not isinstance(value, list):
            return value
        kept = []
        for index, each in enumerate(value):
            if index >= MAX_ITEMS or not self._next(f"{path}[{index}:]"):
                self.dropped.add(f"{path}[{index}:]")
                break
            kept.append(clean(self, each, item_path(path, index)))
        return kept

    def free(self, rule: FreeForm, value: Any, path: str) -> Any:
        """Copy what users write freely."""
        if rule is FreeForm.NAMES:
            return self._object(value, path, "", 0, _no_value) if isinstance(value, dict) else value
        if rule is FreeForm.VALUES:
            return self._free(value, path, "", 0, free_value)
        if value is None or isinstance(value, (bool, dict, list)):
            return value
        mount = rule is FreeForm.MOUNT_OPTIONS
        text = self._bounded(value, path) if isinstance(value, str) else REDACTED
        if not text.strip() or text == REDACTED:
            return text if text == value else self._hidden(REDACTED, path)
        try:
            parsed, doubled = parse_json(text)
        except ValueError:
            parsed, doubled = None, False
        if isinstance(parsed, dict):
            clean = self._free(parsed, path, "", 0, option_value if mount else free_value)
            if clean == parsed and not doubled:
                return text
            return self._hidden(json.dumps(clean, ensure_ascii=False), path if doubled else "")
        return self.text(
            flags if mount and not text.lstrip().startswith(("{", "[", '"')) else secret, text, path
        )

    def _free(self, value: Any, path: str, name: str, depth: int, judge: _Judge) -> Any:
        if depth > MAX_DEPTH:
            return self._drop(path)
        if isinstance(value, dict):
            return self._object(value, path, name, depth, judge)
        if isinstance(value, list):
            return self._list(value, path, name, depth, judge)
        if isinstance(value, str):
            return self.text(lambda text: judge(text, name), value, path)
        if value is None or isinstance(value, bool):
            return value
        # So compared, "no number" is not kept either.
        if not (isinstance(value, (int, float)) and abs(value) <= _MAX_INTEGER):
            return self._drop(path)
        judged = judge is _no_value or (names_credential(name) and names_password(name))
        return self._hidden(REDACTED, path) if judged else value

    def _list(self, value: list[Any], path: str, name: str, depth: int, judge: _Judge) -> list[Any]:
        subject = name

        def clean(_: Redaction, each: Any, place: str) -> Any:
            nonlocal subject
            kept = self._free(each, place, subject, depth + 1, judge)
            # ["--password", "…"]: an item may name what the next one is.
            subject = each if isinstance(each, str) and _is_credential_word(each) else name
            return kept

        kept: list[Any] = self.items(clean, value, path)
        return kept

    def _object(
        self, value: dict[Any, Any], path: str, of: str, depth: int, judge: _Judge
    ) -> dict[str, Any]:
        outer = of if names_credential(of) else ""
        subject = next(
            (
                each
                for name, each in value.items()
                if isinstance(each, str) and _names_the_subject(name) and _is_credential_word(each)
            ),
            outer,
        )
        kept: dict[str, Any] = {}
        for name, each in value.items():
            if len(kept) >= MAX_ITEMS or not self._next(path):
                self.dropped.add(child_path(path, name))
                break
            clean = self._sound(clean_name(str(name)))
            place = child_path(path, clean)
            if clean != name and clean == REDACTED:
                self.removed.add(place)
            inner = subject if subject and (outer or not _names_the_subject(name)) else str(name)
            kept[clean] = self._free(each, place, inner, depth + 1, judge)
        return kept

    def _bounded(self, text: str, path: str) -> str:
        allowed = min(MAX_TEXT, self._characters)
        self._characters -= min(len(text), allowed)
        sound = self._sound(text[:allowed])
        if sound != text:
            self.dropped.add(path)
        return sound

    @staticmethod
    def _sound(text: str) -> str:
        """Replace a lone surrogate: it is no character, and no UTF-8 can carry it."""
        return text if text.isascii() else _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)

    def _next(self, path: str) -> bool:
        self._nodes -= 1
        if self._nodes < 0:
            self.dropped.add(path)
        return self._nodes >= 0

    def _hidden(self, value: Any, path: str) -> Any:
        if path:
            self.removed.add(path)
        return value

    def _drop(self, path: str) -> None:
        self.dropped.add(path)


def _no_value(text: str, name: str) -> str:
    return secret(text)


def _names_the_subject(name: object) -> bool:
    return str(name)[-16:].lower().endswith(_SUBJECT_NAMES)


def _is_credential_word(text: str) -> bool:
    return (
        len(text) <= _LONGEST_SCALAR and not any(map(str.isspace, text)) and names_credential(text)
    )


@cache
def cleaners(kind: type[msgspec.Struct]) -> dict[str, _Cleaner]:
    """Return what copies each element of a struct, by its name on the wire.

    Raises:
        TypeError: a text of the struct has no kind.
    """
    types = get_type_hints(kind, include_extras=True)
    return {
        field.encode_name: _cleaner(types[field.name], field.encode_name)
        for field in msgspec.structs.fields(kind)
    }


def _cleaner(annotation: Any, name: str) -> _Cleaner:
    """Find what copies an element of this type; TypeError for a text without a kind."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        return _cleaner(next(each for each in arguments if each is not NoneType), name)
    if origin is Annotated:
        rule = arguments[1]
        return _with(Redaction.free if isinstance(rule, FreeForm) else Redaction.text, rule)
    if origin is tuple:
        return _with(Redaction.items, _cleaner(arguments[0], name))
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return _with(Redaction.struct, annotation)
    if annotation is str or origin is Mapping or annotation is Any:
        msg = f"{name} needs a kind: see kinds.py"
        raise TypeError(msg)
    return Redaction.scalar


def _with(method: Callable[..., Any], rule: Any) -> _Cleaner:
    return lambda redaction, value, path: method(redaction, rule, value, path)


# Mount options that are known to be harmless; of any other the name is kept, not the value.
# From the help pages on mounting OSS (JindoFS, `fs.oss.*` and libfuse's `-o…`) and NAS or CPFS, and
# from `nfs(5)` and `mount(8)`.
_MOUNT_OPTIONS = frozenset(
    """
    allow_other allow_root attr_timeout auto_cache auto_unmount big_writes default_permissions
    direct_io entry_timeout kernel_cache max_background max_idle_threads max_read max_threads
    max_write negative_timeout no_symlink noauto_cache pread readdir_size

    ac acdirmax acdirmin acl acregmax acregmin actimeo addr bg clientaddr cto fg hard intr
    local_lock lock lookupcache minorversion mountaddr mountport mountproto mountvers namlen
    nconnect nfsvers noac noacl nocto nointr nolock nordirplus noresvport nosharecache port
    proto resvport retrans retry rsize sec sharecache soft tcp timeo udp vers wsize

    async atime auto defaults dev dir_mode diratime dmask exec file_mode fmask gid noatime noauto
    nodev nodiratime noexec norelatime nostrictatime nosuid nouser relatime ro rw strictatime suid
    sync uid umask user _netdev

    mountaccess mountmode mounttype
    """.split()  # noqa: SIM905 - words to read
)
_OPTION_PREFIXES = ("fs.oss.", "fs.jindo.", "fs.nas.", "fs.cpfs.", "jindo.", "jindocache.")
_NAMES_OF_FLAGS = (".args", "options", "mountoptions", "flags")
_FLAG = re.compile(r"-{0,2}o?([A-Za-z_][\w.-]{0,63})", re.ASCII)
_FLAG_VALUE = re.compile(r"[\w.:/-]{0,64}", re.ASCII)
_BETWEEN = re.compile(r"([\s,]+)")


def option_value(text: str, name: str) -> str:
    """Keep the value of a mount option that is known to be harmless, and numbers of any other."""
    if names_credential(name):
        return free_value(text, name)
    lowered = name.lower()
    if lowered.endswith(_NAMES_OF_FLAGS):
        return flags(text)
    if lowered.startswith(_OPTION_PREFIXES) or lowered in _MOUNT_OPTIONS:
        return text if is_plain(text) else REDACTED
    return text if not text or is_number(text) or is_date_or_boolean(text) else REDACTED


def flags(text: str) -> str:
    """Keep the known ones of flags such as `-oattr_timeout=3 -oauto_cache` or `vers=3,nolock`."""
    return "".join(
        part if index % 2 or not part else _flag(part)
        for index, part in enumerate(_BETWEEN.split(text))
    )


def _flag(part: str) -> str:
    name, separator, value = part.partition("=")
    match = _FLAG.fullmatch(name)
    if match is None:
        return REDACTED
    # "-oro" and "oro": the letters that libfuse's options begin with may be the name's own.
    known = any(each.lower() in _MOUNT_OPTIONS for each in (match[1], name.lstrip("-")))
    if not separator:
        return part if known else REDACTED
    if known and _FLAG_VALUE.fullmatch(value) and not looks_random(value, shortest=12):
        return part
    odd = looks_random(name, shortest=12)
    kept = is_number(value) and not names_credential(name)
    return REDACTED if odd else f"{name}={value if kept else REDACTED}"
