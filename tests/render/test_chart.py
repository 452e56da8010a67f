"""The chart of CPU and GPU: its means, its bars, its times, and the image of it."""

from __future__ import annotations

import base64
import re
from datetime import datetime, timedelta, timezone
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest

from jupyter_dsw.columns import columns
from jupyter_dsw.meter import MAX_SAMPLES, UtilizationSample
from jupyter_dsw.render.chart import Chart, draw, image, svg

if TYPE_CHECKING:
    from collections.abc import Iterable

NOW = datetime(2026, 11, 26, 9, 17, 20, tzinfo=timezone.utc)
CHINA = timezone(timedelta(hours=8))


def chart(samples: Iterable[tuple[float, Any]], **thresholds: float) -> Chart:
    """A chart of samples, each so many minutes ago with these values."""
    return Chart(
        now=NOW,
        between_ms=60_000,
        samples=tuple(
            UtilizationSample(at=NOW - timedelta(minutes=ago), **values) for ago, values in samples
        ),
        **thresholds,
    )


def cpu_by_minute(*percents: float | None) -> Chart:
    """A sample a minute, the last one now."""
    last = len(percents) - 1
    return chart((last - n, {"cpu_percent": each}) for n, each in enumerate(percents))


def drawn(made: Chart, width: int = 80, encoding: str = "utf-8") -> list[str]:
    return draw(made, width, CHINA, "en", encoding)


def test_a_bin_has_the_mean_of_what_was_measured_in_it() -> None:
    made = cpu_by_minute(*[10] * 30, *[50] * 30)
    hour = timedelta(hours=1)
    assert made.means(2, hour, "cpu_percent") == [pytest.approx(10), pytest.approx(50)]
    assert made.means(1, hour, "cpu_percent") == [pytest.approx(30)]
    assert made.means(1, timedelta(minutes=15), "cpu_percent") == [pytest.approx(50)]


def test_a_longer_measurement_weighs_more_in_a_mean() -> None:
    made = chart([(3, {"cpu_percent": 0}), (2, {"cpu_percent": 90}), (0, {"cpu_percent": 30})])
    # 1 min, 1 min and 2 min.
    four = made.means(1, timedelta(minutes=4), "cpu_percent")
    assert four == [pytest.approx((0 + 90 + 2 * 30) / 4)]


def test_where_nothing_was_measured_nothing_is_known() -> None:
    made = cpu_by_minute(20, None, None, 20)
    assert made.means(4, timedelta(minutes=4), "cpu_percent") == [20, None, None, 20]
    apart = chart([(60, {"cpu_percent": 50}), (0, {"cpu_percent": 50})])
    assert apart.means(4, timedelta(hours=1), "cpu_percent") == [None, None, None, 50]


def test_idle_minutes_began_before_they_were_read() -> None:
    made = chart([(90, {"idle_minutes": 0.0}), (0, {"idle_minutes": 30.0})])
    assert made.idle(6, timedelta(hours=2)) == [None, False, None, None, True, True]


@pytest.mark.parametrize(
    ("minutes", "length"),
    [(0, 15), (14, 15), (16, 30), (59, 60), (61, 120), (121, 180), (999, 180)],
)
def test_it_is_as_long_as_there_are_samples_and_no_longer_than_three_hours(
    minutes: int, length: int
) -> None:
    assert chart([(minutes, {}), (0, {})]).length == timedelta(minutes=length)


def test_without_a_sample_it_has_a_length_and_an_axis() -> None:
    assert chart([]).length == timedelta(minutes=15)
    assert "└" in drawn(chart([]))[-2]


