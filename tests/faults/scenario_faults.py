"""Every scenario of the emulator."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from jupyter_dsw.emulator.scenarios import SCENARIOS
from tests.faults.fault import Fault

if TYPE_CHECKING:
    from tests.faults.context import Context

# Code and, where nothing was ever read, HTTP status; the other scenarios are good responses.
_ERRORS = {
    "denied": ("Denied", 403),
    "missing": ("NotFound", 404),
    "throttled": ("Throttled", 429),
    "hang": ("TimedOut", 504),
    "reset": ("Unreachable", 503),
    "garbage": ("BadResponse", 502),
    "truncated": ("BadResponse", 502),
    "html": ("BadResponse", 502),
    "empty": ("BadResponse", 502),
    "refused": ("UpstreamFailed", 502),
    "skewed": ("ClockSkew", 502),
    "expired": ("CredentialsExpired", 502),
}


def _play(scenario: str, context: Context) -> None:
    context.emulator.scenario = scenario


def _fault(name: str, description: str) -> Fault:
    code, status = _ERRORS.get(name, (None, 200))
    return Fault(
        f"Emulator: {name} ({description})",
        partial(_play, name),
        code,
        status,
        never_responds=name == "hang",
        emulator={"slow_s": 0.5},
    )


FAULTS = tuple(_fault(s.name, s.description) for s in SCENARIOS.values())
