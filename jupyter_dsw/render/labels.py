"""Values in words: durations, times, statuses, the next stop with its reason.

The words are `Text` where they are ours: English, to be translated where they are shown.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from jupyter_dsw.i18n import joined, text
from jupyter_dsw.model.quantities import format_bytes
from jupyter_dsw.model.statuses import SNAPSHOT_STEPS, snapshot_status_in_words, status_in_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jupyter_dsw.i18n import Text
    from jupyter_dsw.model.elements import InstanceSnapshot
    from jupyter_dsw.model.instance import Instance
    from jupyter_dsw.model.stops import Countdowns, IdleCountdown, ScheduledCountdown, Stop
    from jupyter_dsw.render.moments import Moments

MAX_VALUE = 400
"""Characters of one value that are shown."""

MAX_WORDS = 20
"""Values of one enumeration that are shown."""

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_ESCAPE_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)")
_MAX_MARKS = 3
_COMMA = text(", ")


def plain(shown: str) -> str:
    r"""Make a text of the response fit to be shown, whoever wrote it.

    Terminal escapes, line breaks and what has no width of its own go; direction marks and other
    control characters are spelled out (`\u202e`); a long text is cut.
    """
    cut = shown[: MAX_VALUE * 2]
    kept = _without_mark_towers("".join(map(_visible, _ESCAPE_SEQUENCE.sub("", cut))))
    words = " ".join(kept.split())
    if len(words) <= MAX_VALUE and len(cut) == len(shown):
        return words
    return text("%1… (%2 characters)", words[:MAX_VALUE].rstrip(), len(shown))


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


def format_duration(milliseconds: float) -> Text:
    """Write a duration for people: `"1 min 29 s"`, `"29 min"`, `"1 h 5 min"`, `"2 d 3 h"`.

    Rounded down, so that no stop looks later than it is: to seconds below 10 minutes, then to
    minutes, from a day on to hours. Units that are zero are left out; below a second is `"0 s"`.
    The front end's `duration` gives the same.
    """
    whole = max(0, int(milliseconds // 1000))
    days, hours = (whole // _DAY, text("d")), (whole % _DAY // _HOUR, text("h"))
    minutes, seconds = (whole % _HOUR // _MINUTE, text("min")), (whole % _MINUTE, text("s"))
    if whole >= _DAY:
        units = [days, hours]
    elif whole >= _HOUR:
        units = [hours, minutes]
    elif whole >= 10 * _MINUTE:
        units = [minutes]
    else:
        units = [minutes, seconds]
    shown = [unit for unit in units if unit[0]] or [seconds]
    return joined(" ", (word for count, unit in shown for word in (str(count), unit)))


def status_words(instance: Instance) -> str:
    """Give the status, with its meaning where that says more."""
    return status_in_words(plain(instance.status or "")) or text("status unknown")


def stops_at_the_head(stops: Countdowns) -> tuple[Stop, ...]:
    """Return which stops the line under the status is about; the others have their own section."""
    if stops.next_stop is None:
        return () if stops.idle.state == "off" else ("idle",)
    # A stop whose time is unknown may be nearer than the one that is known.
    return tuple(dict.fromkeys((stops.next_stop, *stops.unknown)))


def next_stop_words(instance: Instance, stops: Countdowns, moments: Moments) -> str:
    """Say which stop comes first and why: the line under the status."""
    if instance.has_ended:
        return ""
    words = {
        "idle": idle_words(stops.idle),
        "scheduled": text("scheduled: %1", scheduled_words(stops.scheduled, moments)),
    }
    shown = stops_at_the_head(stops)
    return joined(text("; "), (words[stop] for stop in shown)) if shown else text("none is set")


def idle_words(idle: IdleCountdown) -> str:
    """Say how the idle stop stands."""
    longest = _minutes(idle.max_idle_minutes)
    if idle.state == "off":
        return text("off")
    if idle.state == "unknown":
        if not longest:
            return text("idle: time unknown, see the PAI console")
        return text("after %1 min idle: time unknown, see the PAI console", longest)
    if idle.state == "active":
        below = _below(idle)
        if below is None:
            return text("not idle now: stops after %1 min", longest)
        return text("not idle now: stops after %1 min %2", longest, below)
    return text(
        "idle %1 of %2 min: stops in about %3 %4",
        _minutes(idle.idle_minutes),
        longest,
        format_duration(idle.remaining_ms or 0),
        _unless(idle),
    )


def _minutes(minutes: float | None) -> str:
    return "" if minutes is None else f"{minutes:.15g}"


def _below(idle: IdleCountdown) -> Text | None:
    cpu, gpu = _limits(idle)
    if cpu and gpu:
        return text("below CPU %1 and GPU %2", cpu, gpu)
    if cpu:
        return text("below CPU %1", cpu)
    return text("below GPU %1", gpu) if gpu else None


def _unless(idle: IdleCountdown) -> Text:
    cpu, gpu = _limits(idle)
    if cpu and gpu:
        return text("unless CPU reaches %1 or GPU reaches %2", cpu, gpu)
    if cpu:
        return text("unless CPU reaches %1", cpu)
    return text("unless GPU reaches %1", gpu) if gpu else text("unless it is used")


def _limits(idle: IdleCountdown) -> tuple[Text | None, Text | None]:
    cpu, gpu = idle.cpu_percent_threshold, idle.gpu_percent_threshold
    return None if cpu is None else _percent(cpu), None if gpu is None else _percent(gpu)


def _percent(value: float) -> Text:
    return text("%1 %", f"{value:.15g}")


def scheduled_words(scheduled: ScheduledCountdown, moments: Moments) -> str:
    """Say how the scheduled stop stands."""
    if scheduled.state == "off":
        return text("off")
    at = moments.write(scheduled.due_time)
    if scheduled.remaining_ms is None:
        if at:
            return text("stops at %1, time left unknown", at)
        return text("time unknown, see the PAI console")
    left = format_duration(scheduled.remaining_ms)
    return text("stops in %1, at %2", left, at) if at else text("stops in %1", left)


def snapshot_words(snapshot: InstanceSnapshot) -> str:
    """Say how far the saving of an image is: `"Pushing (step 2 of 3)"`, `"Save failed"`."""
    status = plain(snapshot.status or "")
    words = snapshot_status_in_words(status) or text("status unknown")
    if snapshot.in_transition:
        step = SNAPSHOT_STEPS.index(status) + 1
        return text("%1 (step %2 of %3)", words, step, len(SNAPSHOT_STEPS))
    return words


def reason_words(code: str | None, message: str | None) -> str:
    """Give what the endpoint said about a failure; it may have said nothing."""
    return plain(": ".join(part for part in (code, message) if part and part.strip()))


def access_words(writable: bool | None, access: str | None) -> str:
    """Give `read-write`, `read-only`, or what else the response said."""
    if writable is None:
        return plain(access or "")
    return text("read-write") if writable else text("read-only")


def size_words(size: int | None, told: str | None) -> str:
    """Give a size in binary units, or its text where that could not be read."""
    return plain(told or "") if size is None else format_bytes(size)


def bar_words(used: float | None) -> str:
    """Draw how full something is, `"████░░░░░░ 40 %"`; empty where that is not known."""
    if used is None:
        return ""
    full = round(used * 10)
    return joined(" ", ("█" * full + "░" * (10 - full), _percent(round(used * 100))))


def both_words(name: str | None, identifier: str | None) -> str:
    """Give `name (identifier)`, or the one there is."""
    first, second = plain(name or ""), plain(identifier or "")
    return text("%1 (%2)", first, second) if first and second else first or second


def few_words(values: Iterable[str]) -> str:
    """Enumerate values, the first `MAX_WORDS` of them."""
    kept = [value for value in values if value]
    words = list(map(plain, kept[:MAX_WORDS]))
    if len(kept) > MAX_WORDS:
        words.append(text("and %1 more", len(kept) - MAX_WORDS))
    return joined(_COMMA, words)


def joined_words(*words: str) -> str:
    """Enumerate words of ours, those there are."""
    return joined(_COMMA, filter(None, words))


def pair_words(pairs: Iterable[tuple[str | None, Any]]) -> str:
    """Enumerate names with their values, `"tag1=value1, tag2"`."""
    return few_words(f"{name}={value}" if value else f"{name or ''}" for name, value in pairs)


def core_words(cores: float | None, told: str | None) -> str:
    """Give a number of cores, or its text where that could not be read."""
    if cores is None:
        return plain(told or "")
    return text("%1 core", "1") if cores == 1 else text("%1 cores", f"{cores:g}")


def on_words(setting: Any) -> str:
    """Give `on` or `off` by the setting's own `enable`."""
    enabled = getattr(setting, "enable", None)
    return "" if enabled is None else text("on") if enabled else text("off")


def yes_words(value: bool | None) -> str:
    """Give `yes` or `no`, or nothing."""
    return "" if value is None else text("yes") if value else text("no")


def payment_words(payment: str | None) -> str:
    """Give the way of paying: `PayAsYouGo`, `Subscription`, or what else the response said."""
    words = {"PayAsYouGo": text("PayAsYouGo"), "Subscription": text("Subscription")}
    return words.get(payment or "") or plain(payment or "")
