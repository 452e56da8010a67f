"""What stands in an answer of the REST contract."""

from __future__ import annotations

from typing import Any


def code_of(answer: dict[str, Any]) -> str | None:
    """The code of its error."""
    return answer["error"] and str(answer["error"]["code"])


def scheduled_ms(answer: dict[str, Any]) -> int:
    """Milliseconds to the scheduled stop."""
    return int(answer["countdowns"]["scheduled"]["remaining_ms"])


def instance_in_words(answer: dict[str, Any]) -> str:
    """What a good answer tells at a glance."""
    instance = answer["instance"]
    stop = answer["countdowns"]["next_stop"]
    words = [f"The instance is {instance['Status']}"]
    words.append(f"its next stop is the {stop} one" if stop else "no stop is on its way")
    reason = instance["LatestSnapshot"].get("ReasonMessage")
    if reason:
        words.append(f"its last image was not saved: {reason.rstrip('.')}")
    return ", ".join(words) + "."
