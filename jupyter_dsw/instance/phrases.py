"""Values in words: durations, times, statuses, the next stop with its reason."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from .quantities import format_bytes
from .statuses import SNAPSHOT_STEPS, snapshot_status_meaning, status_meaning

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from .countdowns import Countdowns, IdleCountdown, ScheduledCountdown
    from .elements import InstanceSnapshot
    from .model import Instance

MAX_VALUE = 400
"""Characters of one value that are shown."""

MAX_WORDS = 20
"""Values of one enumeration that are shown."""

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_ESCAPE_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)")
_MAX_MARKS = 3


def plain(text: str) -> str:
    """Make a text of the answer fit to be shown, whoever wrote it.

    Terminal escapes, line breaks and what has no width of its own go; direction marks and other
    control characters are spelled out (`\\u202e`); a long text is cut.
    """
    cut = text[: MAX_VALUE * 2]
    shown = _without_mark_towers("".join(map(_visible, _ESCAPE_SEQUENCE.sub("", cut))))
    words = " ".join(shown.split())
    if len(words) <= MAX_VALUE and len(cut) == len(text):
        return words
    return f"{words[:MAX_VALUE].rstrip()}… ({len(text)} characters)"


def _visible(character: str) -> str:
    if character in "\n\r\t\x0b\x0c\u2028\u2029":
        return " "
    if character in "\u00ad\u200b\u200c\u200d\u2060\ufeff":
        return ""
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"}:
        return character.encode("unicode_escape").decode()
    return character


def _without_mark_towers(text: str) -> str:
    """Keep few combining marks in a row: more of them paint over other lines."""
    kept: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MAX_MARKS:
            kept.append(character)
    return "".join(kept)


def format_duration(milliseconds: float) -> str:
    """Write a duration for people: `"45 s"`, `"5 min"`, `"1 h 5 min"`, `"2 d 3 h"`.

    It is rounded down: a stop is never promised later than it comes. Below zero is `"0 s"`.
    """
    seconds = max(0, int(milliseconds // 1000))
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min"
    if seconds < _DAY:
        return _two(seconds // _HOUR, "h", seconds % _HOUR // _MINUTE, "min")
    return _two(seconds // _DAY, "d", seconds % _DAY // _HOUR, "h")


def _two(first: int, first_unit: str, second: int, second_unit: str) -> str:
    return f"{first} {first_unit} {second} {second_unit}" if second else f"{first} {first_unit}"


def format_time(time: datetime) -> str:
    """Write a time as `2026-11-23 21:00:00 UTC`."""
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"


def status_words(instance: Instance) -> str:
    """Give the status, with its meaning where that says more."""
    status = plain(instance.status or "") or "status not told"
    meaning = status_meaning(status)
    return status if meaning == status else f"{status} ({meaning.lower()})"


def next_stop_words(instance: Instance, stops: Countdowns) -> str:
    """Say which stop comes first and why: the line under the status."""
    if instance.has_ended:
        return ""
    if stops.next_stop == "scheduled":
        return scheduled_words(stops.scheduled)
    return idle_words(stops.idle) if stops.idle.state != "off" else "none is set"


def idle_words(idle: IdleCountdown) -> str:
    """Say how the idle stop stands."""
    if idle.state == "off":
        return "off"
    limits = _limits(idle)
    if idle.state == "active":
        below = f" below {' and '.join(limits)}" if limits else ""
        return f"not idle now: stops after {idle.max_idle_minutes} min{below}"
    reached = [limit.replace(" ", " reaches ", 1) for limit in limits]
    unless = f" unless {' or '.join(reached)}" if reached else " unless it is used"
    return (
        f"idle {idle.idle_minutes} of {idle.max_idle_minutes} min: "
        f"stops in about {_about(idle.remaining_ms or 0)}{unless}"
    )


def _about(milliseconds: int) -> str:
    # The endpoint counts idleness in whole minutes: to the nearest one says what is known.
    if milliseconds < _MINUTE * 1000:
        return format_duration(milliseconds)
    return format_duration(round(milliseconds / (_MINUTE * 1000)) * _MINUTE * 1000)


def _limits(idle: IdleCountdown) -> list[str]:
    limits = (("CPU", idle.cpu_percent_threshold), ("GPU", idle.gpu_percent_threshold))
    return [f"{name} {percent} %" for name, percent in limits if percent is not None]


def scheduled_words(scheduled: ScheduledCountdown) -> str:
    """Say how the scheduled stop stands."""
    if scheduled.state == "off":
        return "off"
    at = format_time(scheduled.due_time) if scheduled.due_time else ""
    if scheduled.remaining_ms is None:
        return f"scheduled: stops at {at}"
    return f"scheduled: stops in {format_duration(scheduled.remaining_ms)}" + (at and f" ({at})")


def snapshot_words(snapshot: InstanceSnapshot) -> str:
    """Say how far the saving of an image is: `"Pushing (step 2 of 3)"`, `"Save failed"`."""
    status = plain(snapshot.status or "") or "status not told"
    if snapshot.in_transition:
        return f"{status} (step {SNAPSHOT_STEPS.index(status) + 1} of {len(SNAPSHOT_STEPS)})"
    return status if status == "Saved" else snapshot_status_meaning(status)


def reason_words(code: str | None, message: str | None) -> str:
    """Give what the endpoint said about a failure; it may have said nothing."""
    return plain(": ".join(part for part in (code, message) if part and part.strip()))


def access_words(writable: bool | None, access: str | None) -> str:
    """Give `read-write`, `read-only`, or what else the answer said."""
    if writable is None:
        return plain(access or "")
    return "read-write" if writable else "read-only"


def size_words(size: int | None, text: str | None) -> str:
    """Give a size in binary units, or its text where that could not be read."""
    return plain(text or "") if size is None else format_bytes(size)


def bar_words(used: float | None) -> str:
    """Draw how full something is, `"████░░░░░░ 40 %"`; empty where that is not known."""
    if used is None:
        return ""
    full = round(used * 10)
    return f"{'█' * full}{'░' * (10 - full)} {round(used * 100)} %"


def both_words(name: str | None, identifier: str | None) -> str:
    """Give `name (identifier)`, or the one there is."""
    first, second = plain(name or ""), plain(identifier or "")
    return f"{first} ({second})" if first and second else first or second


def few_words(values: Iterable[str]) -> str:
    """Enumerate values, the first `MAX_WORDS` of them."""
    kept = [value for value in values if value]
    more = f", and {len(kept) - MAX_WORDS} more" if len(kept) > MAX_WORDS else ""
    return ", ".join(map(plain, kept[:MAX_WORDS])) + more


def pair_words(pairs: Iterable[tuple[str | None, Any]]) -> str:
    """Enumerate names with their values, `"tag1=value1, tag2"`."""
    return few_words(f"{name}={value}" if value else f"{name or ''}" for name, value in pairs)


def time_words(time: datetime | None) -> str:
    """Give a time, or nothing."""
    return format_time(time) if time else ""


def core_words(cores: float | None, text: str | None) -> str:
    """Give a number of cores, or its text where that could not be read."""
    if cores is None:
        return plain(text or "")
    return f"{cores:g} core{'' if cores == 1 else 's'}"


def on_words(setting: Any) -> str:
    """Give `on` or `off` by the setting's own `enable`."""
    enabled = getattr(setting, "enable", None)
    return "" if enabled is None else "on" if enabled else "off"


def yes_words(value: bool | None) -> str:
    """Give `yes` or `no`, or nothing."""
    return "" if value is None else "yes" if value else "no"
