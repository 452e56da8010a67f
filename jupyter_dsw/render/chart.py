"""A chart of the last three hours of CPU and GPU, for a terminal and as an image of a cell."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

import msgspec

from jupyter_dsw.columns import columns, padded
from jupyter_dsw.i18n import text, translated
from jupyter_dsw.meter import UtilizationSample

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import tzinfo

    from jupyter_dsw.i18n import Language

# Minutes of the chart, and from one time below it to the next: shorter while there are few samples,
# as the panel has it.
_TICKS = {15: 5, 30: 10, 60: 15, 120: 30, 180: 60}
# Samples farther apart than so many times the usual have a gap between them: none were taken.
_GAP = 2.5
_HEIGHT = 5


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """What is drawn: samples up to `now`, the oldest first, and the thresholds of the idle stop."""

    now: datetime
    between_ms: int
    samples: tuple[UtilizationSample, ...]
    cpu_threshold: float | None = None
    gpu_threshold: float | None = None

    @property
    def length(self) -> timedelta:
        """How long it is: so that it has all samples, but no more than three hours."""
        covered = self.now - self.samples[0].at if self.samples else timedelta()
        lengths = [timedelta(minutes=minutes) for minutes in _TICKS]
        return next((length for length in lengths if length >= covered), lengths[-1])

    def means(self, bins: int, length: timedelta, name: str) -> list[float | None]:
        """Return the mean of `cpu_percent` or `gpu_percent` in each of `bins` parts of `length`."""
        sums, weights = [0.0] * bins, [0.0] * bins
        for begin, end, sample in self._periods(length):
            value: float | None = getattr(sample, name)
            if value is None:
                continue
            for index in range(int(begin * bins), min(bins, int(end * bins) + 1)):
                part = min(end * bins, index + 1) - max(begin * bins, index)
                if part > 0:
                    sums[index] += value * part
                    weights[index] += part
        pairs = zip(sums, weights, strict=True)
        return [total / weight if weight > 0 else None for total, weight in pairs]

    def idle(self, bins: int, length: timedelta) -> list[bool | None]:
        """Return in which parts PAI-DSW counted idle minutes; None where that is not known."""
        found: list[bool | None] = [None] * bins
        for begin, end, sample in self._periods(length):
            if sample.idle_minutes is None:
                continue
            idle = sample.idle_minutes > 0
            # They began before they were read.
            since = timedelta(minutes=sample.idle_minutes) / length
            first = max(0.0, min(begin, end - since)) if idle else begin
            for index in range(int(first * bins), min(bins, int(end * bins) + 1)):
                found[index] = idle
        return found

    def _periods(self, length: timedelta) -> list[tuple[float, float, UtilizationSample]]:
        """Return for which part of the chart each sample is, from 0 to 1."""
        usual = timedelta(milliseconds=self.between_ms)
        periods = []
        before: datetime | None = None
        for sample in self.samples:
            apart = usual if before is None else sample.at - before
            before = sample.at
            begin = sample.at - (apart if apart <= usual * _GAP else usual)
            end = 1 - (self.now - sample.at) / length
            if end > 0:
                periods.append((max(0.0, 1 - (self.now - begin) / length), min(end, 1.0), sample))
        return periods

    def ticks(self, zone: tzinfo | None) -> list[tuple[float, str]]:
        """Return whole hours or minutes of a person's time zone: where they are, and their text."""
        step = timedelta(minutes=_TICKS[self.length // timedelta(minutes=1)])
        local = self.now.astimezone(zone)
        since_midnight = timedelta(hours=local.hour, minutes=local.minute, seconds=local.second)
        latest = self.now - since_midnight % step
        moments = (latest - step * number for number in range(self.length // step + 1))
        return [
            (1 - (self.now - moment) / self.length, f"{moment.astimezone(zone):%H:%M}")
            for moment in reversed(list(moments))
            if self.now - moment <= self.length
        ]


# From nothing to a full cell.
_LEVELS = " ▁▂▃▄▅▆▇█"
_THRESHOLD, _AXIS, _CORNER, _TICK, _IDLE = "┄─└┴▒"
_TO_ASCII = str.maketrans("▁▂▃▄▅▆▇█┄─└┴▒", "..:::###--++=")


def draw(
    chart: Chart, width: int, zone: tzinfo | None, language: Language, encoding: str | None
) -> list[str]:
    """Draw CPU, GPU where it is known, and idle time, in lines of at most `width` columns.

    In ASCII where `encoding` lacks block characters.
    """
    names = [("CPU", "cpu_percent", chart.cpu_threshold)]
    if any(sample.gpu_percent is not None for sample in chart.samples):
        names.append(("GPU", "gpu_percent", chart.gpu_threshold))
    idle_label = translated(text("Idle"), language)
    margin = max(columns("CPU 100% "), columns(idle_label) + 1)
    bins = max(width - margin - 1, 10)
    lines = []
    for label, name, threshold in names:
        lines += _bars(chart.means(bins, chart.length, name), label, threshold, margin)
    idle = chart.idle(bins, chart.length)
    band = "".join(_IDLE if each else " " for each in idle)
    if any(each is not None for each in idle):
        lines.append(padded(idle_label, margin) + band)
    lines = [line.rstrip() for line in (*lines, *_axis(chart, margin, bins, zone))]
    try:
        (_LEVELS + _THRESHOLD + _CORNER + _TICK + _IDLE).encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return [line.translate(_TO_ASCII) for line in lines]
    return lines


def _bars(
    values: Sequence[float | None], label: str, threshold: float | None, margin: int
) -> list[str]:
    """Return the bars, the highest row first; name, 100 % and the threshold stand at the left."""
    steps = len(_LEVELS) - 1
    # What is known to be zero differs from what is not known.
    heights = [
        0 if each is None else max(1, round(each / 100 * _HEIGHT * steps)) for each in values
    ]
    marked = None
    if threshold is not None and 0 <= threshold <= 100:
        marked = min(_HEIGHT - 1, int(threshold / 100 * _HEIGHT))
    lines = []
    for row in reversed(range(_HEIGHT)):
        at_top = row == _HEIGHT - 1
        value = threshold if row == marked else 100 if at_top else None
        left = label if at_top else ""
        right = "" if value is None else f"{value:g}%"
        empty = _THRESHOLD if row == marked else " "
        cells = (min(max(height - row * steps, 0), steps) for height in heights)
        bars = "".join(_LEVELS[cell] if cell else empty for cell in cells)
        lines.append(f"{left:<4}{right:>{margin - 5}} {bars}")
    return lines


def _axis(chart: Chart, margin: int, bins: int, zone: tzinfo | None) -> list[str]:
    line, labels = [_AXIS] * bins, ""
    for place, label in chart.ticks(zone):
        at = min(int(place * bins), bins - 1)
        line[at] = _TICK
        begin = min(max(at - len(label) // 2, 0), bins - len(label))
        if begin > len(labels) or not labels:
            labels = labels.ljust(begin) + label
    return [" " * (margin - 1) + _CORNER + "".join(line), " " * margin + labels]


_SIZE = (720, 200)
# Mid tones, which suit light and dark pages.
_COLOURS = {"cpu_percent": "#3b82f6", "gpu_percent": "#d97706", "idle": "#8b949e"}


def svg(chart: Chart, zone: tzinfo | None, language: Language) -> str:
    """Draw the chart as an SVG image: lines, thresholds, a band of idle time, and times below."""
    width, height = _SIZE
    left, top, bottom = 44, 20, height - 22
    bins = 180

    def across(place: float) -> float:
        return left + place * (width - left - 8)

    def down(percent: float) -> float:
        return bottom - percent / 100 * (bottom - top)

    parts = [
        f'<line x1="{left}" x2="{across(1):g}" y1="{down(level):g}" y2="{down(level):g}"'
        f' stroke="#8b949e" stroke-opacity=".35"/>'
        f'<text x="{left - 6}" y="{down(level) + 4:g}" text-anchor="end">{level} %</text>'
        for level in (0, 50, 100)
    ]
    idle = chart.idle(bins, chart.length)
    for is_idle, run in groupby(range(bins), key=lambda index: idle[index] is True):
        if is_idle:
            indices = list(run)
            at, to = across(indices[0] / bins), across((indices[-1] + 1) / bins)
            parts.append(
                f'<rect x="{at:.1f}" y="{top}" width="{to - at:.1f}" height="{bottom - top}"'
                f' fill="{_COLOURS["idle"]}" fill-opacity=".2"/>'
            )
    legend = left
    for label, name, threshold in (
        ("CPU", "cpu_percent", chart.cpu_threshold),
        ("GPU", "gpu_percent", chart.gpu_threshold),
    ):
        values = chart.means(bins, chart.length, name)
        if not any(value is not None for value in values):
            continue
        colour = _COLOURS[name]
        if threshold is not None:
            parts.append(
                f'<line x1="{left}" x2="{across(1):g}" y1="{down(threshold):g}"'
                f' y2="{down(threshold):g}" stroke="{colour}" stroke-dasharray="5 4"/>'
            )
        path = _path(values, lambda index: across((index + 0.5) / bins), down)
        parts.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{legend}" y="12" fill="{colour}" font-weight="600">{label}</text>')
        legend += 44
    idle_label = escape(translated(text("Idle"), language))
    parts.append(f'<text x="{legend}" y="12">▒ {idle_label}</text>')
    parts += [
        f'<text x="{across(place):.1f}" y="{height - 6}" text-anchor="middle">{label}</text>'
        for place, label in chart.ticks(zone)
        if 0.03 < place < 0.97
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        f' width="{width}" height="{height}"><g font-family="sans-serif" font-size="11"'
        f' fill="#8b949e">{"".join(parts)}</g></svg>'
    )


def _path(
    values: Sequence[float | None],
    across: Callable[[int], float],
    down: Callable[[float], float],
) -> str:
    """Return a line through the values that are known, broken where one is not."""
    commands, begins = [], True
    for index, value in enumerate(values):
        if value is None:
            begins = True
            continue
        commands.append(f"{'M' if begins else 'L'}{across(index):.1f} {down(value):.1f}")
        if begins:
            commands.append("h.1")  # a value without neighbours is a dot
        begins = False
    return "".join(commands)


def image(chart: Chart, zone: tzinfo | None, language: Language, description: str) -> str:
    """Return the chart as an HTML image that needs nothing else.

    An image, since pages that show untrusted notebooks keep those, but remove SVG elements.
    """
    encoded = base64.b64encode(svg(chart, zone, language).encode()).decode()
    return (
        f'<img alt="{escape(description)}" style="max-width:100%"'
        f' src="data:image/svg+xml;base64,{encoded}">'
    )
