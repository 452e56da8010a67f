"""A small file system of its own, which can be full or read-only."""

from __future__ import annotations

import contextlib
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextlib.contextmanager
def mounted(folder: Path) -> Iterator[None]:
    """Have `folder` on one; the test is skipped where none can be mounted."""
    try:
        _mount("-t", "tmpfs", "-o", "size=64k,mode=700", "tmpfs", str(folder))
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no file system can be mounted here, which root may: {error}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True, capture_output=True, text=True)


def make_read_only(folder: Path) -> None:
    _mount("-o", "remount,ro", str(folder))


def make_writable(folder: Path) -> None:
    _mount("-o", "remount,rw", str(folder))


def fill(folder: Path) -> None:
    with pytest.raises(OSError, match="No space"):
        _write_on_and_on(folder / "filler")


def _write_on_and_on(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 512)


def empty(folder: Path) -> None:
    (folder / "filler").unlink()
