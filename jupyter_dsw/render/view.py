"""The page of a reading, as text for terminals and as HTML for notebooks."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

import msgspec

from jupyter_dsw.i18n import Language, joined, text, translated
from jupyter_dsw.model.instance import Instance
from jupyter_dsw.model.statuses import TRANSITIONAL_STATUSES
from jupyter_dsw.model.stops import Countdowns
from jupyter_dsw.render.details import details_section, network_section
from jupyter_dsw.render.html import page_to_html
from jupyter_dsw.render.labels import (
    format_duration,
    joined_words,
    next_stop_words,
    plain,
    reason_words,
    status_words,
)
from jupyter_dsw.render.moments import Moments
from jupyter_dsw.render.sections import (
    datasets_section,
    disks_section,
    other_timers_section,
    resources_section,
    snapshots_section,
    status_section,
    timers_section,
)
from jupyter_dsw.render.text import page_to_text
from jupyter_dsw.render.view_model import Page, Section, facts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["SECTIONS", "Problem", "View", "format_duration", "to_html", "to_text"]

_MAKERS: dict[str, Callable[[Instance, Countdowns, Moments], Section]] = {
    "status": status_section,
    "datasets": datasets_section,
    "snapshots": snapshots_section,
    "timers": timers_section,
    "resources": resources_section,
    "disks": disks_section,
    "network": network_section,
    "details": details_section,
}

SECTIONS: tuple[str, ...] = tuple(_MAKERS)
"""The names of sections, in the order they are shown. `"all"` stands for every one of them."""

_BY_DEFAULT = tuple(name for name in SECTIONS if name not in {"network", "details"})
_SIMULATED = text("Simulated instance: a local emulator made these values up.")
# Also looked for in the text, by whoever colours it.
NEXT_STOP = text("Next stop")


class Problem(msgspec.Struct, frozen=True):
    """Why the last attempt to read failed."""

    code: str
    """The kind of failure, `Denied`."""
    message: str = ""
    """What failed, on what."""
    advice: str = ""
    """What a person can do about it."""


class View(msgspec.Struct, frozen=True, kw_only=True):
    """All that a rendering shows: the instance, how old it is, what went wrong since."""

    instance: Instance | None = None
    """The last good one; None if there never was one."""
    countdowns: Countdowns | None = None
    """Its stops, as of now."""
    read_at: datetime | None = None
    """When the endpoint responded (aware)."""
    read_at_by: Literal["endpoint", "local"] = "endpoint"
    """Whose clock that is by: "local" is this machine's."""
    age_ms: int | None = None
    """Milliseconds since then."""
    problem: Problem | None = None
    """Why the last attempt failed; None if it did not."""
    origin: str = ""
    """Where it came from, `dsw-… in cn-hangzhou, by pai-dsw-vpc.cn-hangzhou.aliyuncs.com`."""
    simulated: bool = False
    """Whether an emulator answered."""
    language: Language = "en"
    """The language of the person who reads it."""
    moments: Moments = Moments()
    """How moments are written for that person."""


def to_text(view: View, sections: Iterable[str] = (), *, width: int = 80) -> str:
    """Show a view as plain text.

    Args:
        view: what to show.
        sections: names out of `SECTIONS`, or `"all"`; none: all but `network` and `details`.
        width: columns of the terminal; East Asian wide characters take two.

    Raises:
        ValueError: a section of an unknown name.
    """
    return page_to_text(_page(view, tuple(sections)), max(width, 20))


def to_html(view: View, sections: Iterable[str] = ()) -> str:
    """Show a view as HTML that needs no script and no style sheet.

    Args:
        view: what to show.
        sections: names out of `SECTIONS`, or `"all"`; none: all but `network` and `details`.

    Raises:
        ValueError: a section of an unknown name.
    """
    return page_to_html(_page(view, tuple(sections)), view.language)


def _page(view: View, names: tuple[str, ...]) -> Page:
    instance = view.instance
    stops = view.countdowns or Countdowns()
    chosen = _chosen(names)
    makers = dict(_MAKERS)
    # What the line under the status says is not repeated, unless this section was named.
    timers_named = "timers" in names and chosen != SECTIONS
    if not timers_named:
        makers["timers"] = other_timers_section
    made = tuple(makers[name](instance, stops, view.moments) for name in chosen if instance)
    next_stop = ""
    if instance and view.countdowns and not timers_named:
        next_stop = next_stop_words(instance, stops, view.moments)
    return Page(
        status=status_words(instance) if instance else "",
        tone=_tone(instance.status) if instance else "off",
        name=plain(instance.instance_name or instance.instance_id or "") if instance else "",
        facts=facts(
            (NEXT_STOP, next_stop),
            (text("Reason"), _reason(instance) if instance else ""),
        ),
        notice=_SIMULATED if view.simulated else "",
        problem=_problem_words(view),
        sections=tuple(section for section in made if names or not section.is_empty),
        foot=_foot(view),
    ).in_language(view.language)


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
    words = reason_words(instance.reason_code, instance.reason_message)
    failed = instance.status in {"Failed", "SaveFailed"}
    return words or (text("the endpoint gives no reason") if failed else "")


def _problem_words(view: View) -> str:
    problem = view.problem
    if problem is None:
        return "" if view.instance else text("Nothing has been read yet.")
    message, advice = (
        translated(words, view.language) for words in (problem.message, problem.advice)
    )
    return joined(" ", filter(None, (plain(message) or plain(problem.code), plain(advice))))


def _foot(view: View) -> str:
    if view.instance is None:
        return ""
    origin = plain(translated(view.origin, view.language))
    if view.read_at is None:
        return text("From %1", origin) if origin else ""
    return joined_words(
        text("Read %1", view.moments.write(view.read_at)),
        text("by this machine's clock") if view.read_at_by == "local" else "",
        "" if view.age_ms is None else text("%1 ago", format_duration(view.age_ms)),
        text("from %1", origin) if origin else "",
    )
