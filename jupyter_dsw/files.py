"""Reading a file that others may have replaced (by a FIFO, a link, gigabytes), and disks."""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path

# Do not wait for the writer of a FIFO, and do not acquire a controlling terminal. Windows has only
# the last of these flags.
_FLAGS = sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"))


class NoPlainFile(OSError):
    """The path is not a regular file, or is larger than allowed."""


def read_plain_file(
    path: Path, max_bytes: int, *, follow_links: bool = True
) -> tuple[bytes, os.stat_result]:
    """Return the content of a regular file of at most `max_bytes`, and its status; never block.

    Raises `NoPlainFile` for anything else, also for a link unless `follow_links`, and `OSError` as
    `open` does.
    """
    no_link = 0 if follow_links else getattr(os, "O_NOFOLLOW", 0)
    try:
        descriptor = os.open(path, os.O_RDONLY | _FLAGS | no_link)
    except OSError as error:
        # Links that are not followed, sockets, devices without a driver.
        if error.errno in {errno.ELOOP, errno.ENXIO, errno.ENODEV}:
            raise NoPlainFile(error.errno, error.strerror) from error
        raise
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > max_bytes:
            raise NoPlainFile
        return _read(descriptor, max_bytes), status
    finally:
        os.close(descriptor)


def _read(descriptor: int, max_bytes: int) -> bytes:
    content = b""
    # It may grow, and a file system may return less than was requested.
    while len(content) <= max_bytes:
        part = os.read(descriptor, max_bytes + 1 - len(content))
        if not part:
            return content
        content += part
    raise NoPlainFile


_OCTAL = re.compile(r"\\([0-7]{3})")


def unescaped(mount_point: str) -> str:
    """Return a path of `/proc/self/mountinfo`, which has spaces and the like in octal."""
    return _OCTAL.sub(lambda found: chr(int(found[1], 8)), mount_point)


def disk_of(path: str | Path) -> tuple[str, str] | None:
    """Return where the file system of `path` is mounted, and its type; None where it is unknown."""
    try:
        rows = Path("/proc/self/mountinfo").read_text("utf-8", "replace").splitlines()
        place = Path(path).resolve()
    except (OSError, RuntimeError):
        return None
    found = None
    for row in rows:
        # proc(5): the fifth field is the mount point; the type follows a lone hyphen.
        fields = row.split()
        mounted = unescaped(fields[4])
        # Of two at one place the later one lies on top.
        if place.is_relative_to(mounted) and len(mounted) >= len(found[0] if found else ""):
            found = mounted, fields[fields.index("-") + 1]
    return found


# What is in memory, or made anew with the container.
_NOT_KEPT = {"overlay", "tmpfs", "ramfs", "devtmpfs", "aufs"}


def is_on_mounted_disk(path: str | Path) -> bool:
    """Return whether `path` is on another file system than the container's own, and on a disk."""
    disk = disk_of(path)
    return disk is not None and disk[0] != "/" and disk[1] not in _NOT_KEPT
