"""From an error answer of the gateway or of PAI-DSW to an error that a person can act on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jupyter_dsw.i18n import Text, text
from jupyter_dsw.upstream.errors import (
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
from jupyter_dsw.upstream.failures import reject_answer
from jupyter_dsw.upstream.headers import answer_date, retry_after_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


_ACCESS_KEY_ADVICE = text(
    "Set an access key that is enabled and belongs to the instance's account, or remove "
    "ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET to use the instance's RAM "
    "role. Its user or role needs paidsw:GetInstance."
)
_RAM_ADVICE = text(
    "Ask an administrator of the account to allow the action paidsw:GetInstance to this RAM user "
    "or role in a RAM policy."
)
_WORKSPACE_ADVICE = text(
    "Ask an administrator of the PAI workspace to give this RAM user or role a role in the "
    "workspace: the workspace refuses paidsw:GetInstance, and a RAM policy alone does not help."
)
_EITHER_ADVICE = text(
    "The action needed is paidsw:GetInstance. Ask an administrator for a role in the PAI "
    "workspace of the instance, and for a RAM policy that allows this action."
)
_CLOCK_ADVICE = text(
    "Set the clock of this machine right (NTP); requests may be 15 minutes off at most."
)
_SUPPORT_ADVICE = text(
    "It is tried again by itself. If it stays, look at the instance in the PAI console, and give "
    "the request id to Alibaba Cloud's support."
)


@dataclass(frozen=True)
class Refusal:
    """An error answer, all of it fit to be shown: `status` is HTTP's, `code` may be ""."""

    status: int
    code: str
    message: str
    request_id: str | None
    headers: Mapping[str, str]


def error_of_refusal(refusal: Refusal, now: float) -> DSWError:
    """The error for an error answer: by its `Code` first, by its HTTP status second.

    `now` is the clock here, in seconds since the epoch.
    """
    error = _by_code(refusal, now) or _by_status(refusal)
    error.request_id = refusal.request_id
    if isinstance(error, (Throttled, UpstreamFailed)):
        error.retry_after_ms = retry_after_ms(refusal.headers, now)
    return error


def _by_code(refusal: Refusal, now: float) -> DSWError | None:
    for prefix, make in _CODES:
        if refusal.code == prefix or refusal.code.startswith(f"{prefix}."):
            return make(refusal, now)
    if refusal.status == 404 and refusal.code:
        return _not_found(refusal, now)
    return None


def _by_status(refusal: Refusal) -> DSWError:
    if refusal.status == 429:
        return _throttled(refusal, 0)
    if refusal.status in (401, 403) and refusal.code:
        return _denied(refusal, 0)
    if 400 <= refusal.status < 500 and not refusal.code:
        reject_answer(text("is an error without a reason (HTTP %1)", refusal.status))
    return _failed(refusal, 0)


def _said(what: Text, refusal: Refusal) -> Text:
    said = refusal.code or (f"HTTP {refusal.status}" if refusal.status >= 400 else "Success: false")
    if refusal.message:
        return text("%1 (%2): %3", what, said, refusal.message)
    return text("%1 (%2).", what, said)


def _denied(refusal: Refusal, _: float) -> DSWError:
    advice = _EITHER_ADVICE
    if "workspace" in refusal.message.lower():
        advice = _WORKSPACE_ADVICE
    elif refusal.code.startswith(("Forbidden.RAM", "NoPermission")) and (
        refusal.code != "NoPermissionError"
    ):
        advice = _RAM_ADVICE
    return Denied(_said(text("Reading the instance is not permitted"), refusal), advice)


def _access_key(refusal: Refusal, _: float) -> DSWError:
    # The gateway's message may quote the key.
    reasons = {
        "InvalidAccessKeyId.NotFound": text("does not exist"),
        "InvalidAccessKeyId.Inactive": text("is disabled"),
    }
    reason = reasons.get(refusal.code, text("is not valid"))
    return _key_denied(
        text("The access key that was used %1 (%2).", reason, refusal.code), _ACCESS_KEY_ADVICE
    )


