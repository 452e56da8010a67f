"""From an error response to an error that a person can act on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NoReturn

from jupyter_dsw.i18n import Text, text
from jupyter_dsw.upstream.errors import (
    BadResponse,
    BadSignature,
    ClockSkew,
    CredentialsExpired,
    Denied,
    DSWError,
    NotConfigured,
    NotFound,
    Throttled,
    UpstreamFailed,
)

if TYPE_CHECKING:
    from datetime import datetime

PROXY_PAGE_ADVICE = text(
    "A proxy or a login page may have responded instead of PAI-DSW. Check HTTPS_PROXY, "
    "NO_PROXY and JUPYTER_DSW_ENDPOINT."
)
BROKEN_JSON_ADVICE = text(
    "jupyter-dsw retries automatically. If the problem persists, check the proxies in between, and "
    "report it to Alibaba Cloud's support."
)
NO_INSTANCE_ADVICE = text(
    "If DSWExtension.fields is set, it must include InstanceId. Otherwise check HTTPS_PROXY, "
    "NO_PROXY and JUPYTER_DSW_ENDPOINT."
)
_WORKSPACE_ADVICE = text(
    "Ask an administrator of the PAI workspace to give this RAM user or role a role in the "
    "workspace. A RAM policy alone is not enough: the workspace itself denies "
    "paidsw:GetInstance."
)


@dataclass(frozen=True)
class ErrorResponse:
    """An error response, all of it safe to show.

    `status` is HTTP's, `code` may be "", `date` is the endpoint's, `retry_after_ms` how long it
    requests no calls; None where it sent none.
    """

    status: int
    code: str
    message: str = ""
    request_id: str | None = None
    date: datetime | None = None
    retry_after_ms: int | None = None


def error_of_response(response: ErrorResponse, now: float) -> DSWError:
    """Return the error for an error response: by its `Code` first, by its HTTP status second.

    `now` is the time here, in seconds since the epoch. Raises BadResponse where there is neither a
    code nor a status that is enough.
    """
    rule = _rule_of_code(response) or _rule_of_status(response)
    advice = rule.advice
    if rule.error is Denied and rule.quotes and "workspace" in response.message.lower():
        advice = _WORKSPACE_ADVICE
    error = rule.error(_message(rule, response, now), advice)
    error.request_id = response.request_id
    if isinstance(error, Denied):
        error.about_access_key = not rule.quotes
    if isinstance(error, (Throttled, UpstreamFailed)):
        error.retry_after_ms = response.retry_after_ms
    return error


def reject_response(message: Text, advice: Text = PROXY_PAGE_ADVICE) -> NoReturn:
    """Raise BadResponse for a response that is not PAI-DSW's."""
    raise BadResponse(message, advice)


@dataclass(frozen=True)
class _Rule:
    """An error's class and texts.

    In the texts, %1 is the code of an error response. With `quotes`, code and message of the
    response are added to a message without %1. The gateway's messages about keys and signatures
    quote the request, its security token included: those rules have texts of their own only.
    """

    error: type[DSWError]
    message: Text
    advice: Text
    quotes: bool = False


def _rule_of_code(response: ErrorResponse) -> _Rule | None:
    prefix = response.code
    while prefix:
        rule = _RULES.get(prefix)
        if rule is not None:
            return _NOT_FOUND if rule is _INVALID and response.status == 404 else rule
        prefix = prefix.rpartition(".")[0]
    return None


def _rule_of_status(response: ErrorResponse) -> _Rule:
    if response.status == 404 and response.code:
        return _NOT_FOUND
    if response.status == 429:
        return _THROTTLED
    if response.status in (401, 403) and response.code:
        return _DENIED
    if 400 <= response.status < 500 and not response.code:
        reject_response(
            text("PAI-DSW's endpoint sent an error without a reason (HTTP %1).", response.status)
        )
    return _FAILED


