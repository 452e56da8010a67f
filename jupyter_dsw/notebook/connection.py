"""Which Jupyter server started this kernel or terminal, and its kernel endpoint.

A shell that no server started (SSH, cron, sudo, the Web IDE) uses any running server of its user:
all servers of a container read the same instance.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from jupyter_core.paths import jupyter_runtime_dir

from jupyter_dsw import kernel_endpoint
from jupyter_dsw.clock import bounded
from jupyter_dsw.i18n import text
from jupyter_dsw.kernel_endpoint import Reason, UnusableFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_dsw.kernel_endpoint import KernelEndpoint

SERVER_PID = "JPY_PARENT_PID"
"""The variable that a server sets in its kernels."""
SERVER_URL = "JUPYTER_SERVER_URL"
"""The variable that a server sets in its terminals."""

# A file system on the network, or of FUSE, may not respond at all.
FILE_TIMEOUT_S = 5.0
_WHY = {
    Reason.MISSING: text(
        "No Jupyter server with jupyter-dsw was found for this kernel or terminal (no "
        "connection file)."
    ),
    Reason.MODE: text(
        "Other users can read the connection file of the Jupyter server. Its file system may "
        "not keep file modes (CIFS, some NFS and FUSE mounts). Set JUPYTER_RUNTIME_DIR to a "
        "folder on a local disk and restart the Jupyter server."
    ),
    Reason.OWNER: text(
        "The connection file of the Jupyter server belongs to another user, or its file system "
        "does not keep owners. Set JUPYTER_RUNTIME_DIR to a folder on a local disk and restart "
        "the Jupyter server."
    ),
    Reason.NO_PLAIN_FILE: text("The connection file of the Jupyter server is not a regular file."),
    Reason.CONTENT: text("The connection file of the Jupyter server cannot be read."),
    Reason.LEFT_BEHIND: text(
        "The connection file belongs to a Jupyter server that is no longer running."
    ),
}


class NoServer(Exception):
    """There is no Jupyter server of this kernel or terminal to use; its `why` is the reason."""

    @property
    def why(self) -> str:
        """The reason, in whole sentences."""
        reason: str = self.args[0]
        return reason


def find() -> KernelEndpoint:
    """Return the endpoint of the server that started this kernel or terminal.

    Where none did, that of a running server of this user. Raises `NoServer`.
    """
    pid, url = os.environ.get(SERVER_PID, ""), os.environ.get(SERVER_URL, "")
    try:
        return bounded(lambda: _find(pid, url), FILE_TIMEOUT_S)
    except TimeoutError:
        msg = text("The file system of Jupyter's runtime folder does not respond.")
        raise NoServer(msg) from None
    except RuntimeError:  # no thread can be started
        return _find(pid, url)


def _find(pid: str, url: str) -> KernelEndpoint:
    folder = runtime_folder()
    if _is_number(pid):
        try:
            return kernel_endpoint.read(folder, int(pid))
        except UnusableFile as unusable:
            # What a kernel or a terminal starts inherits both: the nearer one is used if it is
            # there.
            if unusable.reason is not Reason.MISSING or not url:
                raise NoServer(_WHY[unusable.reason]) from None
    elif not url:
        found = next(kernel_endpoint.live(folder), None)
        if found is None:
            raise NoServer(
                text("No Jupyter server with jupyter-dsw is running here for this user.")
            )
        return found
    found = next(_of_server(folder, url), None)
    if found is None:
        msg = text(
            "The Jupyter server of this terminal does not run jupyter-dsw (no connection file)."
        )
        raise NoServer(msg)
    return found


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit()


def runtime_folder() -> Path:
    """Return Jupyter's folder for connection files."""
    return Path(jupyter_runtime_dir())


def _of_server(folder: Path, url: str) -> Iterator[KernelEndpoint]:
    """Yield the endpoints of the server at `url`, the newest first.

    A server that was killed leaves its file behind, and the next one may get the same port.
    """
    for pid in kernel_endpoint.server_pids(folder):
        try:
            endpoint = kernel_endpoint.read(folder, pid)
        except UnusableFile:
            continue
        if leads_to(endpoint.url, url):
            yield endpoint


def leads_to(endpoint: str, server: str) -> bool:
    """Return whether `endpoint` belongs to `server`.

    The host is not compared: terminals have the name that the server was given, and kernels the
    local address. The port is this machine's own in both.
    """
    try:
        one, other = urlsplit(endpoint), urlsplit(server)
        same_port = one.port == other.port
    except ValueError:
        return False
    base = other.path.rstrip("/") + "/"
    return same_port and one.scheme == other.scheme and one.path.startswith(base)
