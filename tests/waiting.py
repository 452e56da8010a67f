"""Tests wait for conditions, not for seconds."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def pause() -> None:
    """Let others work."""
    time.sleep(0.02)


def until(
    condition: Callable[[], T], *, patience_s: float = 60.0, between: Callable[[], None] = pause
) -> T:
    """Return what `condition` gives as soon as that is true; AssertionError if it never is.

    `between` is called each time that it is not.
    """
    end = time.monotonic() + patience_s
    while not (value := condition()):
        assert time.monotonic() < end, f"{condition} did not come true"
        between()
    return value
