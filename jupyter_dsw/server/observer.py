"""Observes each request and each call, for metrics, log and events."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from jsonschema import ValidationError
from tornado.ioloop import IOLoop

from jupyter_dsw.clock import elapsed_seconds

if TYPE_CHECKING:
    from logging import Logger

    from jupyter_events import EventLogger

    from jupyter_dsw.reading import Reading
    from jupyter_dsw.server.events import Changes
    from jupyter_dsw.server.metrics import Metrics


SCHEMAS = Path(__file__).parent / "event_schemas"


class Observer:
    """One server's: made and closed with it, on its event loop.

    `log` is the server's own, so that its level is the one that people set.
    """

    def __init__(self, log: Logger, event_logger: EventLogger) -> None:
        self._log = log
        self._event_logger = event_logger
        self._changes: Changes | None = None
        self._loop = IOLoop.current()
        self._metrics = self._expose_metrics()
        _register_schemas(event_logger)

    def _expose_metrics(self) -> Metrics | None:
        try:
            from jupyter_dsw.server.metrics import Metrics
        except ImportError as error:
            # It comes with jupyter-server. Should that change, people keep their panel.
            self._log.warning("jupyter-dsw: no metrics, for want of %s.", error.name)
            return None
        metrics = Metrics(elapsed_seconds)
        if not metrics.expose():
            self._log.debug("jupyter-dsw: another server of this process shows its metrics.")
        return metrics

    def requested(self, client: str, *, hit: bool) -> None:
        """Count a request of `client`; `hit`: the cached reading was fresh."""
        if self._metrics is not None:
            self._metrics.requested(client, hit=hit)

    def called(self, reading: Reading, seconds: float) -> None:
        """Note that an attempt ended in `reading` after `seconds`; from any thread."""
        if self._metrics is not None:
            self._metrics.called(reading, seconds)
        self._loop.add_callback(self._report, reading, elapsed_seconds())

    def _report(self, reading: Reading, now: float) -> None:
        # Imported with the first reading: a server's start would wait for what parses one.
        from jupyter_dsw.server.events import Changes, emit, log_line

        if self._changes is None:
            self._changes = Changes()
        for change in self._changes.of(reading, now):
            level, line = log_line(change)
            self._log.log(level, "jupyter-dsw: %s", line)
            emit(self._event_logger, change)

    def close(self) -> None:
        """Remove the metrics from `/metrics`."""
        if self._metrics is not None:
            self._metrics.withdraw()


def _register_schemas(event_logger: EventLogger) -> None:
    for path in sorted(SCHEMAS.glob("*.json")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        try:
            event_logger.register_event_schema(schema)
        except ValidationError:
            # jupyter-events before 0.11 wants a number there, later ones a string.
            event_logger.register_event_schema({**schema, "version": int(schema["version"])})
