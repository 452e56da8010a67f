"""Values as people read them: durations, moments, statuses.

They are `Text` where they are ours: English, to be translated where they are shown. The panel's
`i18n.ts` and `views/` write the same.
"""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_dsw.i18n import joined, text
from jupyter_dsw.model.elements import SNAPSHOT_STEPS, snapshot_status_label
from jupyter_dsw.model.instance import status_label

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jupyter_dsw.i18n import Text
    from jupyter_dsw.model.elements import InstanceSnapshot
    from jupyter_dsw.model.instance import Instance
    from jupyter_dsw.model.sessions import Session

MAX_VALUE = 400
"""Characters of one value that are shown."""

MAX_VALUES = 20
"""Values of one enumeration that are shown."""

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_ESCAPE_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)")
_MAX_MARKS = 3
_COMMA = text(", ")
_DOT = " · "


def plain(shown: str | None) -> str:
    r"""Make a text of the response fit to be shown, whoever wrote it; `""` for None.

    Terminal escapes, line breaks and what has no width of its own go; direction marks and other
    control characters are spelled out (`\u202e`); a long text is cut.
    """
    if not shown:
        return ""
    cut = shown[: MAX_VALUE * 2]
    kept = _without_mark_towers("".join(map(_visible, _ESCAPE_SEQUENCE.sub("", cut))))
    line = " ".join(kept.split())
    if len(line) <= MAX_VALUE and len(cut) == len(shown):
        return line
    return text("%1… (%2 characters)", line[:MAX_VALUE].rstrip(), len(shown))


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


class Moments(msgspec.Struct, frozen=True, kw_only=True):
    """How moments are written for one person."""

    zone: tzinfo | None = timezone.utc
    """The person's time zone; None: the one that this process is set to."""
    now: datetime | None = None
    """The present moment (aware), for text that is read at once: of today, the date is left out.
    None for text that is kept."""

    def write(self, moment: datetime | None) -> str:
        """Write a moment as `21:00 (UTC+8)` or `2026-11-26 21:00 (UTC+8)`; `""` for None.

        Whole minutes, rounded down. The front end's `moment` gives the same.
        """
        if moment is None:
            return ""
        local = self._local(moment)
        today = self.now is not None and self._local(self.now).date() == local.date()
        # Not by strftime: how it writes years before 1000 depends on the platform.
        day, time = local.replace(tzinfo=None).isoformat(timespec="minutes").split("T")
        return text("%1 (%2)", time if today else f"{day} {time}", _offset(local))

    def _local(self, moment: datetime) -> datetime:
        try:
            return moment.astimezone(self.zone)
        except (OverflowError, ValueError, OSError):  # at the ends of the calendar
            return moment.astimezone(timezone.utc)


def _offset(moment: datetime) -> str:
    """Return how far the clocks are ahead at an aware moment: `UTC+8`, `UTC-3:30`, `UTC`."""
    ahead = (moment.utcoffset() or timedelta()) // timedelta(minutes=1)
    hours, minutes = divmod(abs(ahead), 60)
    if ahead == 0:
        return "UTC"
    return f"UTC{'-' if ahead < 0 else '+'}{hours}" + (f":{minutes:02}" if minutes else "")


def status_of(instance: Instance) -> str:
    """Return the label of the instance's status."""
    return status_label(plain(instance.status)) or text("status unknown")


def snapshot_progress(snapshot: InstanceSnapshot) -> str:
    """Return how far the saving of an image is: `"Pushing (step 2 of 3)"`, `"Save failed"`."""
    status = plain(snapshot.status)
    label = snapshot_status_label(status) or text("status unknown")
    if snapshot.in_transition:
        step = SNAPSHOT_STEPS.index(status) + 1
        return text("%1 (step %2 of %3)", label, step, len(SNAPSHOT_STEPS))
    return label


def reason_of(code: str | None, message: str | None) -> str:
    """Return what the endpoint reports of a failure; it may have reported nothing."""
    return plain(": ".join(part for part in (code, message) if part and part.strip()))


