"""Utilization as people read it: whether the instance counts as idle now, and by which figures.

The panel writes the same, from the same texts of the catalogue.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from jupyter_dsw.i18n import joined, text
from jupyter_dsw.meter import counts_as_idle
from jupyter_dsw.model.stops import StopRule
from jupyter_dsw.render.values import format_duration, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jupyter_dsw.i18n import Text
    from jupyter_dsw.meter import Utilization
    from jupyter_dsw.model.stops import Stop
    from jupyter_dsw.render.values import Moments

UTILIZATION = text("Utilization")
MEASURED_HERE = text("Measured in this container; what the platform measures is not documented.")
_MINUTE_MS = 60_000


def idle_stop(stops: Iterable[Stop]) -> Stop | None:
    """Return the idle stop whose thresholds are shown: the nearest that has some."""
    return next((stop for stop in stops if stop.kind == "idle" and _has_thresholds(stop)), None)


def _has_thresholds(stop: Stop) -> bool:
    return stop.rule.cpu_percent is not None or stop.rule.gpu_percent is not None


def idle_now(utilization: Utilization | None, stops: Iterable[Stop]) -> str:
    """Describe what was measured, next to the thresholds, and whether that counts as idle.

    Where the idle minutes that PAI-DSW counts disagree, they follow. Empty if nothing is measured.
    """
    stop = idle_stop(stops)
    rule = StopRule() if stop is None else stop.rule
    measured = "" if utilization is None else measured_and_thresholds(utilization, rule)
    if utilization is None or stop is None or not measured:
        return measured
    idle = counts_as_idle(utilization, rule)
    if idle is None:
        return text("%1: it is unknown whether this counts as idle.", measured)
    concluded = (
        text("%1: counts as idle.", measured)
        if idle
        else text("%1: busy, the idle timer does not run.", measured)
    )
    return joined(" ", filter(None, (concluded, _disagreeing(stop, idle=idle))))


def what_would_stop(
    stops: Sequence[Stop], utilization: Utilization | None, moments: Moments
) -> str:
    """Describe what would stop a run that begins now: each kind of stop once, the nearest first.

    `Stopped after 60 min below CPU 20 % and GPU 10 %. CPU now 4 %, GPU now 0 %.` Empty where no
    stop is known.
    """
    nearest = [next((s for s in stops if s.kind == kind), None) for kind in ("idle", "scheduled")]
    sentences: list[str] = [_would_stop(stop, moments) for stop in stops if stop in nearest]
    if sentences and utilization is not None and nearest[0] is not None:
        sentences.append(_now(utilization))
    return joined(" ", filter(None, sentences))


def _would_stop(stop: Stop, moments: Moments) -> Text:
    rule = stop.rule
    if stop.kind == "scheduled":
        at = moments.write(stop.at)
        return (
            text("This instance will be stopped at %1, as scheduled.", at)
            if at
            else text("A stop is scheduled, at an unknown time.")
        )
    if rule.max_idle_minutes is None:
        return text("Stopped by this rule: %1.", plain(rule.expression) or text("unknown"))
    minutes = joined(" ", (f"{rule.max_idle_minutes:.15g}", text("min")))
    cpu, gpu = rule.cpu_percent, rule.gpu_percent
    if cpu is not None and gpu is not None:
        return text("Stopped after %1 below CPU %2 and GPU %3.", minutes, _limit(cpu), _limit(gpu))
    if cpu is not None:
        return text("Stopped after %1 below CPU %2.", minutes, _limit(cpu))
    if gpu is not None:
        return text("Stopped after %1 below GPU %2.", minutes, _limit(gpu))
    return text("Stopped after %1 of idleness.", minutes)


def _now(utilization: Utilization) -> Text | str:
    cpu, gpu = utilization.cpu_percent, utilization.gpu_percent
    if cpu is not None and gpu is not None:
        return text("CPU now %1, GPU now %2.", percent(cpu), percent(gpu))
    if cpu is not None:
        return text("CPU now %1.", percent(cpu))
    return "" if gpu is None else text("GPU now %1.", percent(gpu))


def measured_and_thresholds(utilization: Utilization, rule: StopRule) -> str:
    """Describe CPU and GPU, each next to its threshold; empty if neither is known."""
    cpu, gpu = utilization.cpu_percent, utilization.gpu_percent
    if cpu is None and gpu is None:
        return ""
    parts = []
    if rule.cpu_percent is not None:
        shown = percent(cpu, rule.cpu_percent)
        parts.append(text("CPU %1 (stops below %2)", shown, _limit(rule.cpu_percent)))
    elif cpu is not None:
        parts.append(text("CPU %1", percent(cpu)))
    if rule.gpu_percent is not None:
        shown = percent(gpu, rule.gpu_percent)
        parts.append(text("GPU %1 (stops below %2)", shown, _limit(rule.gpu_percent)))
    elif gpu is not None:
        parts.append(text("GPU %1", percent(gpu)))
    return joined(text(", "), parts)


def _disagreeing(stop: Stop, *, idle: bool) -> Text | str:
    """Return the idle minutes that PAI-DSW counts, where they do not fit what was measured."""
    minutes = stop.idle_minutes
    if minutes is None:
        return ""
    # A sample is of the last minute: one idle minute is no contradiction.
    if not idle and minutes > 1:
        counted = format_duration(minutes * _MINUTE_MS)
        return text("The platform has counted %1 of idleness so far.", counted)
    if idle and minutes <= 0:
        return text("The platform does not count it as idle so far.")
    return ""


def percent(value: float | None, limit: float | None = None) -> Text:
    """Write a measured percentage, rounded down: below `limit` it must not look equal to it."""
    if value is None:
        return text("unknown")
    scale = 100 if limit is not None and limit % 1 else 1
    return _limit(math.floor(value * scale) / scale)


def _limit(value: float) -> Text:
    return text("%1 %", f"{value:.15g}")
