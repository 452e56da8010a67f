"""The file by which kernels of this server find its kernels' door."""

from __future__ import annotations

import json
import os
from pathlib import Path

from jupyter_dsw.reading import connection_file_name


class ConnectionFile:
    """`jupyter-dsw-<server pid>.json` in Jupyter's runtime folder, for the owner's eyes only."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def write(cls, runtime_dir: str, *, url: str, token: str, ca: str | None) -> ConnectionFile:
        """Write it atomically with mode 0600, and return it. Raises `OSError`.

        `url` is the door's local address, `token` opens it, `ca` is the path of the server's own
        certificate where it speaks TLS.
        """
        path = Path(runtime_dir) / connection_file_name(os.getpid())
        content = {"url": url, "token": token}
        if ca is not None:
            content["ca"] = str(Path(ca).resolve())
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
        return cls(path)

    def remove(self) -> None:
        """Remove it, if it is still there."""
        self.path.unlink(missing_ok=True)
