"""`%dsw_info`: its sections and options, and what it does with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from jupyter_dsw.i18n import joined, text, translated, with_suggestion
from jupyter_dsw.notebook import readings, usage
from jupyter_dsw.render.view import SECTIONS

if TYPE_CHECKING:
    from jupyter_dsw.notebook.output import Reading, ShownAs
    from jupyter_dsw.notebook.usage import Usage

HELP = text(
    "Show this PAI-DSW instance: status, next stop, datasets, snapshots, disks.\n"
    "\n"
    "Usage: `%dsw_info [SECTION ...] [--json | --text] [--fresh] [--help]`\n"
    "\n"
    "Sections: status, datasets, snapshots, timers, history, resources, disks, network, details,\n"
    "all.\n"
    "`usage`, by itself, shows CPU and GPU of the last three hours.\n"
    "\n"
    "`--fresh` reads the instance again, even if the last reading is still fresh;\n"
    "`--text` and `--json` print plain text or JSON instead of the panel.\n"
    "\n"
    "Examples:\n"
    "\n"
    "    %dsw_info\n"
    "    %dsw_info datasets disks\n"
    "    %dsw_info --text\n"
    "    %dsw_info usage\n"
    "    r = %dsw_info\n"
    "    r.instance.datasets[0].mount_path"
)

OPTIONS = ("--json", "--text", "--fresh", "--help")


def arguments() -> tuple[str, ...]:
    """Return every argument that `%dsw_info` takes."""
    return (*SECTIONS, "all", usage.NAME, *OPTIONS)


def run(line: str) -> Reading | Usage | None:
    """Run `%dsw_info` with `line`, the text behind it.

    Returns the reading or the utilization, which is displayed as the line's value; None where the
    help or an error message was printed.
    """
    # As people type them: `%dsw_info Datasets, disks;`
    given = [word.lower() for word in line.replace(",", " ").replace(";", " ").split()]
    unknown = [word for word in given if word not in arguments()]
    if unknown:
        print(translated(_unknown(unknown)))
        return None
    if "--help" in given:
        print(translated(HELP))
        return None
    if {"--json", "--text"} <= set(given):
        print(translated(text("%dsw_info: --json and --text cannot be used together.")))
        return None
    sections = tuple(word for word in given if word not in OPTIONS)
    shown_as: ShownAs = "json" if "--json" in given else "text" if "--text" in given else "panel"
    fresh = "--fresh" in given
    if usage.NAME in sections:
        if set(sections) != {usage.NAME}:
            print(translated(usage.ALONE))
            return None
        return msgspec.structs.replace(usage.Usage.current(fresh=fresh), shown_as=shown_as)
    reading = readings.current(fresh=fresh)
    return msgspec.structs.replace(reading, sections=sections, shown_as=shown_as)


def _unknown(unknown: list[str]) -> str:
    lines = [
        with_suggestion(
            text("%dsw_info: %1 is neither a section nor an option.", repr(word)), word, arguments()
        )
        for word in unknown
    ]
    known = (", ".join((*SECTIONS, "all", usage.NAME)), ", ".join(OPTIONS))
    return joined("\n", (*lines, text("Sections: %1. Options: %2.", *known)))
