"""Keeps the connection file of this server where its kernels find it."""

from __future__ import annotations

import atexit
import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_dsw import kernel_endpoint
from jupyter_dsw.kernel_endpoint import UnusableFile

if TYPE_CHECKING:
    from jupyter_dsw.kernel_endpoint import KernelEndpoint


class ConnectionFile:
    """The connection file of this process in Jupyter's runtime folder."""

    def __init__(self, runtime_dir: str, endpoint: KernelEndpoint) -> None:
        self._folder = Path(runtime_dir)
        self._endpoint = endpoint
        self.path: Path | None = None
        """Where it was written; None before."""

    def keep(self) -> None:
        """Write it if it is not there, or no longer as it was written.

        Raises `UnusableFile` and `OSError`.
        """
        if self._is_intact():
            return
        if self.path is None:
            kernel_endpoint.sweep(self._folder)
            # Jupyter stops no extension where SIGINT ends a server without a terminal, and that is
            # how JupyterHub ends its users' servers.
            atexit.register(self.remove)
        self.path = kernel_endpoint.write(self._folder, self._endpoint)

    def remove(self) -> None:
        """Remove it, if it is still there and this server's, and the folder allows it."""
        atexit.unregister(self.remove)
        if self.path is not None and self._is_intact():
            with contextlib.suppress(OSError):
                self.path.unlink(missing_ok=True)

    def _is_intact(self) -> bool:
        try:
            found = kernel_endpoint.read(self._folder, os.getpid())
        except UnusableFile:
            return False
        expected = (self._endpoint.url, self._endpoint.token, self._endpoint.certificate)
        return (found.url, found.token, found.certificate) == expected
