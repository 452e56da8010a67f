"""The last runs of the instance: from when to when, and how each ended."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, TypeAlias

import msgspec

EndedBy: TypeAlias = Literal["idle", "scheduled", "person", "debt", "failure", "other"]
"""What ended a run."""

_UTC = Annotated[datetime, msgspec.Meta(tz=True)]


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One run of the instance, from its start to its stop or failure."""

    started_at: _UTC | None = None
    """When it started (UTC); None where that is not known."""
    ended_at: _UTC | None = None
    """When it ended (UTC); None while it runs."""
    ended_by: EndedBy | None = None
    """What ended it; None while it runs, and where that is not known."""
    status: str | None = None
    """Its last status, as GetInstance's; also `ArrearStopping` and `Arrearge`, for debt."""
    reason_code: str | None = None
    """The platform's code for why it ended; no list of codes is published."""
    reason: str | None = None
    """The platform's message on why it ended, secrets removed."""
