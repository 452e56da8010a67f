"""The readings of this process: where they come from, and how they show themselves in a cell.

They come from the Jupyter server on the same machine, and where there is none from the API.
"""

from __future__ import annotations

import os
import threading
from datetime import datetime, timezone
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import msgspec

from jupyter_dsw import i18n
from jupyter_dsw import reading as base
from jupyter_dsw.clock import elapsed_seconds
from jupyter_dsw.columns import escaped
from jupyter_dsw.i18n import joined, text, time_zone, translated
from jupyter_dsw.meter import idle_minutes_of
from jupyter_dsw.monitor import Monitor
from jupyter_dsw.notebook import connection, kernel_request, output, samples
from jupyter_dsw.notebook.connection import NoServer
from jupyter_dsw.render.html import to_html, with_code
from jupyter_dsw.render.stops import what_would_stop
from jupyter_dsw.render.text import to_text
from jupyter_dsw.render.values import Moments, format_duration
from jupyter_dsw.render.view import view_model
from jupyter_dsw.upstream import errors
from jupyter_dsw.upstream.client import Client
from jupyter_dsw.upstream.settings import Settings, of_first_process

if TYPE_CHECKING:
    from jupyter_dsw.render.view import ViewModel

# The server's own deadline for a reading is 15 s unless `DSWExtension.deadline_s` is set;
# more than that, so that its own message arrives.
SERVER_TIMEOUT_S = 25.0
ShownAs: TypeAlias = Literal["panel", "text", "json"]
VIA_SERVER = text("via the Jupyter server")


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
        known = {name: getattr(reading, name) for name in base.Reading.__struct_fields__}
        return cls(**known, via=via)

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
        encoded = self.to_contract(elapsed_seconds(), i18n.of_person()).encode()
        return escaped(msgspec.json.format(encoded, indent=2).decode())

    def to_html(self) -> str:
        """Return the chosen sections as HTML that stands alone: no script, no style sheet."""
        return to_html(self._view_model())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        if self.shown_as == "json":
            return {"text/plain": self.to_json()}
        if self.shown_as == "text" or not output.in_kernel():
            return {"text/plain": self.to_text()}
        hint = "" if self.via == VIA_SERVER else output.hint_once()
        return output.live_form(self, self.sections) | {
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
        return view_model(
            self,
            self.sections,
            now=elapsed_seconds(),
            language=i18n.of_person(),
            moments=self._moments(kept=kept),
            origin=self._origin(),
        )

    def _origin(self) -> str:
        parts = [self.source.endpoint or "", self.source.region or "", self.via]
        return joined(text(", "), filter(None, parts))


def read(*, fresh: bool = False) -> Reading:
    """Return the current reading of the DSW instance that this code runs on.

    It comes from the Jupyter server on the same machine; without one, directly from the API. A
    reading that is still fresh is returned again; `fresh=True` requests a new one (at most one
    every 5 s). If the last attempt failed, the last good reading comes back with its `error` set.

    Raises `DSWError`, whose `advice` is what to do, if there never was a good reading.
    Blocks for at most 25 s for the server, and 15 s more where that does not respond.

    >>> import jupyter_dsw
    >>> reading = jupyter_dsw.read()  # doctest: +SKIP
    >>> reading.instance.datasets[0].mount_path  # doctest: +SKIP
    '/mnt/data'
    """
    reading = current(fresh=fresh)
    if reading.instance is None and reading.error is not None:
        problem = reading.error
        known = {kind.__name__: kind for kind in errors.DSWError.__subclasses__()}
        kind = known.get(problem.code, errors.DSWError)
        error = kind(problem.message, problem.advice, request_id=problem.request_id)
        error.language = i18n.of_person()
        raise error
    return reading


def current(*, fresh: bool = False) -> Reading:
    """Return what `read` returns; instead of raising, a reading with only its `error`."""
    try:
        reading = _from_server(fresh=fresh)
    except NoServer as none:
        why = none.why
    else:
        return _with_last_good(Reading.of(reading, via=VIA_SERVER))
    # Outside of `except`: what is raised from here on does not have the server's exception as its
    # context.
    return _with_last_good(_from_api(why, fresh=fresh))


_last_good: Reading | None = None


def last_good() -> Reading | None:
    """Return the last reading with an instance that this process got, without requesting one."""
    return _last_good


def _with_last_good(reading: Reading) -> Reading:
    """Return `reading`; where it has no instance, with the last one that this process got.

    A server that was just started may never have read one.
    """
    global _last_good  # noqa: PLW0603 - one a process, as the monitor
    last, instance_id = _last_good, reading.source.instance_id
    if reading.instance is not None:
        if last is not None and last.instance == reading.instance:
            # IPython keeps the values of all cells: they share what is large.
            reading = msgspec.structs.replace(reading, instance=last.instance)
        _last_good = reading
        return reading
    if last is None or instance_id not in (None, last.source.instance_id):
        return reading
    return msgspec.structs.replace(
        last,
        source=reading.source if instance_id else last.source,
        next_read=reading.next_read,
        error=reading.error,
        via=reading.via,
    )


def _from_api(why_no_server: str, *, fresh: bool) -> Reading:
    reading = _own_monitor().read(fresh=fresh).result()
    measured = samples.measure(reading.instance, idle_minutes_of(reading.stops))
    reading = msgspec.structs.replace(reading, utilization=measured)
    if reading.instance is None and reading.error is not None:
        # Both reasons, so that a person knows which way to mend.
        failed = text("Calling the API directly failed, too. %1", reading.error.message)
        message = joined(" ", (why_no_server, failed))
        error = msgspec.structs.replace(reading.error, message=message)
        reading = msgspec.structs.replace(reading, error=error)
    via = text("directly from the API")
    if of_first_process(()):
        via = text("directly from the API, with the variables of the container's first process")
    return Reading.of(reading, via=via)


_monitor: Monitor | None = None
_monitor_lock = threading.Lock()


def _forget_monitor() -> None:
    # A forked child (a data loader's worker) has the monitor's state, but not its thread:
    # it would wait for ever for a response that was on its way.
    global _monitor, _monitor_lock
    _monitor, _monitor_lock = None, threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_monitor)


def _own_monitor() -> Monitor:
    global _monitor  # noqa: PLW0603 - one a process, made at its first use
    with _monitor_lock:
        if _monitor is None:
            _monitor = Monitor(Client(Settings.from_environment))
        return _monitor


def _from_server(*, fresh: bool) -> base.Reading:
    endpoint = connection.find()
    sent = elapsed_seconds()
    try:
        status, body, waited_ms = kernel_request.get(
            endpoint, fresh=fresh, timeout_s=SERVER_TIMEOUT_S
        )
    except (HTTPException, OSError, ValueError) as error:
        kind = type(error).__name__
        msg = text("The Jupyter server of this kernel or terminal is not responding (%1).", kind)
        raise NoServer(msg) from None
    # The response may have lain unread while this process was busy or the machine slept: what
    # counts is the earliest moment at which the server can have written it.
    written = min(sent + waited_ms / 1000, elapsed_seconds())
    try:
        # An error of the contract is a reading too; an error response of Jupyter's own is none.
        return base.Contract.decode(body).to_reading(written)
    except (ValueError, msgspec.MsgspecError):
        msg = text(
            "The Jupyter server of this kernel or terminal sent an error response (HTTP %1).",
            status,
        )
        raise NoServer(msg) from None
