"""`make dev`: the demo, with the front end built anew whenever a source of it is saved.

Python is installed editable, and the labextension is a link to what is built here: to see a change,
reload the page, for Python after a restart of the kernel or of this command.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_dsw.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator

LABEXTENSION = Path(__file__).parents[1] / "labextension"
# TypeScript to modules, and modules to what JupyterLab loads.
WATCHERS = (
    ["node", "scripts/build.mjs", "--watch"],
    ["jupyter-builder", "watch", "."],
)


@contextmanager
def running(command: list[str]) -> Iterator[None]:
    """Run `command` in the labextension's folder until the block ends, with all that it starts."""
    # A group of its own: `node` is a wrapper, and the builder starts programs too.
    process = subprocess.Popen(command, cwd=LABEXTENSION, start_new_session=True)
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


if __name__ == "__main__":
    with ExitStack() as watching:
        for each in WATCHERS:
            watching.enter_context(running(each))
        sys.exit(main(["demo", *sys.argv[1:]]))
