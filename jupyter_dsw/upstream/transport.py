"""One GET over HTTP: bounded in time and size, no redirects, no cookies, nothing logged."""

from __future__ import annotations

import contextlib
import enum
import http.client
import socket
import ssl
import zlib
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import requests
import requests.exceptions
import urllib3.exceptions
from requests import PreparedRequest
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.util.ssl_match_hostname import CertificateError

from jupyter_dsw.i18n import text
from jupyter_dsw.upstream.connections import Adapter, Exchange, current_exchange
from jupyter_dsw.upstream.proxies import proxies_for
from jupyter_dsw.upstream.sockets import TooManyBytes
from jupyter_dsw.upstream.trust import NoAuthorities

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from requests import Response
    from requests.auth import AuthBase

    from jupyter_dsw.upstream.sockets import Deadline

_CHUNK_BYTES = 16 * 1024
_MAX_HEADERS_BYTES = 64 * 1024
_OTHER_HOST = text("it is for another host")
# X509_V_ERR_HOSTNAME_MISMATCH and _IP_ADDRESS_MISMATCH, X509_V_ERR_CERT_HAS_EXPIRED.
_CERTIFICATE_DETAILS = {
    62: _OTHER_HOST,
    64: _OTHER_HOST,
    10: text("it has expired"),
}
_UNTRUSTED = text("no authority trusted here has signed it")


class FailureKind(enum.Enum):
    """What may go wrong with a request, as it is shown."""

    TIMED_OUT = text("timed out")
    NAME_NOT_FOUND = text("name not found")
    NO_CONNECTION = text("no connection")
    CLOSED = text("closed")
    CERTIFICATE = text("certificate")
    TLS = text("tls")
    PROXY = text("proxy")
    NO_CA_FILE = text("no ca file")
    NOT_HTTP = text("not http")
    CUT_OFF = text("cut off")
    TOO_LARGE = text("too large")
    ENCODING = text("encoding")


class TransportError(Exception):
    """There is no response. Its text and cause never hold a part of the request or the response."""

    def __init__(self, kind: FailureKind, detail: str = "") -> None:
        super().__init__(kind, detail)
        self.kind = kind
        self.detail = detail

    @property
    def may_pass(self) -> bool:
        """Whether an immediate retry may help: nothing was received."""
        return self.kind in (
            FailureKind.NAME_NOT_FOUND,
            FailureKind.NO_CONNECTION,
            FailureKind.CLOSED,
            FailureKind.TLS,
        )


