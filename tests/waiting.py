"""Tests wait for conditions, not for seconds."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def until(condition: Callable[[], T], *, patience_s: float = 60.0) -> T:
    """Return what `condition` gives as soon as that is true; AssertionError if it never is."""
    end = time.monotonic() + patience_s
    while not (value := condition()):
        assert time.monotonic() < end, f"{condition} did not come true"
        time.sleep(0.02)
    return value
