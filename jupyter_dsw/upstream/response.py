"""From an HTTP response to what is kept of it: the one place that sees the raw body."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from jupyter_dsw.i18n import Text, text
from jupyter_dsw.model.instance import Instance, decode_instance, parse_instance
from jupyter_dsw.model.kinds import without_secrets
from jupyter_dsw.model.secrets_in_text import REDACTED
from jupyter_dsw.upstream.errors import (
    PROXY_PAGE_ADVICE,
    WORKSPACE_ADVICE,
    BadResponse,
    ClockSkew,
    Denied,
    Throttled,
    UpstreamFailed,
    clock_difference,
    rule_of,
)
from jupyter_dsw.upstream.settings import MAX_SPEED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from jupyter_dsw.upstream.errors import DSWError, Rule
    from jupyter_dsw.upstream.transport import HTTPResponse

# The emulator marks its responses with these headers.
_EMULATOR_HEADER = "X-Jupyter-DSW-Emulator"
_SPEED_HEADER = "X-Jupyter-DSW-Emulator-Speed"
_SPEED = re.compile(r"[0-9]{1,4}(\.[0-9]{1,6})?")
_LONGEST_WAIT_MS = 60 * 60 * 1000
_DIGITS = re.compile(r"[0-9]{1,12}")
MAX_MESSAGE = 300
"""The most characters of a `Message` that are shown."""
_MAX_READ = 2000
_CUT = "…"
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._*-]{0,79}")

_BROKEN_JSON_ADVICE = text(
    "jupyter-dsw retries automatically. If the problem persists, check the proxies in between, and "
    "report it to Alibaba Cloud's support."
)
_NO_INSTANCE_ADVICE = text(
    "If DSWExtension.fields is set, it must include InstanceId. Otherwise check HTTPS_PROXY, "
    "NO_PROXY and JUPYTER_DSW_ENDPOINT."
)


@dataclass(frozen=True)
class Received:
    """A response, when its request was sent, and strings that no error may quote.

    `now` is in seconds since the epoch, `sent` the same moment in those of `elapsed_seconds`.
    """

    response: HTTPResponse
    now: float
    sent: float
    secrets: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class InstanceResponse:
    """What GetInstance responded: the secret-free instance, and what else is needed of it.

    `date` is when the endpoint responded (aware, UTC), by its own clock; without a `Date` header it
    is when the request was sent, by this machine's, and `date_by` is "local". `sent` is when the
    request was sent, too (`elapsed_seconds`).
    """

    instance: Instance
    date: datetime
    date_by: Literal["endpoint", "local"]
    sent: float
    request_id: str | None
    simulated: bool


def read_response(received: Received, instance_id: str) -> InstanceResponse:
    """Return the instance in a response. Raises the DSWError for it where it has none.

    `instance_id` is the instance that was requested.
    """
    document = read_document(received, decode_instance, "InstanceId")
    _check_instance_id(document.get("InstanceId"), instance_id)
    instance = parse_instance(document)
    date = response_date(received.response.headers)
    return InstanceResponse(
        instance=instance,
        date=datetime.fromtimestamp(received.now, timezone.utc) if date is None else date,
        date_by="local" if date is None else "endpoint",
        sent=received.sent,
        request_id=clean_identifier(document.get("RequestId"), received.secrets),
        simulated=is_simulated(received.response),
    )


def reject(message: Text, advice: Text = PROXY_PAGE_ADVICE) -> NoReturn:
    """Raise BadResponse for a response that is not PAI-DSW's."""
    raise BadResponse(message, advice)


def read_document(
    received: Received, decode: Callable[[bytes], dict[str, Any]], element: str
) -> dict[str, Any]:
    """Return what `decode` keeps of a response. Raises the DSWError for an error response.

    `element` is one that only a good response has.
    """
    status = received.response.status
    if 300 <= status < 400:
        reject(
            text(
                "PAI-DSW's endpoint sent a redirect (HTTP %1). jupyter-dsw never follows "
                "redirects.",
                status,
            )
        )
    document = _decode(received.response, decode)
    error = _error_in(received, document, element)
    if error is not None:
        raise error
    return document


def _check_instance_id(found: object, requested: str) -> None:
    """Refuse a response about no instance, or about another one than was requested."""
    if not isinstance(found, str) or not found:
        reject(
            text("The response of PAI-DSW's endpoint describes no instance."), _NO_INSTANCE_ADVICE
        )
    if found.lower() != requested.lower():
        reject(
            text(
                "The response of PAI-DSW's endpoint describes another instance than the one "
                "requested."
            )
        )


def is_simulated(response: HTTPResponse) -> bool:
    """Return whether the emulator sent this response."""
    return _EMULATOR_HEADER in response.headers


def simulated_speed(response: HTTPResponse) -> float:
    """Return how many times as fast as real time the emulator's instance lives.

    1 for a real endpoint, whatever it sends, and where the emulator's number is missing or out of
    bounds.
    """
    sent = response.headers.get(_SPEED_HEADER, "") if is_simulated(response) else ""
    speed = float(sent) if _SPEED.fullmatch(sent) else 1.0
    return speed if 1 <= speed <= MAX_SPEED else 1.0


