"""One GET of the kernel endpoint of the Jupyter server on this machine, with its token kept safe.

By `http.client`: the certificate is pinned below HTTP, and no proxy, `.netrc` or cookie is used.
"""

from __future__ import annotations

import contextlib
import http.client
import re
import ssl
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from jupyter_dsw import i18n
from jupyter_dsw.i18n import TAGS
from jupyter_dsw.kernel_endpoint import KERNEL_TOKEN_HEADER, WAITED_HEADER

if TYPE_CHECKING:
    from jupyter_dsw.kernel_endpoint import KernelEndpoint

# The server itself reads 4 MiB from the API at most.
_MAX_BYTES = 8 * 1024 * 1024
_WAITED = re.compile(r"reading;dur=(\d{1,9}(?:\.\d{1,3})?)", re.ASCII)


def get(endpoint: KernelEndpoint, *, fresh: bool, timeout_s: float) -> tuple[int, bytes, float]:
    """Return the response's status, its body, and how many milliseconds the server took for it.

    Raises `OSError`, `http.client.HTTPException` and `ValueError`.
    """
    try:
        return _get(endpoint, fresh, timeout_s)
    except BaseException as error:  # noqa: BLE001 - it is raised again
        # The frames below, and what was caught on the way, contain the token: a verbose traceback
        # of an interrupted cell would show them.
        error.__context__ = error.__cause__ = None
        raise error.with_traceback(None)  # noqa: B904 - there is no cause to name


def _get(endpoint: KernelEndpoint, fresh: bool, timeout_s: float) -> tuple[int, bytes, float]:
    headers = {KERNEL_TOKEN_HEADER: endpoint.token, "Accept-Language": TAGS[i18n.of_person()]}
    if fresh:
        headers["Cache-Control"] = "no-cache"
    # The server is on this machine: no proxy, .netrc, cookie or redirect is used.
    with contextlib.closing(_connection(endpoint, timeout_s)) as connection:
        connection.request("GET", urlsplit(endpoint.url).path, headers=headers)
        response = connection.getresponse()
        body = response.read(_MAX_BYTES + 1)
        if len(body) > _MAX_BYTES:
            reason = "the body is too large"
            raise ValueError(reason)
        return response.status, body, _waited_ms(response.getheader(WAITED_HEADER, ""))


def _waited_ms(header: str) -> float:
    """Return how long the server had the request, at least; 0 if an older one does not state it."""
    found = _WAITED.fullmatch(header)
    return float(found[1]) if found else 0.0


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
