"""An IPython kernel that tells what its start has cost, and ends: `python -m …`.

With the argument `without`, it runs no startup files of its environment.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from ipykernel.kernelapp import IPKernelApp
from IPython.core.application import ENV_CONFIG_DIRS


class MeasuredKernel(IPKernelApp):
    """Knows the processor time that its startup files took."""

    code_s = 0.0

    def init_code(self) -> None:
        """Run the startup files."""
        begun = time.process_time()
        super().init_code()  # type: ignore[no-untyped-call]
        self.code_s = time.process_time() - begun


if __name__ == "__main__":
    if "without" in sys.argv:
        ENV_CONFIG_DIRS.clear()
    # A kernel's own output goes to its clients.
    output = os.dup(sys.stdout.fileno())
    kernel = MeasuredKernel.instance()
    kernel.initialize([])  # type: ignore[no-untyped-call]
    status = Path("/proc/self/status").read_text()
    told = {
        "code_ms": kernel.code_s * 1000,
        "start_ms": time.process_time() * 1000,
        "modules": len(sys.modules),
        "rss_kib": int(status.partition("VmRSS:")[2].split()[0]),
    }
    os.write(output, f"{json.dumps(told)}\n".encode())
