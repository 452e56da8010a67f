"""How a kernel or terminal reaches its Jupyter server: which one it is, and requests to it.

A shell that no server started (SSH, cron, sudo, the Web IDE) uses any running server of its user:
all servers of a container read the same instance. Requests are made by `http.client`: the
certificate is pinned below HTTP, and no proxy, `.netrc`, cookie or redirect is used.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import ssl
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from jupyter_core.paths import jupyter_runtime_dir

from jupyter_dsw import i18n, kernel_endpoint
from jupyter_dsw.clock import bounded, elapsed_seconds
from jupyter_dsw.i18n import TAGS, text
from jupyter_dsw.kernel_endpoint import KERNEL_TOKEN_HEADER, WAITED_HEADER, Reason, UnusableFile

if TYPE_CHECKING:
    from jupyter_dsw.kernel_endpoint import KernelEndpoint

SERVER_PID = "JPY_PARENT_PID"
"""The variable that a server sets in its kernels."""
SERVER_URL = "JUPYTER_SERVER_URL"
"""The variable that a server sets in its terminals."""

# A file system on the network, or of FUSE, may not respond at all.
FILE_TIMEOUT_S = 5.0
# The server itself reads 4 MiB from the API at most.
_MAX_BYTES = 8 * 1024 * 1024
_WAITED = re.compile(r"reading;dur=(\d{1,9}(?:\.\d{1,3})?)", re.ASCII)


class NoServer(Exception):
    """There is no Jupyter server of this kernel or terminal to use; its `why` is the reason."""

    @property
    def why(self) -> str:
        """The reason, in whole sentences."""
        reason: str = self.args[0]
        return reason


def request(
    resource: str = "", *, fresh: bool = False, timeout_s: float
) -> tuple[int, bytes, float]:
    """Return what the server sends: the status, the body, and when it wrote that at the earliest.

    The moment is by `elapsed_seconds`. `resource` is next to the instance, which is requested
    without it. Raises `NoServer`.
    """
    endpoint = find()
    sent = elapsed_seconds()
    try:
        status, body, waited_ms = get(endpoint, resource, fresh=fresh, timeout_s=timeout_s)
    except (http.client.HTTPException, OSError, ValueError) as error:
        kind = type(error).__name__
        msg = text("The Jupyter server of this kernel or terminal is not responding (%1).", kind)
        raise NoServer(msg) from None
    # The response may have lain unread while this process was busy or the machine slept.
    return status, body, min(sent + waited_ms / 1000, elapsed_seconds())


def find() -> KernelEndpoint:
    """Return the endpoint of the server that started this kernel or terminal.

    Where none did, that of a running server of this user. Raises `NoServer`.
    """
    pid, url = os.environ.get(SERVER_PID, ""), os.environ.get(SERVER_URL, "")
    try:
        return bounded(lambda: _find(pid, url), FILE_TIMEOUT_S)
    except TimeoutError:
        msg = text("The file system of Jupyter's runtime folder does not respond.")
        raise NoServer(msg) from None
    except RuntimeError:  # no thread can be started
        return _find(pid, url)


def _find(pid: str, url: str) -> KernelEndpoint:
    folder = runtime_folder()
    if pid.isascii() and pid.isdigit():
        try:
            return kernel_endpoint.read(folder, int(pid))
        except UnusableFile as unusable:
            # What a kernel or a terminal starts inherits both: the nearer one is used if it is
            # there.
            if unusable.reason is not Reason.MISSING or not url:
                raise NoServer(unusable.reason.value) from None
    elif not url:
        for endpoint in kernel_endpoint.live(folder):
            return endpoint
        raise NoServer(text("No Jupyter server with jupyter-dsw is running here for this user."))
    # A server that was killed leaves its file behind, and the next one may get the same port: the
    # newest comes first.
    for server_pid in kernel_endpoint.server_pids(folder):
        with contextlib.suppress(UnusableFile):
            endpoint = kernel_endpoint.read(folder, server_pid)
            if leads_to(endpoint.url, url):
                return endpoint
    msg = text("The Jupyter server of this terminal does not run jupyter-dsw (no connection file).")
    raise NoServer(msg)


def runtime_folder() -> Path:
    """Return Jupyter's folder for connection files."""
    return Path(jupyter_runtime_dir())