def test_full_and_half_and_nothing_and_unknown_look_different() -> None:
    made = cpu_by_minute(*[100] * 45, *[50] * 45, *[0] * 45, *[None] * 45)
    rows = [line[9:] for line in drawn(made)[:5]]
    quarter = (80 - 9 - 1) // 4
    columns_at = [
        "".join(row.ljust(71)[index] for row in rows)
        for index in (quarter // 2, quarter * 3 // 2, quarter * 5 // 2, quarter * 7 // 2)
    ]
    assert columns_at == ["█████", "  ▄██", "    ▁", "     "]


def test_a_threshold_is_a_line_where_there_is_no_bar_and_its_value_is_at_the_left() -> None:
    made = chart(
        [(n, {"cpu_percent": 5, "gpu_percent": 90}) for n in range(180, -1, -1)],
        cpu_threshold=20,
        gpu_threshold=10,
    )
    lines = drawn(made)
    assert lines[0].startswith("CPU 100%")
    assert lines[3].startswith("     20% ┄┄┄")
    assert lines[5].startswith("GPU 100%")
    assert lines[9].startswith("     10% ███")


@pytest.mark.parametrize("width", [20, 40, 80, 200])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_it_fits_the_width(width: int, encoding: str) -> None:
    values = {"cpu_percent": 33.3, "gpu_percent": 99.0, "idle_minutes": 400.0}
    made = chart(
        [(n, values) for n in range(MAX_SAMPLES, -1, -1)], cpu_threshold=0.5, gpu_threshold=100
    )
    for language in ("en", "zh_CN"):
        lines = draw(made, width, CHINA, language, encoding)
        assert max(map(columns, lines)) <= max(width, 20)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", None, "no such encoding"])
def test_an_encoding_without_block_characters_gets_ascii(encoding: str | None) -> None:
    made = cpu_by_minute(*[70] * 20, *[3] * 20)
    lines = draw(made, 80, CHINA, "en", encoding)
    assert "\n".join(lines).isascii()
    assert "#" in lines[2]


def test_times_are_the_persons_and_whole() -> None:
    lines = drawn(cpu_by_minute(*[1] * 181))
    assert re.findall(r"\d\d:\d\d", lines[-1]) == ["15:00", "16:00", "17:00"]
    places = [match.start() for match in re.finditer("┴", lines[-2])]
    labels = [match.start() + 2 for match in re.finditer(r"\d\d:\d\d", lines[-1])]
    assert all(abs(one - other) <= 1 for one, other in zip(places, labels, strict=True))


def test_times_follow_half_hours_of_a_time_zone() -> None:
    india = timezone(timedelta(hours=5, minutes=30))
    ticks = cpu_by_minute(*[1] * 181).ticks(india)
    assert [label for _, label in ticks] == ["12:00", "13:00", "14:00"]


def test_the_image_is_an_image_of_its_own_with_thresholds_band_and_broken_lines() -> None:
    busy = [(n, {"cpu_percent": 80, "gpu_percent": 40}) for n in range(180, 120, -1)]
    idle = [
        (n, {"cpu_percent": 3, "gpu_percent": 0, "idle_minutes": 60.0 - n})
        for n in range(60, -1, -1)
    ]
    made = chart([*busy, *idle], cpu_threshold=20, gpu_threshold=10)
    root = ElementTree.fromstring(svg(made, CHINA, "en"))
    name = "{http://www.w3.org/2000/svg}"
    assert len(root.findall(f".//{name}line[@stroke-dasharray]")) == 2
    (band,) = root.findall(f".//{name}rect")
    # The last of the three hours, of 668 pixels.
    assert float(band.attrib["width"]) == pytest.approx(668 / 3, abs=5)
    for path in root.findall(f".//{name}path"):
        assert path.attrib["d"].count("M") == 2
    texts = [each.text for each in root.iter(f"{name}text")]
    assert {"CPU", "GPU", "15:00", "17:00"} <= set(texts)


def test_the_image_stays_in_untrusted_notebooks_and_has_a_text() -> None:
    html = image(cpu_by_minute(1, 2, 3), CHINA, "en", 'CPU <&"> GPU')
    found: list[dict[str, str | None]] = []

    class Images(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            assert tag == "img"
            found.append(dict(attrs))

    Images().feed(html)
    ((only),) = found
    assert only["alt"] == 'CPU <&"> GPU'
    kind, _, content = (only["src"] or "").partition(",")
    assert kind == "data:image/svg+xml;base64"
    assert base64.b64decode(content).startswith(b"<svg ")
