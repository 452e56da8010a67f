"""What is in a response of the REST contract."""

from __future__ import annotations

from typing import Any


def code_of(response: dict[str, Any]) -> str | None:
    """The code of its error."""
    return response["error"] and str(response["error"]["code"])


def scheduled_ms(response: dict[str, Any]) -> int:
    """Milliseconds to the scheduled stop."""
    return next(
        int(stop["remaining_ms"]) for stop in response["stops"] if stop["kind"] == "scheduled"
    )


def instance_in_words(response: dict[str, Any]) -> str:
    """What a good response shows at a glance."""
    instance = response["instance"]
    stop = next((each["kind"] for each in response["stops"] if each["state"] != "armed"), None)
    words = [f"The instance is {instance['Status']}"]
    words.append(f"its next stop is the {stop} one" if stop else "no stop is on its way")
    reason = instance["LatestSnapshot"].get("ReasonMessage")
    if reason:
        words.append(f"its last image was not saved: {reason.rstrip('.')}")
    return ", ".join(words) + "."
