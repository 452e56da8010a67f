"""What a stop ends or removes besides documents and kernels: jobs in terminals, and the files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_dsw.files import disk_of, is_on_mounted_disk

if TYPE_CHECKING:
    from collections.abc import Mapping

# More terminals, or processes of one, than anybody reads about.
MOST = 50


class Disk(msgspec.Struct, frozen=True):
    """A mounted file system."""

    mounted_at: str
    """Where it is mounted."""
    type: str
    """Its type, as the kernel names it: `nfs4`, `ext4`."""


class Terminal(msgspec.Struct, frozen=True):
    """A terminal of JupyterLab."""

    name: str
    """As JupyterLab names it."""
    jobs: tuple[str, ...] | None = None
    """The names of the processes that its shell runs; None where that is not known."""


class AtRisk(msgspec.Struct, frozen=True):
    """What a stop may end or remove."""

    folder: str
    """Where the files of JupyterLab are."""
    disk: Disk | None = None
    """The disk on which it lies; None where that is not known."""
    kept: bool | None = None
    """Whether it is on a mounted disk, which is there after a stop; None where that is unknown."""
    terminals: tuple[Terminal, ...] | None = None
    """The terminals of JupyterLab; None where that is not known."""

    def encode(self) -> bytes:
        """Return it as JSON."""
        return msgspec.json.encode(self)


def at_risk(folder: str, shells: Mapping[str, int] | None) -> AtRisk:
    """Return what a stop may end or remove. It may wait for a disk that does not respond.

    Args:
        folder: where the files of JupyterLab are.
        shells: the process IDs of the terminals' shells, by the names of the terminals; None where
            they are not known.
    """
    disk = disk_of(folder)
    terminals = None
    if shells is not None:
        terminals = tuple(Terminal(name, jobs_of(pid)) for name, pid in list(shells.items())[:MOST])
    return AtRisk(
        folder,
        None if disk is None else Disk(*disk),
        None if disk is None else is_on_mounted_disk(folder),
        terminals,
    )


def jobs_of(pid: int) -> tuple[str, ...] | None:
    """Return the names of a process's children, without their arguments; None if unknown.

    Arguments may have secrets in them.
    """
    try:
        # proc(5): the children of each thread; a shell has one.
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()[:MOST]
    except (OSError, UnicodeError):
        return None
    return tuple(name for child in children if (name := _name_of(child)))


def _name_of(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text("utf-8", "replace").strip()
    except OSError:  # it has ended meanwhile
        return ""


def shells_of(manager: Any) -> dict[str, int] | None:
    """Return the process IDs of the shells of a terminal manager; None if there is none.

    jupyter_server_terminals 0.4 and 0.5 keep terminado's `PtyWithClients` by name; a test fails
    when that changes.
    """
    if manager is None:
        return None
    try:
        return {str(name): one.ptyproc.pid for name, one in dict(manager.terminals).items()}
    except AttributeError:
        return None
