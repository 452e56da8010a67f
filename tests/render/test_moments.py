"""Moments as people read them: their time zone, its offset, and the date where it matters."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from jupyter_dsw.i18n import time_zone, translated
from jupyter_dsw.render.values import Moments

if TYPE_CHECKING:
    from collections.abc import Iterator

ONE = datetime(2026, 11, 26, 13, 0, 59, tzinfo=timezone.utc)
CHINA = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("zone", "written"),
    [
        (CHINA, "2026-11-26 21:00 (UTC+8)"),
        (timezone.utc, "2026-11-26 13:00 (UTC)"),
        (ZoneInfo("America/St_Johns"), "2026-11-26 09:30 (UTC-3:30)"),
        (ZoneInfo("Asia/Kathmandu"), "2026-11-26 18:45 (UTC+5:45)"),
        (ZoneInfo("Pacific/Kiritimati"), "2026-11-27 03:00 (UTC+14)"),
    ],
)
def test_a_moment_that_is_kept_has_its_date_and_offset(zone: tzinfo, written: str) -> None:
    assert Moments(zone=zone).write(ONE) == written


def test_the_offset_is_that_of_the_moment_and_not_of_today() -> None:
    moments = Moments(zone=ZoneInfo("Europe/Berlin"), now=ONE)
    assert moments.write(ONE) == "14:00 (UTC+1)"
    assert moments.write(ONE - timedelta(days=180)) == "2026-05-30 15:00 (UTC+2)"


@pytest.mark.parametrize(
    ("hours", "written"),
    [
        (0, "21:00 (UTC+8)"),
        (2, "23:00 (UTC+8)"),
        (3, "2026-11-27 00:00 (UTC+8)"),
        (-22, "2026-11-25 23:00 (UTC+8)"),
    ],
)
def test_the_date_is_left_out_on_the_persons_own_day_only(hours: int, written: str) -> None:
    assert Moments(zone=CHINA, now=ONE).write(ONE + timedelta(hours=hours)) == written


def test_no_moment_is_no_text() -> None:
    assert Moments().write(None) == ""


def test_in_chinese_it_has_chinese_brackets() -> None:
    assert translated(Moments(zone=CHINA, now=ONE).write(ONE), "zh_CN") == "21:00（UTC+8）"


@pytest.mark.parametrize("moment", [datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59)])  # noqa: DTZ001
def test_the_ends_of_time_are_written_too(moment: datetime) -> None:
    for hours in (-14, 14):
        zone = timezone(timedelta(hours=hours))
        assert Moments(zone=zone).write(moment.replace(tzinfo=timezone.utc))


@pytest.fixture
def set_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("set_zone")
@pytest.mark.parametrize(
    ("variable", "region", "written"),
    [
        ("Asia/Tokyo", "cn-hangzhou", "2026-11-26 22:00 (UTC+9)"),
        ("UTC", "cn-hangzhou", "2026-11-26 13:00 (UTC)"),
        ("America/New_York", None, "2026-11-26 08:00 (UTC-5)"),
    ],
)
def test_the_time_zone_that_is_set_is_the_persons(
    monkeypatch: pytest.MonkeyPatch, variable: str, region: str | None, written: str
) -> None:
    monkeypatch.setenv("TZ", variable)
    time.tzset()
    assert Moments(zone=time_zone(region)).write(ONE) == written


@pytest.mark.parametrize(
    ("region", "expected"),
    [("cn-hangzhou", CHINA), ("ap-southeast-1", None), ("cnx", None), (None, None)],
)
def test_in_a_container_at_utc_the_region_shows_whether_people_are_in_china(
    monkeypatch: pytest.MonkeyPatch, region: str | None, expected: tzinfo | None
) -> None:
    monkeypatch.delenv("TZ", raising=False)
    monkeypatch.setattr(time, "timezone", 0)
    monkeypatch.setattr(time, "daylight", 0)
    assert time_zone(region) == expected
