"""Why a request got no response: from an exception to an error that a person can act on."""

from __future__ import annotations

import enum
import http.client
import socket
import ssl
from typing import TYPE_CHECKING, Any

import requests.exceptions
import urllib3.exceptions

# Each version has it in another module, but all import it there.
from urllib3.connection import CertificateError  # type: ignore[attr-defined]

from jupyter_dsw.i18n import text
from jupyter_dsw.upstream.errors import (
    PROXY_PAGE_ADVICE,
    BadResponse,
    DSWError,
    TimedOut,
    Unreachable,
)
from jupyter_dsw.upstream.network import NoAuthorities

if TYPE_CHECKING:
    from collections.abc import Iterator


_CERTIFICATE_ADVICE = text(
    "Check that JUPYTER_DSW_ENDPOINT is right. If a proxy of your organisation opens TLS, set "
    "REQUESTS_CA_BUNDLE to a file with its certificate authority."
)


class FailureKind(enum.Enum):
    """Why a request got no response that can be read, with the error, its message and advice."""

    TIMED_OUT = (
        TimedOut,
        text("%1 did not finish its response in time."),
        text(
            "jupyter-dsw retries automatically. If the problem persists, check the network of this "
            "instance."
        ),
    )
    NAME_NOT_FOUND = (
        Unreachable,
        text("The name %1 could not be resolved."),
        text("Check the region (REGION) and the name resolution (DNS) of this instance."),
    )
    NO_CONNECTION = (
        Unreachable,
        text("No connection to %1 could be made."),
        text(
            "Check the network of this instance. Without a way to the internet, set "
            "JUPYTER_DSW_NETWORK=vpc; with a proxy only, set HTTPS_PROXY."
        ),
    )
    CLOSED = (
        Unreachable,
        text("%1 closed the connection before it responded."),
        text(
            "jupyter-dsw retries automatically. If the problem persists, check the proxies and "
            "firewalls in between."
        ),
    )
    CERTIFICATE_UNTRUSTED = (
        Unreachable,
        text("The TLS certificate of %1 is not signed by a trusted authority."),
        _CERTIFICATE_ADVICE,
    )
    CERTIFICATE_EXPIRED = (
        Unreachable,
        text("The TLS certificate of %1 has expired."),
        _CERTIFICATE_ADVICE,
    )
    CERTIFICATE_OF_ANOTHER_HOST = (
        Unreachable,
        text("The TLS certificate that %1 presents is for another host."),
        _CERTIFICATE_ADVICE,
    )
    TLS = (
        Unreachable,
        text("No TLS connection to %1 could be made."),
        text("Check the proxies in between, and that JUPYTER_DSW_ENDPOINT serves https."),
    )
    PROXY = (
        Unreachable,
        text("The proxy for %1 did not work."),
        text("Check HTTPS_PROXY (and ALL_PROXY); or add %1 to NO_PROXY to connect to it directly."),
    )
    NO_CA_FILE = (
        Unreachable,
        text("The certificate authorities to check %1 with could not be read."),
        text(
            "Check that what REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE, SSL_CERT_FILE or SSL_CERT_DIR "
            "names is there, can be read, and has certificates in it (PEM)."
        ),
    )
    NOT_HTTP = (BadResponse, text("The response from %1 is not HTTP."), PROXY_PAGE_ADVICE)
    CUT_OFF = (
        BadResponse,
        text("The response from %1 was cut off."),
        text(
            "jupyter-dsw retries automatically. If the problem persists, check the proxies in "
            "between."
        ),
    )
    TOO_LARGE = (
        BadResponse,
        text("The response from %1 is larger than any of PAI-DSW's."),
        PROXY_PAGE_ADVICE,
    )
    ENCODING = (
        BadResponse,
        text("The response from %1 is compressed in a way that was not requested."),
        PROXY_PAGE_ADVICE,
    )

    def error(self, host: str) -> DSWError:
        """Return the error for a request to `host` that failed so."""
        kind, message, advice = self.value
        error: DSWError = kind(message.filled(host), advice.filled(host))
        return error


