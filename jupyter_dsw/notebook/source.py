"""Where a kernel gets its readings: from the Jupyter server beside it, else from the endpoint."""

from __future__ import annotations

import json
import os
import ssl
import stat
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_dsw import reading as base
from jupyter_dsw.notebook.reading import Reading
from jupyter_dsw.upstream import errors

if TYPE_CHECKING:
    from jupyter_dsw.monitor import Monitor

# The server lets its askers go after 20 s; a little more, so that its own words arrive.
SERVER_TIMEOUT_S = 25.0
LARGEST_CONNECTION_FILE = 64 * 1024


class NoServer(Exception):
    """There is no Jupyter server beside this kernel that can be asked; says why."""


def read(*, fresh: bool = False) -> Reading:
    """The current reading of the DSW instance that this code runs on.

    Asks the Jupyter server beside this kernel, and where there is none the endpoint itself. A
    reading that still holds is given out again; `fresh=True` asks for a new one (at most one each
    5 s). If the last attempt failed, the last good reading comes back with its `error` set.

    Raises `DSWError`, whose `advice` says what to do, if there never was a good reading.
    Blocks for 25 s at most.

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
        message = f"{why_no_server}; asked directly: {reading.error.message}"
        error = msgspec.structs.replace(reading.error, message=message)
        reading = msgspec.structs.replace(reading, error=error)
    return Reading.of(reading, asked="asked directly")


_monitor: Monitor | None = None
_monitor_lock = threading.Lock()


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
    connection = _connection()
    import requests

    session = requests.Session()
    # The server is on this machine: a proxy, a .netrc or a cookie has no say in it.
    session.trust_env = False
    headers = {base.KERNEL_TOKEN_HEADER: connection["token"]}
    if fresh:
        headers["Cache-Control"] = "no-cache"
    with session:
        if "ca" in connection:
            session.verify = connection["ca"]
            session.mount("https://", _pinned_to(connection["ca"]))
        try:
            response = session.get(
                connection["url"], headers=headers, timeout=SERVER_TIMEOUT_S, allow_redirects=False
            )
            # An error of the contract is an answer too; a refusal of Jupyter's own is none.
            return base.Reading.from_answer(response.json(), time.monotonic())
        except (requests.RequestException, OSError) as error:
            msg = f"the Jupyter server beside this kernel does not answer ({type(error).__name__})"
            raise NoServer(msg) from None
        except (ValueError, msgspec.ValidationError):
            msg = f"the Jupyter server beside this kernel refused (HTTP {response.status_code})"
            raise NoServer(msg) from None


def _connection() -> dict[str, Any]:
    """The content of the connection file of the server that started this kernel."""
    pid = os.environ.get("JPY_PARENT_PID", "")
    if not pid.isascii() or not pid.isdigit():
        msg = "no Jupyter server beside this code (JPY_PARENT_PID is not set)"
        raise NoServer(msg)
    from jupyter_core.paths import jupyter_runtime_dir

    path = Path(jupyter_runtime_dir()) / base.connection_file_name(int(pid))
    try:
        connection = json.loads(_read_own_file(path))
        if not {"url", "token"} <= connection.keys():
            raise ValueError
    except FileNotFoundError:
        msg = "the Jupyter server beside this kernel does not run jupyter-dsw (no connection file)"
        raise NoServer(msg) from None
    except (OSError, ValueError, AttributeError):
        msg = "the connection file of the Jupyter server beside this kernel cannot be used"
        raise NoServer(msg) from None
    checked: dict[str, Any] = connection
    return checked


def _read_own_file(path: Path) -> str:
    # Whoever can put a file or a link there could send this kernel to a server of theirs.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    with open(descriptor, encoding="utf-8") as file:  # noqa: PTH123
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError
        if hasattr(os, "getuid") and (status.st_uid != os.getuid() or status.st_mode & 0o077):
            raise OSError
        return file.read(LARGEST_CONNECTION_FILE)


def _pinned_to(certificate: str) -> Any:
    """A transport that trusts exactly the server's own certificate, whatever name it bears: it was
    made for the name people use, and the kernel asks the local address."""
    from requests.adapters import HTTPAdapter

    context = ssl.create_default_context(cafile=certificate)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN

    class PinnedAdapter(HTTPAdapter):
        def init_poolmanager(self, *args: Any, **kwargs: Any) -> Any:
            kwargs |= {"ssl_context": context, "assert_hostname": False}
            return super().init_poolmanager(*args, **kwargs)

    return PinnedAdapter()
