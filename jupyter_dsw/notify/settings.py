"""Which services get messages, when, and in which language; and the hours to be quiet."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from jupyter_dsw import i18n
from jupyter_dsw.i18n import text
from jupyter_dsw.notify.services import services_of
from jupyter_dsw.upstream.settings import of_first_process

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jupyter_dsw.i18n import Language, Text
    from jupyter_dsw.notify.services import Service

URLS = "JUPYTER_DSW_NOTIFY"
MINUTES = "JUPYTER_DSW_NOTIFY_MINUTES"
QUIET_HOURS = "JUPYTER_DSW_NOTIFY_QUIET_HOURS"
STOPS_IN_QUIET_HOURS = "JUPYTER_DSW_NOTIFY_STOPS_IN_QUIET_HOURS"
LANGUAGE = "JUPYTER_DSW_NOTIFY_LANGUAGE"
VARIABLES = (URLS, MINUTES, QUIET_HOURS, STOPS_IN_QUIET_HOURS, LANGUAGE)

DEFAULT_MINUTES = (30.0, 10.0)
MOST_SERVICES = 10
"""Each may have a process of its own while it is sent to."""
MOST_MINUTES = 10
LONGEST_MINUTES = 24 * 60

_YES = {"1", "true", "yes", "on"}
_TIME = r"([01]?\d|2[0-3]):([0-5]\d)"
_HOURS = re.compile(rf"\s*{_TIME}\s*[-–~]\s*{_TIME}\s*", re.ASCII)


class WrongSetting(ValueError):
    """A setting of notifications cannot be used; `message` never quotes a URL."""

    def __init__(self, message: Text) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class QuietHours:
    """A part of each day, in minutes after midnight of the person's time zone."""

    begin: int
    end: int

    @classmethod
    def parse(cls, written: str) -> QuietHours | None:
        """Return the hours of `23:00-08:00`; None for an empty text. Raises `WrongSetting`."""
        if not written.strip():
            return None
        found = _HOURS.fullmatch(written)
        if found is None:
            raise WrongSetting(
                text("The quiet hours of notifications must be written as 23:00-08:00.")
            )
        hour, minute, end_hour, end_minute = map(int, found.groups())
        return cls(hour * 60 + minute, end_hour * 60 + end_minute)

    def __str__(self) -> str:
        hours = (f"{time // 60:02}:{time % 60:02}" for time in (self.begin, self.end))
        return "-".join(hours)

    def left_s(self, now: datetime) -> float:
        """Return the seconds until the quiet hours end; 0 outside of them. `now` is local."""
        minute = now.hour * 60 + now.minute
        length, since = (self.end - self.begin) % (24 * 60), (minute - self.begin) % (24 * 60)
        if since >= length:
            return 0.0
        whole = timedelta(minutes=length - since)
        return (whole - timedelta(seconds=now.second, microseconds=now.microsecond)).total_seconds()


@dataclass(frozen=True)
class NotifySettings:
    """The settings of notifications, from the server's options or the environment."""

    services: tuple[Service, ...] = ()
    minutes: tuple[float, ...] = DEFAULT_MINUTES
    """How many minutes before a stop, the largest first."""
    quiet_hours: QuietHours | None = None
    stops_in_quiet_hours: bool = False
    """Whether stops are reported in quiet hours, too."""
    chosen_language: Language | None = None
    """None: the one chosen in JupyterLab, else the environment's."""

    @property
    def language(self) -> Language:
        """The language of messages."""
        return self.chosen_language or i18n.of_person()

    def __post_init__(self) -> None:
        if len(self.services) > MOST_SERVICES:
            count = len(self.services)
            raise WrongSetting(
                text(
                    "%1 services are set for notifications; at most %2 are possible.",
                    count,
                    MOST_SERVICES,
                )
            )

    @classmethod
    def of(
        cls,
        services: tuple[Service, ...],
        *,
        minutes: Iterable[float] | None = None,
        quiet_hours: str = "",
        stops_in_quiet_hours: bool | None = None,
        language: str = "",
    ) -> NotifySettings:
        """Combine options with the environment: an option that is set wins.

        Raises `WrongSetting`.
        """
        found = _environment(MINUTES, QUIET_HOURS, STOPS_IN_QUIET_HOURS, LANGUAGE)
        if stops_in_quiet_hours is None:
            stops_in_quiet_hours = found[STOPS_IN_QUIET_HOURS].strip().lower() in _YES
        return cls(
            services=services or services_of_environment(),
            minutes=_minutes(found[MINUTES] if minutes is None else minutes),
            quiet_hours=QuietHours.parse(quiet_hours or found[QUIET_HOURS]),
            stops_in_quiet_hours=stops_in_quiet_hours,
            chosen_language=_language(language or found[LANGUAGE]),
        )


def services_of_environment() -> tuple[Service, ...]:
    """Return the services that the environment sets."""
    return services_of(_environment(URLS).values())


def _environment(*names: str) -> dict[str, str]:
    others = of_first_process(names)
    return {name: os.environ.get(name) or others.get(name, "") for name in names}


def _minutes(given: str | Iterable[float]) -> tuple[float, ...]:
    parts = re.split(r"[\s,]+", given.strip()) if isinstance(given, str) else list(given)
    try:
        values = {float(part) for part in parts if part != ""}
    except ValueError:
        values = {-1.0}
    if not all(0 < value <= LONGEST_MINUTES for value in values) or len(values) > MOST_MINUTES:
        raise WrongSetting(
            text(
                "The minutes before a stop must be at most %1 numbers above 0 and up to %2.",
                MOST_MINUTES,
                LONGEST_MINUTES,
            )
        )
    return tuple(sorted(values, reverse=True)) or DEFAULT_MINUTES


def _language(chosen: str) -> Language | None:
    known: dict[str, Language] = {"en": "en", "zh_cn": "zh_CN"}
    chosen = chosen.strip().replace("-", "_").lower()
    if chosen and chosen not in known:
        raise WrongSetting(text("The language of notifications must be en or zh_CN."))
    return known.get(chosen)
