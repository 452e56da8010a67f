"""What code and a cell get: a reading that shows itself, and what a notebook saves of it.

A cell's output carries the reading itself, which the JupyterLab extension renders as a live panel,
HTML and text. It carries no widget: a page that cannot show one has an error box in its place, and
the kernel cannot know the page. `jupyter_dsw.Panel()` is the panel as a widget.
"""

from __future__ import annotations

import sys
from datetime import datetime, timezone
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import msgspec

from jupyter_dsw import i18n
from jupyter_dsw import reading as base
from jupyter_dsw.clock import elapsed_seconds
from jupyter_dsw.columns import escaped
from jupyter_dsw.i18n import joined, text, time_zone, translated
from jupyter_dsw.render.html import to_html, with_code
from jupyter_dsw.render.sections import MAX_ROWS
from jupyter_dsw.render.stops import what_would_stop
from jupyter_dsw.render.text import to_text
from jupyter_dsw.render.values import Moments, format_duration
from jupyter_dsw.render.view import view_model

if TYPE_CHECKING:
    from jupyter_dsw.model.instance import Instance
    from jupyter_dsw.model.sessions import Session
    from jupyter_dsw.render.view import ViewModel

ShownAs: TypeAlias = Literal["panel", "text", "json"]
VIA_SERVER = text("via the Jupyter server")
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


class Reading(base.Reading, frozen=True, kw_only=True):
    """What is known of the instance, since when, and what went wrong since; shows itself in a cell.

    `sections` names what it shows, `shown_as` in which form.
    """

    sections: tuple[str, ...] = ()
    shown_as: ShownAs = "panel"
    via: str = ""
    """Where it came from: via the Jupyter server, or directly from the API."""

    @classmethod
    def of(cls, reading: base.Reading, *, via: str) -> Reading:
        """Return `reading` with what a notebook adds to it."""
        return cls(**msgspec.structs.asdict(reading), via=via)

    def __repr__(self) -> str:
        """Return one line, for when it stands in a list or a dict."""
        if self.instance is None:
            return f"<Reading: {self.error.message if self.error else 'nothing yet'}>"
        age = format_duration(self.age_ms_at(elapsed_seconds()) or 0)
        return f"<Reading of {self.source.instance_id}: {self.instance.status}, {age} old>"

    def __str__(self) -> str:
        return self.to_text()

    def to_text(self, width: int = 80, *, kept: bool = True) -> str:
        """Return the chosen sections as plain text, lines at most `width` columns wide.

        Moments are in the person's time zone, with its offset. `kept`: the text may be read on
        another day, so moments of today have their date as well.
        """
        return to_text(self._view_model(kept=kept), width=width)

    def to_json(self) -> str:
        r"""Return the JSON of the REST contract as of now, indented.

        What a terminal would obey or hide is escaped (`\u202e`).
        """
        encoded = contract_of(self).encode()
        return escaped(msgspec.json.format(encoded, indent=2).decode())

    def to_html(self) -> str:
        """Return the chosen sections as HTML that stands alone: no script, no style sheet."""
        return to_html(self._view_model())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        if self.shown_as == "json":
            return {"text/plain": self.to_json()}
        if self.shown_as == "text" or not in_kernel():
            return {"text/plain": self.to_text()}
        hint = "" if self.via == VIA_SERVER else hint_once()
        return {
            MIME_TYPE: {"reading": to_save(self), "sections": list(self.sections)},
            "text/html": self.to_html()
            + (f"<p><small>{with_code(hint)}</small></p>" if hint else ""),
            "text/plain": "\n\n".join(filter(None, (self.to_text(), hint))),
        }

    def what_would_stop(self) -> str:
        """Return what would stop a run that begins now, in the person's language; may be empty."""
        shown = what_would_stop(self.stops, self.utilization, self._moments(kept=False))
        return escaped(translated(shown))

    def _moments(self, *, kept: bool) -> Moments:
        return Moments(
            zone=time_zone(self.source.region),
            now=None if kept else datetime.now(timezone.utc),
        )

    def _view_model(self, *, kept: bool = True) -> ViewModel:
        origin = filter(None, (self.source.endpoint, self.source.region, self.via))
        return view_model(
            self,
            self.sections,
            now=elapsed_seconds(),
            language=i18n.of_person(),
            moments=self._moments(kept=kept),
            origin=joined(text(", "), origin),
        )


def contract_of(reading: Reading) -> base.Contract:
    """Return the reading as in the REST contract, as of now and in the person's language."""
    return reading.to_contract(elapsed_seconds(), i18n.of_person())


def to_save(reading: Reading) -> dict[str, Any]:
    """Return the reading as saved with a notebook: lists cut, `left_out` counting the rest."""
    contract = contract_of(reading)
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
