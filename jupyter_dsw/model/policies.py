"""Stop policies: the conditions under which an instance is stopped, whoever set them.

From the API page QueryAutoShutdownPolicies (version 2022-01-01). Expressions are documented by one
example, so one that is not understood is kept as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import floor
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_dsw.model.decoding import object_from_text
from jupyter_dsw.model.elements import Element
from jupyter_dsw.model.kinds import (  # noqa: TC001 - msgspec reads annotations at run time
    Enumeration,
    Identifier,
    Message,
)
from jupyter_dsw.model.parsing import Parser
from jupyter_dsw.model.stops import MINUTE_MS, DecidedBy, Stop, StopRule, in_utc, later, left_after

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from jupyter_dsw.model.instance import Instance

MAX_CONDITIONS = 50
"""Conditions of one instance that are kept."""
MAX_EXPRESSION = 400
"""Characters of an expression that are kept."""

_POLICIES = "AutoShutdownPolicies"
_AND = re.compile(r" (?:and|&&) ")
_COMPARISON = re.compile(r"([a-z]{1,40}) ?([<>]=?) ?(\d{1,9}(?:\.\d{1,9})?) ?(%|[a-z]{0,10})")
_PERCENTS = {"cpuutilization": "cpu_percent", "gpuutilization": "gpu_percent"}
_IN_MINUTES = {
    **dict.fromkeys(("", "m", "min", "mins", "minute", "minutes"), 1.0),
    **dict.fromkeys(("h", "hour", "hours"), 60.0),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1 / 60),
}


class PolicyContext(Element, frozen=True):
    """What a condition's values are now. Element of `Conditions`."""

    idle_duration: float | None = None
    """Minutes that the instance has been idle; -1 where the platform does not know."""
    idle_shutdown_remaining_seconds: float | None = None
    """Seconds to the stop if the instance stays idle; only above 0."""
    delay_shutdown_countdown_seconds: float | None = None
    """Seconds that a delay still runs; only while it does."""
    enable_skip: bool | None = None
    """Whether the user may skip this stop in the console."""


class Condition(Element, frozen=True):
    """One condition under which the instance is stopped. Element of `AutoShutdownPolicies`."""

    source_type: Enumeration | None = None
    """Who set it: `Workspace`, `User` or `System`."""
    expression: Message | None = None
    """The condition, `IdleDuration > 1440 min AND CpuUtilization <= 1%`."""
    context: PolicyContext | None = None
    """What its values are now."""

    @property
    def rule(self) -> StopRule:
        """The rule in the expression; the expression itself where it is not understood."""
        return parse_expression(self.expression or "")

    @property
    def is_of_idleness(self) -> bool:
        """Whether it is about idleness, as far as its text and values show."""
        context = self.context or PolicyContext()
        known = (context.idle_duration, context.idle_shutdown_remaining_seconds)
        words = (self.expression or "").lower()
        return known != (None, None) or "idle" in words or "utilization" in words


class ShutdownPolicy(Condition, frozen=True):
    """The policies of one instance. Element of QueryAutoShutdownPolicies' response.

    The elements of `Condition` are deprecated here: `Conditions` has them.
    """

    instance_id: Identifier | None = None
    """The instance ID, `dsw-…`."""
    conditions: tuple[Condition, ...] = ()
    """The conditions: each of them stops the instance."""


class _Response(Element, frozen=True):
    auto_shutdown_policies: tuple[ShutdownPolicy, ...] = ()


def parse_policies(raw: Mapping[str, Any], instance_id: str) -> tuple[Condition, ...] | None:
    """Return the conditions of an instance, secrets removed; None where the response has none.

    Args:
        raw: the JSON object of QueryAutoShutdownPolicies' response.
        instance_id: the instance that was requested. Policies of others are left out.
    """
    policies = raw.get(_POLICIES)
    if not isinstance(policies, list) or not all(map(_is_policy, policies)):
        return None
    shaped = [_shaped(policy) for policy in policies[:MAX_CONDITIONS]]
    read = Parser().element(_Response, {_POLICIES: shaped}).auto_shutdown_policies
    kept = [
        condition
        for policy in read
        if (policy.instance_id or instance_id).lower() == instance_id.lower()
        for condition in _conditions_of(policy)
    ]
    return tuple(kept[:MAX_CONDITIONS])


def _is_policy(policy: Any) -> bool:
    return isinstance(policy, Mapping) and isinstance(policy.get("Conditions") or [], list)