def _security_token(refusal: Refusal, _: float) -> DSWError:
    return _key_denied(
        text("The security token and the access key do not belong together (%1).", refusal.code),
        text(
            "Set ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET and "
            "ALIBABA_CLOUD_SECURITY_TOKEN from the same answer of STS, or remove all three to use "
            "the instance's RAM role, which needs paidsw:GetInstance."
        ),
    )


def _key_denied(message: str, advice: str) -> DSWError:
    error = Denied(message, advice)
    error.about_access_key = True
    return error


def _token_expired(refusal: Refusal, _: float) -> DSWError:
    return CredentialsExpired(
        text("The security token that was used has expired (%1).", refusal.code),
        text(
            "Set a new ALIBABA_CLOUD_SECURITY_TOKEN with its access key, or remove them to use the "
            "instance's RAM role, whose tokens are renewed by themselves."
        ),
    )


def _not_found(refusal: Refusal, _: float) -> DSWError:
    return NotFound(
        _said(text("There is no such instance in this region and account"), refusal),
        text(
            "Check DSW_INSTANCE_ID and REGION, and that the credentials are of the account that "
            "owns the instance."
        ),
    )


def _no_such_api(refusal: Refusal, _: float) -> DSWError:
    return NotConfigured(
        text("The endpoint does not know PAI-DSW's GetInstance (%1).", refusal.code),
        text(
            "Check REGION and JUPYTER_DSW_ENDPOINT: the region may have no PAI-DSW, or the "
            "endpoint be another product's."
        ),
    )


def _throttled(refusal: Refusal, _: float) -> DSWError:
    return Throttled(
        _said(text("Too many calls to PAI-DSW in this account"), refusal),
        text("Nothing to do: the instance is read again after a pause."),
    )


def _bad_signature(refusal: Refusal, _: float) -> DSWError:
    # The gateway's message quotes the string to sign, the security token in it.
    return BadSignature(
        text("The endpoint refused the signature of the request (%1).", refusal.code),
        text(
            "Check that ALIBABA_CLOUD_ACCESS_KEY_SECRET belongs to ALIBABA_CLOUD_ACCESS_KEY_ID, "
            "and that no proxy in between changes or repeats requests."
        ),
    )


def _clock_skew(refusal: Refusal, now: float) -> DSWError:
    date = answer_date(refusal.headers)
    ahead_s = round(now - date.timestamp()) if date else 0
    if ahead_s > 0:
        message = text("The clock of this machine is %1 s ahead of Alibaba Cloud's.", ahead_s)
    elif ahead_s < 0:
        message = text("The clock of this machine is %1 s behind Alibaba Cloud's.", -ahead_s)
    else:
        message = text("The endpoint refused the date of the request (%1).", refusal.code)
    return ClockSkew(message, _CLOCK_ADVICE)


def _failed(refusal: Refusal, _: float) -> DSWError:
    return UpstreamFailed(_said(text("PAI-DSW failed to answer"), refusal), _SUPPORT_ADVICE)


def _invalid_request(refusal: Refusal, now: float) -> DSWError:
    if refusal.status == 404:
        return _not_found(refusal, now)
    return UpstreamFailed(
        _said(text("PAI-DSW refused the request"), refusal),
        text("Check DSW_INSTANCE_ID, the sharing token and the option fields."),
    )


# Codes, or what they begin with before a full stop; the first that fits wins.
_CODES: tuple[tuple[str, Callable[[Refusal, float], DSWError]], ...] = (
    ("Throttling", _throttled),
    ("InvalidAccessKeyId", _access_key),
    ("InvalidSecurityToken.Expired", _token_expired),
    ("InvalidSecurityToken", _security_token),
    ("MissingSecurityToken", _security_token),
    ("SignatureDoesNotMatch", _bad_signature),
    ("IncompleteSignature", _bad_signature),
    ("SignatureNonceUsed", _bad_signature),
    ("InvalidTimeStamp", _clock_skew),
    ("Forbidden", _denied),
    ("NoPermission", _denied),
    ("NoPermissionError", _denied),
    ("InvalidAction", _no_such_api),
    ("InvalidVersion", _no_such_api),
    ("InvalidInstance", _not_found),
    ("InvalidInstanceId", _not_found),
    ("ValidationError", _invalid_request),
    ("ServiceUnavailable", _failed),
    ("InternalError", _failed),
)
