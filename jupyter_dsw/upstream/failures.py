"""From an exchange that brought no answer of PAI-DSW's to an error that a person can act on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from jupyter_dsw.i18n import Text, text
from jupyter_dsw.upstream.errors import BadResponse, DSWError, TimedOut, Unreachable
from jupyter_dsw.upstream.transport import FailureKind

if TYPE_CHECKING:
    from jupyter_dsw.upstream.transport import TransportError

_PROXY_PAGE_ADVICE = text(
    "Something between here and PAI-DSW, such as a proxy or a login page, may have answered "
    "instead: check HTTPS_PROXY, NO_PROXY and JUPYTER_DSW_ENDPOINT."
)

BROKEN_JSON_ADVICE = text(
    "jupyter-dsw retries automatically. If the problem persists, check the proxies in between, and "
    "report it to Alibaba Cloud's support."
)
NO_INSTANCE_ADVICE = text(
    "If DSWExtension.fields is set, it has to include InstanceId. Otherwise check HTTPS_PROXY, "
    "NO_PROXY and JUPYTER_DSW_ENDPOINT."
)


def error_of_exchange(failure: TransportError, host: str) -> DSWError:
    """The error for an exchange with `host` that brought no answer."""
    kind, message, advice = _EXCHANGE_ERRORS[failure.kind]
    return kind(message.filled(host, failure.detail), advice.filled(host))


def reject_answer(what: Text, advice: Text = _PROXY_PAGE_ADVICE) -> NoReturn:
    """Raise the error for a response that is none of PAI-DSW's."""
    raise BadResponse(text("What came back from the PAI-DSW endpoint %1.", what), advice)


_EXCHANGE_ERRORS: dict[FailureKind, tuple[type[DSWError], Text, Text]] = {
    FailureKind.TIMED_OUT: (
        TimedOut,
        text("%1 did not finish its answer in time."),
        text("It is tried again by itself. If it stays, check the network of this instance."),
    ),
    FailureKind.NAME_NOT_FOUND: (
        Unreachable,
        text("The name %1 could not be resolved."),
        text("Check the region (REGION) and the name resolution (DNS) of this instance."),
    ),
    FailureKind.NO_CONNECTION: (
        Unreachable,
        text("No connection to %1 could be made."),
        text(
            "Check the network of this instance. Without a way to the internet, set "
            "JUPYTER_DSW_NETWORK=vpc; with a proxy only, set HTTPS_PROXY."
        ),
    ),
    FailureKind.CLOSED: (
        Unreachable,
        text("%1 closed the connection before it answered."),
        text("It is tried again by itself. If it stays, check proxies and firewalls on the way."),
    ),
    FailureKind.CERTIFICATE: (
        Unreachable,
        text("The TLS certificate of %1 is not accepted: %2."),
        text(
            "Check that JUPYTER_DSW_ENDPOINT is right. If a proxy of your organisation opens TLS, "
            "set REQUESTS_CA_BUNDLE to a file with its certificate authority."
        ),
    ),
    FailureKind.TLS: (
        Unreachable,
        text("No TLS connection to %1 could be made."),
        text("Check proxies on the way, and that JUPYTER_DSW_ENDPOINT speaks https."),
    ),
    FailureKind.PROXY: (
        Unreachable,
        text("The proxy on the way to %1 did not work."),
        text("Check HTTPS_PROXY (and ALL_PROXY); or add %1 to NO_PROXY to ask it directly."),
    ),
    FailureKind.NO_CA_FILE: (
        Unreachable,
        text("The certificate authorities to check %1 with could not be read."),
        text(
            "Check that what REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE, SSL_CERT_FILE or SSL_CERT_DIR "
            "names is there, can be read, and has certificates in it (PEM)."
        ),
    ),
    FailureKind.NOT_HTTP: (
        BadResponse,
        text("What came back from %1 is not HTTP."),
        _PROXY_PAGE_ADVICE,
    ),
    FailureKind.CUT_OFF: (
        BadResponse,
        text("The answer of %1 was cut off."),
        text("It is tried again by itself. If it stays, check proxies on the way."),
    ),
    FailureKind.TOO_LARGE: (
        BadResponse,
        text("The answer of %1 is larger than any of PAI-DSW's."),
        _PROXY_PAGE_ADVICE,
    ),
    FailureKind.ENCODING: (
        BadResponse,
        text("The answer of %1 is compressed in a way that was not asked for."),
        _PROXY_PAGE_ADVICE,
    ),
}
