"""CPU and GPU of the last three hours: what `%dsw_info usage` and `jupyter dsw info usage` show."""

from __future__ import annotations

import sys
from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_dsw import i18n
from jupyter_dsw.columns import columns, padded, wrapped
from jupyter_dsw.i18n import TAGS, joined, text, time_zone, translated
from jupyter_dsw.meter import Utilization, UtilizationSamples
from jupyter_dsw.notebook import readings
from jupyter_dsw.notebook.output import Reading, ShownAs, in_kernel
from jupyter_dsw.render.chart import Chart, draw, image
from jupyter_dsw.render.html import with_code
from jupyter_dsw.render.stops import MEASURED_HERE, idle_now, idle_stop, measured_percent
from jupyter_dsw.render.values import format_duration
from jupyter_dsw.render.view import SIMULATED

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "usage"
"""The word behind `%dsw_info` and `jupyter dsw info`."""

ALONE = text("usage is shown by itself, without sections.")

_INDENT = "  "
_GAP = 2
_SPANS = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=3))
_RECENT = timedelta(minutes=3)
_TABLE = "border-collapse:collapse;margin:0;color:inherit;font-size:inherit"
_CELL = "text-align:right;padding:2px 12px 2px 0"
_NOTHING_YET = text(
    "Nothing has been measured yet. The Jupyter server takes its first sample a few seconds after "
    "its start."
)
_NO_HISTORY = text(
    "No Jupyter server with jupyter-dsw was found, so only this process measures, and only while "
    "it runs."
)
_NO_GPU = text(
    "GPU is unknown: run `pip install nvidia-ml-py` in the environment that measures (the Jupyter "
    "server's if it runs jupyter-dsw), and restart that server or kernel."
)


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """Samples of CPU and GPU next to the thresholds of the idle stop; shows itself in a cell."""

    reading: Reading
    """Has the thresholds, and the idle minutes that PAI-DSW counts."""
    found: UtilizationSamples
    via_server: bool
    shown_as: ShownAs = "panel"

    @classmethod
    def current(cls, *, fresh: bool = False) -> Usage:
        """Return what is known now."""
        reading = readings.current(fresh=fresh)
        found, via_server = readings.samples()
        return cls(reading=reading, found=found, via_server=via_server)

    def __repr__(self) -> str:
        return f"<Usage: {len(self.found.samples)} samples>"

    def __str__(self) -> str:
        return self.to_text()

    def to_json(self) -> str:
        """Return the samples as JSON, as the REST API returns them."""
        return msgspec.json.format(self.found.encode(), indent=2).decode()

    def to_text(self, width: int = 80, encoding: str | None = "utf-8") -> str:
        """Return a chart, a table of means, and whether this counts as idle.

        Lines are at most `width` columns wide; in ASCII where `encoding` lacks block characters.
        """
        language, width = i18n.of_person(), max(width, 40)
        lines = [translated(self._title(), language)]
        if self.found.samples:
            zone = time_zone(self.reading.source.region)
            drawn = draw(self._chart(), width - len(_INDENT), zone, language, encoding)
            lines += [_INDENT + line for line in drawn]
            lines += ["", *_aligned([self._head(), *self._rows()])]
        lines.append("")
        for paragraph in self._sentences():
            lines += wrapped(_INDENT + translated(paragraph, language), width, _INDENT)
        return "\n".join(line.rstrip() for line in lines)

    def to_html(self) -> str:
        """Return the same as HTML that stands alone: an image, a table and sentences."""
        language = i18n.of_person()
        title = translated(self._title(), language)
        parts = [f'<h4 style="margin:.2em 0">{escape(title)}</h4>']
        if self.found.samples:
            zone = time_zone(self.reading.source.region)
            parts.append(image(self._chart(), zone, language, title))
            head = "".join(
                f'<th scope="col" style="{_CELL}">{_t(cell)}</th>' for cell in self._head()
            )
            rows = "".join(
                f'<tr><th scope="row" style="{_CELL}">{_t(row[0])}</th>'
                + "".join(f'<td style="{_CELL}">{_t(cell)}</td>' for cell in row[1:])
                + "</tr>"
                for row in self._rows()
            )
            content = f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody>"
            parts.append(f'<table style="{_TABLE}">{content}</table>')
        parts += [
            f'<p style="margin:.2em 0">{with_code(translated(each, language))}</p>'
            for each in self._sentences()
        ]
        lang = "" if language == "en" else f' lang="{TAGS[language]}"'
        return f'<div{lang} style="max-width:60em;line-height:1.45">{"".join(parts)}</div>'

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        if self.shown_as == "json":
            return {"text/plain": self.to_json()}
        if self.shown_as == "text" or not in_kernel():
            return {"text/plain": self.to_text(encoding=sys.stdout.encoding)}
        return {"text/html": self.to_html(), "text/plain": self.to_text()}

    def _chart(self) -> Chart:
        stop = idle_stop(self.reading.stops)
        return Chart(
            now=self.found.now,
            between_ms=self.found.between_ms,
            samples=self.found.samples,
            cpu_threshold=stop.rule.cpu_percent if stop else None,
            gpu_threshold=stop.rule.gpu_percent if stop else None,
        )

    def _title(self) -> str:
        length = self._chart().length / timedelta(milliseconds=1)
        return text("CPU and GPU in the last %1", format_duration(length))

    def _head(self) -> list[str]:
        spans = (format_duration(span / timedelta(milliseconds=1)) for span in self._spans())
        return ["", text("now"), *(text("mean of %1", span) for span in spans)]

    def _rows(self) -> Iterator[list[str]]:
        """Yield the values of now, and the means of the times before."""
        newest, chart = self.found.samples[-1], self._chart()
        recent = self.found.now - newest.at <= _RECENT
        for label, name in (("CPU", "cpu_percent"), ("GPU", "gpu_percent")):
            means = [chart.means(1, span, name)[0] for span in self._spans()]
            value: float | None = getattr(newest, name) if recent else None
            if name == "cpu_percent" or any(each is not None for each in (value, *means)):
                yield [label, measured_percent(value), *map(measured_percent, means)]
        minutes = newest.idle_minutes if recent else None
        if minutes is not None:
            idle = joined(" ", (f"{minutes:.15g}", text("min")))
            yield [text("Idle"), idle, *("" for _ in self._spans())]

    def _spans(self) -> tuple[timedelta, ...]:
        length = self._chart().length
        return tuple(span for span in _SPANS if span <= length)

    def _sentences(self) -> Iterator[str]:
        instance, found = self.reading.instance, self.found.samples
        if self.reading.source.simulated:
            yield SIMULATED
        if not found:
            yield _NOTHING_YET
        elif now := idle_now(self._utilization(), self.reading.stops):
            yield now
        if instance is not None and instance.is_gpu and found and found[-1].gpu_percent is None:
            yield _NO_GPU
        if not self.via_server:
            yield _NO_HISTORY
        yield MEASURED_HERE

    def _utilization(self) -> Utilization | None:
        """Return the newest sample if it is recent: it may be newer than the reading."""
        newest = self.found.samples[-1]
        if self.found.now - newest.at > _RECENT:
            return None
        return Utilization(cpu_percent=newest.cpu_percent, gpu_percent=newest.gpu_percent)


def _t(message: str) -> str:
    return escape(translated(message))


def _aligned(rows: list[list[str]]) -> list[str]:
    language = i18n.of_person()
    cells = [[translated(cell, language) for cell in row] for row in rows]
    widths = [max(map(columns, column)) for column in zip(*cells, strict=True)]
    lines = []
    for label, *values in cells:
        line = _INDENT + padded(label, widths[0])
        for value, width in zip(values, widths[1:], strict=True):
            line += " " * (_GAP + width - columns(value)) + value
        lines.append(line)
    return lines