def _decode(response: HTTPResponse, decode: Callable[[bytes], dict[str, Any]]) -> dict[str, Any]:
    """Return the body's JSON object; {} where an error status is enough without one."""
    try:
        return decode(response.body)
    except ValueError:
        pass
    if response.status >= 400:
        return {}
    if not response.body.strip():
        reject(text("PAI-DSW's endpoint sent an empty response."))
    if response.body.lstrip()[:1] == b"<":
        reject(text("PAI-DSW's endpoint sent an HTML page instead of JSON."))
    if response.body.lstrip()[:1] == b"{":
        reject(
            text("PAI-DSW's endpoint sent JSON that is not valid or cut off."), _BROKEN_JSON_ADVICE
        )
    return reject(text("PAI-DSW's endpoint sent something other than a JSON object."))


def _error_in(received: Received, document: dict[str, Any], element: str) -> DSWError | None:
    """Return the error that a response reports, by its code or status; None for a good response."""
    headers, status, secrets = received.response.headers, received.response.status, received.secrets
    success = document.get("Success")
    code = clean_identifier(document.get("Code"), secrets) or ""
    failed = status >= 400 or success in (False, "false", "False")
    if not failed and (success is True or element in document or not code):
        return None
    own_status = document.get("HttpStatusCode")
    if status < 400 and type(own_status) is int and 400 <= own_status <= 599:
        status = own_status
    rule = rule_of(code, status)
    if rule is None:
        reject(text("PAI-DSW's endpoint sent an error without a reason (HTTP %1).", status))
    date = response_date(headers)
    ahead_s = round(received.now - date.timestamp()) if date else 0
    quoted = clean_message(document.get("Message"), secrets)
    message = _message(
        rule, code or (f"HTTP {status}" if status >= 400 else "Success: false"), quoted
    )
    if rule.error is ClockSkew and ahead_s:
        message = clock_difference(ahead_s)
    advice = rule.advice
    if rule.error is Denied and rule.quotes and "workspace" in quoted.lower():
        advice = WORKSPACE_ADVICE
    error = rule.error(
        message,
        advice,
        request_id=clean_identifier(document.get("RequestId"), secrets)
        or clean_identifier(headers.get("x-acs-request-id"), secrets),
    )
    if isinstance(error, Denied):
        error.about_access_key = not rule.quotes
    if isinstance(error, (Throttled, UpstreamFailed)):
        error.retry_after_ms = retry_after_ms(headers, received.now)
    return error


def _message(rule: Rule, code: str, quoted: str) -> Text:
    if not rule.quotes:
        return rule.message.filled(code)
    if quoted:
        return text("%1 (%2): %3", rule.message, code, quoted)
    return text("%1 (%2).", rule.message, code)


def response_date(headers: Mapping[str, str]) -> datetime | None:
    """Return the `Date` of a response, aware and in UTC; None if it cannot be read."""
    try:
        date = parsedate_to_datetime(headers.get("Date", ""))
        aware = date if date.tzinfo else date.replace(tzinfo=timezone.utc)
        return aware.astimezone(timezone.utc)
    except (ValueError, TypeError, OverflowError):
        return None


def retry_after_ms(headers: Mapping[str, str], now: float) -> int | None:
    """Return how long the endpoint requests no calls, in milliseconds, an hour at most.

    From `x-acs-retry-after` (milliseconds), else from `Retry-After` (seconds, or a date).
    """
    wait_ms: float | None = None
    own = headers.get("x-acs-retry-after", "").strip()
    common = headers.get("Retry-After", "").strip()
    if _DIGITS.fullmatch(own):
        wait_ms = int(own)
    elif _DIGITS.fullmatch(common):
        wait_ms = int(common) * 1000
    elif common:
        until = response_date({"Date": common})
        sent = response_date(headers)
        if until is not None:
            wait_ms = (until.timestamp() - (sent.timestamp() if sent else now)) * 1000
    # No endpoint means "at once" after an error.
    return int(min(wait_ms, _LONGEST_WAIT_MS)) if wait_ms and wait_ms > 0 else None


def clean_message(value: object, secrets: Iterable[str] = ()) -> str:
    """Return what may be shown of a `Message`, at most `MAX_MESSAGE` characters.

    Control, bidi and other invisible characters are removed, and so are each of `secrets` and
    whatever looks like a credential or is named like one. "" for what is no text and for the string
    "null", with which GetInstance means that there is none.
    """
    if not isinstance(value, str) or value == "null":
        return ""
    value = "".join(map(_visible, value[: 4 * _MAX_READ]))
    for secret in secrets:
        value = value.replace(secret, REDACTED)
    value = without_secrets(" ".join(value.split())[:_MAX_READ])
    return value if len(value) <= MAX_MESSAGE else value[: MAX_MESSAGE - 1] + _CUT


def clean_identifier(value: object, secrets: Iterable[str] = ()) -> str | None:
    """Return a `Code` or `RequestId`; None for "null", for prose, and for a secret."""
    if not isinstance(value, str) or value == "null" or not _IDENTIFIER.fullmatch(value):
        return None
    return None if any(secret in value for secret in secrets) else value


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if character in "\t\r\n" or category in ("Zl", "Zp"):
        return " "
    return "" if category.startswith("C") else character
