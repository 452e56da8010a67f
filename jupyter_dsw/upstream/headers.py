"""What the headers of an answer tell about time."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST_WAIT_MS = 60 * 60 * 1000
_DIGITS = re.compile(r"[0-9]{1,12}")


def answer_date(headers: Mapping[str, str]) -> datetime | None:
    """The `Date` of an answer, aware and in UTC; None if it has none that can be read."""
    try:
        date = parsedate_to_datetime(headers.get("Date", ""))
        aware = date if date.tzinfo else date.replace(tzinfo=timezone.utc)
        return aware.astimezone(timezone.utc)
    except (ValueError, TypeError, OverflowError):
        return None


def retry_after_ms(headers: Mapping[str, str], now: float) -> int | None:
    """How long the endpoint asks to be left alone, in milliseconds, an hour at most.

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
        until = answer_date({"Date": common})
        asked = answer_date(headers)
        if until is not None:
            wait_ms = (until.timestamp() - (asked.timestamp() if asked else now)) * 1000
    # "At once" is no wait that anybody would ask for after an error.
    return int(min(wait_ms, _LONGEST_WAIT_MS)) if wait_ms and wait_ms > 0 else None
