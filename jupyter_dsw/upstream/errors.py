"""Errors of a reading, one class for each thing that a person can do about it, and their codes."""

from __future__ import annotations

import traceback
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from jupyter_dsw.i18n import Text, joined, text, translated

if TYPE_CHECKING:
    import logging

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


def log_unforeseen(log: logging.Logger, doing: str, error: Exception) -> None:
    """Log the type and place of an exception that nobody foresaw: its text may quote anything."""
    places = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s while %s, at\n%s", type(error).__name__, doing, places)


def is_not_permitted(error: DSWError) -> bool:
    """Return whether the endpoint does not permit a call, or does not know it."""
    if isinstance(error, Denied):
        return not error.about_access_key
    return isinstance(error, (NotFound, NotConfigured))


def http_status_of(code: str) -> int:
    """Return the HTTP status of the error with this `code`; 503 for an unforeseen one."""
    statuses = {kind.__name__: kind.http_status for kind in DSWError.__subclasses__()}
    return statuses.get(code, DSWError.http_status)


PROXY_PAGE_ADVICE = text(
    "A proxy or a login page may have responded instead of PAI-DSW. Check HTTPS_PROXY, "
    "NO_PROXY and JUPYTER_DSW_ENDPOINT."
)
WORKSPACE_ADVICE = text(
    "Ask an administrator of the PAI workspace to give this RAM user or role a role in the "
    "workspace. A RAM policy alone is not enough: the workspace itself denies "
    "paidsw:GetInstance."
)
CLOCK_ADVICE = text(
    "Correct the clock of this machine (NTP). A request may be at most 15 minutes off."
)


def clock_difference(ahead_s: int) -> Text:
    """Return a sentence about a clock that is so many seconds ahead of the endpoint's."""
    if ahead_s < 0:
        return text("The clock of this machine is %1 s behind Alibaba Cloud's.", -ahead_s)
    return text("The clock of this machine is %1 s ahead of Alibaba Cloud's.", ahead_s)


@dataclass(frozen=True)
class Rule:
    """What an error response means: an error's class and texts.

    In the texts, %1 is the code of an error response. With `quotes`, code and message of the
    response are added to a message without %1. The gateway's messages about keys and signatures
    quote the request, its security token included: those rules have texts of their own only.
    """

    error: type[DSWError]
    message: Text
    advice: Text
    quotes: bool = False


_ACCESS_KEY_ADVICE = text(
    "Set an access key that is enabled and belongs to the instance's account, or remove "
    "ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET to use the instance's RAM "
    "role. The RAM user or role needs the permission paidsw:GetInstance."
)
_SECURITY_TOKEN = Rule(
    Denied,
    text("The security token and the access key do not belong together (%1)."),
    text(
        "Set ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET and "
        "ALIBABA_CLOUD_SECURITY_TOKEN from the same STS response, or remove all three to use "
        "the instance's RAM role, which needs paidsw:GetInstance."
    ),
)
_SIGNATURE = Rule(
    BadSignature,
    text("The endpoint rejected the signature of the request (%1)."),
    text(
        "Check that ALIBABA_CLOUD_ACCESS_KEY_SECRET belongs to ALIBABA_CLOUD_ACCESS_KEY_ID, "
        "and that no proxy in between changes or repeats requests."
    ),
)
_DENIED = Rule(
    Denied,
    text("Reading the instance is not permitted"),
    text(
        "The action needed is paidsw:GetInstance. Ask an administrator for a role in the PAI "
        "workspace of the instance, and for a RAM policy that allows this action."
    ),
    quotes=True,
)
_DENIED_BY_RAM = replace(
    _DENIED,
    advice=text(
        "Ask an administrator of the Alibaba Cloud account for a RAM policy that allows "
        "paidsw:GetInstance to this RAM user or role."
    ),
)
_NO_SUCH_API = Rule(
    NotConfigured,
    text("The endpoint does not support PAI-DSW's GetInstance (%1)."),
    text(
        "Check REGION and JUPYTER_DSW_ENDPOINT. PAI-DSW may not be available in the region, or "
        "the endpoint may belong to another product."
    ),
)
_NOT_FOUND = Rule(
    NotFound,
    text("There is no such instance in this region and account"),
    text(
        "Check DSW_INSTANCE_ID and REGION, and that the credentials belong to the account that "
        "owns the instance."
    ),
    quotes=True,
)
_THROTTLED = Rule(
    Throttled,
    text("Too many calls to PAI-DSW in this account"),
    text("Nothing to do: jupyter-dsw retries after a pause."),
    quotes=True,
)
_INVALID = Rule(
    UpstreamFailed,
    text("PAI-DSW rejected the request"),
    text("Check DSW_INSTANCE_ID, the sharing token and the option fields."),
    quotes=True,
)
_FAILED = Rule(
    UpstreamFailed,
    text("PAI-DSW reported a failure"),
    text(
        "jupyter-dsw retries automatically. If the problem persists, look at the instance in "
        "the PAI console, and give the request ID to Alibaba Cloud's support."
    ),
    quotes=True,
)

# By `Code`, or what a code begins with before a full stop (the longest wins).
_RULES: dict[str, Rule] = {
    "Throttling": _THROTTLED,
    "InvalidAccessKeyId": Rule(
        Denied, text("The access key that was used is not valid (%1)."), _ACCESS_KEY_ADVICE
    ),
    "InvalidAccessKeyId.NotFound": Rule(
        Denied, text("The access key that was used does not exist (%1)."), _ACCESS_KEY_ADVICE
    ),
    "InvalidAccessKeyId.Inactive": Rule(
        Denied, text("The access key that was used is disabled (%1)."), _ACCESS_KEY_ADVICE
    ),
    "InvalidSecurityToken": _SECURITY_TOKEN,
    "MissingSecurityToken": _SECURITY_TOKEN,
    "InvalidSecurityToken.Expired": Rule(
        CredentialsExpired,
        text("The security token that was used has expired (%1)."),
        text(
            "Set a new ALIBABA_CLOUD_SECURITY_TOKEN with its access key, or remove them to use the "
            "instance's RAM role, whose tokens are renewed automatically."
        ),
    ),
    "SignatureDoesNotMatch": _SIGNATURE,
    "IncompleteSignature": _SIGNATURE,
    "SignatureNonceUsed": _SIGNATURE,
    "InvalidTimeStamp": Rule(
        ClockSkew,
        text("The endpoint rejected the date of the request (%1)."),
        CLOCK_ADVICE,
    ),
    "Forbidden": _DENIED,
    "Forbidden.RAM": _DENIED_BY_RAM,
    "NoPermission": _DENIED_BY_RAM,
    "NoPermissionError": _DENIED,
    "InvalidAction": _NO_SUCH_API,
    "InvalidVersion": _NO_SUCH_API,
    "InvalidInstance": _NOT_FOUND,
    "InvalidInstanceId": _NOT_FOUND,
    "ValidationError": _INVALID,
    "ServiceUnavailable": _FAILED,
    "InternalError": _FAILED,
}


def rule_of(code: str, http_status: int) -> Rule | None:
    """Return the rule for an error response: by its `Code` first, by its HTTP status second.

    None if neither is enough.
    """
    prefix = code
    while prefix:
        rule = _RULES.get(prefix)
        if rule is not None:
            return _NOT_FOUND if rule is _INVALID and http_status == 404 else rule
        prefix = prefix.rpartition(".")[0]
    if 400 <= http_status < 500 and http_status != 429 and not code:
        return None
    rules = {401: _DENIED, 403: _DENIED, 404: _NOT_FOUND, 429: _THROTTLED}
    return rules.get(http_status, _FAILED)
