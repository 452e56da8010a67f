"""What can go wrong between here and PAI-DSW: one class for each thing a person can do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_dsw.i18n import Language


class DSWError(Exception):
    """A reading of the instance failed.

    `message` says what failed and on what, `advice` what to do next, both free of secrets.
    `request_id` is Alibaba Cloud's, for its support.  `retry_after_ms` is how long the endpoint
    asked to be left alone, in milliseconds; None if it did not say.
    """

    language: Language = "en"
    """What `str()` of it is written in: set by whoever raises it before a person."""

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
        from jupyter_dsw.i18n import joined, text, translated

        request = text("(Request id: %1)", self.request_id) if self.request_id else ""
        parts = (self.message, self.advice, request)
        return translated(joined(" ", filter(None, parts)), self.language)


class NotConfigured(DSWError):
    """A setting is missing or wrong: the advice names what to set."""


class NoCredentials(DSWError):
    """No usable credentials could be had from any source."""


class Denied(DSWError):
    """Alibaba Cloud knows who asks and says no: an access key, a RAM policy or a workspace role."""

    about_access_key = False
    """Whether the key or its token is refused, and not what it may do."""


class NotFound(DSWError):
    """There is no such instance in this region and account."""


class Throttled(DSWError):
    """Too many calls: `retry_after_ms` says how long to wait, where the endpoint says it."""


class ClockSkew(DSWError):
    """The clock here and the endpoint's are too far apart for a signature to hold (15 minutes)."""


class BadSignature(DSWError):
    """The signature was refused.  Carries our own words only: the gateway's quote what was sent."""


class CredentialsExpired(DSWError):
    """The security token has expired and no newer one could be had."""


class TimedOut(DSWError):
    """The endpoint took the request and did not finish its answer in time."""


class Unreachable(DSWError):
    """No connection: DNS, routing, proxy, TLS, or closed before an answer."""


class BadResponse(DSWError):
    """What came back is no answer of PAI-DSW: not JSON, cut off, empty, HTML, too large."""


class UpstreamFailed(DSWError):
    """PAI-DSW answered that it failed: HTTP 5xx, or `Success: false`."""
