"""`jupyter dsw info`."""

from __future__ import annotations

import os
import shutil
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

import msgspec

from jupyter_dsw.cli.parser import choice, number
from jupyter_dsw.cli.report import (
    FAILED,
    MISUSED,
    RUNNING,
    STOPPING_SOON,
    Paint,
    exit_status,
    report,
)
from jupyter_dsw.i18n import text, translated
from jupyter_dsw.notebook import readings, usage
from jupyter_dsw.render.view import SECTIONS

if TYPE_CHECKING:
    import argparse

_EPILOG = text(
    """\
sections:
  %1, all
  (default: all but history, network and details)

  usage, by itself: CPU and GPU of the last three hours

exit status:
  %2  the instance is running
  %3  it is not running, or the instance or the time of a stop could not be read
  %4  the command line is not valid
  %5  it will be stopped within --warn-minutes, or is being stopped

examples:
  jupyter dsw info
  jupyter dsw info datasets disks
  jupyter dsw info usage
  jupyter dsw info --watch
  jupyter dsw info --json | jq '.stops[0]'
  jupyter dsw info --warn-minutes 30 >/dev/null || echo "save your work"
""",
    ", ".join(SECTIONS),
    RUNNING,
    FAILED,
    MISUSED,
    STOPPING_SOON,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments to `parser`."""
    parser.description = text(
        "Shows the instance. Inside JupyterLab it uses the Jupyter server; elsewhere it calls "
        "the API directly."
    )
    parser.epilog = _EPILOG
    sections = parser.add_argument(
        "sections",
        nargs="*",
        type=_section,
        metavar="SECTION",
        help=text("what to show (see below)"),
    )
    # Not `choices`: argparse would only list them. This attribute is argcomplete's.
    vars(sections)["completer"] = lambda **_: (*SECTIONS, "all", usage.NAME)
    form = parser.add_mutually_exclusive_group()
    form.add_argument(
        "--json",
        action="store_true",
        help=text("print JSON, as the REST API returns it"),
    )
    form.add_argument(
        "--watch",
        action="store_true",
        help=text("redraw in place, with a live countdown, until Ctrl-C"),
    )
    parser.add_argument(
        "--fresh",
        action="store_true",
        help=text("read the instance again, even if the last reading is still fresh"),
    )
    parser.add_argument(
        "--warn-minutes",
        type=_minutes,
        default=10.0,
        metavar="N",
        help=text("exit with %1 if a stop is N minutes away or less (default: 10)", STOPPING_SOON),
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit status."""
    if arguments.watch and (reason := _why_no_watch()):
        print(f"jupyter dsw info: {translated(reason)}", file=sys.stderr)
        return MISUSED
    if usage.NAME in arguments.sections:
        return _usage(arguments)
    reading = readings.current(fresh=arguments.fresh)
    reading = msgspec.structs.replace(reading, sections=tuple(arguments.sections))
    if arguments.watch:
        from jupyter_dsw.cli.watch import watch  # noqa: PLC0415 - it needs an optional extra

        return watch(reading, arguments.warn_minutes)
    if arguments.json:
        print(reading.to_json())
    else:
        stream = sys.stdout if reading.instance is not None else sys.stderr
        width = shutil.get_terminal_size().columns
        # What goes into a pipe or a file may be read on another day.
        kept = not stream.isatty()
        shown = report(reading, arguments.warn_minutes, width, Paint(stream), kept=kept)
        print(shown, file=stream)
    return exit_status(reading, arguments.warn_minutes)


def _usage(arguments: argparse.Namespace) -> int:
    """Show CPU and GPU; returns the exit status of the reading with whose thresholds they are."""
    if arguments.watch or set(arguments.sections) != {usage.NAME}:
        print(f"jupyter dsw info: {translated(usage.ALONE)}", file=sys.stderr)
        return MISUSED
    shown = usage.Usage.current(fresh=arguments.fresh)
    width = shutil.get_terminal_size().columns
    print(shown.to_json() if arguments.json else shown.to_text(width, sys.stdout.encoding))
    return exit_status(shown.reading, arguments.warn_minutes)


def _section(word: str) -> str:
    return choice(text("%1 is not a section.", repr(word)), (*SECTIONS, "all", usage.NAME), word)


def _minutes(word: str) -> float:
    wrong = text("%1 is not a number of minutes", repr(word))
    return number(word, float, 0.0, sys.float_info.max, wrong)


def _why_no_watch() -> str:
    if find_spec("rich") is None:
        return text("--watch needs the package rich: pip install 'jupyter-dsw[terminal]'")
    if not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        return text("--watch needs a terminal, and the output is not one.")
    return ""
