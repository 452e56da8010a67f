"""The panel as a widget: `<dsw-panel>` in a cell."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import msgspec
import traitlets

from jupyter_dsw.clock import elapsed_seconds
from jupyter_dsw.notebook import person
from jupyter_dsw.render.view_model import MAX_ROWS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jupyter_dsw.reading import Reading

MODULE = Path(__file__).parent / "static" / "panel.js"
MAX_ENTRIES = 100
"""Entries of one object that are saved with a notebook."""
MAX_TEXT = 2000
"""Characters of one text that are saved with a notebook."""


class Panel(anywidget.AnyWidget):
    """Shows a reading and keeps it current.

    In JupyterLab and Notebook 7 the element requests readings from the server, so it stays live
    while the kernel is busy and sends no kernel message. Elsewhere it sends a message to this
    widget, which responds when the kernel is free: with a message, since a trait may be saved with
    the notebook.
    """

    _esm = MODULE
    answer = traitlets.Dict(
        allow_none=True,
        help="A reading as in the REST contract, long lists cut; `left_out` counts.",
    ).tag(sync=True)
    sections = traitlets.List(
        traitlets.Unicode(), help="Which sections to show; empty: all but network and details."
    ).tag(sync=True)

    def __init__(
        self, reading: Reading, sections: Sequence[str], read: Callable[..., Reading]
    ) -> None:
        super().__init__(answer=_to_save(reading), sections=list(sections))
        self._read = read
        self.on_msg(self._on_message)

    def _on_message(self, _widget: Any, content: dict[str, Any], _buffers: Any) -> None:
        if content.get("type") == "read":
            reading = self._read(fresh=content.get("fresh") is True)
            self.answer = _to_save(reading)
            self.send(_contract(reading))


def _contract(reading: Reading) -> dict[str, Any]:
    return reading.to_contract(elapsed_seconds(), person.language()).to_builtins()


def _to_save(reading: Reading) -> dict[str, Any]:
    """Return the reading as saved with a notebook: lists cut, `left_out` counting the rest."""
    instance = reading.instance
    if instance is None:
        return _contract(reading)
    # The newest ones, as everywhere.
    instance = msgspec.structs.replace(instance, instance_snapshot_list=instance.snapshots)
    contract = _contract(msgspec.structs.replace(reading, instance=instance))
    elements = contract["instance"]
    left_out = {
        name: len(value) - MAX_ROWS
        for name, value in elements.items()
        if isinstance(value, list) and len(value) > MAX_ROWS
    }
    return {**contract, "instance": _cut(elements), "left_out": left_out}


def _cut(value: Any) -> Any:
    if isinstance(value, list):
        return [_cut(each) for each in value[:MAX_ROWS]]
    if isinstance(value, dict):
        return {name: _cut(each) for name, each in islice(value.items(), MAX_ENTRIES)}
    return value[:MAX_TEXT] if isinstance(value, str) else value


def panel_mimebundle(
    reading: Reading, sections: Sequence[str], read: Callable[..., Reading]
) -> dict[str, Any]:
    """Return the widget's part of a mimebundle; `read(fresh=…)` returns later readings."""
    bundle: Any = Panel(reading, sections, read)._repr_mimebundle_()  # what a display hook calls
    data: dict[str, Any] = bundle[0] if isinstance(bundle, tuple) else bundle
    return data
