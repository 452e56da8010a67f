"""Checks of one GetInstance: each asks what the answer, or the error, says of its own part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from jupyter_dsw.cli.doctor.check import CannotTell, Step, Wrong
from jupyter_dsw.instance.phrases import plain, reason_words, status_words
from jupyter_dsw.upstream.errors import (
    BadSignature,
    ClockSkew,
    CredentialsExpired,
    Denied,
    DSWError,
    NotFound,
)

if TYPE_CHECKING:
    from jupyter_dsw.cli.doctor.scene import Scene

Part: TypeAlias = Literal["answer", "access key", "signature", "permission", "instance"]

# The gateway's codes, which stand in an error's message, for keys and tokens that are not valid.
_KEY_CODES = ("InvalidAccessKeyId", "SecurityToken")


def _part_of(error: DSWError) -> Part:
    """What an error of GetInstance is about.  No refusal at all: no usable answer came."""
    if isinstance(error, CredentialsExpired):
        return "access key"
    if isinstance(error, Denied):
        about_key = any(code in error.message for code in _KEY_CODES)
        return "access key" if about_key else "permission"
    if isinstance(error, (BadSignature, ClockSkew)):
        return "signature"
    return "instance" if isinstance(error, NotFound) else "answer"


def _raise_if_about(part: Part, scene: Scene) -> None:
    if isinstance(scene.asked, DSWError) and _part_of(scene.asked) == part:
        raise scene.asked


def _answer(scene: Scene) -> str:
    _raise_if_about("answer", scene)
    return "the endpoint answers GetInstance"


def _access_key(scene: Scene) -> str:
    _raise_if_about("access key", scene)
    return "known, and not expired"


def _signature(scene: Scene) -> str:
    _raise_if_about("signature", scene)
    return "accepted"


def _permission(scene: Scene) -> str:
    _raise_if_about("permission", scene)
    if isinstance(scene.asked, DSWError):
        reason = "cannot be told without: instance"
        raise CannotTell(reason)
    return "paidsw:GetInstance is allowed"


def _instance(scene: Scene) -> str:
    _raise_if_about("instance", scene)
    if isinstance(scene.asked, DSWError):
        reason = "cannot be told without: permission"
        raise CannotTell(reason)
    instance = scene.asked.instance
    simulated = " (simulated by an emulator)" if scene.asked.simulated else ""
    name = plain(instance.instance_name or instance.instance_id or "")
    found = f"{name}: {status_words(instance)}{simulated}"
    if instance.status == "Failed":
        words = reason_words(instance.reason_code, instance.reason_message)
        message = f"{found}: {words or 'the endpoint tells no reason'}."
        advice = "Look at the instance's events in the PAI console, and start it again."
        raise Wrong(message, advice)
    return found


STEPS: tuple[Step[Scene], ...] = (
    Step("answer", _answer, ("instance id", "credentials", "clock"), network=True),
    Step("access key", _access_key, ("answer",), network=True),
    Step("signature", _signature, ("access key",), network=True),
    Step("permission", _permission, ("signature",), network=True),
    Step("instance", _instance, ("signature",), network=True),
)
