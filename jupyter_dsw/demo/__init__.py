"""The demo: a JupyterLab on a simulated instance, with a notebook that shows it around.

Here is what calls the emulator: `simulate`, for the tour's cells, and for the demo's server the
utilization of CPU and GPU, simulated as the instance is, hours of it at once.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlsplit

import requests

from jupyter_dsw.meter import Recorder, Utilization, UtilizationSample, UtilizationSamples
from jupyter_dsw.notebook import readings

PATIENCE_S = 60.0
# The server grants a fresh reading at most once in 5 s.
BETWEEN_ATTEMPTS_S = 0.5


def simulate(scenario: str) -> str:
    """Have the demo's emulator play `scenario`; returns what that is, once a reading shows it.

    `jupyter dsw emulator --help` lists the scenarios. Raises `ValueError` for another name, and
    `RuntimeError` where the instance is not a simulated one.
    """
    before = _emulator("PUT", "scenario", scenario)
    until = time.monotonic() + PATIENCE_S
    while _emulator("GET", "scenario")["calls"] <= before["calls"] and time.monotonic() < until:
        time.sleep(BETWEEN_ATTEMPTS_S)
        readings.current(fresh=True)
    return str(before["description"])


def _emulator(method: str, path: str, body: str = "") -> dict[str, Any]:
    endpoint = os.environ.get("JUPYTER_DSW_ENDPOINT", "")
    if urlsplit(endpoint).hostname != "127.0.0.1":
        msg = "simulate() is for `jupyter dsw demo`: here is no simulated instance."
        raise RuntimeError(msg)
    with requests.Session() as session:
        session.trust_env = False
        response = session.request(method, f"{endpoint}/emulator/{path}", data=body, timeout=10)
    content: dict[str, Any] = response.json()
    if response.status_code != 200:
        raise ValueError(content["error"])
    return content


class SimulatedRecorder(Recorder):
    """Fetches the samples from the emulator that the environment names."""

    # So that another scenario is soon seen.
    between_s = 5.0

    def __init__(self) -> None:
        super().__init__()
        # The samples, the oldest first; when they were fetched; the cores of the instance.
        self._taken: tuple[list[dict[str, Any]], datetime, float | None] = (
            [],
            datetime.now(timezone.utc),
            None,
        )

    def take(
        self, *, requested_cores: float | None = None, idle_minutes: float | None = None
    ) -> None:
        """Fetch all samples; without an emulator there are none."""
        del idle_minutes
        fetched: list[dict[str, Any]] = []
        with suppress(LookupError, ValueError, OSError, RuntimeError):
            fetched = _emulator("GET", "usage")["usage"]
        self._taken = fetched, datetime.now(timezone.utc), requested_cores

    def latest(self) -> Utilization | None:
        """Return the newest; None where the instance does not run."""
        fetched, _, cores = self._taken
        if not fetched or fetched[-1]["ago_s"] > 60:
            return None
        newest = fetched[-1]
        return Utilization(
            cpu_percent=newest["cpu_percent"],
            gpu_percent=newest["gpu_percent"],
            gpu_percents=(newest["gpu_percent"],),
            cpu_cores=cores,
            measured_for_ms=60_000,
        )

    def samples(self) -> UtilizationSamples:
        """Return those of the last hours, in the instance's own time."""
        fetched, at, _ = self._taken
        return UtilizationSamples(
            now=datetime.now(timezone.utc),
            samples=tuple(
                UtilizationSample(
                    at=at - timedelta(seconds=each["ago_s"]),
                    cpu_percent=each["cpu_percent"],
                    gpu_percent=each["gpu_percent"],
                    gpu_percents=(each["gpu_percent"],),
                    idle_minutes=each["idle_minutes"],
                )
                for each in fetched
            ),
        )
