"""Names in the response's objects, and how they stand in the path of an element."""

from __future__ import annotations

import re

from jupyter_dsw.model.credential_names import REDACTED, looks_random
from jupyter_dsw.model.secrets_in_text import without_secrets

_LONGEST = 128
_UNPRINTABLE = re.compile(r"[^\w.\-<>@/:* ]")


def clean_name(name: str) -> str:
    """Give a name that a user may have written, or the marker where it may be a secret itself."""
    odd = len(name) > _LONGEST or looks_random(name, shortest=20) or without_secrets(name) != name
    return REDACTED if odd else name


def child_path(path: str, name: object) -> str:
    """Give the path of an object's entry: `child_path("UserVpc", "Ip")` is `"UserVpc.Ip"`.

    A name may be a user's own: what may be a secret in it goes, and so do odd characters.
    """
    plain = _UNPRINTABLE.sub("", clean_name(str(name)))
    return f"{path}.{plain}" if path else plain


def item_path(path: str, index: int) -> str:
    """Give the path of a list's item: `item_path("Datasets", 0)` is `"Datasets[0]"`."""
    return f"{path}[{index}]"
