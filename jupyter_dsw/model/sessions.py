"""The last runs of the instance: from when to when, and how each ended.

From the API page GetLifecycle (version 2022-01-01). No list of reason codes is published: only a
plain code counts, and it is shown as it is in any case.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import msgspec

from jupyter_dsw.model.elements import Element
from jupyter_dsw.model.instance import ENDED_STATUSES
from jupyter_dsw.model.kinds import (  # noqa: TC001 - msgspec reads annotations at run time
    Enumeration,
    Message,
)
from jupyter_dsw.model.parsing import Parser

if TYPE_CHECKING:
    from collections.abc import Mapping

EndedBy: TypeAlias = Literal["idle", "scheduled", "person", "debt", "failure", "other"]
"""What ended a run. `other`: something that jupyter-dsw does not know; see the reason."""

MAX_SESSIONS = 20
"""Runs that are kept; fewer are requested."""
MAX_REASON = 300
"""Characters of a reason that are kept."""

_UTC = Annotated[datetime, msgspec.Meta(tz=True)]
_LIFECYCLE = "Lifecycle"
_DEBT_STATUSES = frozenset({"ArrearStopping", "Arrearge"})
_END_STATUSES = ENDED_STATUSES | _DEBT_STATUSES
# `IdleInstanceCuller` and `IDLE_STOP` have the words idle, instance, culler, stop.
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_DEBT_WORDS = frozenset({"arrear", "arrears", "arrearage", "arrearge", "overdue"})
_STOP_WORDS = frozenset(
    {"stop", "stopped", "stopping", "shutdown", "shut", "cull", "culled", "culler", "timeout"}
)
# In this order: `UserIdleStop` is a stop after idleness.
_CAUSES: tuple[tuple[EndedBy, frozenset[str]], ...] = (
    ("idle", frozenset({"idle"})),
    ("scheduled", frozenset({"timer", "scheduled"})),
    ("person", frozenset({"user", "manual", "manually"})),
)


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One run of the instance, from its start to its stop or failure."""

    started_at: _UTC | None = None
    """When it started (UTC); None where that is not known."""
    ended_at: _UTC | None = None
    """When its stop began (UTC), or the last that is known of it; None while it runs."""
    ended_by: EndedBy | None = None
    """What ended it; `other` where there is a reason that is not understood; None while it runs,
    and where no reason is given."""
    status: str | None = None
    """Its last status, as GetInstance's; also `ArrearStopping` and `Arrearge`, for debt."""
    reason_code: str | None = None
    """The platform's code for why it ended; no list of codes is published."""
    reason: str | None = None
    """The platform's message on why it ended, secrets removed."""


class _Step(Element, frozen=True):
    """A status of the instance, from when to when. Element of `Lifecycle`."""

    status: Enumeration | None = None
    reason_code: Enumeration | None = None
    reason_message: Message | None = None
    gmt_create_time: datetime | None = None
    gmt_end_time: datetime | None = None


class _Response(Element, frozen=True):
    lifecycle: tuple[_Step, ...] = ()


def parse_sessions(raw: Mapping[str, Any]) -> tuple[Session, ...] | None:
    """Return the last runs, newest first, secrets removed; None where the response has none.

    Args:
        raw: the JSON object of GetLifecycle's response. Its order does not matter.
    """
    received = raw.get(_LIFECYCLE)
    if not isinstance(received, list):
        return None
    runs = [run for run in received[:MAX_SESSIONS] if isinstance(run, list)]
    if received and not runs:
        return None
    by_age = sorted(filter(None, map(_steps, runs)), key=lambda run: -_begin(run[0]))
    return tuple(_session(steps, newest=steps is by_age[0]) for steps in by_age)


def _steps(run: list[Any]) -> list[_Step]:
    """Return the statuses of a run in the order in which they came."""
    steps = Parser().element(_Response, {_LIFECYCLE: run}).lifecycle
    return sorted((step for step in steps if step.status), key=_begin)


def _begin(step: _Step) -> float:
    return step.gmt_create_time.timestamp() if step.gmt_create_time else float("-inf")


def _session(steps: list[_Step], *, newest: bool) -> Session:
    last = steps[-1]
    first_of_end = len(steps)
    while first_of_end and steps[first_of_end - 1].status in _END_STATUSES:
        first_of_end -= 1
    end = steps[first_of_end:]
    ended_at = end[0].gmt_create_time if end else None
    if not end and not newest:
        ended_at = last.gmt_end_time or last.gmt_create_time
    reasons = [step for step in end if step.reason_code or step.reason_message]
    code = (reasons[-1].reason_code if reasons else None) or None
    reason = (reasons[-1].reason_message if reasons else None) or None
    return Session(
        started_at=steps[0].gmt_create_time,
        ended_at=ended_at,
        ended_by=_ended_by(end, code, reason),
        status=last.status,
        reason_code=code,
        reason=reason and _shortened(reason),
    )


def _ended_by(end: list[_Step], code: str | None, reason: str | None) -> EndedBy | None:
    statuses = {step.status for step in end}
    words = {word.lower() for word in _WORD.findall(code or "")}
    if statuses & _DEBT_STATUSES or words & _DEBT_WORDS:
        return "debt"
    if "Failed" in statuses:
        return "failure"
    for cause, its_words in _CAUSES:
        # Without a word for a stop it is something else: `InsufficientIdleResource`.
        if words & its_words and (words & _STOP_WORDS or words <= its_words):
            return cause
    return "other" if code or reason else None


def _shortened(reason: str) -> str:
    return reason if len(reason) <= MAX_REASON else reason[: MAX_REASON - 1] + "…"