def _message(rule: _Rule, response: ErrorResponse, now: float) -> Text:
    if not rule.quotes:
        clocks = _clocks(response, now) if rule.error is ClockSkew else None
        return clocks or rule.message.filled(response.code)
    status = f"HTTP {response.status}" if response.status >= 400 else "Success: false"
    code = response.code or status
    if response.message:
        return text("%1 (%2): %3", rule.message, code, response.message)
    return text("%1 (%2).", rule.message, code)


def _clocks(response: ErrorResponse, now: float) -> Text | None:
    """Return how far the two clocks are apart; None if that is unknown."""
    ahead_s = round(now - response.date.timestamp()) if response.date else 0
    if ahead_s > 0:
        return text("The clock of this machine is %1 s ahead of Alibaba Cloud's.", ahead_s)
    if ahead_s < 0:
        return text("The clock of this machine is %1 s behind Alibaba Cloud's.", -ahead_s)
    return None


_ACCESS_KEY_ADVICE = text(
    "Set an access key that is enabled and belongs to the instance's account, or remove "
    "ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET to use the instance's RAM "
    "role. The RAM user or role needs the permission paidsw:GetInstance."
)
_SECURITY_TOKEN = _Rule(
    Denied,
    text("The security token and the access key do not belong together (%1)."),
    text(
        "Set ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET and "
        "ALIBABA_CLOUD_SECURITY_TOKEN from the same STS response, or remove all three to use "
        "the instance's RAM role, which needs paidsw:GetInstance."
    ),
)
_SIGNATURE = _Rule(
    BadSignature,
    text("The endpoint rejected the signature of the request (%1)."),
    text(
        "Check that ALIBABA_CLOUD_ACCESS_KEY_SECRET belongs to ALIBABA_CLOUD_ACCESS_KEY_ID, "
        "and that no proxy in between changes or repeats requests."
    ),
)
_DENIED = _Rule(
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
_NO_SUCH_API = _Rule(
    NotConfigured,
    text("The endpoint does not support PAI-DSW's GetInstance (%1)."),
    text(
        "Check REGION and JUPYTER_DSW_ENDPOINT. PAI-DSW may not be available in the region, or "
        "the endpoint may belong to another product."
    ),
)
_NOT_FOUND = _Rule(
    NotFound,
    text("There is no such instance in this region and account"),
    text(
        "Check DSW_INSTANCE_ID and REGION, and that the credentials belong to the account that "
        "owns the instance."
    ),
    quotes=True,
)
_THROTTLED = _Rule(
    Throttled,
    text("Too many calls to PAI-DSW in this account"),
    text("Nothing to do: jupyter-dsw retries after a pause."),
    quotes=True,
)
_INVALID = _Rule(
    UpstreamFailed,
    text("PAI-DSW rejected the request"),
    text("Check DSW_INSTANCE_ID, the sharing token and the option fields."),
    quotes=True,
)
_FAILED = _Rule(
    UpstreamFailed,
    text("PAI-DSW reported a failure"),
    text(
        "jupyter-dsw retries automatically. If the problem persists, look at the instance in "
        "the PAI console, and give the request ID to Alibaba Cloud's support."
    ),
    quotes=True,
)

# By `Code`, or what a code begins with before a full stop (the longest wins).
_RULES: dict[str, _Rule] = {
    "Throttling": _THROTTLED,
    "InvalidAccessKeyId": _Rule(
        Denied, text("The access key that was used is not valid (%1)."), _ACCESS_KEY_ADVICE
    ),
    "InvalidAccessKeyId.NotFound": _Rule(
        Denied, text("The access key that was used does not exist (%1)."), _ACCESS_KEY_ADVICE
    ),
    "InvalidAccessKeyId.Inactive": _Rule(
        Denied, text("The access key that was used is disabled (%1)."), _ACCESS_KEY_ADVICE
    ),
    "InvalidSecurityToken": _SECURITY_TOKEN,
    "MissingSecurityToken": _SECURITY_TOKEN,
    "InvalidSecurityToken.Expired": _Rule(
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
    "InvalidTimeStamp": _Rule(
        ClockSkew,
        text("The endpoint rejected the date of the request (%1)."),
        text("Correct the clock of this machine (NTP). A request may be at most 15 minutes off."),
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
