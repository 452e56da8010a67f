"""A Jupyter server that tells what its start has cost, and ends.

A script for any Python that has jupyter-server; its arguments are the server's.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_server.serverapp import ServerApp

if TYPE_CHECKING:
    from collections.abc import Callable


class MeasuredServer(ServerApp):
    """Knows the processor time that finding, importing and loading its extensions took."""

    extensions_s = 0.0

    def _timed(self, step: Callable[[], None]) -> None:
        begun = time.process_time()
        step()
        self.extensions_s += time.process_time() - begun

    def find_server_extensions(self) -> None:
        """Find out which are enabled."""
        self._timed(super().find_server_extensions)

    def init_server_extensions(self) -> None:
        """Import and link them."""
        self._timed(super().init_server_extensions)

    def load_server_extensions(self) -> None:
        """Load them."""
        self._timed(super().load_server_extensions)

    def start_ioloop(self) -> None:
        """Run the loop until whatever was left for its first turn is done."""
        self.io_loop.add_callback(self._tell)
        super().start_ioloop()

    def _tell(self) -> None:
        status = Path("/proc/self/status").read_text()
        told = {
            "extensions_ms": self.extensions_s * 1000,
            "start_ms": time.process_time() * 1000,
            "modules": len(sys.modules),
            "rss_kib": int(status.partition("VmRSS:")[2].split()[0]),
        }
        print(json.dumps(told), flush=True)
        os._exit(0)


if __name__ == "__main__":
    MeasuredServer.launch_instance(sys.argv[1:])
