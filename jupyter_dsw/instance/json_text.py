"""JSON that comes inside a string, as `Datasets[].Options` and `Policy` do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Mapping


class _Pairs(list[tuple[str, Any]]):
    """An object with its doubled keys kept: a later, empty one must not hide an earlier secret."""


def _refuse(constant: str) -> NoReturn:
    msg = "not a JSON number"
    raise ValueError(msg)


def pairs_from_text(text: str) -> Any:
    """Parse JSON strictly; each object becomes a list of pairs of type `Pairs`.

    Raises:
        ValueError: not JSON, or nested too deep, or holding a number nobody can read.
    """
    try:
        return json.loads(text, object_pairs_hook=_Pairs, parse_constant=_refuse)
    except RecursionError:
        msg = "nested too deep"
        raise ValueError(msg) from None


def is_object(value: Any) -> bool:
    """Whether `pairs_from_text` read an object."""
    return isinstance(value, _Pairs)


def has_doubled_keys(value: Any) -> bool:
    """Whether an object that `pairs_from_text` read names a key twice."""
    return isinstance(value, _Pairs) and len(dict(value)) < len(value)


def text_from(value: Any) -> str:
    """Write JSON text as people read it."""
    return json.dumps(value, ensure_ascii=False)


def object_from_text(text: str | None) -> Mapping[str, Any]:
    """Parse the text of a JSON object; `{}` where it is none (empty, removed, something else)."""
    try:
        value = json.loads(text or "", parse_constant=_refuse)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
