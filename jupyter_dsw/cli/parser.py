"""The command line's parser: argparse in the person's language, and types of arguments.

Text is aligned by the columns that its characters take.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from jupyter_dsw.columns import columns, escaped, wrapped
from jupyter_dsw.i18n import Text, joined, text, translated, with_suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

N = TypeVar("N", int, float)
# What argparse itself writes in a help.
_HEADINGS: dict[str, str] = {
    word: word
    for word in (
        text("positional arguments"),
        text("options"),
        text("show this help message and exit"),
    )
}
# Indented lines with two columns, such as "  0  the instance is running".
_FIRST_COLUMN = re.compile(r" +\S.*?  +")
_OPTION = re.compile(r"--[a-z-]+")
# The errors that argparse reports in English. Their arguments may contain one of these again.
_ERRORS: tuple[tuple[str, Text], ...] = (
    (r"argument ([^:]+): (.+)", text("argument %1: %2")),
    ("expected one argument", text("expected one argument")),
    (r"ignored explicit argument (.+)", text("this option takes no value: %1")),
    (r"not allowed with argument (.+)", text("not allowed with argument %1")),
    (r"ambiguous option: (.+) could match (.+)", text("ambiguous option: %1 could match %2")),
    (r"the following arguments are required: (.+)", text("these arguments are required: %1")),
)

_NUMBER = r"(\d{1,9}(?:\.\d{1,9})?)"
_DURATION = re.compile(rf"(?:{_NUMBER}h)?(?:{_NUMBER}m)?(?:{_NUMBER}s)?", re.ASCII)
_SECONDS = (3600, 60, 1)


class Parser(argparse.ArgumentParser):
    """A parser in the person's language.

    Help and errors fit the terminal; for a misspelled word the nearest one is suggested.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"formatter_class": _Help, **kwargs})

    def error(self, message: str) -> NoReturn:
        """Write the usage and the error to stderr, and exit with 2."""
        line = escaped(translated(text("%1: error: %2", self.prog, _translatable(message))))
        if sys.stderr.isatty():
            line = "\n".join(wrapped(line, _width(), "  "))
        self.exit(2, f"{self.format_usage()}{line}\n")

    def unknown(self, word: str) -> NoReturn:
        """Exit as `error` does because of a word that the command does not take."""
        options = ("--help", *_OPTION.findall(self.format_usage()))
        self.error(
            translated(
                with_suggestion(
                    text("%1 is not an argument of this command.", repr(word)), word, options
                )
            )
        )


def _translatable(message: str) -> str:
    for pattern, sentence in _ERRORS:
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found:
            return sentence.filled(*map(_translatable, found.groups()))
    return message


def choice(kind: Text, choices: Sequence[str], word: str) -> str:
    """Return `word` in lower case if it is one of `choices`.

    Raises `argparse.ArgumentTypeError` with the sentence `kind` (such as "'datsets' is not a
    section."), the nearest choice, and all of them.
    """
    if word.lower() in choices:
        return word.lower()
    known = text("Choose from: %1.", ", ".join(choices))
    raise argparse.ArgumentTypeError(
        translated(joined(" ", (with_suggestion(kind, word, choices), known)))
    )


def number(word: str, kind: Callable[[str], N], lowest: N, highest: N, wrong: Text) -> N:
    """Return `word` as a number from `lowest` to `highest`, read by `kind` (`int`, `float`).

    Raises `argparse.ArgumentTypeError` with the sentence `wrong`.
    """
    with suppress(ValueError):
        if lowest <= (found := kind(word)) <= highest:
            return found
    raise argparse.ArgumentTypeError(translated(wrong))


def parse_duration(word: str) -> float:
    """Return the seconds of a duration such as `10m`, `600s` or `1h30m`.

    Raises `argparse.ArgumentTypeError` with a message for the person.
    """
    found = _DURATION.fullmatch(word.strip().lower())
    parts = found.groups(default="0") if found else ()
    seconds = sum(float(part) * unit for part, unit in zip(parts, _SECONDS, strict=False))
    if not found or not word.strip():
        wrong = text("%1 is not a duration such as 10m, 600s or 1h30m.", repr(word))
        hint = text("Give the unit: 600s, 10m.") if word.strip().isdigit() else ""
        raise argparse.ArgumentTypeError(translated(joined(" ", filter(None, (wrong, hint)))))
    if seconds <= 0:
        wrong = text("%1 must be greater than 0", repr(word))
        raise argparse.ArgumentTypeError(translated(wrong))
    return seconds


class _Help(argparse.RawDescriptionHelpFormatter):
    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        prefix = translated(text("usage: ")) if prefix is None else prefix
        super().add_usage(usage, actions, groups, prefix)

    def start_section(self, heading: str | None) -> None:
        super().start_section(_translated(heading))

    def add_text(self, text: str | None) -> None:
        super().add_text(None if text is None else "\n".join(_lines(translated(text), _width())))

    def format_help(self) -> str:
        # argparse puts a colon of its own behind every heading.
        return super().format_help().replace("：:", "：")

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return _translated(action.help)

    def _split_lines(self, text: str, width: int) -> list[str]:
        return wrapped(" ".join(text.split()), width, "")


def _width() -> int:
    # As argparse has it: some terminals break a line that is as long as they are wide.
    return max(shutil.get_terminal_size().columns - 2, 20)


def _lines(paragraph: str, width: int) -> Iterable[str]:
    """Yield the lines of a description or epilog; long lines are wrapped within their column."""
    for line in paragraph.splitlines():
        first = _FIRST_COLUMN.match(line)
        yield from wrapped(line, width, " " * columns(first[0]) if first else "")


def _translated(message: str | None) -> str | None:
    return None if message is None else translated(_HEADINGS.get(message, message))