@dataclass(frozen=True)
class HTTPResponse:
    """A response as it was received, its body whole and decompressed. The body may hold secrets."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class Transport:
    """A pool of connections, over `requests`' adapter.

    Without its session, which would follow redirects, keep cookies and take passwords from
    ~/.netrc. `proxies` is whether the proxies of the environment (and its NO_PROXY) are
    honoured; for this machine's own addresses they never are.
    `max_bytes` is for a body after decompression; on the wire, a whole response may have
    twice as many.
    """

    def __init__(self, *, max_bytes: int, proxies: bool) -> None:
        self._max_bytes = max_bytes
        self._proxies = proxies
        self._adapter = Adapter(pool_connections=2, pool_maxsize=1)
        self._headers = {
            "User-Agent": _user_agent(),
            "Accept": "application/json",
            # The one that is decompressed here, within bounds.
            "Accept-Encoding": "gzip",
            "Connection": "keep-alive",
        }

    def close(self) -> None:
        """Close every connection."""
        self._adapter.close()

    def get(
        self,
        url: str,
        deadline: Deadline,
        *,
        connect_timeout_s: float,
        read_timeout_s: float,
        auth: AuthBase | None = None,
    ) -> HTTPResponse:
        """Send one GET, past redirects. Raises TransportError.

        `connect_timeout_s` is for all of connecting, `read_timeout_s` for each wait for more,
        `deadline` for everything.
        """
        # A body in small chunks takes more on the wire than without them.
        exchange = Exchange(deadline, 2 * self._max_bytes + _MAX_HEADERS_BYTES)
        token = current_exchange.set(exchange)
        try:
            return self._get(url, (connect_timeout_s, read_timeout_s), auth)
        except TransportError as error:
            failure = error
        except (OSError, ValueError, http.client.HTTPException, urllib3.exceptions.HTTPError) as e:
            # requests' own exceptions are OSErrors; ValueError is a proxy that is no URL.
            failure = _failure(e)
        finally:
            current_exchange.reset(token)
        if deadline.expired:
            failure = TransportError(FailureKind.TIMED_OUT)
        # Outside of `except`: the exception that was caught holds the request, secrets and all.
        raise failure

    def _get(self, url: str, timeout: tuple[float, float], auth: AuthBase | None) -> HTTPResponse:
        request = PreparedRequest()
        request.prepare("GET", url, headers=self._headers, auth=auth)
        response = self._adapter.send(
            request,
            stream=True,
            timeout=timeout,
            # Not True, with which some versions of requests bring a context of their own along. Our
            # connections trust what `trust.authorities` says.
            verify=DEFAULT_CA_BUNDLE_PATH,
            proxies=proxies_for(url) if self._proxies else {},
        )
        with contextlib.closing(response):
            body = self._read(response)
            if current_exchange.get().deadline.expired:
                # A connection that was cut looks like the end of a body without a length.
                raise TransportError(FailureKind.TIMED_OUT)
            return HTTPResponse(response.status_code, response.headers, body)

    def _read(self, response: Response) -> bytes:
        encoding = response.headers.get("Content-Encoding", "").strip().lower()
        # urllib3 1.26 would take a cut for the end.
        response.raw.enforce_content_length = True
        try:
            chunks = response.raw.stream(_CHUNK_BYTES, decode_content=False)
            return _collect(_decompressed(chunks, encoding, self._max_bytes), self._max_bytes)
        except urllib3.exceptions.ReadTimeoutError:
            kind: FailureKind = FailureKind.TIMED_OUT
        except (OSError, http.client.HTTPException, urllib3.exceptions.HTTPError) as error:
            too_large = _first(_chain(error), TooManyBytes) is not None
            kind = FailureKind.TOO_LARGE if too_large else FailureKind.CUT_OFF
        except zlib.error:
            kind = FailureKind.CUT_OFF
        raise TransportError(kind)


def _user_agent() -> str:
    try:
        own = version("jupyter-dsw")
    except PackageNotFoundError:  # run from a source tree
        own = "0"
    return f"jupyter-dsw/{own} python-requests/{requests.__version__}"


def _collect(chunks: Iterable[bytes], max_bytes: int) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > max_bytes:
            raise TransportError(FailureKind.TOO_LARGE)
    return bytes(body)


def _decompressed(chunks: Iterable[bytes], encoding: str, max_bytes: int) -> Iterator[bytes]:
    # Not left to urllib3: not all of its versions bound what a small chunk may grow to.
    if encoding in ("", "identity"):
        yield from chunks
        return
    if encoding != "gzip":
        raise TransportError(FailureKind.ENCODING)
    decoder = zlib.decompressobj(zlib.MAX_WBITS | 16)
    for chunk in chunks:
        yield decoder.decompress(chunk, max_bytes + 1)
        if decoder.unused_data:
            raise TransportError(FailureKind.ENCODING)
    if not decoder.eof:
        raise TransportError(FailureKind.CUT_OFF)


def _failure(error: Exception) -> TransportError:
    chain = list(_chain(error))
    certificate = _first(chain, ssl.SSLCertVerificationError)
    if certificate is not None:
        return TransportError(
            FailureKind.CERTIFICATE, _CERTIFICATE_DETAILS.get(certificate.verify_code, _UNTRUSTED)
        )
    if _first(chain, CertificateError) is not None:  # urllib3 1.26's own check of the host
        return TransportError(FailureKind.CERTIFICATE, _OTHER_HOST)
    return TransportError(
        next(
            (kind for types, kind in _FAILURE_KINDS if _first(chain, types)),
            FailureKind.NO_CONNECTION,
        )
    )


# The first that fits wins.
_FAILURE_KINDS: tuple[tuple[Any, FailureKind], ...] = (
    (TooManyBytes, FailureKind.TOO_LARGE),
    (NoAuthorities, FailureKind.NO_CA_FILE),
    (
        (
            urllib3.exceptions.ProxyError,
            requests.exceptions.ProxyError,
            requests.exceptions.InvalidProxyURL,
            requests.exceptions.InvalidSchema,  # a SOCKS proxy without PySocks
            http.client.InvalidURL,  # ours is checked beforehand
        ),
        FailureKind.PROXY,
    ),
    ((ssl.SSLError, urllib3.exceptions.SSLError), FailureKind.TLS),
    (socket.gaierror, FailureKind.NAME_NOT_FOUND),
    (urllib3.exceptions.ConnectTimeoutError, FailureKind.NO_CONNECTION),
    (urllib3.exceptions.ReadTimeoutError, FailureKind.TIMED_OUT),
    (urllib3.exceptions.NewConnectionError, FailureKind.NO_CONNECTION),
    ((ConnectionError, http.client.IncompleteRead), FailureKind.CLOSED),
    ((http.client.HTTPException, urllib3.exceptions.InvalidHeader), FailureKind.NOT_HTTP),
    (urllib3.exceptions.LocationValueError, FailureKind.PROXY),
    (urllib3.exceptions.HTTPError, FailureKind.CLOSED),
    (requests.exceptions.RequestException, FailureKind.PROXY),
    (OSError, FailureKind.NO_CA_FILE),
    (ValueError, FailureKind.PROXY),
)


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


def _first(chain: Iterable[BaseException], kinds: Any) -> Any:
    return next((error for error in chain if isinstance(error, kinds)), None)
