"""`jupyter dsw emulator`, and the options of every command that simulates an instance."""

from __future__ import annotations

import shlex
import sys
import threading
from contextlib import closing, suppress
from typing import TYPE_CHECKING

from jupyter_dsw.cli import end_at_signals
from jupyter_dsw.cli.parser import choice, number
from jupyter_dsw.columns import escaped
from jupyter_dsw.emulator import SCENARIOS, Emulator
from jupyter_dsw.i18n import Text, joined, text, translated
from jupyter_dsw.upstream.settings import MAX_SPEED

if TYPE_CHECKING:
    import argparse

MAX_PORT = 65535


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments to `parser`."""
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
    """Run the command and return its exit status."""
    try:
        emulator = Emulator(arguments.scenario, arguments.speed, arguments.port).start()
    except OSError as error:
        reason = text("The emulator cannot listen on port %1: %2", arguments.port, error)
        print(escaped(translated(reason)), file=sys.stderr)
        return 1
    end_at_signals()
    with closing(emulator), suppress(KeyboardInterrupt):
        for name, value in emulator.environment().items():
            # At once, for a program that reads the lines from a pipe.
            print(f"export {name}={shlex.quote(value)}", flush=True)
        threading.Event().wait()
    return 0


def add_simulation_options(parser: argparse.ArgumentParser, *, port_help: Text) -> None:
    """Add `--scenario`, `--speed` and the `--port` of what listens."""
    scenario = parser.add_argument(
        "--scenario",
        type=_scenario,
        default="healthy",
        metavar="NAME",
        help=text("what happens to the instance: %1 (default: healthy)", ", ".join(SCENARIOS)),
    )
    # Not `choices`: argparse would only list them. This attribute is argcomplete's.
    vars(scenario)["completer"] = lambda **_: list(SCENARIOS)
    parser.add_argument(
        "--speed",
        type=_speed,
        default=1.0,
        metavar="N",
        help=text("how many times as fast as real time the instance runs (default: 1)"),
    )
    parser.add_argument(
        "--port",
        type=_port,
        default=0,
        help=port_help,
    )


def _scenario(word: str) -> str:
    return choice(text("%1 is not a scenario.", repr(word)), list(SCENARIOS), word)


def _speed(word: str) -> float:
    wrong = text("%1 is not a speed: give a number from 1 to %2.", repr(word), MAX_SPEED)
    return number(word, float, 1.0, MAX_SPEED, wrong)


def _port(word: str) -> int:
    wrong = text("%1 is not a port: give a number from 0 to %2.", repr(word), MAX_PORT)
    return number(word, int, 0, MAX_PORT, wrong)
