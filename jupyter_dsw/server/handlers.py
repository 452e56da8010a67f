"""The two doors to the current reading: one for people, one for kernels."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from typing import TYPE_CHECKING, Any, ClassVar

from jupyter_server.auth.decorator import allow_unauthenticated, authorized
from jupyter_server.base.handlers import APIHandler
from tornado import web

from jupyter_dsw.kernel_endpoint import KERNEL_TOKEN_HEADER, WAITED_HEADER
from jupyter_dsw.upstream.errors import http_status_of

if TYPE_CHECKING:
    from jupyter_dsw.i18n import Language
    from jupyter_dsw.monitor import Monitor
    from jupyter_dsw.reading import Reading
    from jupyter_dsw.server.observer import Observer

AUTH_RESOURCE = "dsw"
# Keys of the web application's settings.
MONITOR = "jupyter_dsw_monitor"
OBSERVER = "jupyter_dsw_observer"
CALL = "jupyter_dsw_call"
KERNEL_TOKEN = "jupyter_dsw_kernel_token"  # noqa: S105 - the name of a setting


class _Quiet(logging.LoggerAdapter):  # type: ignore[type-arg]
    """Lowers all to DEBUG, and leaves out what has several lines: the dump of the headers."""

    def log(self, level: int, msg: object, *args: Any, **kwargs: Any) -> None:
        """Log `msg` at DEBUG whatever its `level`."""
        del level
        if "\n" not in str(msg):
            super().log(logging.DEBUG, msg, *args, **kwargs)


class ReadingHandler(APIHandler):
    """What both doors share: a reading as JSON, and every other method refused."""

    door: ClassVar[str]
    """What metrics call it."""
    auth_resource = AUTH_RESOURCE
    # Watching when the instance will stop must not keep Jupyter from culling what is idle.
    _track_activity = False
    _tells_a_failure = False
    _is_signed_in = False

    @property
    def log(self) -> Any:
        """Jupyter's log, which shows a failed reading as a failed request each time it is polled.
        So a request that was answered with one is logged quietly: the observer tells of it."""
        return _Quiet(super().log, {}) if self._tells_a_failure else super().log

    @property
    def monitor(self) -> Monitor:
        """The server's one monitor."""
        monitor: Monitor = self.settings[MONITOR]
        return monitor

    def compute_etag(self) -> None:
        """Nobody keeps an answer to compare it with the next: there is no hash to work out."""

    async def answer(self) -> None:
        """Finish with the current reading; waits for a call without holding up the event loop."""
        begun = self.monitor.clock()
        fresh = "no-cache" in self.request.headers.get("Cache-Control", "")
        reading = self.monitor.cached(fresh=fresh)
        observer: Observer = self.settings[OBSERVER]
        observer.asked(self.door, hit=reading is not None)
        if reading is None:
            reading = await self._called(fresh=fresh)
        status = _status(reading)
        self.set_status(status)
        self.set_header("Cache-Control", "no-store")
        self._tells_a_failure = status >= 400
        language = "en" if reading.error is None else self._language_of_its_words()
        now = self.monitor.clock()
        # The age below includes this wait: a client needs it to date the reading by its own clock.
        self.set_header(WAITED_HEADER, f"reading;dur={int((now - begun) * 1000)}")
        # Not awaited: whoever closed the tab meanwhile is no error.
        self.finish(reading.to_contract(now, language).encode())

    async def _called(self, *, fresh: bool) -> Reading:
        """What comes of the monitor's call. All who wait for it are woken together: a message
        between threads for each would be thousands at once."""
        call = self.monitor.read(fresh=fresh)
        awaited: tuple[object, asyncio.Future[Reading]] | None = self.settings.get(CALL)
        if awaited is None or awaited[0] is not call:
            awaited = self.settings[CALL] = call, asyncio.wrap_future(call)
        # Shielded: one who is cancelled leaves the others theirs.
        return await asyncio.shield(awaited[1])

    def _language_of_its_words(self) -> Language:
        from jupyter_dsw.i18n import TAGS, of_accept_language

        language = of_accept_language(self.request.headers.get("Accept-Language", ""))
        self.set_header("Content-Language", TAGS[language])
        self.set_header("Vary", "Accept-Language")
        return language

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """A refusal in a few words of our own: never a traceback, never what was sent."""
        self.set_header("Cache-Control", "no-store")
        reason = "" if status_code < 500 else " The server's log has more."
        error = {"message": f"{self._reason}.{reason}"}
        if status_code == 403 and self._is_signed_in:
            # Jupyter responds 403 to a stranger too: a page offers only them to sign in again.
            error["code"] = "NotPermitted"
        self.finish(json.dumps(error))


def _status(reading: Reading) -> int:
    if reading.instance is not None or reading.error is None:
        return 200
    return http_status_of(reading.error.code)


class InstanceHandler(ReadingHandler):
    """The people's door: Jupyter's own identity, authorized on the resource `dsw`."""

    door = "people"

    async def prepare(self) -> None:  # type: ignore[override]
        """Refuse whoever is not logged in, whatever the method: also those not implemented, which
        Jupyter lets pass to a 405."""
        await super().prepare()
        if not self.current_user:
            raise web.HTTPError(403)
        self._is_signed_in = True

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """The current reading."""
        await self.answer()

    @web.authenticated
    @authorized
    async def options(self) -> None:  # type: ignore[override]
        """Nothing of another origin asks here, so there is no preflight to answer."""
        raise web.HTTPError(405)


class KernelInstanceHandler(ReadingHandler):
    """The kernels' door: no Jupyter identity, a token of its own that opens nothing else."""

    door = "kernels"

    async def prepare(self) -> None:  # type: ignore[override]
        """Refuse whoever has not the kernels' token, whatever the method."""
        self.current_user = None
        if not self.check_host() or not self._has_kernel_token():
            raise web.HTTPError(403)

    def _has_kernel_token(self) -> bool:
        sent = self.request.headers.get(KERNEL_TOKEN_HEADER, "")
        token: str = self.settings[KERNEL_TOKEN]
        return hmac.compare_digest(sent.encode("utf-8", "replace"), token.encode())

    @allow_unauthenticated
    async def get(self) -> None:
        """The current reading."""
        await self.answer()

    @allow_unauthenticated
    def options(self) -> None:
        """Kernels are no browsers: there is no preflight to answer."""
        raise web.HTTPError(405)
