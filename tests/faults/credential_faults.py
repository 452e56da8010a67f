"""What the credential service of the instance's RAM role can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.faults.fault import Fault
from tests.upstream.odd_server import always, hang_up, http_response

if TYPE_CHECKING:
    import socket

    from tests.faults.scene import Scene

_LATER = "2100-01-01T00:00:00Z"


def _down(scene: Scene) -> None:
    # Those in hand have run out: they are of another URI.
    scene.other_credential_service()
    scene.credentials.behave = hang_up


def _down_while_credentials_last(scene: Scene) -> None:
    scene.credentials.behave = hang_up


def _slow(scene: Scene) -> None:
    scene.other_credential_service()
    scene.credentials.behave = _never


def _never(connection: socket.socket, _head: bytes) -> None:
    # Until the other side has enough, and closes.
    connection.recv(1)


def _garbage(scene: Scene) -> None:
    scene.other_credential_service()
    scene.credentials.behave = always(http_response(b"\xff\xfe\x00 no credentials \x80"))


def _rotating(scene: Scene) -> None:
    """Credentials stop working long before the time that was promised for them."""
    scene.other_credential_service()
    scene.promise(_LATER)


FAULTS = (
    Fault(
        "Credential service down, and no credentials are cached",
        _down,
        "NoCredentials",
        503,
        door="credentials",
    ),
    Fault(
        "Credential service slow, and no credentials are cached",
        _slow,
        "NoCredentials",
        503,
        door="credentials",
        never_answers=True,
    ),
    Fault(
        "Credential service sends garbage, and no credentials are cached",
        _garbage,
        "NoCredentials",
        503,
        door="credentials",
    ),
    Fault(
        "Credential service rotates before the time that it promised",
        _rotating,
        emulator={"credential_lifetime_s": 60},
    ),
    Fault(
        "Credential service hands out tokens that live 60 s",
        lambda _scene: None,
        emulator={"credential_lifetime_s": 60},
    ),
)
