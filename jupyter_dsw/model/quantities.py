"""GetInstance's quantities, times and durations, read from the text they come as."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta, timezone

GIB = 2**30

_UNITS = {"K": 2**10, "M": 2**20, "G": GIB, "T": 2**40, "P": 2**50}
_SIZE = re.compile(r"\s*(\d{1,15}(?:\.\d{1,9})?)\s*(?:([KMGTP])i?B?)?\s*", re.ASCII | re.IGNORECASE)
_COUNT = re.compile(r"\s*(\d{1,15}(?:\.\d{1,9})?)\s*(m?)\s*", re.ASCII)
_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?"
    r"\s?(?:([Zz])|([+-])(\d\d)(?::?(\d\d))?)?",
    re.ASCII,
)
# Seconds since the epoch from 2001-09-09 to 2100, and the same as milliseconds: no number is both.
# Others are no time that an instance can have, such as the digits of 20261126120000.
_EPOCH_SECONDS = (10**9, 4_102_444_800)


def size_in_bytes(text: str | None) -> int | None:
    """Read a memory or disk size such as `"32"`, `"8Gi"`, `"128GB"` or `"512Mi"`.

    A bare number counts GiB, and `GB`, `G` and `Gi` all mean GiB: GetInstance's page calls the
    unit "GB" and gives `"32"` and `"8Gi"` for the same element. None where it is no such size.
    """
    match = _SIZE.fullmatch(text or "")
    if match is None:
        return None
    unit = (match[2] or "G").upper()
    return round(float(match[1]) * _UNITS[unit])


def count(text: str | None) -> float | None:
    """Read a number of CPU cores or GPUs such as `"32"`, `"0.5"` or `"500m"` (thousandths)."""
    match = _COUNT.fullmatch(text or "")
    if match is None:
        return None
    return float(match[1]) / (1000 if match[2] else 1)


def time_from_text(text: str) -> datetime | None:
    """Read a time of the response; the result is aware and in UTC.

    Offsets (`+08:00`, `+0800`, `+08`) are honoured; a time without one is UTC, which is what DSW
    responds in. None for `""` and for Go's zero time `0001-01-01T00:00:00Z`, which both stand for
    "not set".

    Raises:
        ValueError: `text` is no time.
    """
    if not text.strip():
        return None
    match = _TIME.fullmatch(text.strip())
    if match is None:
        msg = "not a time"
        raise ValueError(msg)
    year, month, day, hour, minute = (int(match[group]) for group in range(1, 6))
    if year == 1:
        return None
    microsecond = int((match[7] or "0").ljust(6, "0")[:6])
    local = datetime(year, month, day, hour, minute, int(match[6] or 0), microsecond, timezone.utc)
    try:
        return local - _offset(match)
    except OverflowError:
        msg = "not a time"
        raise ValueError(msg) from None


def time_from_number(number: float) -> datetime | None:
    """Read a time that is given as seconds or milliseconds since the epoch; aware and in UTC.

    None for 0, which stands for "not set".

    Raises:
        ValueError: it is neither, for a moment between 2001 and 2100.
    """
    if number == 0:
        return None
    earliest, latest = _EPOCH_SECONDS
    for unit in (timedelta(seconds=1), timedelta(milliseconds=1)):
        seconds = number * unit.total_seconds()
        if earliest <= seconds < latest:
            return datetime(1970, 1, 1, tzinfo=timezone.utc) + number * unit
    msg = "not a time"
    raise ValueError(msg)


def _offset(match: re.Match[str]) -> timedelta:
    if match[9] is None:
        return timedelta()
    hours, minutes = int(match[10]), int(match[11] or 0)
    if hours > 23 or minutes > 59:
        msg = "not an offset"
        raise ValueError(msg)
    offset = timedelta(hours=hours, minutes=minutes)
    return offset if match[9] == "+" else -offset


def duration(
    *, milliseconds: float | None = None, minutes: float | None = None
) -> timedelta | None:
    """Return a timedelta of whichever is not None; None where none is, or it passes timedelta's."""
    if milliseconds is None and minutes is None:
        return None
    try:
        return timedelta(milliseconds=milliseconds or 0, minutes=minutes or 0)
    except OverflowError:
        return None


def fraction(part: float | None, whole: float | None) -> float | None:
    """Return part/whole between 0 and 1; None where that means nothing (`whole` 0 or missing)."""
    if part is None or whole is None or whole <= 0 or part < 0:
        return None
    return min(1.0, part / whole)


def format_bytes(size: int) -> str:
    """Write a size for people, in binary units: `"8 GiB"`, `"1.5 TiB"`."""
    if size < 1024:
        return f"{size} B"
    power = min(int(math.log2(size) // 10), 5)
    value = size / 2 ** (10 * power)
    return f"{value:.4g} {'KMGTP'[power - 1]}iB"
