"""The file by which kernels of this server find its kernels' door."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
from pathlib import Path

from jupyter_dsw.kernel_door import connection_file_name


class ConnectionFile:
    """`jupyter-dsw-<server pid>.json` in Jupyter's runtime folder, for the owner's eyes only."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def write(
        cls, runtime_dir: str, *, url: str, token: str, certificate: str | None
    ) -> ConnectionFile:
        """Write it atomically with mode 0600, and return it. Raises `OSError`.

        `url` is the door's local address, `token` opens it, `certificate` is the fingerprint of
        the server's own certificate where it speaks TLS.
        """
        _sweep(Path(runtime_dir))
        path = Path(runtime_dir) / connection_file_name(os.getpid())
        content = {"url": url, "token": token}
        if certificate is not None:
            content["certificate"] = certificate
        draft = path.with_suffix(f".{os.urandom(8).hex()}.tmp")
        # O_EXCL and a random name: nobody can have put a link or a readable file in its place.
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123
                json.dump(content, file)
            draft.replace(path)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        written = cls(path)
        # Jupyter stops no extension where SIGINT ends a server without a terminal, and that is how
        # JupyterHub ends its users' servers.
        atexit.register(written.remove)
        return written

    def remove(self) -> None:
        """Remove it, if it is still there and the folder allows it."""
        atexit.unregister(self.remove)
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)


def _sweep(folder: Path) -> None:
    """Remove what servers that were killed left behind: another process may get their number, and
    whoever gets their port would be sent their token."""
    for path in folder.glob(connection_file_name("*")):
        pid = path.stem.rpartition("-")[2]
        if pid.isascii() and pid.isdigit() and not _is_running(int(pid)):
            path.unlink(missing_ok=True)


def _is_running(pid: int) -> bool:
    if os.name != "posix":
        return True  # there, asking with signal 0 would end the process
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
