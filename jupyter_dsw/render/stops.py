"""Stops in words: which stop comes next, who decides it, by which rule, and what a person can do.

The panel's `stops.ts` writes the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from jupyter_dsw.i18n import joined, text
from jupyter_dsw.model.stops import next_stop
from jupyter_dsw.render.values import dotted, format_duration, percent, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_dsw.i18n import Text
    from jupyter_dsw.model.instance import Instance
    from jupyter_dsw.model.stops import PoliciesState, Stop, StopRule
    from jupyter_dsw.render.values import Moments

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
    most = rule.max_idle_minutes
    if most is None:
        return dotted(_when(stop), plain(rule.expression))
    limit = joined(" ", (_number(most), text("min")))
    if stop.state == "unknown":
        return text("stops after %1 idle; time unknown, see the PAI console", limit)
    if stop.remaining_ms is None:
        return _idle_rule(rule, limit)
    left = _when(stop)
    # At the end of a delay it has been idle for longer than the rule has it.
    if stop.idle_minutes is None or stop.delayed:
        return dotted(left, _idle_rule(rule, limit))
    return dotted(left, _idle_progress(rule, _number(stop.idle_minutes), limit))


def _when(stop: Stop) -> Text:
    if stop.state == "armed":
        return text("stops when it is idle")
    if stop.remaining_ms is None:
        return _UNKNOWN_TIME
    return text("in about %1", format_duration(stop.remaining_ms))


def _scheduled_stop(stop: Stop, moments: Moments) -> str:
    at, expression = moments.write(stop.at), plain(stop.rule.expression)
    if stop.remaining_ms is None:
        unknown = text("stops at %1, time left unknown", at) if at else _UNKNOWN_TIME
        return dotted(unknown, expression)
    return dotted(text("in %1", format_duration(stop.remaining_ms)), at, expression)


def _idle_rule(rule: StopRule, limit: Text) -> Text:
    cpu, gpu = _thresholds(rule)
    if cpu and gpu:
        return text("stops after %1 idle, with CPU below %2 and GPU below %3", limit, cpu, gpu)
    if cpu:
        return text("stops after %1 idle, with CPU below %2", limit, cpu)
    if gpu:
        return text("stops after %1 idle, with GPU below %2", limit, gpu)
    return text("stops after %1 idle", limit)


def _idle_progress(rule: StopRule, spent: str, limit: Text) -> Text:
    cpu, gpu = _thresholds(rule)
    if cpu and gpu:
        return text(
            "idle for %1 of %2; stops unless CPU reaches %3 or GPU reaches %4",
            spent,
            limit,
            cpu,
            gpu,
        )
    if cpu:
        return text("idle for %1 of %2; stops unless CPU reaches %3", spent, limit, cpu)
    if gpu:
        return text("idle for %1 of %2; stops unless GPU reaches %3", spent, limit, gpu)
    return text("idle for %1 of %2; stops unless it is used", spent, limit)


def _thresholds(rule: StopRule) -> tuple[Text | None, Text | None]:
    cpu, gpu = rule.cpu_percent, rule.gpu_percent
    return None if cpu is None else percent(cpu), None if gpu is None else percent(gpu)


def _number(value: float) -> str:
    return f"{value:.15g}"
