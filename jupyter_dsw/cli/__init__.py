# PYTHON_ARGCOMPLETE_OK
"""`jupyter dsw …`: the terminal command."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from jupyter_dsw.cli.parser import Parser
from jupyter_dsw.language import text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

# Each is a module of this package with `add_arguments(parser)` and `run(arguments) -> status`.
COMMANDS = {
    "info": text("show the instance: status, next stop, datasets, snapshots, disks"),
    "run": text("run a command, and another one before the instance is stopped"),
    "doctor": text("check everything that must be right, and say what to do about what is not"),
    "demo": text("open JupyterLab on a simulated instance"),
    "emulator": text(
        "run a local DSW endpoint that verifies signatures, with a simulated instance"
    ),
}
INTERRUPTED = 128 + 2
PIPE_CLOSED = 128 + 13


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (default: this process's) and return its exit status."""
    words = sys.argv[1:] if argv is None else list(argv)
    parser = _parser(words)
    if "_ARGCOMPLETE" in os.environ:
        _complete(parser)
    arguments = parser.parse_args(words)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A terminal without ✓ and Chinese gets a question mark rather than a traceback.
            stream.reconfigure(errors="replace")
    try:
        status: int = arguments.run(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read has seen enough. What is left in the buffer must not fail at the exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    return status


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    parser = Parser(
        prog="jupyter dsw",
        description=text("The Alibaba Cloud PAI-DSW instance that this machine is."),
        epilog=text("`jupyter dsw COMMAND --help` tells more of each, with examples."),
    )
    commands = parser.add_subparsers(title=text("commands"), required=True, metavar="COMMAND")
    chosen = next((word for word in words if not word.startswith("-")), None)
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=summary)
        # The others are listed only, so that none is waited for.
        if name == chosen or "_ARGCOMPLETE" in os.environ:
            module = import_module(f"jupyter_dsw.cli.{name}")
            module.add_arguments(command)
            command.set_defaults(run=module.run)
    return parser


def _complete(parser: argparse.ArgumentParser) -> None:
    """Answer the shell that asks for completions, and exit."""
    try:
        import argcomplete
    except ImportError:  # an optional extra
        return
    argcomplete.autocomplete(parser)
