"""argparse in the person's language, aligned by the columns that its characters take."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from jupyter_dsw.language import text
from jupyter_dsw.layout import wrapped
from jupyter_dsw.notebook.person import said

if TYPE_CHECKING:
    from collections.abc import Iterable

# What argparse itself says in a help.
_WORDS: dict[str, str] = {
    word: word
    for word in (
        text("positional arguments"),
        text("options"),
        text("show this help message and exit"),
    )
}


class Parser(argparse.ArgumentParser):
    """A parser whose help is in the person's language, line breaks of descriptions kept."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"formatter_class": _Help, **kwargs})


class _Help(argparse.RawDescriptionHelpFormatter):
    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        prefix = said(text("usage: ")) if prefix is None else prefix
        super().add_usage(usage, actions, groups, prefix)

    def start_section(self, heading: str | None) -> None:
        super().start_section(_said(heading))

    def add_text(self, text: str | None) -> None:
        super().add_text(_said(text))

    def format_help(self) -> str:
        # argparse puts a colon of its own behind every heading.
        return super().format_help().replace("：:", "：")

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return _said(action.help)

    def _split_lines(self, text: str, width: int) -> list[str]:
        return wrapped(" ".join(text.split()), width, "")


def _said(words: str | None) -> str | None:
    return None if words is None else said(_WORDS.get(words, words))
