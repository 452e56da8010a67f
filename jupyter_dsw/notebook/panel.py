"""The panel as a widget: `<dsw-panel>` in a cell."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from jupyter_dsw.notebook import person

if TYPE_CHECKING:
    from jupyter_dsw.notebook.reading import Reading

MODULE = Path(__file__).parent / "static" / "panel.js"


class Panel(anywidget.AnyWidget):
    """Shows a reading and keeps it current.

    In JupyterLab and Notebook 7 the element asks the server by itself, so it stays live while the
    kernel is busy and sends no kernel message. Elsewhere it asks this widget, which answers when
    the kernel is free.
    """

    _esm = MODULE
    answer = traitlets.Dict(allow_none=True, help="The REST contract's answer.").tag(sync=True)
    sections = traitlets.List(
        traitlets.Unicode(), help="Which sections to show; empty: all but network and details."
    ).tag(sync=True)

    def __init__(self, reading: Reading) -> None:
        super().__init__(answer=_answer(reading), sections=list(reading.sections))
        self.on_msg(self._asked)

    def _asked(self, _widget: Any, content: dict[str, Any], _buffers: Any) -> None:
        if content.get("type") == "read":
            from jupyter_dsw.notebook.source import ask

            self.answer = _answer(ask(fresh=content.get("fresh") is True))


def _answer(reading: Reading) -> dict[str, Any]:
    return reading.answer(time.monotonic(), person.language())


def panel_mimebundle(reading: Reading) -> dict[str, Any]:
    """The widget's part of a mimebundle."""
    bundle: Any = Panel(reading)._repr_mimebundle_()  # what a display hook calls
    data: dict[str, Any] = bundle[0] if isinstance(bundle, tuple) else bundle
    return data
