"""What the credential service of the instance's RAM role can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.faults.fault import Fault
from tests.upstream.odd_server import always, hang_up, http_response

if TYPE_CHECKING:
    import socket

    from tests.faults.context import Context

_LATER = "2100-01-01T00:00:00Z"


def _down(context: Context) -> None:
    # Those in hand have run out: they are of another URI.
    context.other_credential_service()
    context.credentials.behave = hang_up


def _down_while_credentials_last(context: Context) -> None:
    context.credentials.behave = hang_up


def _slow(context: Context) -> None:
    context.other_credential_service()
    context.credentials.behave = _never


def _never(connection: socket.socket, _head: bytes) -> None:
    # Until the other side has enough, and closes.
    connection.recv(1)


def _garbage(context: Context) -> None:
    context.other_credential_service()
    context.credentials.behave = always(http_response(b"\xff\xfe\x00 no credentials \x80"))


def _rotating(context: Context) -> None:
    """Credentials stop working long before the time that was promised for them."""
    context.other_credential_service()
    context.promise(_LATER)


FAULTS = (
    Fault(
        "Credential service down, and no credentials are cached",
        _down,
        "NoCredentials",
        503,
        server="credentials",
    ),
    Fault(
        "Credential service slow, and no credentials are cached",
        _slow,
        "NoCredentials",
        503,
        server="credentials",
        never_responds=True,
    ),
    Fault(
        "Credential service sends garbage, and no credentials are cached",
        _garbage,
        "NoCredentials",
        503,
        server="credentials",
    ),
    Fault(
        "Credential service rotates before the time that it promised",
        _rotating,
        emulator={"credential_lifetime_s": 60},
    ),
    Fault(
        "Credential service hands out tokens that live 60 s",
        lambda _context: None,
        emulator={"credential_lifetime_s": 60},
    ),
)