def leads_to(endpoint: str, server: str) -> bool:
    """Return whether `endpoint` belongs to `server`.

    The host is not compared: terminals have the name that the server was given, and kernels the
    local address. The port is this machine's own in both.
    """
    try:
        one, other = urlsplit(endpoint), urlsplit(server)
        same_port = one.port == other.port
    except ValueError:
        return False
    base = other.path.rstrip("/") + "/"
    return same_port and one.scheme == other.scheme and one.path.startswith(base)


def get(
    endpoint: KernelEndpoint, resource: str = "", *, fresh: bool = False, timeout_s: float
) -> tuple[int, bytes, float]:
    """Return the response's status, its body, and how many milliseconds the server took for it.

    Raises `OSError`, `http.client.HTTPException` and `ValueError`.
    """
    try:
        return _get(endpoint, resource, fresh, timeout_s)
    except BaseException as error:  # noqa: BLE001 - it is raised again
        # The frames below, and what was caught on the way, contain the token: a verbose traceback
        # of an interrupted cell would show them.
        error.__context__ = error.__cause__ = None
        raise error.with_traceback(None)  # noqa: B904 - there is no cause to name


def _get(
    endpoint: KernelEndpoint, resource: str, fresh: bool, timeout_s: float
) -> tuple[int, bytes, float]:
    path = urlsplit(urljoin(endpoint.url, resource)).path
    headers = {KERNEL_TOKEN_HEADER: endpoint.token, "Accept-Language": TAGS[i18n.of_person()]}
    if fresh:
        headers["Cache-Control"] = "no-cache"
    with contextlib.closing(_connection(endpoint, timeout_s)) as connection:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        body = response.read(_MAX_BYTES + 1)
        if len(body) > _MAX_BYTES:
            reason = "the body is too large"
            raise ValueError(reason)
        # At least so long; an older server does not state it.
        waited = _WAITED.fullmatch(response.getheader(WAITED_HEADER, ""))
        return response.status, body, float(waited[1]) if waited else 0.0


class _Quiet(http.client.HTTPConnection):
    # The global switch prints headers, and the token is in one.
    debuglevel = 0


class _QuietTLS(_Quiet, http.client.HTTPSConnection):
    pass


class _PinnedTLS(_QuietTLS):
    """Sends nothing before it has seen the one certificate of this SHA-256, in hexadecimal digits.

    The handshake proves that the server has the certificate's key. Names, dates and authorities are
    not looked at: the certificate was made for the name that people use, and the kernel uses the
    local address; and another host's certificate of the same authority is not the server's.
    """

    def __init__(self, host: str, port: int | None, *, timeout: float, certificate: str) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        super().__init__(host, port, timeout=timeout, context=context)
        self._certificate = certificate

    def connect(self) -> None:
        super().connect()
        presented = self.sock.getpeercert(binary_form=True)
        if sha256(presented or b"").hexdigest() != self._certificate:
            self.close()
            reason = "another certificate than the server's own"
            raise ssl.SSLCertVerificationError(reason)


def _connection(endpoint: KernelEndpoint, timeout_s: float) -> http.client.HTTPConnection:
    address = urlsplit(endpoint.url)
    if address.scheme not in ("http", "https") or not address.hostname:
        msg = "no URL of a server"
        raise ValueError(msg)
    if address.scheme == "http":
        return _Quiet(address.hostname, address.port, timeout=timeout_s)
    if endpoint.certificate is None:
        tls = ssl.create_default_context()
        return _QuietTLS(address.hostname, address.port, timeout=timeout_s, context=tls)
    return _PinnedTLS(
        address.hostname, address.port, timeout=timeout_s, certificate=endpoint.certificate
    )