def _shaped(condition: Any) -> Mapping[str, Any]:
    """Let a context be JSON in a text too: its type is not documented.

    What is no object counts as a condition of which nothing is known: it must not vanish.
    """
    if not isinstance(condition, Mapping):
        return {}
    shaped = dict(condition)
    if isinstance(shaped.get("Context"), str):
        shaped["Context"] = object_from_text(shaped["Context"])
    if shaped.get("Conditions"):
        shaped["Conditions"] = [_shaped(each) for each in shaped["Conditions"][:MAX_CONDITIONS]]
    return shaped


def _conditions_of(policy: ShutdownPolicy) -> tuple[Condition, ...]:
    deprecated = policy.expression is not None or policy.source_type is not None
    return policy.conditions or ((policy,) if deprecated else ())


def policy_stops_of(
    instance: Instance,
    conditions: Iterable[Condition],
    *,
    responded_at: datetime | None,
    elapsed_ms: int = 0,
) -> tuple[Stop, ...]:
    """Return the stop of each condition.

    Args:
        instance: the conditions are this one's.
        conditions: from QueryAutoShutdownPolicies.
        responded_at: when the instance was read, by the endpoint's clock.
        elapsed_ms: milliseconds from the request for the conditions to that for the instance.
    """
    responded = in_utc(responded_at)
    return tuple(
        _policy_stop(condition, instance, responded, elapsed_ms) for condition in conditions
    )


_SOURCES: dict[str, DecidedBy] = {"workspace": "workspace", "user": "user", "system": "system"}


def _policy_stop(
    condition: Condition, instance: Instance, responded: datetime | None, elapsed_ms: int
) -> Stop:
    context, rule = condition.context or PolicyContext(), condition.rule
    if not instance.is_gpu:
        rule = msgspec.structs.replace(rule, gpu_percent=None)
    of_idleness = rule.max_idle_minutes is not None or condition.is_of_idleness
    idle_for = context.idle_duration if of_idleness else None
    if idle_for is not None and idle_for < 0:  # the platform does not know
        idle_for = None
    delay_s = context.delay_shutdown_countdown_seconds or 0
    remaining_ms = _remaining_of(rule, idle_for, context.idle_shutdown_remaining_seconds, delay_s)
    if remaining_ms is not None:
        remaining_ms = left_after(remaining_ms, elapsed_ms)
    armed = remaining_ms is None and idle_for == 0
    return Stop(
        kind="idle" if of_idleness else "scheduled",
        decided_by=_SOURCES.get((condition.source_type or "").strip().lower(), "unknown"),
        state="counting" if remaining_ms is not None else "armed" if armed else "unknown",
        remaining_ms=remaining_ms,
        at=later(responded, remaining_ms),
        idle_minutes=idle_for,
        rule=rule,
        can_skip=context.enable_skip is True,
        delayed=delay_s > 0,
    )


def _remaining_of(
    rule: StopRule, idle_for: float | None, remaining_s: float | None, delay_s: float
) -> int | None:
    # While a delay runs, the instance is not stopped, however long it has been idle.
    if delay_s > 0:
        return floor(delay_s * 1000)
    if remaining_s is not None and remaining_s > 0:
        return floor(remaining_s * 1000)
    if rule.max_idle_minutes is None or not idle_for:
        return None
    return max(0, floor((rule.max_idle_minutes - idle_for) * MINUTE_MS))


def parse_expression(text: str) -> StopRule:
    """Read a condition such as `IdleDuration > 1440 min AND CpuUtilization <= 1%`.

    What is not of this form comes back as the rule's `expression`, cut to `MAX_EXPRESSION`
    characters. Work is linear in the text.
    """
    words = " ".join(text[: MAX_EXPRESSION + 1].split())
    if not words:
        return StopRule()
    kept = StopRule(expression=words[:MAX_EXPRESSION])
    if len(text) > MAX_EXPRESSION:
        return kept
    known: dict[str, float] = {}
    for comparison in _AND.split(words.lower()):
        found = _COMPARISON.fullmatch(comparison)
        name, value = _compared(*found.groups()) if found else ("", 0.0)
        if not name or name in known:
            return kept
        known[name] = value
    if "max_idle_minutes" not in known:
        return kept
    return StopRule(
        max_idle_minutes=known["max_idle_minutes"],
        cpu_percent=known.get("cpu_percent"),
        gpu_percent=known.get("gpu_percent"),
    )


def _compared(name: str, comparison: str, number: str, unit: str) -> tuple[str, float]:
    if name == "idleduration" and comparison[0] == ">" and unit in _IN_MINUTES:
        return "max_idle_minutes", float(number) * _IN_MINUTES[unit]
    if name in _PERCENTS and comparison[0] == "<" and unit in {"", "%"}:
        return _PERCENTS[name], float(number)
    return "", 0.0
