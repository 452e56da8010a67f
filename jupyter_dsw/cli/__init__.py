# PYTHON_ARGCOMPLETE_OK
"""`jupyter dsw …`: the terminal command."""

from __future__ import annotations

import errno
import os
import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from jupyter_dsw.cli.parser import Parser
from jupyter_dsw.i18n import text, translated, with_suggestion

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

# Each is a module of this package with `add_arguments(parser)` and `run(arguments) -> status`.
COMMANDS = {
    "info": text("show the instance: status, next stop, datasets, snapshots, disks"),
    "run": text("run a command, and another one before the instance is stopped"),
    "notify": text("show and test the services that get a message before a stop"),
    "setup": text("install jupyter-dsw in the Jupyter server's environment too"),
    "doctor": text("check the setup, and show how to fix each problem"),
    "demo": text("open JupyterLab on a simulated instance"),
    "emulator": text("run a local DSW endpoint with a simulated instance"),
}
HUNG_UP = 128 + 1
INTERRUPTED = 128 + 2
PIPE_CLOSED = 128 + 13


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (default: this process's) and return its exit status."""
    arguments = parse(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A terminal without ✓ and Chinese gets a question mark rather than a traceback.
            stream.reconfigure(errors="replace")
    in_terminal = sys.stdout.isatty()
    try:
        status: int = arguments.run(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of the pipe has closed it.
        _discard_output()
        return PIPE_CLOSED
    except OSError as error:
        if error.errno != errno.EIO or not in_terminal or sys.stdout.isatty():
            raise
        # The terminal was closed.
        _discard_output()
        return HUNG_UP
    return status


def end_at_signals() -> None:
    """Have SIGTERM, as a container sends it, end this process as Ctrl-C does.

    So does SIGHUP, when its terminal is closed, unless it is ignored (`nohup`, `trap '' HUP`).
    """
    for name in ("SIGTERM", "SIGHUP"):  # Windows has only the first
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)


def _discard_output() -> None:
    """Discard the buffer, so that writing it does not fail at the exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Parse the command line `argv`; exits with 2 if it is wrong, and with 0 after the help."""
    parser, chosen = _parser(argv)
    if "_ARGCOMPLETE" in os.environ:
        _complete(parser)
    arguments, unknown = parser.parse_known_args(argv)
    if unknown:
        chosen.unknown(unknown[0])
    return arguments


def _parser(argv: Sequence[str]) -> tuple[Parser, Parser]:
    """Return the parser of the command line, and that of the command chosen there."""
    parser = Parser(
        prog="jupyter dsw",
        description=text("Shows the Alibaba Cloud PAI-DSW instance that you work on."),
        epilog=text("`jupyter dsw COMMAND --help` describes a command, with examples."),
    )
    commands = parser.add_subparsers(title=text("commands"), required=True, metavar="COMMAND")
    first = next((word for word in argv if not word.startswith("-")), "")
    chosen = parser
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=summary)
        # The others are listed only, so that none is waited for.
        if name == first or "_ARGCOMPLETE" in os.environ:
            module = import_module(f"jupyter_dsw.cli.{name}")
            module.add_arguments(command)
            command.set_defaults(run=module.run)
            chosen = command
    if first and first not in COMMANDS and not {"-h", "--help"} & set(argv):
        parser.error(
            translated(
                with_suggestion(text("%1 is not a command.", repr(first)), first, list(COMMANDS))
            )
        )
    return parser, chosen


def _complete(parser: Parser) -> None:
    """Print the completions for the shell if it requests them, and exit."""
    try:
        import argcomplete  # noqa: PLC0415 - an optional extra
    except ImportError:
        return
    argcomplete.autocomplete(parser)
