"""The two doors to the current reading: one for people, one for kernels."""

from __future__ import annotations

import asyncio
import hmac
from typing import TYPE_CHECKING, Any

import msgspec
from jupyter_server.auth.decorator import allow_unauthenticated, authorized
from jupyter_server.base.handlers import APIHandler
from tornado import web

from jupyter_dsw.reading import KERNEL_TOKEN_HEADER

if TYPE_CHECKING:
    from jupyter_dsw.monitor import Monitor
    from jupyter_dsw.reading import Reading

AUTH_RESOURCE = "dsw"
# Keys of the web application's settings.
MONITOR = "jupyter_dsw_monitor"
KERNEL_TOKEN = "jupyter_dsw_kernel_token"  # noqa: S105 - the name of a setting

# What the door answers with where no reading was ever good, by the error's code.
STATUS_OF = {
    "Denied": 403,
    "NotFound": 404,
    "Throttled": 429,
    "BadAnswer": 502,
    "UpstreamFailed": 502,
    "BadSignature": 502,
    "ClockSkew": 502,
    "CredentialsExpired": 502,
    "TimedOut": 504,
    # NotConfigured, NoCredentials, Unreachable and what is unforeseen: 503.
}


class ReadingHandler(APIHandler):
    """What both doors share: a reading as JSON, and every other method refused."""

    auth_resource = AUTH_RESOURCE
    # Watching when the instance will stop must not keep Jupyter from culling what is idle.
    _track_activity = False

    @property
    def monitor(self) -> Monitor:
        """The server's one monitor."""
        monitor: Monitor = self.settings[MONITOR]
        return monitor

    async def answer(self) -> None:
        """Finish with the current reading; waits for a call without holding up the event loop."""
        fresh = "no-cache" in self.request.headers.get("Cache-Control", "")
        reading = self.monitor.held(fresh=fresh)
        if reading is None:
            reading = await asyncio.wrap_future(self.monitor.ask(fresh=fresh))
        self.set_status(_status(reading))
        self.set_header("Cache-Control", "no-store")
        # Not awaited: whoever closed the tab meanwhile is no error.
        self.finish(msgspec.json.encode(reading.answer(self.monitor.clock())))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """A refusal in a few words of our own: never a traceback, never what was sent."""
        self.set_header("Cache-Control", "no-store")
        reason = "" if status_code < 500 else " The server's log has more."
        self.finish(msgspec.json.encode({"message": f"{self._reason}.{reason}"}))


def _status(reading: Reading) -> int:
    if reading.instance is not None or reading.error is None:
        return 200
    return STATUS_OF.get(reading.error.code, 503)


class InstanceHandler(ReadingHandler):
    """The people's door: Jupyter's own identity, authorized on the resource `dsw`."""

    async def prepare(self) -> None:  # type: ignore[override]
        """Refuse whoever is not logged in, whatever the method: also those not implemented, which
        Jupyter lets pass to a 405."""
        await super().prepare()
        if not self.current_user:
            raise web.HTTPError(403)

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
