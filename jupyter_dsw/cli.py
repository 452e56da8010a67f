"""`jupyter dsw …`: the terminal command."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (default: this process's) and return its exit status."""
    arguments = _parser().parse_args(argv)
    status: int = arguments.run(arguments)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="jupyter dsw", description="The PAI-DSW instance that this machine is."
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_emulator(commands)
    _add_demo(commands)
    return parser


def _add_emulator(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from jupyter_dsw.emulator import SCENARIOS

    width = max(map(len, SCENARIOS))
    parser = commands.add_parser(
        "emulator",
        help="run a local DSW endpoint that verifies signatures, with a simulated instance",
        description="Runs a local DSW endpoint that verifies signatures, and a credential service "
        "beside it, until Ctrl-C. Prints what to set for a client to use them.",
        epilog="scenarios:\n"
        + "\n".join(f"  {name:{width}}  {each.description}" for name, each in SCENARIOS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_simulation_options(parser)
    parser.add_argument(
        "--port", type=int, default=0, help="port to listen on (default: a free one)"
    )
    parser.set_defaults(run=_emulator)


def _add_demo(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "demo",
        help="open JupyterLab on a simulated instance",
        description="Starts the emulator and a JupyterLab that reads the simulated instance, with "
        "a notebook that shows it, and prints the URL to open. Ctrl-C ends both.",
    )
    _add_simulation_options(parser)
    parser.add_argument(
        "--port", type=int, default=0, help="port of JupyterLab (default: a free one)"
    )
    parser.set_defaults(run=_demo)


def _add_simulation_options(parser: argparse.ArgumentParser) -> None:
    from jupyter_dsw.emulator import SCENARIOS

    parser.add_argument(
        "--scenario",
        choices=list(SCENARIOS),
        default="healthy",
        metavar="NAME",
        help=f"what happens to the instance: {', '.join(SCENARIOS)} (default: healthy)",
    )
    parser.add_argument(
        "--speed",
        type=float,
        default=1.0,
        metavar="N",
        help="simulated seconds a second (default: 1)",
    )


def _emulator(arguments: argparse.Namespace) -> int:
    from jupyter_dsw.emulator import serve

    serve(scenario=arguments.scenario, speed=arguments.speed, port=arguments.port)
    return 0


def _demo(arguments: argparse.Namespace) -> int:
    from jupyter_dsw.demo import run

    return run(scenario=arguments.scenario, speed=arguments.speed, port=arguments.port)


if __name__ == "__main__":
    raise SystemExit(main())
