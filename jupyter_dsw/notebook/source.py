"""Where readings come from: from the Jupyter server beside this code, else from the endpoint."""

from __future__ import annotations

import os
import ssl
import threading
import time
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_dsw import reading as base
from jupyter_dsw.notebook import connection
from jupyter_dsw.notebook.connection import NoServer
from jupyter_dsw.notebook.reading import Reading
from jupyter_dsw.upstream import errors

if TYPE_CHECKING:
    from jupyter_dsw.monitor import Monitor

# The server's own deadline for a reading is 15 s unless `DSWExtension.deadline_s` says otherwise;
# more than that, so that its own words arrive.
SERVER_TIMEOUT_S = 25.0


def read(*, fresh: bool = False) -> Reading:
    """The current reading of the DSW instance that this code runs on.

    Asks the Jupyter server beside this code, and where there is none the endpoint itself. A
    reading that still holds is given out again; `fresh=True` asks for a new one (at most one each
    5 s). If the last attempt failed, the last good reading comes back with its `error` set.

    Raises `DSWError`, whose `advice` says what to do, if there never was a good reading.
    Blocks for 25 s at most beside a server, and 15 s more where that does not answer.

    >>> import jupyter_dsw
    >>> reading = jupyter_dsw.read()  # doctest: +SKIP
    >>> reading.instance.datasets[0].mount_path  # doctest: +SKIP
    '/mnt/data'
    """
    reading = ask(fresh=fresh)
    if reading.instance is None and reading.error is not None:
        problem = reading.error
        known = {kind.__name__: kind for kind in errors.DSWError.__subclasses__()}
        kind = known.get(problem.code, errors.DSWError)
        raise kind(problem.message, problem.advice, request_id=problem.request_id)
    return reading


def ask(*, fresh: bool = False) -> Reading:
    """As `read`, but a reading without an instance comes back too, its `error` saying why."""
    try:
        answer = _ask_server(fresh=fresh)
    except NoServer as none:
        return _ask_directly(str(none), fresh=fresh)
    return Reading.of(answer, asked="by the Jupyter server")


def _ask_directly(why_no_server: str, *, fresh: bool) -> Reading:
    reading = _own_monitor().ask(fresh=fresh).result()
    if reading.instance is None and reading.error is not None:
        # Both rungs are told, so that a person knows which one to mend.
        why = why_no_server[:1].upper() + why_no_server[1:]
        message = f"{why}; asked directly: {reading.error.message}"
        error = msgspec.structs.replace(reading.error, message=message)
        reading = msgspec.structs.replace(reading, error=error)
    return Reading.of(reading, asked="asked directly")


_monitor: Monitor | None = None
_monitor_lock = threading.Lock()


def _forget_monitor() -> None:
    # A forked child (a data loader's worker) has the monitor's state, but not its thread: an answer
    # that was on its way would be waited for without end.
    global _monitor, _monitor_lock
    _monitor, _monitor_lock = None, threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_monitor)


def _own_monitor() -> Monitor:
    global _monitor  # noqa: PLW0603 - one a process, made at its first use
    with _monitor_lock:
        if _monitor is None:
            from jupyter_dsw.monitor import Monitor
            from jupyter_dsw.upstream.client import Client
            from jupyter_dsw.upstream.settings import Settings

            _monitor = Monitor(Client(Settings.from_environment))
        return _monitor


def _ask_server(*, fresh: bool) -> base.Reading:
    door = connection.find()
    import requests

    session = requests.Session()
    # The server is on this machine: a proxy, a .netrc or a cookie has no say in it.
    session.trust_env = False
    headers = {base.KERNEL_TOKEN_HEADER: door.token}
    if fresh:
        headers["Cache-Control"] = "no-cache"
    with session:
        try:
            if door.ca is not None:
                session.verify = door.ca
                session.mount("https://", _pinned_to(door.ca))
            response = session.get(
                door.url, headers=headers, timeout=SERVER_TIMEOUT_S, allow_redirects=False
            )
            # An error of the contract is an answer too; a refusal of Jupyter's own is none.
            return base.Reading.from_answer(response.json(), time.monotonic())
        except (requests.RequestException, OSError) as error:
            msg = f"the Jupyter server beside this code does not answer ({type(error).__name__})"
            raise NoServer(msg) from None
        except (ValueError, msgspec.ValidationError):
            msg = f"the Jupyter server beside this code refused (HTTP {response.status_code})"
            raise NoServer(msg) from None


def _pinned_to(certificate: str) -> Any:
    """A transport that trusts exactly the server's own certificate, whatever name it bears: it was
    made for the name people use, and the kernel asks the local address."""
    from requests.adapters import HTTPAdapter

    context = ssl.create_default_context(cafile=certificate)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    # Python 3.13 sets it: self-signed certificates without extensions are common here.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT

    class PinnedAdapter(HTTPAdapter):
        def init_poolmanager(self, *args: Any, **kwargs: Any) -> Any:
            kwargs |= {"ssl_context": context, "assert_hostname": False}
            return super().init_poolmanager(*args, **kwargs)

    return PinnedAdapter()
