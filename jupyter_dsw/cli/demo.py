"""`jupyter dsw demo`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_dsw.cli.emulator import add_simulation_options
from jupyter_dsw.demo.run import run as run_demo
from jupyter_dsw.i18n import text

if TYPE_CHECKING:
    import argparse


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
    """Run the command and return its exit status."""
    return run_demo(scenario=arguments.scenario, speed=arguments.speed, port=arguments.port)
