"""Samples this container's utilization once a minute while the server runs."""

from __future__ import annotations

import threading
import traceback
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from logging import Logger

    from jupyter_dsw.meter import Recorder, Utilization, UtilizationSamples

# So that a page that is opened right away has something to show.
FIRST_SAMPLE_S = 5.0


class Sampler:
    """A thread that takes the samples: NVML may take a second, and a driver may hang.

    `make_recorder` is called at the first use, and `context` before each sample: it returns the
    arguments of `Recorder.take`. It must not make a call.
    """

    def __init__(
        self,
        make_recorder: Callable[[], Recorder],
        context: Callable[[], dict[str, Any]],
        log: Logger,
    ) -> None:
        self._make_recorder = make_recorder
        self._context = context
        self._log = log
        self._lock = threading.Lock()
        self._recorder: Recorder | None = None
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

    def latest(self) -> Utilization | None:
        """Return the last measurement; None if there is no recent one."""
        return self._recorder_once().latest()

    def samples(self) -> UtilizationSamples:
        """Return the samples of the last 24 hours."""
        return self._recorder_once().samples()

    def _recorder_once(self) -> Recorder:
        with self._lock:
            if self._recorder is None:
                self._recorder = self._make_recorder()
            return self._recorder

    def _run(self) -> None:
        recorder = self._recorder_once()
        pauses_s = iter((FIRST_SAMPLE_S, recorder.between_s - FIRST_SAMPLE_S))
        while True:
            self._take(recorder)
            if self._stopped.wait(next(pauses_s, recorder.between_s)):
                return

    def _take(self, recorder: Recorder) -> None:
        try:
            recorder.take(**self._context())
        except Exception as error:  # noqa: BLE001 - a fault of ours must not end all later samples
            places = "".join(traceback.format_tb(error.__traceback__))
            self._log.error("%s while measuring, at\n%s", type(error).__name__, places)
