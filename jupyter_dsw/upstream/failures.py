"""From an exchange that brought no answer of PAI-DSW's to an error that a person can act on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from jupyter_dsw.upstream.errors import BadAnswer, DSWError, TimedOut, Unreachable
from jupyter_dsw.upstream.transport import Trouble

if TYPE_CHECKING:
    from jupyter_dsw.upstream.transport import ExchangeFailed

_PROXY_PAGE_ADVICE = (
    "Something between here and PAI-DSW, such as a proxy or a login page, may have answered "
    "instead: check HTTPS_PROXY, NO_PROXY and JUPYTER_DSW_ENDPOINT."
)


def error_of_exchange(failure: ExchangeFailed, host: str) -> DSWError:
    """The error for an exchange with `host` that brought no answer."""
    kind, message, advice = _EXCHANGE_ERRORS[failure.trouble]
    return kind(message.format(host=host, detail=failure.detail), advice.format(host=host))


def reject_answer(what: str) -> NoReturn:
    """Raise the error for an answer that is none of PAI-DSW's."""
    message = f"What came back from the PAI-DSW endpoint {what}."
    raise BadAnswer(message, _PROXY_PAGE_ADVICE)


_EXCHANGE_ERRORS: dict[Trouble, tuple[type[DSWError], str, str]] = {
    Trouble.TIMED_OUT: (
        TimedOut,
        "{host} did not finish its answer in time.",
        "It is tried again by itself. If it stays, check the network of this instance.",
    ),
    Trouble.NAME_NOT_FOUND: (
        Unreachable,
        "The name {host} could not be resolved.",
        "Check the region (REGION) and the name resolution (DNS) of this instance.",
    ),
    Trouble.NO_CONNECTION: (
        Unreachable,
        "No connection to {host} could be made.",
        (
            "Check the network of this instance. Without a way to the internet, set "
            "JUPYTER_DSW_NETWORK=vpc; with a proxy only, set HTTPS_PROXY."
        ),
    ),
    Trouble.CLOSED: (
        Unreachable,
        "{host} closed the connection before it answered.",
        "It is tried again by itself. If it stays, check proxies and firewalls on the way.",
    ),
    Trouble.CERTIFICATE: (
        Unreachable,
        "The TLS certificate of {host} is not accepted: {detail}.",
        (
            "Check that JUPYTER_DSW_ENDPOINT is right. If a proxy of your organisation opens TLS, "
            "set REQUESTS_CA_BUNDLE to a file with its certificate authority."
        ),
    ),
    Trouble.TLS: (
        Unreachable,
        "No TLS connection to {host} could be made.",
        "Check proxies on the way, and that JUPYTER_DSW_ENDPOINT speaks https.",
    ),
    Trouble.PROXY: (
        Unreachable,
        "The proxy on the way to {host} did not work.",
        "Check HTTPS_PROXY (and ALL_PROXY); or add {host} to NO_PROXY to ask it directly.",
    ),
    Trouble.NO_CA_FILE: (
        Unreachable,
        "The certificate authorities to check {host} with could not be read.",
        "Check that the file named by REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE is there and readable.",
    ),
    Trouble.NOT_HTTP: (
        BadAnswer,
        "What came back from {host} is not HTTP.",
        _PROXY_PAGE_ADVICE,
    ),
    Trouble.CUT_OFF: (
        BadAnswer,
        "The answer of {host} was cut off.",
        "It is tried again by itself. If it stays, check proxies on the way.",
    ),
    Trouble.TOO_LARGE: (
        BadAnswer,
        "The answer of {host} is larger than any of PAI-DSW's.",
        _PROXY_PAGE_ADVICE,
    ),
    Trouble.ENCODING: (
        BadAnswer,
        "The answer of {host} is compressed in a way that was not asked for.",
        _PROXY_PAGE_ADVICE,
    ),
}
