"""The demo's CPU and GPU utilization: simulated, as its instance is, hours of it at once."""

from __future__ import annotations

import os
import threading
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import requests

from jupyter_dsw.meter import Recorder, Utilization, UtilizationSample, UtilizationSamples

if TYPE_CHECKING:
    from pathlib import Path

_CONFIGURATION = """\
from jupyter_dsw.demo.samples import SimulatedRecorder
from jupyter_dsw.server.extension import DSWExtension

DSWExtension.make_recorder = lambda _: SimulatedRecorder()
"""


def use_simulated_samples(home: Path) -> None:
    """Have the demo's JupyterLab, whose home this will be, show the simulated utilization."""
    folder = home / "config"
    folder.mkdir()
    (folder / "jupyter_server_config.py").write_text(_CONFIGURATION, encoding="utf-8")


class SimulatedRecorder(Recorder):
    """Fetches the samples from the emulator that the environment names."""

    # So that another scenario is soon seen.
    between_s = 5.0

    def __init__(self) -> None:
        super().__init__()
        self._fetched: list[dict[str, Any]] = []
        self._at = datetime.now(timezone.utc)
        self._cores: float | None = None
        self._lock = threading.Lock()

    def take(
        self, *, requested_cores: float | None = None, idle_minutes: float | None = None
    ) -> None:
        """Fetch all samples; without an emulator there are none."""
        del idle_minutes
        fetched: list[dict[str, Any]] = []
        try:
            with requests.Session() as session:
                session.trust_env = False
                url = f"{os.environ['JUPYTER_DSW_ENDPOINT']}/emulator/usage"
                fetched = session.get(url, timeout=5).json()["usage"]
        except (LookupError, ValueError, OSError):
            pass
        with self._lock:
            self._fetched, self._at = fetched, datetime.now(timezone.utc)
            self._cores = requested_cores

    def latest(self) -> Utilization | None:
        """Return the newest; None where the instance does not run."""
        with self._lock:
            if not self._fetched or self._fetched[-1]["ago_s"] > 60:
                return None
            newest = self._fetched[-1]
        return Utilization(
            cpu_percent=newest["cpu_percent"],
            gpu_percent=newest["gpu_percent"],
            gpu_percents=(newest["gpu_percent"],),
            cpu_cores=self._cores,
            measured_for_ms=60_000,
        )

    def samples(self) -> UtilizationSamples:
        """Return those of the last hours, in the instance's own time."""
        with self._lock:
            fetched, at = self._fetched, self._at
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
