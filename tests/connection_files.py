"""Connection files that a test spoils, and their server writes again."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")


def while_spoiled(file: Path, spoil: Callable[[Path], object], look: Callable[[], T]) -> T:
    """Return what `look` gives while `file` is spoiled.

    The server may write it meanwhile, but only once a minute.
    """
    for _ in range(3):
        spoil(file)
        spoiled = _state(file)
        seen = look()
        if _state(file) == spoiled:
            return seen
    msg = f"{file} does not stay spoiled"
    raise AssertionError(msg)


def _state(file: Path) -> tuple[int, int]:
    status = file.lstat()
    return status.st_ino, status.st_mtime_ns
