"""`jupyter dsw run`: a command, and another one before the instance is stopped.

This process becomes COMMAND, so signals, job control and the exit status are COMMAND's own and
nothing has to be passed through. What watches is another process, the supervisor.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
from pathlib import Path

from jupyter_dsw.cli.parser import parse_duration
from jupyter_dsw.cli.supervisor import Action, supervise
from jupyter_dsw.columns import escaped
from jupyter_dsw.i18n import text, translated
from jupyter_dsw.notify.settings import WrongSetting

MISUSED, NOT_EXECUTABLE, NOT_FOUND = 2, 126, 127

_EPILOG = text("""\
The shell runs CMD once before each stop, with these variables:
  JUPYTER_DSW_TIME_LEFT_SECONDS  whole seconds that are left
  JUPYTER_DSW_STOP               idle or scheduled; empty if the stop has begun
  JUPYTER_DSW_COMMAND_PID        process ID of COMMAND

Just before that, jupyter-dsw reads the instance again. If the stop was \
cancelled or postponed, nothing runs. COMMAND runs as it would alone, with its \
own Ctrl-C, signals and exit status. If the instance cannot be read, one line \
reports it, and COMMAND runs anyway.

Messages and the output of CMD go to stderr. When COMMAND ends, CMD goes on. \
If stderr is a pipe, it is closed then, and the rest of CMD's output goes to \
the terminal.

examples:
  jupyter dsw run --before-stop 10m -- python train.py
  jupyter dsw run --before-stop 5m --signal USR1 -- python train.py
  jupyter dsw run --on-stop 'cp -r out /mnt/data/' -- bash train.sh
  jupyter dsw run --notify -- python train.py
""")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments to `parser`."""
    parser.usage = (
        "jupyter dsw run [--before-stop DURATION] [--on-stop CMD] [--signal NAME]\n"
        "                       [--notify] -- COMMAND …"
    )
    parser.description = text(
        "Runs COMMAND, and runs CMD before the instance is stopped, because it is idle or by "
        "schedule. Without --on-stop and --notify, sends the signal TERM to COMMAND instead."
    )
    parser.epilog = _EPILOG
    parser.add_argument(
        "--before-stop",
        type=parse_duration,
        default=600.0,
        metavar="DURATION",
        help=text(
            "how long before the stop: 600s, 10m, 1h30m (default: 10m). Use at least 2m: the "
            "endpoint counts idle time in whole minutes"
        ),
    )
    parser.add_argument(
        "--on-stop", metavar="CMD", help=text("shell command to run before the stop")
    )
    parser.add_argument(
        "--signal",
        type=_signal,
        metavar="NAME",
        help=text(
            "signal to send to COMMAND: USR1, INT, … (default: TERM, or none with --on-stop or "
            "--notify)"
        ),
    )
    parser.add_argument(
        "--notify",
        action="store_true",
        help=text(
            "send messages to your phone or chat while COMMAND runs, also without a Jupyter "
            "server; `jupyter dsw notify` shows to which services"
        ),
    )
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="COMMAND")


def run(arguments: argparse.Namespace) -> int:
    """Do it; returns an exit status only if COMMAND cannot be run."""
    command: list[str] = arguments.command
    if command[:1] == ["--"]:
        command = command[1:]
    if not command:
        print(
            f"jupyter dsw run: {translated(text('COMMAND is missing: write it after --'))}",
            file=sys.stderr,
        )
        return MISUSED
    if shutil.which(command[0]) is None:
        return _cannot_run(command)
    settings = None
    if arguments.notify:
        # Only then: it imports what a Jupyter server needs.
        from jupyter_dsw.cli.notify import check_usable, configured  # noqa: PLC0415

        try:
            settings = configured()
            check_usable(settings)
        except WrongSetting as wrong:
            print(f"jupyter dsw run: {escaped(translated(wrong.message))}", file=sys.stderr)
            return MISUSED
    instead = arguments.on_stop or arguments.notify
    send = arguments.signal or (None if instead else signal.SIGTERM)
    supervise(Action(arguments.before_stop, arguments.on_stop, send, settings))
    return _become(command)


def _become(command: list[str]) -> int:
    # Python ignores these two, and what is ignored stays so in the program that follows.
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(ignored, signal.SIG_DFL)
    try:
        os.execvp(command[0], command)  # noqa: S606 - a shell would be a process between
    except OSError:
        return _cannot_run(command)


def _cannot_run(command: list[str]) -> int:
    """Return the shell's own status for this."""
    # A name without a slash is looked for on the PATH, and nowhere else.
    there = "/" in command[0] and Path(command[0]).exists()
    reason = translated(text("cannot be executed") if there else text("not found"))
    print(f"jupyter dsw run: {escaped(command[0])}: {reason}", file=sys.stderr)
    return NOT_EXECUTABLE if there else NOT_FOUND


def _signal(name: str) -> signal.Signals:
    try:
        return signal.Signals[f"SIG{name.upper().removeprefix('SIG')}"]
    except KeyError:
        wrong = text("%1 is not the name of a signal, such as USR1, TERM or INT", repr(name))
        raise argparse.ArgumentTypeError(translated(wrong)) from None
