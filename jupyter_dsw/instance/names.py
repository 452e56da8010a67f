"""Names in the answer's objects: how they stand in a path, and which tell of a secret.

The page's own names are judged once. Any other may be a user's, and may be a secret itself: it is
judged each time, and not kept.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from .credential_like import is_credential_key, without_credentials
from .elements import Element

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_NAME = 120
_UNPRINTABLE = re.compile(r"[^\w.\-<>@/:* ]")


def tells_of_a_secret(name: str) -> bool:
    """Whether a name says that its value is a credential."""
    known = _of_the_page().get(name)
    return is_credential_key(name) if known is None else known


def without_secret(name: str) -> str:
    """Give a name without what looks like a credential in it."""
    return name if name in _of_the_page() else without_credentials(name)


def child_path(path: str, name: object) -> str:
    """Give the path of an object's entry: `child_path("UserVpc", "Ip")` is `"UserVpc.Ip"`.

    A name may be a user's own, so it is cleaned like any text of the answer, what is no plain
    character in it goes, and it is cut to 120 characters.
    """
    plain = name if name in _of_the_page() else _plain(str(name))
    return f"{path}.{plain}" if path else f"{plain}"


def item_path(path: str, index: int) -> str:
    """Give the path of a list's item: `item_path("Datasets", 0)` is `"Datasets[0]"`."""
    return f"{path}[{index}]"


def _plain(name: str) -> str:
    return _UNPRINTABLE.sub("", without_credentials(name))[:_MAX_NAME]


@cache
def _of_the_page() -> dict[object, bool]:
    """The names on the page, and whether each tells of a secret."""
    names = (name for kind in _kinds(Element) for name in kind.__struct_encode_fields__)
    return {name: is_credential_key(name) for name in names}


def _kinds(kind: type[Element]) -> Iterator[type[Element]]:
    yield kind
    for each in kind.__subclasses__():
        yield from _kinds(each)
