"""What the commands that simulate an instance have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_dsw.emulator import SCENARIOS
from jupyter_dsw.language import Text, text
from jupyter_dsw.upstream.settings import MAX_SPEED

if TYPE_CHECKING:
    import argparse


def add_simulation_options(parser: argparse.ArgumentParser, *, port_help: Text) -> None:
    """Add `--scenario`, `--speed` and the `--port` of what listens."""
    parser.add_argument(
        "--scenario",
        choices=list(SCENARIOS),
        default="healthy",
        metavar="NAME",
        help=text("what happens to the instance: %1 (default: healthy)", ", ".join(SCENARIOS)),
    )
    parser.add_argument(
        "--speed",
        type=_speed,
        default=1.0,
        metavar="N",
        help=text("simulated seconds a second (default: 1)"),
    )
    parser.add_argument(
        "--port",
        type=_port,
        default=0,
        help=port_help,
    )


def _speed(text: str) -> float:
    speed = float(text)
    if not 1 <= speed <= MAX_SPEED:
        raise ValueError
    return speed


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise ValueError
    return port


# What argparse calls the type in its message.
_speed.__name__, _port.__name__ = "speed", "port"
