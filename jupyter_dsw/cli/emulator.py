"""`jupyter dsw emulator`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from jupyter_dsw.cli.simulation import add_simulation_options
from jupyter_dsw.columns import escaped
from jupyter_dsw.emulator import SCENARIOS, serve
from jupyter_dsw.i18n import joined, text
from jupyter_dsw.notebook.person import translated

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.description = text(
        "Runs a local DSW endpoint that verifies signatures, and a credential service, until "
        "Ctrl-C. Prints the variables to set for a client."
    )
    width = max(map(len, SCENARIOS))
    scenarios = (
        joined("", (f"  {name:{width}}  ", each.description)) for name, each in SCENARIOS.items()
    )
    parser.epilog = text(
        "scenarios:\n%1\n\nexample, from a second terminal:\n"
        "  jupyter dsw emulator --scenario scheduled --port 8900\n"
        "  export DSW_INSTANCE_ID=… (and the other lines that it printed)\n"
        "  jupyter dsw info",
        joined("\n", scenarios),
    )
    add_simulation_options(parser, port_help=text("port of the endpoint (default: a free one)"))


def run(arguments: argparse.Namespace) -> int:
    """Do it; returns the exit status."""
    try:
        serve(scenario=arguments.scenario, speed=arguments.speed, port=arguments.port)
    except OSError as error:
        reason = text("The emulator cannot listen on port %1: %2", arguments.port, error)
        print(escaped(translated(reason)), file=sys.stderr)
        return 1
    return 0
