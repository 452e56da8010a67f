"""Checks of one GetInstance: each asks what the answer, or the error, says of its own part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from jupyter_dsw.cli.doctor.check import CannotTell, Step, Wrong, not_checked_because_of
from jupyter_dsw.i18n import Text, text
from jupyter_dsw.render.labels import plain, reason_words, status_words
from jupyter_dsw.upstream.errors import (
    BadSignature,
    ClockSkew,
    CredentialsExpired,
    Denied,
    DSWError,
    NotFound,
)

if TYPE_CHECKING:
    from jupyter_dsw.cli.doctor.context import Scene

Part: TypeAlias = Literal["response", "access key", "signature", "permission", "instance"]


def _part_of(error: DSWError) -> Part:
    """What an error of GetInstance is about.  No refusal at all: no usable answer came."""
    if isinstance(error, CredentialsExpired):
        return "access key"
    if isinstance(error, Denied):
        return "access key" if error.about_access_key else "permission"
    if isinstance(error, (BadSignature, ClockSkew)):
        return "signature"
    return "instance" if isinstance(error, NotFound) else "response"


def _raise_if_about(part: Part, scene: Scene) -> None:
    if isinstance(scene.asked, DSWError) and _part_of(scene.asked) == part:
        raise scene.asked


def _answer(scene: Scene) -> Text:
    _raise_if_about("response", scene)
    return text("the endpoint responds to GetInstance")


def _access_key(scene: Scene) -> Text:
    _raise_if_about("access key", scene)
    return text("known, and not expired")


def _signature(scene: Scene) -> Text:
    _raise_if_about("signature", scene)
    return text("accepted")


def _permission(scene: Scene) -> Text:
    _raise_if_about("permission", scene)
    if isinstance(scene.asked, DSWError):
        raise CannotTell(not_checked_because_of(text("instance")))
    return text("paidsw:GetInstance is allowed")


def _instance(scene: Scene) -> Text:
    _raise_if_about("instance", scene)
    if isinstance(scene.asked, DSWError):
        raise CannotTell(not_checked_because_of(text("permission")))
    instance = scene.asked.instance
    name = plain(instance.instance_name or instance.instance_id or "")
    found = text("%1: %2", name, status_words(instance))
    if scene.asked.simulated:
        found = text("%1 (simulated by an emulator)", found)
    if instance.status == "Failed":
        words = reason_words(instance.reason_code, instance.reason_message)
        raise Wrong(
            text("%1: %2.", found, words or text("the endpoint gives no reason")),
            text("Look at the instance's events in the PAI console, and start it again."),
        )
    return found


STEPS: tuple[Step[Scene], ...] = (
    Step(text("response"), _answer, ("instance id", "credentials", "clock"), network=True),
    Step(text("access key"), _access_key, ("response",), network=True),
    Step(text("signature"), _signature, ("access key",), network=True),
    Step(text("permission"), _permission, ("signature",), network=True),
    Step(text("instance"), _instance, ("signature",), network=True),
)
