"""What a check is, and how checks that build on each other are gone through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Literal, TypeAlias, TypeVar

import msgspec

from jupyter_dsw.i18n import Text, text
from jupyter_dsw.upstream.errors import DSWError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Scene = TypeVar("Scene")
State: TypeAlias = Literal["ok", "failed", "skipped", "noted"]

LEFT_OUT = text("left out: --offline")


def not_checked_because_of(name: str) -> Text:
    """Why a check was skipped that the one of this `name` goes before."""
    return text("not checked, because of: %1", name)


class Check(msgspec.Struct, frozen=True):
    """What came of one check."""

    name: str
    state: State
    """`failed` is what has to be mended; `skipped`: it could not be checked; `noted`:
    worth knowing, and no fault."""
    found: str
    """What was found, or why it was skipped; never a secret."""
    advice: str = ""
    """What to do about it."""


class Wrong(Exception):
    """What a check raises that failed: what is wrong, and what to do about it."""

    def __init__(self, message: Text, advice: Text) -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


class CannotTell(Exception):
    """What a check raises that says nothing as things are; says why."""

    def __init__(self, why: Text) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Noted:
    """What a check returns that is worth knowing, and no fault."""

    found: Text


@dataclass(frozen=True)
class Step(Generic[Scene]):
    """One check: `look` returns what it found, or raises `Wrong`, `CannotTell` or a `DSWError`."""

    name: str
    """In English: also what other steps and scripts call it."""
    look: Callable[[Scene], Text | Noted]
    needs: tuple[str, ...] = ()
    """The checks without which it is not made."""
    network: bool = False
    """Whether it asks another machine or process."""


def examine(steps: Iterable[Step[Scene]], scene: Scene, *, offline: bool) -> Iterator[Check]:
    """Take the steps one after another, leaving out those that others make pointless."""
    passed: set[str] = set()
    steps = tuple(steps)
    names = {step.name: step.name for step in steps}
    for step in steps:
        missing = next((name for name in step.needs if name not in passed), None)
        if offline and step.network:
            check = Check(step.name, "skipped", LEFT_OUT)
        elif missing is not None:
            check = Check(step.name, "skipped", not_checked_because_of(names.get(missing, missing)))
        else:
            check = _looked(step, scene)
        if check.state in {"ok", "noted"}:
            passed.add(step.name)
        yield check


def _looked(step: Step[Scene], scene: Scene) -> Check:
    try:
        found = step.look(scene)
    except (Wrong, DSWError) as failure:
        return Check(step.name, "failed", failure.message, failure.advice)
    except CannotTell as why:
        return Check(step.name, "skipped", why.why)
    except Exception as error:  # noqa: BLE001 - the other checks are made all the same
        # The text of an unforeseen exception may quote anything.
        wrong = text("The check itself failed (%1).", type(error).__name__)
        advice = text("Please report it as a fault of jupyter-dsw.")
        return Check(step.name, "failed", wrong, advice)
    if isinstance(found, Noted):
        return Check(step.name, "noted", found.found)
    return Check(step.name, "ok", found)
