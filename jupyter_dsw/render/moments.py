"""Moments as people read them: in their time zone, with its offset."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone, tzinfo

import msgspec

from jupyter_dsw.i18n import text


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
        time = f"{local.hour:02}:{local.minute:02}"
        day = f"{local.year:04}-{local.month:02}-{local.day:02}"
        return text("%1 (%2)", time if today else f"{day} {time}", offset(local))

    def _local(self, moment: datetime) -> datetime:
        try:
            return moment.astimezone(self.zone)
        except (OverflowError, ValueError, OSError):  # at the ends of what can be told
            return moment.astimezone(timezone.utc)


def offset(moment: datetime) -> str:
    """Return how far the clocks are ahead at an aware moment: `UTC+8`, `UTC-3:30`, `UTC`."""
    ahead = (moment.utcoffset() or timedelta()) // timedelta(minutes=1)
    hours, minutes = divmod(abs(ahead), 60)
    if ahead == 0:
        return "UTC"
    return f"UTC{'-' if ahead < 0 else '+'}{hours}" + (f":{minutes:02}" if minutes else "")
