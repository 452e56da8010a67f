"""A Reading that shows itself: the panel in a cell, HTML and text beside it."""

from __future__ import annotations

import sys
from datetime import datetime, timezone
from typing import Any, Literal

import msgspec

from jupyter_dsw import reading as base
from jupyter_dsw.clock import elapsed_seconds
from jupyter_dsw.instance import render
from jupyter_dsw.instance.moments import Moments
from jupyter_dsw.language import joined, text
from jupyter_dsw.layout import escaped
from jupyter_dsw.notebook import person


class Reading(base.Reading, frozen=True, kw_only=True):
    """What is known of the instance, since when, and what went wrong since; shows itself in a cell.

    `sections` names what it shows, `shown_as` in which form.
    """

    sections: tuple[str, ...] = ()
    shown_as: Literal["panel", "text", "json"] = "panel"
    asked: str = ""
    """Whom this kernel asked: the Jupyter server beside it, or the endpoint directly."""

    @classmethod
    def of(cls, reading: base.Reading, *, asked: str) -> Reading:
        """`reading` with what a notebook adds to it."""
        known = {name: getattr(reading, name) for name in base.Reading.__struct_fields__}
        return cls(**known, asked=asked)

    def __repr__(self) -> str:
        """One line, for when it stands in a list or a dict."""
        if self.instance is None:
            return f"<Reading: {self.error.message if self.error else 'nothing yet'}>"
        age = render.format_duration(self.age_ms_at(elapsed_seconds()) or 0)
        return f"<Reading of {self.source.instance_id}: {self.instance.status}, {age} old>"

    def __str__(self) -> str:
        return self.to_text()

    def to_text(self, width: int = 80, *, kept: bool = True) -> str:
        """The chosen sections as plain text, lines at most `width` columns wide.

        Moments are in the person's time zone, with its offset. `kept`: the text may be read on
        another day, so moments of today have their date as well.
        """
        return render.to_text(self._view(kept=kept), self.sections, width=width)

    def to_json(self) -> str:
        """The JSON of the REST contract as of now, indented; what a terminal would obey or hide is
        escaped (`\\u202e`)."""
        encoded = msgspec.json.encode(self.answer(elapsed_seconds(), person.language()))
        return escaped(msgspec.json.format(encoded, indent=2).decode())

    def to_html(self) -> str:
        """The chosen sections as HTML that stands alone: no script, no style sheet."""
        return render.to_html(self._view(), self.sections)

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None
    ) -> dict[str, Any] | tuple[dict[str, Any], dict[str, Any]]:
        if self.shown_as == "json":
            return {"text/plain": self.to_json()}
        if self.shown_as == "text" or not in_kernel():
            return {"text/plain": self.to_text()}
        # Beside the panel, for where no widget can be: saved notebooks, GitHub, nbconvert.
        static = {"text/plain": self.to_text(), "text/html": self.to_html()}
        try:
            from jupyter_dsw.notebook.panel import panel_mimebundle

            return panel_mimebundle(self) | static
        except Exception as error:  # noqa: BLE001 - what is known is shown, panel or not
            why = person.said(_no_panel(error))
            return {
                "text/plain": f"{static['text/plain']}\n{why}",
                "text/html": f"{static['text/html']}<p>{why}</p>",
            }

    def _view(self, *, kept: bool = True) -> render.View:
        now = elapsed_seconds()
        moments = Moments(
            zone=person.time_zone(self.source.region),
            now=None if kept else datetime.now(timezone.utc),
        )
        problem = self.error and render.Problem(
            self.error.code, self.error.message, self.error.advice
        )
        return render.View(
            instance=self.instance,
            countdowns=self.countdowns_at(now),
            read_at=self.read_at,
            read_at_by=self.read_at_by,
            age_ms=self.age_ms_at(now),
            problem=problem or None,
            origin=self._origin(),
            simulated=self.source.simulated,
            language=person.language(),
            moments=moments,
        )

    def _origin(self) -> str:
        parts = [self.source.endpoint or "", self.source.region or "", self.asked]
        return joined(text(", "), filter(None, parts))


def _no_panel(error: Exception) -> str:
    kind = type(error).__name__
    if isinstance(error, FileNotFoundError):
        return text("No live panel: %1 (in a source checkout, `make build` makes it).", kind)
    return text("No live panel: %1.", kind)


def in_kernel() -> bool:
    """Whether this code runs in an IPython kernel, where a panel can be shown."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return hasattr(shell, "kernel")
