"""The output of a reading in a cell: what a notebook saves of it, and how to get a live panel.

A cell's output carries the reading itself, which the JupyterLab extension renders as a live panel,
HTML and text. It carries no widget: a page that cannot show one has an error box in its place, and
the kernel cannot know the page. `jupyter_dsw.Panel()` is the panel as a widget.
"""

from __future__ import annotations

import sys
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_dsw import i18n
from jupyter_dsw.clock import elapsed_seconds
from jupyter_dsw.i18n import text, translated
from jupyter_dsw.render.sections import MAX_ROWS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_dsw.model.instance import Instance
    from jupyter_dsw.model.sessions import Session
    from jupyter_dsw.reading import Reading

MIME_TYPE = "application/vnd.jupyter-dsw.reading+json"
"""Of a reading with the sections to show; the JupyterLab extension knows the same name."""
MAX_ENTRIES = 100
"""Entries of one object that are saved with a notebook."""
MAX_TEXT = 2000
"""Characters of one text that are saved with a notebook."""

HINT = text(
    "For a live panel here, run `!jupyter dsw setup`. Pages that show widgets, such as VS Code, "
    "have one without it: `jupyter_dsw.Panel()`."
)


def contract_of(reading: Reading) -> dict[str, Any]:
    """Return the reading as in the REST contract, as of now and in the person's language."""
    return reading.to_contract(elapsed_seconds(), i18n.of_person()).to_builtins()


def to_save(reading: Reading) -> dict[str, Any]:
    """Return the reading as saved with a notebook: lists cut, `left_out` counting the rest."""
    contract = reading.to_contract(elapsed_seconds(), i18n.of_person())
    if reading.instance is None:
        return contract.to_builtins()
    saved = _saved_parts(reading.instance, contract.sessions)
    others = msgspec.structs.replace(contract, instance=None, sessions=None).to_builtins()
    return {**others, **saved}


_last_saved: tuple[Instance, tuple[Session, ...] | None, dict[str, Any]] | None = None


def _saved_parts(instance: Instance, sessions: tuple[Session, ...] | None) -> dict[str, Any]:
    """Return the same objects for the same parts: IPython keeps the outputs of all cells."""
    global _last_saved  # noqa: PLW0603 - of the last reading
    if _last_saved is None or _last_saved[0] is not instance or _last_saved[1] != sessions:
        # The newest ones, as everywhere.
        newest = msgspec.structs.replace(instance, instance_snapshot_list=instance.snapshots)
        elements = _as_json(newest.to_wire())
        left_out = {
            name: len(value) - MAX_ROWS
            for name, value in elements.items()
            if isinstance(value, list) and len(value) > MAX_ROWS
        }
        parts = {
            "instance": _cut(elements),
            "sessions": _cut(_as_json(sessions)),
            "left_out": left_out,
        }
        _last_saved = (instance, sessions, parts)
    return _last_saved[2]


def _as_json(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


def _cut(value: Any) -> Any:
    if isinstance(value, list):
        return [_cut(each) for each in value[:MAX_ROWS]]
    if isinstance(value, dict):
        return {name: _cut(each) for name, each in islice(value.items(), MAX_ENTRIES)}
    return value[:MAX_TEXT] if isinstance(value, str) else value


def live_form(reading: Reading, sections: Sequence[str]) -> dict[str, Any]:
    """Return the part of a mimebundle that the JupyterLab extension renders."""
    return {MIME_TYPE: {"reading": to_save(reading), "sections": list(sections)}}


def in_kernel() -> bool:
    """Whether this code runs in an IPython kernel, whose output is more than text."""
    return hasattr(_shell(), "kernel")


_hinted = False


def hint_once() -> str:
    """Return how to get a live panel, the first time that a page shows a cell of this kernel."""
    global _hinted  # noqa: PLW0603 - once a kernel
    if _hinted or not _in_page():
        return ""
    _hinted = True
    return translated(HINT)


def _in_page() -> bool:
    """Whether the running cell was sent by a page.

    JupyterLab, Notebook and VS Code send its ID with it; nbclient, papermill and Voila do not.
    """
    request: dict[str, Any] = getattr(_shell(), "parent_header", None) or {}
    return "cellId" in request.get("metadata", {})


def _shell() -> Any:
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None
