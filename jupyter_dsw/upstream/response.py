"""From an answer over HTTP to the instance: the one place that sees the raw body."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Literal

from jupyter_dsw.i18n import text
from jupyter_dsw.model.instance import Instance, decode_instance, parse_instance
from jupyter_dsw.upstream.cleaning import clean_identifier, clean_message
from jupyter_dsw.upstream.failures import BROKEN_JSON_ADVICE, NO_INSTANCE_ADVICE, reject_answer
from jupyter_dsw.upstream.headers import answer_date
from jupyter_dsw.upstream.refusals import Refusal, error_of_refusal
from jupyter_dsw.upstream.settings import MAX_SPEED

if TYPE_CHECKING:
    from jupyter_dsw.upstream.transport import HTTPResponse

# The emulator says by this header of an answer that it is one.
_EMULATOR_HEADER = "X-Jupyter-DSW-Emulator"
_SPEED_HEADER = "X-Jupyter-DSW-Emulator-Speed"
_SPEED = re.compile(r"[0-9]{1,4}(\.[0-9]{1,6})?")


@dataclass(frozen=True)
class InstanceResponse:
    """What GetInstance answered: the secret-free instance, and what its envelope told.

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


def read_answer(
    answer: HTTPResponse,
    secrets: tuple[str, ...],
    now: float,
    *,
    sent: float,
    instance_id: str,
) -> InstanceResponse:
    """Return what an answer says.  Raises the DSWError that it is, if it is one.

    `instance_id` is the instance that was requested. `secrets` are strings that no error may quote.
    `now` and `sent` are when the request was sent: seconds since the epoch, and `elapsed_seconds`.
    """
    if 300 <= answer.status < 400:
        reject_answer(text("is a redirect (HTTP %1), which is never followed", answer.status))
    document = _decode(answer)
    refusal = _refusal(answer, document, secrets)
    if refusal is not None:
        raise error_of_refusal(refusal, now)
    _check_instance_id(document.get("InstanceId"), instance_id)
    instance = parse_instance(document)
    date = answer_date(answer.headers)
    return InstanceResponse(
        instance=instance,
        date=datetime.fromtimestamp(now, timezone.utc) if date is None else date,
        date_by="local" if date is None else "endpoint",
        sent=sent,
        request_id=clean_identifier(document.get("RequestId"), secrets),
        simulated=is_simulated(answer),
    )


def _check_instance_id(found: object, requested: str) -> None:
    """Refuse a response about no instance, or about another one than was requested."""
    if not isinstance(found, str) or not found:
        reject_answer(text("is JSON, but describes no instance"), NO_INSTANCE_ADVICE)
    if found.lower() != requested.lower():
        reject_answer(text("describes another instance than the one requested"))


def is_simulated(answer: HTTPResponse) -> bool:
    """Tell whether the emulator gave this answer."""
    return _EMULATOR_HEADER in answer.headers


def simulated_speed(answer: HTTPResponse) -> float:
    """Return how many times as fast as real time the emulator's instance lives.

    1 for a real endpoint, whatever it sends, and where the emulator's number is missing or out of
    bounds.
    """
    sent = answer.headers.get(_SPEED_HEADER, "") if is_simulated(answer) else ""
    speed = float(sent) if _SPEED.fullmatch(sent) else 1.0
    return speed if 1 <= speed <= MAX_SPEED else 1.0


def _decode(answer: HTTPResponse) -> dict[str, Any]:
    """The body's JSON object; {} where an error status says enough without one."""
    try:
        return decode_instance(answer.body)
    except ValueError:
        pass
    if answer.status >= 400:
        return {}
    if not answer.body.strip():
        reject_answer(text("is empty"))
    if answer.body.lstrip()[:1] == b"<":
        reject_answer(text("is an HTML page"))
    if answer.body.lstrip()[:1] == b"{":
        reject_answer(text("is not valid JSON"), BROKEN_JSON_ADVICE)
    return reject_answer(text("is not a JSON object"))


def _refusal(
    answer: HTTPResponse, document: dict[str, Any], secrets: tuple[str, ...]
) -> Refusal | None:
    success = document.get("Success")
    code = clean_identifier(document.get("Code"), secrets) or ""
    refused = answer.status >= 400 or success in (False, "false", "False")
    if not refused and (success is True or "InstanceId" in document or not code):
        return None
    status = answer.status
    own_status = document.get("HttpStatusCode")
    if status < 400 and type(own_status) is int and 400 <= own_status <= 599:
        status = own_status
    return Refusal(
        status=status,
        code=code,
        message=clean_message(document.get("Message"), secrets),
        request_id=clean_identifier(document.get("RequestId"), secrets)
        or clean_identifier(answer.headers.get("x-acs-request-id"), secrets),
        headers=answer.headers,
    )