class TransportError(Exception):
    """There is no response. It never has a part of the request or the response in it."""

    def __init__(self, kind: FailureKind) -> None:
        super().__init__(kind)
        self.kind = kind

    @property
    def may_pass(self) -> bool:
        """Whether an immediate retry may help: nothing was received."""
        return self.kind in (
            FailureKind.NAME_NOT_FOUND,
            FailureKind.NO_CONNECTION,
            FailureKind.CLOSED,
            FailureKind.TLS,
        )


FAILURES = (
    TransportError,
    OSError,  # those of `requests` too
    ValueError,  # a proxy that is no URL
    http.client.HTTPException,
    urllib3.exceptions.HTTPError,
)
"""The exceptions that mean that there is no response."""


def kind_of(error: Exception, *, in_body: bool = False) -> FailureKind:
    """Return what an exception of `FAILURES` means, raised while the body was read or before."""
    chain = list(_chain(error))
    kind = next(
        (kind for types, kind in _KINDS if any(isinstance(each, types) for each in chain)),
        FailureKind.NO_CONNECTION,
    )
    for each in chain:
        if isinstance(each, TransportError):
            kind = each.kind
        elif isinstance(each, ssl.SSLCertVerificationError):
            kind = _CERTIFICATE_KINDS.get(each.verify_code, kind)
    if in_body and kind not in (FailureKind.TIMED_OUT, FailureKind.TOO_LARGE):
        return FailureKind.CUT_OFF
    return kind


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield all that led to `error`, itself first; a urllib3 error's `reason` and arguments too."""
    seen: list[BaseException] = []
    waiting = [error]
    while waiting:
        one = waiting.pop(0)
        if one is None or any(one is other for other in seen):
            continue
        seen.append(one)
        yield one
        inner = (one.__cause__, one.__context__, getattr(one, "reason", None), *one.args)
        waiting += [part for part in inner if isinstance(part, BaseException)]


# X509_V_ERR_HOSTNAME_MISMATCH and _IP_ADDRESS_MISMATCH, X509_V_ERR_CERT_HAS_EXPIRED.
_CERTIFICATE_KINDS = {
    62: FailureKind.CERTIFICATE_OF_ANOTHER_HOST,
    64: FailureKind.CERTIFICATE_OF_ANOTHER_HOST,
    10: FailureKind.CERTIFICATE_EXPIRED,
}
# The first that fits wins.
_KINDS: tuple[tuple[Any, FailureKind], ...] = (
    (NoAuthorities, FailureKind.NO_CA_FILE),
    (ssl.SSLCertVerificationError, FailureKind.CERTIFICATE_UNTRUSTED),
    # urllib3 1.26's own check of the host.
    (CertificateError, FailureKind.CERTIFICATE_OF_ANOTHER_HOST),
    (
        (
            urllib3.exceptions.ProxyError,
            requests.exceptions.ProxyError,
            requests.exceptions.InvalidProxyURL,
            requests.exceptions.InvalidSchema,  # a SOCKS proxy without PySocks
            http.client.InvalidURL,  # ours is checked beforehand
            urllib3.exceptions.LocationValueError,
        ),
        FailureKind.PROXY,
    ),
    ((ssl.SSLError, urllib3.exceptions.SSLError), FailureKind.TLS),
    (socket.gaierror, FailureKind.NAME_NOT_FOUND),
    (
        (urllib3.exceptions.ConnectTimeoutError, urllib3.exceptions.NewConnectionError),
        FailureKind.NO_CONNECTION,
    ),
    (urllib3.exceptions.ReadTimeoutError, FailureKind.TIMED_OUT),
    ((ConnectionError, http.client.IncompleteRead), FailureKind.CLOSED),
    ((http.client.HTTPException, urllib3.exceptions.InvalidHeader), FailureKind.NOT_HTTP),
    (urllib3.exceptions.HTTPError, FailureKind.CLOSED),
    ((requests.exceptions.RequestException, ValueError), FailureKind.PROXY),
    (OSError, FailureKind.NO_CA_FILE),
)
