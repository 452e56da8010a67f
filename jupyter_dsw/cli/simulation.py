"""What the commands that simulate an instance have in common."""

from __future__ import annotations

import argparse
from contextlib import suppress

from jupyter_dsw.cli.parser import choice
from jupyter_dsw.emulator import SCENARIOS
from jupyter_dsw.i18n import Text, text
from jupyter_dsw.notebook.person import translated
from jupyter_dsw.upstream.settings import MAX_SPEED

MAX_PORT = 65535


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
    with suppress(ValueError):
        speed = float(word)
        if 1 <= speed <= MAX_SPEED:
            return speed
    wrong = text("%1 is not a speed: give a number from 1 to %2.", repr(word), MAX_SPEED)
    raise argparse.ArgumentTypeError(translated(wrong))


def _port(word: str) -> int:
    with suppress(ValueError):
        port = int(word)
        if 0 <= port <= MAX_PORT:
            return port
    wrong = text("%1 is not a port: give a number from 0 to %2.", repr(word), MAX_PORT)
    raise argparse.ArgumentTypeError(translated(wrong))
