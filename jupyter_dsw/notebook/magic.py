"""`%dsw_info`: its words, and what it does with them."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import msgspec

from jupyter_dsw.instance.render import SECTIONS
from jupyter_dsw.notebook import source
from jupyter_dsw.notebook.words import not_known

if TYPE_CHECKING:
    from jupyter_dsw.notebook.reading import Reading

OPTIONS = ("--json", "--text", "--fresh", "--help")


def words() -> tuple[str, ...]:
    """Every word that `%dsw_info` takes."""
    return (*SECTIONS, "all", *OPTIONS)


def run(line: str) -> Reading | None:
    """Do what `line`, the text behind `%dsw_info`, says.

    Returns the reading, which shows itself as the line's value; None where the line was answered
    with help or with a list of the words it may have.
    """
    # As people type them: `%dsw_info Datasets, disks;`
    asked = [word.lower() for word in line.replace(",", " ").replace(";", " ").split()]
    unknown = [word for word in asked if word not in words()]
    if unknown:
        print(_unknown(unknown))
        return None
    if "--help" in asked:
        print(_help())
        return None
    if {"--json", "--text"} <= set(asked):
        print("%dsw_info: --json and --text exclude each other; name one.")
        return None
    reading = source.ask(fresh="--fresh" in asked)
    sections = tuple(word for word in asked if word not in OPTIONS)
    shown_as = "json" if "--json" in asked else "text" if "--text" in asked else "panel"
    return msgspec.structs.replace(reading, sections=sections, shown_as=shown_as)


def _unknown(unknown: list[str]) -> str:
    lines = [f"%dsw_info: {not_known(word, words(), 'one of its words')}" for word in unknown]
    lines.append(f"Sections: {', '.join((*SECTIONS, 'all'))}. Options: {', '.join(OPTIONS)}.")
    return "\n".join(lines)


def _help() -> str:
    from jupyter_dsw.notebook.stub import dsw_info

    return inspect.cleandoc(dsw_info.__doc__ or "")
