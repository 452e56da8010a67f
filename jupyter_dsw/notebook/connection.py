"""Which Jupyter server is beside this code, and how it can be asked: the connection files."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from jupyter_dsw.kernel_door import connection_file_name
from jupyter_dsw.language import text

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVER_PID = "JPY_PARENT_PID"
"""What a server tells its kernels of itself."""
SERVER_URL = "JUPYTER_SERVER_URL"
"""What it tells its terminals."""

LARGEST_CONNECTION_FILE = 64 * 1024


class NoServer(Exception):
    """There is no Jupyter server beside this code that can be asked; says why, in a `Text`."""

    @property
    def why(self) -> str:
        """A sentence without its full stop."""
        reason: str = self.args[0]
        return reason


@dataclass(frozen=True)
class Connection:
    """The content of a connection file: the kernels' endpoint, its token, and `certificate`, the
    SHA-256 of the server's own certificate in hexadecimal digits where it speaks TLS."""

    url: str
    token: str = field(repr=False)
    certificate: str | None = None


def find() -> Connection:
    """The connection to the server that started this kernel or terminal.  Raises `NoServer`."""
    pid, url = os.environ.get(SERVER_PID, ""), os.environ.get(SERVER_URL, "")
    if pid.isascii() and pid.isdigit():
        path = _folder() / connection_file_name(int(pid))
        # What a kernel or a terminal starts inherits both: the nearer one is asked if it is there.
        if os.path.lexists(path) or not url:
            return _read(path)
    if not url:
        msg = text(
            "No Jupyter server beside this code (neither %1 nor %2 is set)", SERVER_PID, SERVER_URL
        )
        raise NoServer(msg)
    found = next(_of_server(url), None)
    if found is None:
        msg = text(
            "The Jupyter server of this terminal does not run jupyter-dsw (no connection file)"
        )
        raise NoServer(msg)
    return found


def _folder() -> Path:
    from jupyter_core.paths import jupyter_runtime_dir

    return Path(jupyter_runtime_dir())


def _of_server(url: str) -> Iterator[Connection]:
    """Connections to the server at `url`, the newest first: a server that was killed leaves its
    file behind, and the next one may get the same port."""
    for path in sorted(_folder().glob("jupyter-dsw-*.json"), key=_written, reverse=True):
        try:
            connection = _read(path)
        except NoServer:
            continue
        if _leads_to(connection.url, url):
            yield connection


def _written(path: Path) -> float:
    try:
        return path.lstat().st_mtime
    except OSError:  # its server has just ended
        return 0.0


def _leads_to(door: str, server: str) -> bool:
    """Whether `door` is one of `server`.  The host is no part of it: the server tells terminals the
    name it was given, and kernels the local address.  The port is this machine's own in both."""
    try:
        one, other = urlsplit(door), urlsplit(server)
        same_port = one.port == other.port
    except ValueError:
        return False
    base = other.path.rstrip("/") + "/"
    return same_port and one.scheme == other.scheme and one.path.startswith(base)


def _read(path: Path) -> Connection:
    try:
        return msgspec.json.decode(_read_own_file(path), type=Connection)
    except FileNotFoundError:
        msg = text("No Jupyter server with jupyter-dsw beside this code (no connection file)")
    except (OSError, ValueError, msgspec.MsgspecError):
        msg = text("The connection file of the Jupyter server beside this code cannot be used")
    raise NoServer(msg)


def _read_own_file(path: Path) -> str:
    # Whoever can put a file or a link there could send this kernel to a server of theirs.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    with open(descriptor, encoding="utf-8") as file:  # noqa: PTH123
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError
        if hasattr(os, "getuid") and (status.st_uid != os.getuid() or status.st_mode & 0o077):
            raise OSError
        return file.read(LARGEST_CONNECTION_FILE)
