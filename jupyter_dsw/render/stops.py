"""Stops in words: which comes next, who decides it, by which rule, and whether it is idle now.

The panel writes the same, from the same texts of the catalogue.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlsplit

from jupyter_dsw.i18n import Text, joined, text
from jupyter_dsw.meter import counts_as_idle
from jupyter_dsw.model.stops import MINUTE_MS, StopRule, next_stop
from jupyter_dsw.render.values import dotted, format_duration, percent, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jupyter_dsw.meter import Utilization
    from jupyter_dsw.model.instance import Instance
    from jupyter_dsw.model.stops import PoliciesState, Stop
    from jupyter_dsw.render.values import Moments

UTILIZATION = text("Utilization")
MEASURED_HERE = text("Measured in this container; what the platform measures is not documented.")
_NAMES = {"idle": text("Idle stop"), "scheduled": text("Scheduled stop")}
_DECIDERS = {
    "workspace": text("policy of the workspace"),
    "user": text("set by a user"),
    "system": text("set by the platform"),
    "unknown": text("unknown who set it"),
}
_OWN = {
    "idle": text("set on this instance"),
    "scheduled": text("shutdown timer of this instance"),
}
_UNKNOWN_TIME = text("time unknown, see the PAI console")
_CONSOLE = "https://pai.console.aliyun.com/"
_INTERNATIONAL_CONSOLE = "https://pai.console.alibabacloud.com/"

# Sentences by whether a threshold of CPU counts, and one of GPU: these are their last values.
_Sentences: TypeAlias = dict[tuple[bool, bool], Text]
_IDLE_RULE: _Sentences = {
    (True, True): text("stops after %1 idle, with CPU below %2 and GPU below %3"),
    (True, False): text("stops after %1 idle, with CPU below %2"),
    (False, True): text("stops after %1 idle, with GPU below %2"),
    (False, False): text("stops after %1 idle"),
}
_IDLE_PROGRESS: _Sentences = {
    (True, True): text("idle for %1 of %2; stops unless CPU reaches %3 or GPU reaches %4"),
    (True, False): text("idle for %1 of %2; stops unless CPU reaches %3"),
    (False, True): text("idle for %1 of %2; stops unless GPU reaches %3"),
    (False, False): text("idle for %1 of %2; stops unless it is used"),
}
_WOULD_STOP: _Sentences = {
    (True, True): text("Stopped after %1 below CPU %2 and GPU %3."),
    (True, False): text("Stopped after %1 below CPU %2."),
    (False, True): text("Stopped after %1 below GPU %2."),
    (False, False): text("Stopped after %1 of idleness."),
}


def stop_name(stop: Stop) -> Text:
    """Return what kind of stop it is."""
    return _NAMES[stop.kind]


def decided_by(stop: Stop) -> Text:
    """Return who decides it."""
    return _OWN[stop.kind] if stop.decided_by == "instance" else _DECIDERS[stop.decided_by]


def stops_at_the_head(stops: Sequence[Stop]) -> tuple[Stop, ...]:
    """Return which stops the line under the status is about; the others have their own section."""
    # A stop whose time is unknown may be nearer than the one that is known.
    return tuple(stop for stop in stops if stop is stops[0] or stop.state == "unknown")


def next_stop_line(stops: Sequence[Stop], policies: PoliciesState, moments: Moments) -> str:
    """Describe which stop comes first and why: the line under the status."""
    if not stops:
        return text("None planned") if policies == "read" else text("None known")
    shown = stops_at_the_head(stops)
    if next_stop(stops) is None:
        return dotted(text("None while in use"), describe_stop(shown[0], moments))
    return joined(
        text("; "), (dotted(stop_name(stop), describe_stop(stop, moments)) for stop in shown)
    )


def no_stop(policies: PoliciesState) -> Text:
    """Return that there is no stop, as far as that is known."""
    return text("No stop is set.") if policies == "read" else text("No stop is known.")


def policies_remark(policies: PoliciesState) -> str:
    """Return that there may be stops that are not known here; `""` where there are none."""
    return {
        "read": "",
        "off": text("Stop policies of the workspace are not read: a setting turns that off."),
        "not_available": text("Stop policies of the workspace are not visible here."),
    }[policies]


def describe_stop(stop: Stop, moments: Moments) -> str:
    """Describe how long it is until a stop, by which rule it comes, and who decides it."""
    about = _idle_stop(stop) if stop.kind == "idle" else _scheduled_stop(stop, moments)
    return dotted(
        about,
        decided_by(stop),
        text("delayed") if stop.delayed else "",
        text("can be skipped in the PAI console") if stop.can_skip else "",
    )


def console_of_skippable(stops: Sequence[Stop], instance: Instance) -> str:
    """Return the address of the console where a stop can be skipped; `""` if none can be."""
    if not any(stop.can_skip for stop in stops):
        return ""
    addresses = (
        instance.instance_url,
        instance.jupyterlab_url,
        instance.web_ide_url,
        instance.terminal_url,
    )
    return _INTERNATIONAL_CONSOLE if any(map(_is_international, addresses)) else _CONSOLE


def _is_international(address: str | None) -> bool:
    """Whether an address of the instance is on the international site, whose console is its own."""
    try:
        host = urlsplit(address or "").hostname or ""
    except ValueError:
        return False
    return host.endswith(".alibabacloud.com")


def _idle_stop(stop: Stop) -> str:
    rule = stop.rule
    if rule.max_idle_minutes is None:
        when = text("stops when it is idle") if stop.state == "armed" else _time_left(stop)
        return dotted(when, plain(rule.expression))
    limit = _minutes(rule.max_idle_minutes)
    if stop.state == "unknown":
        return text("stops after %1 idle; time unknown, see the PAI console", limit)
    described = _with_thresholds(_IDLE_RULE, rule, limit)
    if stop.remaining_ms is None:
        return described
    # At the end of a delay it has been idle for longer than the rule has it.
    if stop.idle_minutes is not None and not stop.delayed:
        described = _with_thresholds(_IDLE_PROGRESS, rule, f"{stop.idle_minutes:.15g}", limit)
    return dotted(_time_left(stop), described)


def _time_left(stop: Stop) -> Text:
    if stop.remaining_ms is None:
        return _UNKNOWN_TIME
    return text("in about %1", format_duration(stop.remaining_ms))


def _scheduled_stop(stop: Stop, moments: Moments) -> str:
    at, expression = moments.write(stop.at), plain(stop.rule.expression)
    if stop.remaining_ms is None:
        unknown = text("stops at %1, time left unknown", at) if at else _UNKNOWN_TIME
        return dotted(unknown, expression)
    return dotted(text("in %1", format_duration(stop.remaining_ms)), at, expression)


def _minutes(number: float) -> Text:
    return joined(" ", (f"{number:.15g}", text("min")))


def _with_thresholds(sentences: _Sentences, rule: StopRule, *values: str) -> Text:
    thresholds = (rule.cpu_percent, rule.gpu_percent)
    known = [None if each is None else percent(each) for each in thresholds]
    sentence = sentences[known[0] is not None, known[1] is not None]
    return sentence.filled(*values, *filter(None, known))


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
    return _with_thresholds(_WOULD_STOP, rule, _minutes(rule.max_idle_minutes))


def _now(utilization: Utilization) -> Text | str:
    cpu, gpu = utilization.cpu_percent, utilization.gpu_percent
    if cpu is not None and gpu is not None:
        return text("CPU now %1, GPU now %2.", measured_percent(cpu), measured_percent(gpu))
    if cpu is not None:
        return text("CPU now %1.", measured_percent(cpu))
    return "" if gpu is None else text("GPU now %1.", measured_percent(gpu))


def idle_stop(stops: Iterable[Stop]) -> Stop | None:
    """Return the idle stop whose thresholds are shown: the nearest that has some."""
    for stop in stops:
        thresholds = (stop.rule.cpu_percent, stop.rule.gpu_percent)
        if stop.kind == "idle" and thresholds != (None, None):
            return stop
    return None


def idle_now(utilization: Utilization | None, stops: Iterable[Stop]) -> str:
    """Describe what was measured, next to the thresholds, and whether that counts as idle.

    Where the idle minutes that PAI-DSW counts disagree, they follow. Empty if nothing is measured.
    """
    stop = idle_stop(stops)
    rule = StopRule() if stop is None else stop.rule
    measured = "" if utilization is None else _next_to_thresholds(utilization, rule)
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


def _next_to_thresholds(utilization: Utilization, rule: StopRule) -> str:
    """Describe CPU and GPU, each next to its threshold; empty if neither is known."""
    cpu, gpu = utilization.cpu_percent, utilization.gpu_percent
    if cpu is None and gpu is None:
        return ""
    parts = []
    for alone, with_threshold, value, threshold in (
        (text("CPU %1"), text("CPU %1 (stops below %2)"), cpu, rule.cpu_percent),
        (text("GPU %1"), text("GPU %1 (stops below %2)"), gpu, rule.gpu_percent),
    ):
        if threshold is not None:
            measured = measured_percent(value, threshold)
            parts.append(with_threshold.filled(measured, percent(threshold)))
        elif value is not None:
            parts.append(alone.filled(measured_percent(value)))
    return joined(text(", "), parts)


def _disagreeing(stop: Stop, *, idle: bool) -> Text | str:
    """Return the idle minutes that PAI-DSW counts, where they do not fit what was measured."""
    minutes = stop.idle_minutes
    if minutes is None:
        return ""
    # A sample is of the last minute: one idle minute is no contradiction.
    if not idle and minutes > 1:
        counted = format_duration(minutes * MINUTE_MS)
        return text("The platform has counted %1 of idleness so far.", counted)
    if idle and minutes <= 0:
        return text("The platform does not count it as idle so far.")
    return ""


def measured_percent(value: float | None, threshold: float | None = None) -> Text:
    """Write a measured percentage, rounded down: below `threshold` it must not look equal to it."""
    if value is None:
        return text("unknown")
    scale = 100 if threshold is not None and threshold % 1 else 1
    return percent(math.floor(value * scale) / scale)
