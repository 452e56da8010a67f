"""The panel as a widget: for layouts, and for pages that show widgets but have no jupyter-dsw."""

from __future__ import annotations

import contextlib
import logging
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import anywidget
import msgspec
import traitlets

from jupyter_dsw.clock import LONGEST_WAIT_S, elapsed_seconds
from jupyter_dsw.i18n import text, translated, with_suggestion
from jupyter_dsw.notebook import output, readings
from jupyter_dsw.reading import SOONEST_NEXT_READ_MS
from jupyter_dsw.render.view import SECTIONS, view_model
from jupyter_dsw.stop_tracker import StopTracker
from jupyter_dsw.upstream.errors import log_unforeseen

if TYPE_CHECKING:
    from typing_extensions import Self

    from jupyter_dsw.notebook.output import Reading

log = logging.getLogger(__name__)

MODULE = Path(__file__).parent / "static" / "panel.js"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
FIRST_READING_PATIENCE_S = 1.0
# A browser page that ends without a message is forgotten after that; one that goes on sends another
# message before (`VIEW_MS` in anywidget.ts).
VIEWED_FOR_S = 3900.0
AFTER_A_FAULT_S = 15.0


class Panel(anywidget.AnyWidget):
    """The live panel as a widget, for layouts and for pages that do not render `%dsw_info` live.

    Where the page's Jupyter server has jupyter-dsw, the panel requests its readings from that
    server and sends the kernel no message. Elsewhere a background thread of the kernel reads the
    instance while the panel is in view, and sends the page a message when something changed.

    It takes the names of sections, as `%dsw_info` does. There is one widget for each choice of
    sections: the same call returns the same one. The first call waits for a reading, but not longer
    than a second. Raises `ValueError` for an unknown section.

    >>> from ipywidgets import HBox
    >>> HBox([jupyter_dsw.Panel("status"), plot])  # doctest: +SKIP
    """

    _esm = MODULE
    reading = traitlets.Dict(
        allow_none=True,
        default_value=None,
        help="As in the REST contract, long lists cut; `left_out` counts.",
    ).tag(sync=True)
    sections = traitlets.List(
        traitlets.Unicode(), help="Which sections to show; empty: as `%dsw_info` without any."
    ).tag(sync=True)

    _made: ClassVar[dict[frozenset[str], Panel]] = {}

    def __new__(cls, *sections: str) -> Self:
        """Return the widget with these sections; a new one unless there is one that is open."""
        made: Any = cls._made.get(frozenset(sections))
        panel: Self = super().__new__(cls) if made is None or made.comm is None else made
        return panel

    def __init__(self, *sections: str) -> None:
        if self._made.get(frozenset(sections)) is self and self.comm is not None:
            return
        _check(sections)
        super().__init__(sections=[name for name in (*SECTIONS, "all") if name in sections])
        self.viewers: dict[str, float] = {}
        """Until when each page has it in view at least (`elapsed_seconds`)."""
        self._state = ""
        self._made[frozenset(sections)] = self
        self.on_msg(self._on_message)
        _feed.request(self).wait(FIRST_READING_PATIENCE_S)

    # ipywidgets 7 has one that displays the widget without HTML; IPython prefers it to the bundle.
    _ipython_display_ = None

    def _repr_mimebundle_(self, **_options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        # Not based on anywidget's: with ipywidgets 7 there is none.
        bundle: dict[str, Any] = {"text/plain": repr(self)}
        if self.comm is not None:
            bundle[WIDGET_VIEW] = {
                "version_major": 2,
                "version_minor": 0,
                "model_id": self.model_id,
            }
        known = readings.last_good()
        if known is not None:
            known = msgspec.structs.replace(known, sections=tuple(self.sections))
            bundle |= {"text/html": known.to_html(), "text/plain": known.to_text()}
        return bundle, {}

    def _on_message(self, _widget: Any, content: dict[str, Any], _buffers: Any) -> None:
        """Take a page's message that it needs a reading, or has the panel no longer in view.

        The kernel's main thread runs this, so it waits for nothing.
        """
        viewer = str(content.get("viewer"))
        if content.get("type") == "leave":
            self.viewers.pop(viewer, None)
        elif content.get("type") == "read":
            self.viewers[viewer] = elapsed_seconds() + VIEWED_FOR_S
            _feed.request(self, fresh=content.get("fresh") is True)

    def is_viewed(self) -> bool:
        """Return whether a page has it in view."""
        now = elapsed_seconds()
        return self.comm is not None and any(until > now for until in [*self.viewers.values()])

    def show(self, reading: Reading, state: str, *, requested: bool) -> None:
        """Give the pages a reading if it was requested, or if they show another `state`."""
        changed = state != self._state
        self._state = state
        if changed:
            self.reading = output.to_save(reading)
        if (changed or requested) and self.is_viewed():
            # Not the trait: what is in a trait may be saved with the notebook, so it has only a
            # part.
            self.send(output.contract_of(reading).to_builtins())


def _check(sections: tuple[str, ...]) -> None:
    known = (*SECTIONS, "all")
    for word in sections:
        if word not in known:
            message = with_suggestion(text("%1 is not a section.", repr(word)), word, known)
            raise ValueError(translated(message))


class Feed:
    """Reads the instance for the panels of this kernel, in a thread that runs while it is needed.

    So the kernel's main thread never waits for an endpoint.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._requests: dict[Panel, threading.Event] = {}
        self._fresh = False
        self._next_read = 0.0
        self._running = False
        self._tracker = StopTracker()

    def request(self, panel: Panel, *, fresh: bool = False) -> threading.Event:
        """Let `panel` get a reading soon; the event is set once it has one."""
        with self._changed:
            got = self._requests.setdefault(panel, threading.Event())
            self._fresh = self._fresh or fresh
            if self._running:
                self._changed.notify()
                return got
            # At a limit of threads, the panel shows that the kernel does not respond.
            with contextlib.suppress(RuntimeError):
                # It must not hold up the end of the interpreter.
                threading.Thread(target=self._run, name="jupyter-dsw-panel", daemon=True).start()
                self._running = True
            return got

    def _run(self) -> None:
        while self._wait():
            with self._changed:
                requests, fresh = self._requests, self._fresh
                self._requests, self._fresh = {}, False
            try:
                self._turn(set(requests), fresh=fresh)
            except Exception as error:  # noqa: BLE001 - a fault of ours must not end the feed
                log_unforeseen(log, "feeding a panel", error)
                self._next_read = elapsed_seconds() + AFTER_A_FAULT_S
            for got in requests.values():
                got.set()

    def _wait(self) -> bool:
        """Wait until a reading is due; returns False, and the thread ends, if nobody needs one."""
        with self._changed:
            while not self._requests:
                self._running = any(panel.is_viewed() for panel in _open_panels())
                due_in = self._next_read - elapsed_seconds()
                if not self._running or due_in <= 0:
                    return self._running
                self._changed.wait(min(due_in, LONGEST_WAIT_S))
            return True

    def _turn(self, requested: set[Panel], *, fresh: bool) -> None:
        reading = readings.current(fresh=fresh)
        soonest = elapsed_seconds() + SOONEST_NEXT_READ_MS / 1000
        self._next_read = max(reading.next_read, soonest)
        self._tracker.update(reading)
        # It differs each time: a message for that would be activity of the kernel, and without one
        # an old figure would stay. A panel that the kernel feeds has none.
        reading = msgspec.structs.replace(reading, utilization=None)
        state = self._state_of(reading)
        for panel in _open_panels():
            if panel in requested or panel.is_viewed():
                panel.show(reading, state, requested=panel in requested)

    def _state_of(self, reading: Reading) -> str:
        """Return what a person sees of a reading, but for what only counts on: ages, times left."""
        instance = reading.instance
        if instance is not None:
            instance = msgspec.structs.replace(
                instance,
                request_id=None,
                accumulated_running_time_in_ms=None,
                idle_instance_culler=None,
                instance_shutdown_timer=None,
            )
        # As it is shown: bytes of a disk change all the time, percents seldom.
        still = msgspec.structs.replace(
            reading, instance=instance, policy_stops=(), merged_stops=(), read_at=None, taken=None
        )
        shown = view_model(still, ("all",), now=0)
        set_stops = [
            msgspec.structs.replace(stop, remaining_ms=None, at=None, idle_minutes=None)
            for stop in reading.stops
        ]
        # The tracker gives the earliest moment of each stop, which settles within a minute.
        stops = [(stop.number, stop.at // 60) for stop in self._tracker.stops]
        return repr((shown, set_stops, stops))


def _open_panels() -> list[Panel]:
    return [panel for panel in [*Panel._made.values()] if panel.comm is not None]


_feed = Feed()
