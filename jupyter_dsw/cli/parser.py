"""argparse in the person's language, aligned by the columns that its characters take."""

from __future__ import annotations

import argparse
import re
import shutil
import sys
from typing import TYPE_CHECKING, Any, NoReturn

from jupyter_dsw.columns import columns, escaped, wrapped
from jupyter_dsw.i18n import Text, joined, text
from jupyter_dsw.notebook.person import translated
from jupyter_dsw.notebook.suggestions import with_suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# What argparse itself writes in a help.
_WORDS: dict[str, str] = {
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
# What argparse reports in English. What is in its gaps may be one of these again.
_ERRORS: tuple[tuple[str, Text], ...] = (
    (r"argument ([^:]+): (.+)", text("argument %1: %2")),
    ("expected one argument", text("expected one argument")),
    (r"ignored explicit argument (.+)", text("this option takes no value: %1")),
    (r"not allowed with argument (.+)", text("not allowed with argument %1")),
    (r"ambiguous option: (.+) could match (.+)", text("ambiguous option: %1 could match %2")),
    (r"the following arguments are required: (.+)", text("required, but missing: %1")),
)


class Parser(argparse.ArgumentParser):
    """A parser in the person's language: help and errors fit the terminal, a misspelled word gets
    the nearest one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"formatter_class": _Help, **kwargs})

    def error(self, message: str) -> NoReturn:
        """Write the usage and what is wrong to stderr, and exit with 2."""
        line = escaped(translated(text("%1: error: %2", self.prog, _translatable(message))))
        if sys.stderr.isatty():
            line = "\n".join(wrapped(line, _width(), "  "))
        self.exit(2, f"{self.format_usage()}{line}\n")

    def unknown(self, word: str) -> NoReturn:
        """Exit as `error` does because of a word that the command does not take."""
        options = ("--help", *_OPTION.findall(self.format_usage()))
        self.error(
            translated(with_suggestion(text("%1 is not known here.", repr(word)), word, options))
        )


def _translatable(message: str) -> str:
    for pattern, sentence in _ERRORS:
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found:
            return sentence.filled(*map(_translatable, found.groups()))
    return message


def choice(kind: Text, choices: Sequence[str], word: str) -> str:
    """`word` in lower case if it is one of `choices`.

    Raises `argparse.ArgumentTypeError` with the sentence `kind` (such as "'datsets' is not a
    section."), the nearest choice, and all of them.
    """
    if word.lower() in choices:
        return word.lower()
    known = text("Choose from: %1.", ", ".join(choices))
    raise argparse.ArgumentTypeError(
        translated(joined(" ", (with_suggestion(kind, word, choices), known)))
    )


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
        super().start_section(_said(heading))

    def add_text(self, text: str | None) -> None:
        super().add_text(None if text is None else "\n".join(_lines(translated(text), _width())))

    def format_help(self) -> str:
        # argparse puts a colon of its own behind every heading.
        return super().format_help().replace("：:", "：")

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return _said(action.help)

    def _split_lines(self, text: str, width: int) -> list[str]:
        return wrapped(" ".join(text.split()), width, "")


def _width() -> int:
    # As argparse has it: some terminals break a line that is as long as they are wide.
    return max(shutil.get_terminal_size().columns - 2, 20)


def _lines(words: str, width: int) -> Iterable[str]:
    """The lines of a description or epilog; what is too long goes on below its column."""
    for line in words.splitlines():
        first = _FIRST_COLUMN.match(line)
        yield from wrapped(line, width, " " * columns(first[0]) if first else "")


def _said(words: str | None) -> str | None:
    return None if words is None else translated(_WORDS.get(words, words))
