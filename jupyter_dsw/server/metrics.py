"""The metrics of this project on the Jupyter server's own `/metrics`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import REGISTRY, Counter, Histogram
from prometheus_client.metrics_core import GaugeMetricFamily

from jupyter_dsw.upstream.errors import MENDED_HERE, DSWError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from prometheus_client.metrics_core import Metric

    from jupyter_dsw.model.stops import Stop
    from jupyter_dsw.reading import Reading

CLIENTS = ("browser", "kernel")
OUTCOMES = ("ok", DSWError.__name__, *(kind.__name__ for kind in DSWError.__subclasses__()))
# A reading is given up after 15 s, as the server is configured by default.
_DURATIONS_S = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15)


class Metrics:
    """Counts of one server, and gauges worked out at the time of scraping.

    `clock` gives the seconds that readings are dated in.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._reading: Reading | None = None
        self._calls = Counter(
            "jupyter_dsw_calls_total",
            "Attempts to read the instance by GetInstance, by outcome: ok, or the error's code.",
            ["outcome"],
            registry=None,
        )
        self._durations = Histogram(
            "jupyter_dsw_call_duration_seconds",
            "Seconds that a GetInstance call took, failed ones included.",
            buckets=_DURATIONS_S,
            registry=None,
        )
        self._requests = Counter(
            "jupyter_dsw_requests_total",
            "Requests for the reading, by client and cache: hit, or miss if it waited for a call.",
            ["client", "cache"],
            registry=None,
        )
        # A rate needs a value before the first one that is counted.
        for outcome in OUTCOMES:
            self._calls.labels(outcome)
        for client in CLIENTS:
            for cache in ("hit", "miss"):
                self._requests.labels(client, cache)

    def expose(self) -> bool:
        """Show them on `/metrics`; False if another server of this process does already."""
        try:
            REGISTRY.register(self)
        except ValueError:
            return False
        return True

    def withdraw(self) -> None:
        """Remove them from `/metrics`."""
        try:
            REGISTRY.unregister(self)
        except KeyError:
            return  # never exposed

    def requested(self, client: str, *, hit: bool) -> None:
        """Count a request of `client`, for the cached reading (`hit`) or one that needs a call."""
        self._requests.labels(client, "hit" if hit else "miss").inc()

    def called(self, reading: Reading, seconds: float) -> None:
        """Count an attempt that ended in `reading` after `seconds`."""
        self._reading = reading
        outcome = reading.error.code if reading.error else "ok"
        self._calls.labels(outcome if outcome in OUTCOMES else DSWError.__name__).inc()
        if outcome not in MENDED_HERE:  # nothing was sent
            self._durations.observe(seconds)

    def collect(self) -> Iterator[Metric]:
        """Yield all of them as of now, for a registry of `prometheus_client`."""
        for counted in (self._calls, self._durations, self._requests):
            yield from counted.collect()
        reading, now = self._reading, self._clock()
        stops = reading.stops_at(now) if reading else ()
        age_ms = reading.age_ms_at(now) if reading else None
        yield GaugeMetricFamily(
            "jupyter_dsw_reading_age_seconds",
            "Seconds since the request for the reading was sent.",
            None if age_ms is None else age_ms / 1000,
        )
        yield from _of_stops(stops)
        yield GaugeMetricFamily(
            "jupyter_dsw_stop_policies_read",
            "1 where stop policies of the workspace are known, else 0.",
            float(reading.stop_policies == "read") if reading and reading.instance else None,
        )
        idle_minutes = [stop.idle_minutes for stop in stops if stop.idle_minutes is not None]
        yield GaugeMetricFamily(
            "jupyter_dsw_idle_seconds",
            "Seconds that the instance had been idle when it was read, of whole minutes.",
            max(idle_minutes) * 60 if idle_minutes else None,
        )


def _of_stops(stops: Iterable[Stop]) -> tuple[Metric, Metric]:
    labels = ["stop", "decided_by"]
    remaining = GaugeMetricFamily(
        "jupyter_dsw_stop_remaining_seconds",
        "Seconds until the instance is stopped, by the kind of stop and who decides it, the "
        "nearest of them; absent where unknown.",
        labels=labels,
    )
    unknown = GaugeMetricFamily(
        "jupyter_dsw_stop_time_unknown",
        "1 where a stop is set whose time is unknown, 0 where it is known, by the kind of stop "
        "and who decides it; absent where none is set.",
        labels=labels,
    )
    same: dict[tuple[str, str], list[Stop]] = {}
    for stop in stops:
        same.setdefault((stop.kind, stop.decided_by), []).append(stop)
    for values, group in same.items():
        left = [stop.remaining_ms for stop in group if stop.remaining_ms is not None]
        if left:
            remaining.add_metric(values, min(left) / 1000)
        unknown.add_metric(values, float(any(stop.state == "unknown" for stop in group)))
    return remaining, unknown
