"""The endpoints: the current reading, the samples of utilization, and what a stop would end."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from jupyter_server.auth import decorator
from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado import web

from jupyter_dsw.i18n import TAGS, of_accept_language
from jupyter_dsw.kernel_endpoint import KERNEL_TOKEN_HEADER, WAITED_HEADER
from jupyter_dsw.upstream.errors import http_status_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_dsw.i18n import Language
    from jupyter_dsw.meter import Recorder
    from jupyter_dsw.monitor import Monitor
    from jupyter_dsw.reading import Reading
    from jupyter_dsw.server.metrics import Metrics

# Since jupyter-server 2.13, which can demand this mark of every method without authentication.
_Method = TypeVar("_Method")
_allow_unauthenticated: Callable[[_Method], _Method] = getattr(
    decorator, "allow_unauthenticated", lambda method: method
)


class _Quiet(logging.LoggerAdapter):  # type: ignore[type-arg]
    """Lowers all to DEBUG, and leaves out what has several lines: the dump of the headers."""

    def log(self, level: int, msg: object, *args: Any, **kwargs: Any) -> None:
        """Log `msg` at DEBUG whatever its `level`."""
        del level
        if "\n" not in str(msg):
            super().log(logging.DEBUG, msg, *args, **kwargs)


class _Endpoint(APIHandler):
    """Sends JSON that is not to be stored, and refuses every other method."""

    auth_resource = "dsw"
    # Viewing when the instance will be stopped does not count as activity.
    _track_activity = False
    _is_signed_in = False

    @property
    def extension(self) -> Any:
        """The server extension, which has what the endpoints send."""
        return self.settings["jupyter_dsw"]

    def set_default_headers(self) -> None:
        """Have no response stored, also none of an error."""
        super().set_default_headers()
        self.set_header("Cache-Control", "no-store")

    def compute_etag(self) -> None:
        """Responses are no-store, so skip ETag hashing."""

    async def send(self) -> None:
        """Finish with what this endpoint is for."""
        raise NotImplementedError

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Send an error response of our own: never a traceback, never what the client sent."""
        reason = "" if status_code < 500 else " The server's log has more."
        error = {"message": f"{self._reason}.{reason}"}
        if status_code == 403 and self._is_signed_in:
            # Jupyter responds 403 to a stranger too: a page offers only them to sign in again.
            error["code"] = "NotPermitted"
        self.finish(json.dumps(error))


class _ForBrowsers(_Endpoint):
    """Jupyter's own identity, authorized on the resource `dsw`."""

    client = "browser"

    async def prepare(self) -> None:  # type: ignore[override]
        """Refuse a client that is not logged in, whatever the method.

        Jupyter lets methods that are not implemented pass to a 405.
        """
        checked: Any = super().prepare()
        if checked is not None:  # jupyter-server 1 checks without waiting
            await checked
        if not self.current_user:
            raise web.HTTPError(403)
        self._is_signed_in = True

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Send what this endpoint is for."""
        await self.send()

    @web.authenticated
    @authorized
    async def options(self) -> None:  # type: ignore[override]
        """Refuse a preflight: no page of another origin may read this."""
        raise web.HTTPError(405)


class _ForKernels(_Endpoint):
    """No Jupyter identity: a token of its own that opens nothing else."""

    client = "kernel"

    async def prepare(self) -> None:  # type: ignore[override]
        """Refuse a client without the kernels' token, whatever the method."""
        self.current_user = None
        if not self.check_host() or not self._has_kernel_token():
            raise web.HTTPError(403)

    def _has_kernel_token(self) -> bool:
        sent = self.request.headers.get(KERNEL_TOKEN_HEADER, "")
        token: str = self.extension.kernel_token
        return hmac.compare_digest(sent.encode("utf-8", "replace"), token.encode())

    @_allow_unauthenticated
    async def get(self) -> None:
        """Send what this endpoint is for."""
        await self.send()

    @_allow_unauthenticated
    def options(self) -> None:
        """Refuse a preflight: kernels are no browsers."""
        raise web.HTTPError(405)


class _Reading(_Endpoint):
    """The current reading."""

    client: ClassVar[str]
    """Who uses this endpoint: the label of the metrics."""
    _sends_a_failure = False

    @property
    def log(self) -> Any:
        """Jupyter's log, quiet where the response is a failed reading.

        Jupyter would log a failed request at each poll. The observer logs the failure once.
        """
        return _Quiet(super().log, {}) if self._sends_a_failure else super().log

    async def send(self) -> None:
        """Finish with the current reading. The event loop goes on while a call is under way."""
        monitor: Monitor = await self.extension.ready_monitor()
        begun = monitor.clock()
        fresh = "no-cache" in self.request.headers.get("Cache-Control", "")
        reading = monitor.cached(fresh=fresh)
        metrics: Metrics = self.extension.metrics
        metrics.requested(self.client, hit=reading is not None)
        if reading is None:
            # Shielded: a client that goes away leaves the others their reading.
            call = asyncio.wrap_future(monitor.read(fresh=fresh))
            reading = await asyncio.shield(call)
        status = _status(reading)
        self.set_status(status)
        self._sends_a_failure = status >= 400
        language = "en" if reading.error is None else self._language_of_error()
        now = monitor.clock()
        # The age below includes this wait: a client needs it to date the reading by its own clock.
        self.set_header(WAITED_HEADER, f"reading;dur={int((now - begun) * 1000)}")
        # Not awaited: a tab that was closed meanwhile is no error.
        recorder: Recorder = self.extension.recorder
        contract = reading.to_contract(now, language)
        self.finish(contract.with_utilization(recorder.latest()).encode())

    def _language_of_error(self) -> Language:
        language = of_accept_language(self.request.headers.get("Accept-Language", ""))
        self.set_header("Content-Language", TAGS[language])
        self.set_header("Vary", "Accept-Language")
        return language


def _status(reading: Reading) -> int:
    if reading.instance is not None or reading.error is None:
        return 200
    return http_status_of(reading.error.code)


class _Samples(_Endpoint):
    """The samples of this container's utilization, of the last 24 hours."""

    async def send(self) -> None:
        """Finish with them."""
        recorder: Recorder = self.extension.recorder
        self.finish(recorder.samples().encode())


class AtRiskHandler(_ForBrowsers):
    """What a stop ends or removes besides documents and kernels, for browsers."""

    async def send(self) -> None:
        """Finish with it. A disk that does not respond does not block the event loop."""
        loop = asyncio.get_running_loop()
        self.finish(await loop.run_in_executor(None, self.extension.at_risk))


class InstanceHandler(_Reading, _ForBrowsers):
    """The current reading, for browsers."""


class KernelInstanceHandler(_Reading, _ForKernels):
    """The current reading, for kernels."""


class UtilizationHandler(_Samples, _ForBrowsers):
    """The samples, for browsers."""


class KernelUtilizationHandler(_Samples, _ForKernels):
    """The samples, for kernels."""


ENDPOINTS = [
    (r"/jupyter-dsw/v1/instance", InstanceHandler),
    (r"/jupyter-dsw/v1/utilization", UtilizationHandler),
    (r"/jupyter-dsw/v1/at-risk", AtRiskHandler),
    (r"/jupyter-dsw/v1/kernel/instance", KernelInstanceHandler),
    (r"/jupyter-dsw/v1/kernel/utilization", KernelUtilizationHandler),
]
