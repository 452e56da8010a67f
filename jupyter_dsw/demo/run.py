"""Starts the emulator and a JupyterLab beside it, until Ctrl-C."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_dsw.demo.lab import Lab
from jupyter_dsw.demo.notebook import NOTEBOOK, run_cells
from jupyter_dsw.emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator


def run(*, scenario: str = "healthy", speed: float = 1.0, port: int = 0) -> int:
    """Run the demo until Ctrl-C and return the exit status: 0, or 1 if JupyterLab did not start.

    `scenario` and `speed` are the emulator's; `port` is JupyterLab's, 0 for a free one.
    """
    if find_spec("jupyterlab") is None:
        print("The demo needs JupyterLab: pip install 'jupyter-dsw[demo]'", file=sys.stderr)
        return 1
    # SIGTERM, as a container sends it, cleans up as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with _demo(scenario, speed, port) as lab:
            print(f"\n  A simulated DSW instance ({scenario}, speed {speed:g}) in JupyterLab:\n")
            print(f"  {lab.notebook_url(NOTEBOOK.name)}\n\n  Ctrl-C ends it.", flush=True)
            return lab.process.wait()
    except KeyboardInterrupt:
        return 0
    except (OSError, RuntimeError) as error:
        print(f"The demo did not start: {error}", file=sys.stderr)
        return 1


@contextmanager
def _demo(scenario: str, speed: float, port: int) -> Iterator[Lab]:
    with (
        tempfile.TemporaryDirectory(prefix="jupyter-dsw-demo-") as folder,
        Emulator(scenario=scenario, speed=speed) as emulator,
    ):
        environment = {**clean_environment(), **emulator.environment()}
        lab = Lab.start(Path(folder), environment, {"ServerApp.port": port} if port else {})
        try:
            lab.wait_until_it_answers()
            run_cells(lab)
            yield lab
        finally:
            lab.stop()


def clean_environment() -> dict[str, str]:
    """This process's environment without what could point the demo at a real account."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ALIBABA_CLOUD_", "JUPYTER_DSW_"))
    }
