"""Errors of a reading: one class for each thing that a person can do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from jupyter_dsw.i18n import joined, text, translated

if TYPE_CHECKING:
    from jupyter_dsw.i18n import Language


class DSWError(Exception):
    """A reading of the instance failed.

    `message` describes what failed, `advice` what to do next; neither has a secret in it.
    `request_id` is Alibaba Cloud's, for its support. `retry_after_ms` is how long the endpoint
    requests no calls, in milliseconds; None if it sent no such time.
    """

    http_status: ClassVar[int] = 503
    """The status of our own REST response with this error, where no reading has succeeded yet."""
    language: Language = "en"
    """The language of `str()`: set by whoever shows it to a person."""

    def __init__(
        self,
        message: str,
        advice: str = "",
        *,
        request_id: str | None = None,
        retry_after_ms: int | None = None,
    ) -> None:
        super().__init__(message, advice)
        self.message = message
        self.advice = advice
        self.request_id = request_id
        self.retry_after_ms = retry_after_ms

    @property
    def code(self) -> str:
        """The name of the class, as in the REST contract's `error.code`."""
        return type(self).__name__

    def __str__(self) -> str:
        request = text("(Request ID: %1)", self.request_id) if self.request_id else ""
        parts = (self.message, self.advice, request)
        return translated(joined(" ", filter(None, parts)), self.language)


class NotConfigured(DSWError):
    """A setting is missing or wrong: the advice names what to set."""


class NoCredentials(DSWError):
    """No source has usable credentials."""


class Denied(DSWError):
    """Reading is not permitted: by the access key, a RAM policy or a workspace role."""

    http_status = 403

    about_access_key = False
    """Whether the key or its token is refused, and not its permissions."""


class NotFound(DSWError):
    """There is no such instance in this region and account."""

    http_status = 404


class Throttled(DSWError):
    """Too many calls: `retry_after_ms` is how long to wait, where the endpoint sent it."""

    http_status = 429


class ClockSkew(DSWError):
    """The clock here and the endpoint's are too far apart for a signature to hold (15 minutes)."""

    http_status = 502


class BadSignature(DSWError):
    """The signature was refused. Never quotes the gateway's message, which quotes the request."""

    http_status = 502


class CredentialsExpired(DSWError):
    """The security token has expired and there is no newer one."""

    http_status = 502


class TimedOut(DSWError):
    """The endpoint took the request and did not finish its response in time."""

    http_status = 504


class Unreachable(DSWError):
    """No connection: DNS, routing, proxy, TLS, or closed before a response."""


class BadResponse(DSWError):
    """The response is not PAI-DSW's: not JSON, cut off, empty, HTML, too large."""

    http_status = 502


class UpstreamFailed(DSWError):
    """PAI-DSW reported a failure: HTTP 5xx, or `Success: false`."""

    http_status = 502


MENDED_HERE = frozenset({NotConfigured.__name__, NoCredentials.__name__})
"""The codes of what a person corrects here: no call was made."""


def http_status_of(code: str) -> int:
    """Return the HTTP status of the error with this `code`; 503 for an unforeseen one."""
    return next(
        (kind.http_status for kind in DSWError.__subclasses__() if kind.__name__ == code),
        DSWError.http_status,
    )
