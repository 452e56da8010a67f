"""Sends one message to one service: the only module that imports Apprise, in a process of its own.

Apprise, and what it is made of, log URLs, print them with `http.client.debuglevel`, and may hang.
Here nobody sees what is logged and printed, and whoever started this process can end it. It reads
an `Order` from stdin and writes an `Outcome` to stdout, both as JSON.
"""

from __future__ import annotations

import logging
import os
import signal
import smtplib
import sys
from typing import Any, Literal, TypeAlias

import msgspec
import requests

Kind: TypeAlias = Literal["info", "success", "warning", "failure"]
"""How a service may colour a message: the names are Apprise's."""

Reason: TypeAlias = Literal[
    "sent",
    "not_installed",
    "not_understood",
    "status",
    "refused",
    "timeout",
    "tls",
    "proxy",
    "no_connection",
    "login",
    "other",
    "no_process",
]
"""What became of a message. The last one is for whoever starts this process."""

# A response's own code is looked for in so many bytes.
_LONGEST_BODY = 64 * 1024
# DingTalk and WeCom report a failure in a response of status 200; so do Feishu and Lark.
_CODES = {
    "dingtalk": ("errcode",),
    "wecombot": ("errcode",),
    "feishu": ("code", "StatusCode"),
    "lark": ("code", "StatusCode"),
}


class Order(msgspec.Struct, frozen=True):
    """A message, and where it goes."""

    url: str
    title: str
    body: str
    kind: Kind
    within_s: int
    """After so many seconds this process ends, whatever it does."""


class Outcome(msgspec.Struct, frozen=True):
    """What became of a message; never has a part of a URL or of a response's text."""

    reason: Reason
    code: int | None = None
    """The HTTP status, or the code in the response's body.

    With `other` it is a status of success: one of several recipients may have got the message.
    """


def main() -> None:
    """Send the message that stdin has, and write to stdout what became of it."""
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    if hasattr(signal, "alarm"):  # the process that started this one may have ended
        signal.alarm(order.within_s)
    outcome = os.dup(1)
    nothing = os.open(os.devnull, os.O_WRONLY)
    for standard in (1, 2):
        os.dup2(nothing, standard)
    logging.disable()
    os.write(outcome, msgspec.json.encode(_send(order)))


def _send(order: Order) -> Outcome:
    try:
        import apprise  # noqa: PLC0415 - it may not be installed
    except ImportError:
        return Outcome("not_installed")
    asset = apprise.AppriseAsset(app_id="jupyter-dsw", app_desc="jupyter-dsw", async_mode=False)
    service = apprise.Apprise.instantiate(order.url, asset=asset, suppress_exceptions=True)
    if service is None:
        return Outcome("not_understood")
    seen = _Seen()
    is_sent = bool(service.notify(title=order.title, body=order.body, notify_type=order.kind))
    return seen.outcome(_CODES.get(str(service.secure_protocol), ()), is_sent=is_sent)


class _Seen:
    """The last exchange with a service: Apprise itself returns only whether all went well."""

    def __init__(self) -> None:
        self.response: requests.Response | None = None
        self.error: Exception | None = None
        self._watch(requests.Session, "send")
        for call in ("connect", "login", "sendmail"):
            self._watch(smtplib.SMTP, call)

    def _watch(self, kind: type, name: str) -> None:
        call = getattr(kind, name)

        def watched(*arguments: Any, **options: Any) -> Any:
            self.response = self.error = None
            try:
                result = call(*arguments, **options)
            except (OSError, requests.RequestException) as error:
                self.error = error
                raise
            if isinstance(result, requests.Response):
                self.response = result
            return result

        setattr(kind, name, watched)

    def outcome(self, codes: tuple[str, ...], *, is_sent: bool) -> Outcome:
        """Return what became of the message; `codes` are elements that report a failure."""
        response, error = self.response, self.error
        if error is not None and not is_sent:
            return Outcome(_reason(error))
        code = None if response is None else _rejection(response, codes)
        if code is not None:
            return Outcome("refused", code)
        if is_sent:
            return Outcome("sent")
        if response is not None and response.status_code >= 300:
            return Outcome("status", response.status_code)
        # One URL may have several recipients, and Apprise returns only that one of them failed.
        return Outcome("other", None if response is None else response.status_code)


def _reason(error: Exception) -> Reason:
    kinds: tuple[tuple[type[Exception], Reason], ...] = (
        (smtplib.SMTPAuthenticationError, "login"),
        (requests.exceptions.SSLError, "tls"),
        (requests.exceptions.ProxyError, "proxy"),
        (requests.exceptions.Timeout, "timeout"),
        (requests.exceptions.ConnectionError, "no_connection"),
        (smtplib.SMTPException, "other"),
        (OSError, "no_connection"),
    )
    return next((reason for kind, reason in kinds if isinstance(error, kind)), "other")


def _rejection(response: requests.Response, codes: tuple[str, ...]) -> int | None:
    """Return the code with which a service rejects a message in a response of status 200."""
    if response.status_code != 200 or not codes:
        return None
    try:
        body = msgspec.json.decode(response.content[:_LONGEST_BODY], type=dict[str, Any])
    except msgspec.MsgspecError:
        return None
    found = (body.get(name) for name in codes)
    return next((code for code in found if isinstance(code, int) and code != 0), None)