def percent(value: float) -> Text:
    """Write a number of percent."""
    return text("%1 %", f"{value:.15g}")


def elapsed_between(start: datetime | None, end: datetime | None) -> str:
    """Write how long it was from one moment to another; `""` where one of them is not known."""
    if start is None or end is None or end < start:
        return ""
    return format_duration((end - start) / timedelta(milliseconds=1))


_ENDINGS: dict[str | None, Text] = {
    "idle": text("Stopped because it was idle"),
    "scheduled": text("Stopped by schedule"),
    "person": text("Stopped by a person"),
    "debt": text("Stopped: payment overdue"),
    "failure": text("Failed"),
    "other": text("Stopped for another reason"),
    None: text("Unknown how it ended"),
}


def ending(run: Session) -> Text:
    """Return how a run ended, or that it goes on."""
    goes_on = run.ended_at is None and run.ended_by is None
    return text("Running") if goes_on else _ENDINGS[run.ended_by]


def access(writable: bool | None, access: str | None) -> str:
    """Return `read-write`, `read-only`, or what else the response has."""
    if writable is None:
        return plain(access)
    return text("read-write") if writable else text("read-only")


def size(size: int | None, original: str | None) -> str:
    """Write a size (bytes) as `"8 GiB"` or `"1.5 TiB"`, or its original if that is unreadable."""
    if size is None:
        return plain(original)
    if size < 1024:
        return f"{size} B"
    power = min(int(math.log2(size) // 10), 5)
    return f"{size / 2 ** (10 * power):.4g} {'KMGTP'[power - 1]}iB"


def usage_bar(used: float | None) -> str:
    """Draw how full something is, `"████░░░░░░ 40 %"`; empty where that is not known."""
    if used is None:
        return ""
    full = round(used * 10)
    return joined(" ", ("█" * full + "░" * (10 - full), percent(round(used * 100))))


def named(name: str | None, identifier: str | None) -> str:
    """Return `name (identifier)`, or the one there is."""
    first, second = plain(name), plain(identifier)
    return text("%1 (%2)", first, second) if first and second else first or second


def enumerated(values: Iterable[str]) -> str:
    """Enumerate values, the first `MAX_VALUES` of them."""
    filled = [value for value in values if value]
    shown = list(map(plain, filled[:MAX_VALUES]))
    if len(filled) > MAX_VALUES:
        shown.append(text("%1 more", len(filled) - MAX_VALUES))
    return joined(_COMMA, shown)


def listed(*values: str) -> str:
    """Enumerate values of ours, those there are."""
    return joined(_COMMA, filter(None, values))


def dotted(*facts: str) -> str:
    """List facts that do not depend on each other, those there are, dots between them."""
    return joined(_DOT, filter(None, facts))


def pairs(all_pairs: Iterable[tuple[str | None, Any]]) -> str:
    """Enumerate names with their values, `"tag1=value1, tag2"`."""
    return enumerated(f"{name}={value}" if value else f"{name or ''}" for name, value in all_pairs)


def cores(count: float | None, original: str | None) -> str:
    """Write a number of cores, or its original where that could not be read."""
    if count is None:
        return plain(original)
    return text("%1 core", "1") if count == 1 else text("%1 cores", f"{count:g}")


def on_or_off(setting: Any) -> str:
    """Return `on` or `off` by the setting's own `enable`; empty if it is not known."""
    enabled = getattr(setting, "enable", None)
    return "" if enabled is None else text("on") if enabled else text("off")


def yes_or_no(value: bool | None) -> str:
    """Return `yes` or `no`; empty if it is not known."""
    return "" if value is None else text("yes") if value else text("no")


# Values of the API that have a label; others are shown as they are.
BILLING_METHODS = {"PayAsYouGo": text("Pay-as-you-go"), "Subscription": text("Subscription")}
VISIBILITIES = {"PRIVATE": text("private"), "PUBLIC": text("public")}
DISK_TYPES = {"rootfs": text("system disk")}


def label_of(value: str | None, labels: dict[str, Text]) -> str:
    """Return the label of a value, or the value itself."""
    return labels.get(value or "") or plain(value)
