"""Instances that will be stopped, as overrides of the emulator's answer."""

from __future__ import annotations

from typing import Any

# No image is being saved: a reading holds for a minute.
QUIET: dict[str, Any] = {"InstanceSnapshotList": [], "LatestSnapshot": None}
BUSY: dict[str, Any] = {**QUIET, "IdleInstanceCuller": {"IdleTimeInMinutes": 0}}
NO_STOP: dict[str, Any] = {**BUSY, "InstanceShutdownTimer": None}


def stops_in(minutes: float) -> dict[str, Any]:
    """A busy instance that says to be stopped by schedule in so many minutes."""
    return {**BUSY, "InstanceShutdownTimer": {"RemainingTimeInMs": int(minutes * 60_000)}}
