"""JSON that comes inside a string, as `Datasets[].Options` and `Policy` do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Mapping


def parse(text: str) -> tuple[Any, bool]:
    """Parse JSON strictly.

    Returns:
        The value, and whether an object in it names a key twice: the text then says more than
        the value, which has the last one only.

    Raises:
        ValueError: not JSON, nested too deep, or a number nobody can read.
    """
    doubled = False

    def an_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal doubled
        value = dict(pairs)
        doubled = doubled or len(value) < len(pairs)
        return value

    try:
        value = json.loads(text, object_pairs_hook=an_object, parse_constant=_refuse)
    except RecursionError:
        msg = "nested too deep"
        raise ValueError(msg) from None
    return value, doubled


def object_from_text(text: str | None) -> Mapping[str, Any]:
    """Parse the text of a JSON object; `{}` where it is none (empty, removed, something else)."""
    try:
        value, _ = parse(text or "")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _refuse(_constant: str) -> NoReturn:
    msg = "not a JSON number"
    raise ValueError(msg)
