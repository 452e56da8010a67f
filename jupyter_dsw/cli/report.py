"""How a terminal shows a reading, as text in colours and as an exit status, and checks."""

from __future__ import annotations

import logging
import os
import shutil
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, TextIO, TypeAlias

from jupyter_dsw.columns import escaped, padded, wrapped
from jupyter_dsw.i18n import translated
from jupyter_dsw.model.instance import USABLE_STATUSES
from jupyter_dsw.render.view import NEXT_STOP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_dsw.i18n import Text
    from jupyter_dsw.notebook.output import Reading

State: TypeAlias = Literal["ok", "failed", "skipped", "noted"]
"""Of a check: `failed` needs a fix; `skipped` could not be checked; `noted` is information."""

RUNNING, FAILED, MISUSED, STOPPING_SOON = 0, 1, 2, 3
_COLOURS = {RUNNING: "green", FAILED: "red", STOPPING_SOON: "yellow"}
# Select Graphic Rendition of ECMA-48: what every terminal knows.
_CODES = {"bold": 1, "dim": 2, "red": 31, "green": 32, "yellow": 33}
_MARKS: dict[State, tuple[str, str]] = {
    "ok": ("✓", "green"),
    "failed": ("✗", "red"),
    "skipped": ("–", "dim"),
    "noted": ("·", "dim"),
}
_NAME_WIDTH = 18
_INDENT = " " * (_NAME_WIDTH + 2)
_NARROWEST = 40


class Failed(Exception):
    """A check or an installation failed: why, and what to do about it."""

    def __init__(self, message: Text, advice: Text) -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


class Paint:
    """Colours text for `stream`.

    Not if it is not a terminal, or a dumb one, or if NO_COLOR is set (https://no-color.org).
    """

    def __init__(self, stream: TextIO) -> None:
        self.on = (
            stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        )

    def __call__(self, text: str, *styles: str) -> str:
        """Return `text` in these styles: `bold`, `dim`, `red`, `green`, `yellow`."""
        if not (self.on and text):
            return text
        codes = ";".join(str(_CODES[style]) for style in styles)
        return f"\x1b[{codes}m{text}\x1b[0m"


def exit_status(reading: Reading, warn_minutes: float) -> int:
    """Return the exit status for `reading`: see the help's "exit status"."""
    instance, stops = reading.instance, reading.stops
    if instance is None:
        return FAILED
    near = any(
        stop.remaining_ms is not None and stop.remaining_ms <= warn_minutes * 60_000
        for stop in stops
    )
    if instance.status == "Stopping" or near:
        return STOPPING_SOON
    unknown = any(stop.state == "unknown" for stop in stops)
    if reading.error is not None or instance.status not in USABLE_STATUSES or unknown:
        return FAILED
    return RUNNING


def report(
    reading: Reading, warn_minutes: float, width: int, paint: Paint, *, kept: bool = False
) -> str:
    """Return `reading` as text, in colours."""
    colour = _COLOURS[exit_status(reading, warn_minutes)]
    head, *rest = reading.to_text(width, kept=kept).split("\n\n")
    parts = [_painted_head(head, colour, paint)]
    if rest:
        *sections, foot = rest
        parts += [_painted_section(section, paint) for section in sections]
        parts.append("\n".join(paint(line, "dim") for line in foot.split("\n")))
    return "\n\n".join(parts)


def _painted_head(head: str, colour: str, paint: Paint) -> str:
    lines = head.split("\n")
    next_stop = f"  {translated(NEXT_STOP)} "
    for number, line in enumerate(lines):
        if line.startswith("! "):
            lines[number] = paint(line, "bold", "red")
        elif line.startswith("● "):
            lines[number] = paint("●", colour) + paint(line[1:], "bold")
        elif line.startswith(next_stop) and colour == _COLOURS[STOPPING_SOON]:
            lines[number] = paint(line, "bold", colour)
    return "\n".join(lines)


def _painted_section(section: str, paint: Paint) -> str:
    title, newline, body = section.partition("\n")
    return paint(title, "bold") + newline + body


def show_check(name: str, found: str, state: State = "noted", advice: str = "") -> None:
    """Print what was found, at once, in lines as wide as the terminal, and below it the advice."""
    paint, available = Paint(sys.stdout), _width() - len(_INDENT)
    lines = wrapped(escaped(translated(found)), available, "")
    if state in {"skipped", "noted"}:
        lines = [paint(line, "dim") for line in lines]
    if advice:
        arrow = wrapped(f"→ {escaped(translated(advice))}", available, "")
        lines += [paint(line, "bold") for line in arrow]
    mark, colour = _MARKS[state]
    head = f"{paint(mark, colour)} {padded(translated(name), _NAME_WIDTH)}{lines[0]}"
    print("\n".join([head, *(_INDENT + line for line in lines[1:])]), flush=True)


@contextmanager
def logs_off() -> Iterator[None]:
    """Log nothing meanwhile: a traceback in the terminal may quote a secret."""
    before = logging.root.manager.disable
    logging.disable()
    try:
        yield
    finally:
        logging.disable(before)


def show_sentence(sentence: str) -> None:
    """Print a sentence, in lines as wide as the terminal."""
    print("\n".join(wrapped(escaped(translated(sentence)), _width(), "")), flush=True)


def _width() -> int:
    return max(shutil.get_terminal_size().columns, _NARROWEST)
