"""`jupyter dsw demo`: the emulator, and a JupyterLab with the tour next to it, until Ctrl-C."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_dsw import i18n
from jupyter_dsw.cli import end_at_signals
from jupyter_dsw.cli.emulator import add_simulation_options
from jupyter_dsw.columns import escaped
from jupyter_dsw.demo.lab import put_tours, start_lab, tour
from jupyter_dsw.emulator import Emulator
from jupyter_dsw.i18n import text, translated

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from jupyter_dsw.demo.lab import Lab


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments to `parser`."""
    parser.description = text(
        "Starts JupyterLab on a simulated instance, with a tour in a notebook, and prints the "
        "URL to open. Press Ctrl-C to quit."
    )
    parser.epilog = text(
        "examples:\n"
        "  jupyter dsw demo\n"
        "  jupyter dsw demo --scenario lifecycle --speed 60   two hours in two minutes"
    )
    add_simulation_options(parser, port_help=text("port of JupyterLab (default: a free one)"))


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit status: 1 if JupyterLab did not start."""
    if find_spec("jupyterlab") is None:
        needed = text("The demo needs JupyterLab: pip install 'jupyter-dsw[demo]'")
        print(translated(needed), file=sys.stderr)
        return 1
    end_at_signals()
    opened = tour(i18n.of_environment(os.environ))
    scenario, speed = arguments.scenario, arguments.speed
    try:
        with _lab(scenario, speed, arguments.port, opened) as lab:
            shown = text(
                "A simulated DSW instance (%1, speed %2) in JupyterLab:", scenario, f"{speed:g}"
            )
            print(f"\n  {translated(shown)}\n")
            print(
                f"  {lab.notebook_url(opened)}\n\n  {translated(text('Press Ctrl-C to quit.'))}",
                flush=True,
            )
            return lab.process.wait()
    except KeyboardInterrupt:
        return 0
    except (OSError, RuntimeError) as error:
        print(escaped(translated(text("The demo did not start: %1", error))), file=sys.stderr)
        return 1


@contextmanager
def _lab(scenario: str, speed: float, port: int, opened: str) -> Iterator[Lab]:
    with (
        tempfile.TemporaryDirectory(prefix="jupyter-dsw-demo-") as folder,
        Emulator(scenario, speed) as emulator,
    ):
        options = {"ServerApp.port": port} if port else {}
        lab = start_lab(Path(folder), emulator, options)
        try:
            lab.wait_until_it_responds()
            put_tours(lab, opened)
            # JupyterLab's start took seconds, which are many simulated minutes at a high speed.
            emulator.restart()
            yield lab
        finally:
            lab.stop()
