"""`%dsw_info`: its words, and what it does with them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from jupyter_dsw.i18n import joined, text
from jupyter_dsw.notebook import person, readings
from jupyter_dsw.notebook.readings import in_kernel
from jupyter_dsw.notebook.suggestions import not_known
from jupyter_dsw.render.view import SECTIONS

if TYPE_CHECKING:
    from jupyter_dsw.notebook.readings import Reading

# The docstring of `%dsw_info`, which Jupyter shows for `%dsw_info?`.
HELP = text(
    "Show this PAI-DSW instance: status, next stop, datasets, snapshots, disks.\n"
    "\n"
    "Usage: `%dsw_info [SECTION ...] [--json | --text] [--fresh] [--help]`\n"
    "\n"
    "Sections: status, datasets, snapshots, timers, resources, disks, network, details, all.\n"
    "\n"
    "`--fresh` reads the instance again, even if the last reading is still fresh;\n"
    "`--text` and `--json` print plain text or JSON instead of the panel.\n"
    "\n"
    "Examples:\n"
    "\n"
    "    %dsw_info\n"
    "    %dsw_info datasets disks\n"
    "    %dsw_info --text\n"
    "    r = %dsw_info\n"
    "    r.instance.datasets[0].mount_path"
)

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
        print(person.said(_unknown(unknown)))
        return None
    if "--help" in asked:
        print(person.said(HELP))
        return None
    if {"--json", "--text"} <= set(asked):
        print(person.said(text("%dsw_info: --json and --text exclude each other; name one.")))
        return None
    sections = tuple(word for word in asked if word not in OPTIONS)
    shown_as = "json" if "--json" in asked else "text" if "--text" in asked else "panel"
    reading = readings.ask(fresh="--fresh" in asked, meanwhile=lambda: _load(shown_as))
    return msgspec.structs.replace(reading, sections=sections, shown_as=shown_as)


def _load(shown_as: str) -> None:
    # Importing ipywidgets takes as long as a distant endpoint: one while the other is waited for.
    if shown_as == "panel" and in_kernel():
        with suppress(Exception):  # the reading tells of it when it is shown
            import jupyter_dsw.notebook.widget  # noqa: F401


def _unknown(unknown: list[str]) -> str:
    lines = [
        not_known(text("%dsw_info: %1 is not one of its words.", repr(word)), word, words())
        for word in unknown
    ]
    known = (", ".join((*SECTIONS, "all")), ", ".join(OPTIONS))
    return joined("\n", (*lines, text("Sections: %1. Options: %2.", *known)))
