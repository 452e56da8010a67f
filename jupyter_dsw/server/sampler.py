"""Samples this container's utilization once a minute while the server runs."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from jupyter_dsw.clock import elapsed_seconds
from jupyter_dsw.reading import known_for_sample
from jupyter_dsw.upstream.errors import log_unforeseen

if TYPE_CHECKING:
    from collections.abc import Callable
    from logging import Logger

    from jupyter_dsw.meter import Recorder
    from jupyter_dsw.reading import Reading

# So that a page that is opened right away has something to show.
FIRST_SAMPLE_S = 5.0


class Sampler:
    """A thread that takes samples: NVML may take a second, and a driver may hang.

    `last_reading` returns what was read of the instance last; it must not make a call.
    """

    def __init__(
        self, recorder: Recorder, last_reading: Callable[[], Reading | None], log: Logger
    ) -> None:
        self._recorder = recorder
        self._last_reading = last_reading
        self._log = log
        self._stopped = threading.Event()

    def start(self) -> None:
        """Begin; without a thread, at a limit of the container, nothing is sampled."""
        try:
            threading.Thread(target=self._run, name="jupyter-dsw-sampler", daemon=True).start()
        except RuntimeError:
            self._log.warning("jupyter-dsw: no thread can be started, so CPU is not measured.")

    def stop(self) -> None:
        """End, after a sample that is being taken."""
        self._stopped.set()

    def take(self) -> None:
        """Take one sample, with what the last reading has for it."""
        try:
            self._recorder.take(**known_for_sample(self._last_reading(), elapsed_seconds()))
        except Exception as error:  # noqa: BLE001 - a fault of ours must not end all later samples
            log_unforeseen(self._log, "measuring", error)

    def _run(self) -> None:
        between_s = self._recorder.between_s
        pauses_s = iter((FIRST_SAMPLE_S, between_s - FIRST_SAMPLE_S))
        while True:
            self.take()
            if self._stopped.wait(next(pauses_s, between_s)):
                return
