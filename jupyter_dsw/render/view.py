"""A reading as a view model: what text and HTML show of it, apart from how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_dsw.i18n import Language, joined, text, translated
from jupyter_dsw.model.instance import TRANSITIONAL_STATUSES
from jupyter_dsw.render import stops, values
from jupyter_dsw.render.sections import (
    Fact,
    Section,
    Shown,
    datasets_section,
    details_section,
    disks_section,
    facts,
    history_section,
    network_section,
    other_timers_section,
    resources_section,
    snapshots_section,
    status_section,
    timers_section,
)
from jupyter_dsw.render.values import Moments, format_duration, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jupyter_dsw.model.instance import Instance
    from jupyter_dsw.reading import Reading

_MAKERS: dict[str, Callable[[Shown], Section]] = {
    "status": status_section,
    "datasets": datasets_section,
    "snapshots": snapshots_section,
    "timers": timers_section,
    "history": history_section,
    "resources": resources_section,
    "disks": disks_section,
    "network": network_section,
    "details": details_section,
}

SECTIONS: tuple[str, ...] = tuple(_MAKERS)
"""The names of sections, in the order they are shown. `"all"` stands for every one of them."""

_ON_DEMAND = {"history", "network", "details"}
_BY_DEFAULT = tuple(name for name in SECTIONS if name not in _ON_DEMAND)
SIMULATED = text("Simulated instance: a local emulator made these values up.")
# Also looked for in the text, by whoever colours it.
NEXT_STOP = text("Next stop")


class ViewModel(msgspec.Struct, frozen=True, kw_only=True):
    """All that is shown of a reading."""

    language: Language
    """The language of the person who reads it."""
    problem: str
    notice: str
    """That the instance is simulated, or nothing."""
    status: str = ""
    tone: str = "off"
    """`good`, `busy`, `bad` or `off`: the colour of the status."""
    name: str = ""
    facts: tuple[Fact, ...] = ()
    """Shown under the status: the next stop, where to skip it, the reason of a failure."""
    remark: str = ""
    """What there may be in addition to these, or nothing."""
    sections: tuple[Section, ...] = ()
    foot: str = ""

    def translated(self) -> ViewModel:
        """Return the same in its language, of plain `str` only."""
        model: ViewModel = _in_language(self, self.language)
        return model


def _in_language(part: Any, language: Language) -> Any:
    if isinstance(part, str):
        return translated(part, language)
    if isinstance(part, tuple):
        return tuple(_in_language(each, language) for each in part)
    if isinstance(part, msgspec.Struct):
        values = {name: getattr(part, name) for name in part.__struct_fields__}
        return type(part)(**{name: _in_language(each, language) for name, each in values.items()})
    return part


def view_model(
    reading: Reading,
    sections: Iterable[str] = (),
    *,
    now: float,
    language: Language = "en",
    moments: Moments | None = None,
    origin: str = "",
) -> ViewModel:
    """Gather what text and HTML show of a reading.

    Args:
        reading: its error is shown above the last good values.
        sections: names out of `SECTIONS`, or `"all"`; none: those that are
            shown by default.
        now: the moment of showing it (`elapsed_seconds`).
        language: the language of the person who reads it.
        moments: how moments are written for that person, by default in UTC with their date.
        origin: where it came from, `dsw-… in cn-hangzhou, by pai-dsw-vpc.cn-hangzhou.aliyuncs.com`.

    Raises:
        ValueError: a section of an unknown name.
    """
    names = tuple(sections)
    chosen = _chosen(names)
    instance, problem = reading.instance, _problem(reading, language)
    notice = SIMULATED if reading.source.simulated else ""
    if instance is None:
        return ViewModel(language=language, problem=problem, notice=notice).translated()
    shown = Shown(
        instance=instance,
        stops=reading.stops_at(now),
        stop_policies=reading.stop_policies,
        sessions=reading.sessions,
        moments=moments or Moments(),
    )
    makers = dict(_MAKERS)
    # The line under the status has this already, unless this section was named.
    timers_named = "timers" in names and chosen != SECTIONS
    if not timers_named:
        makers["timers"] = other_timers_section
    made = [makers[name](shown) for name in chosen]
    next_stop = console = remark = idle_now = ""
    if not instance.has_ended:
        console = stops.console_of_skippable(shown.stops, instance)
        idle_now = stops.idle_now(reading.utilization, shown.stops)
        remarks = (
            stops.policies_remark(shown.stop_policies),
            stops.MEASURED_HERE if idle_now else "",
        )
        remark = joined(" ", filter(None, remarks))
        if not timers_named:
            next_stop = stops.next_stop_line(shown.stops, shown.stop_policies, shown.moments)
    return ViewModel(
        language=language,
        problem=problem,
        notice=notice,
        status=values.status_of(instance),
        tone=_tone(instance.status),
        name=plain(instance.instance_name or instance.instance_id),
        facts=facts(
            (NEXT_STOP, next_stop),
            (stops.UTILIZATION, idle_now),
            (text("Skip it in the console"), console, console),
            (text("Reason"), _reason(instance)),
        ),
        remark=remark,
        sections=tuple(section for section in made if names or not section.is_empty),
        foot=_foot(reading, now, shown.moments, translated(origin, language)),
    ).translated()


def _chosen(names: tuple[str, ...]) -> tuple[str, ...]:
    unknown = [name for name in names if name not in _MAKERS and name != "all"]
    if unknown:
        msg = f"no such section: {plain(unknown[0])}; there are {', '.join(SECTIONS)}, all"
        raise ValueError(msg)
    if "all" in names:
        return SECTIONS
    return tuple(name for name in SECTIONS if name in (names or _BY_DEFAULT))


def _tone(status: str | None) -> str:
    if status in TRANSITIONAL_STATUSES:
        return "busy"
    return {"Running": "good", "Saved": "good", "Failed": "bad", "SaveFailed": "bad"}.get(
        status or "", "off"
    )


def _reason(instance: Instance) -> str:
    """Why it is not running. A running instance may still carry the reason of an old failure."""
    if instance.status in {"Running", "Stopped", "Saved"}:
        return ""
    reason = values.reason_of(instance.reason_code, instance.reason_message)
    failed = instance.status in {"Failed", "SaveFailed"}
    return reason or (text("the endpoint gives no reason") if failed else "")


def _problem(reading: Reading, language: Language) -> str:
    if reading.error is None:
        return "" if reading.instance else text("Nothing has been read yet.")
    problem = reading.error.in_language(language)
    return joined(
        " ", filter(None, (plain(problem.message) or plain(problem.code), plain(problem.advice)))
    )


def _foot(reading: Reading, now: float, moments: Moments, origin: str) -> str:
    origin = plain(origin)
    if reading.read_at is None:
        return text("From %1", origin) if origin else ""
    # In what is kept, an age would be that of the moment of keeping it.
    age_ms = None if moments.now is None else reading.age_ms_at(now)
    return values.dotted(
        text("Read %1", moments.write(reading.read_at)),
        "" if age_ms is None else text("%1 ago", format_duration(age_ms)),
        text("by the instance's clock") if reading.read_at_by == "local" else "",
        text("from %1", origin) if origin else "",
    )
