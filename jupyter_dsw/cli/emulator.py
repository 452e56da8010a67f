"""`jupyter dsw emulator`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from jupyter_dsw.cli.simulation import add_simulation_options
from jupyter_dsw.emulator import SCENARIOS, serve

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.description = (
        "Runs a local DSW endpoint that verifies signatures, and a credential service beside it,\n"
        "until Ctrl-C. Prints what to set for a client to use them."
    )
    width = max(map(len, SCENARIOS))
    parser.epilog = (
        "scenarios:\n"
        + "\n".join(f"  {name:{width}}  {each.description}" for name, each in SCENARIOS.items())
        + "\n\nexample, from a second terminal:\n"
        "  jupyter dsw emulator --scenario scheduled --port 8900\n"
        "  export DSW_INSTANCE_ID=… (and the other lines that it printed)\n"
        "  jupyter dsw info"
    )
    add_simulation_options(parser, listener="the endpoint")


def run(arguments: argparse.Namespace) -> int:
    """Do it; returns the exit status."""
    try:
        serve(scenario=arguments.scenario, speed=arguments.speed, port=arguments.port)
    except OSError as error:
        print(f"The emulator cannot listen on port {arguments.port}: {error}", file=sys.stderr)
        return 1
    return 0
