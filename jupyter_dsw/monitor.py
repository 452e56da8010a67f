"""The one current Reading of the instance: how long it is fresh, single flight, back-off.

All clients of a process share one `Monitor`. It returns its cached `Reading` while that is fresh;
otherwise it makes one call, and all clients wait for the same response.
"""

from __future__ import annotations

import logging
import random
import threading
import traceback
from concurrent.futures import Future
from typing import TYPE_CHECKING, Protocol

import msgspec

from jupyter_dsw.clock import elapsed_seconds
from jupyter_dsw.i18n import text
from jupyter_dsw.model.policies import policy_stops_of
from jupyter_dsw.reading import Problem, Reading
from jupyter_dsw.upstream.errors import MENDED_HERE, DSWError
from jupyter_dsw.upstream.extra_calls import ExtraCalls, ExtraClient

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_dsw.upstream.client import InstanceResponse
    from jupyter_dsw.upstream.settings import Source

log = logging.getLogger(__name__)

# How long a reading is fresh, in seconds.
SHORTEST = 1.0
AT_REST = 60.0
IN_TRANSITION = 10.0
NEAR_A_STOP = 15.0
NEAR_A_STOP_MS = 10 * 60 * 1000
# Up to this share more, at random: instances that were first read in one moment drift apart
# (docs/fleet.md has what this and the wait after a throttled call do in a large account).
FRESHNESS_JITTER = 0.1
FIRST_BACK_OFF = 5.0
LONGEST_BACK_OFF = 300.0
# A person's refresh is granted at most once in this many seconds.
BETWEEN_REFRESHES = 5.0


def fresh_for(reading: Reading, now: float) -> float:
    """Return for how many seconds a good `reading` is fresh at least, at `now` (`elapsed_seconds`).

    Less for a simulated instance that runs faster, but no less than a second.
    """
    return max(SHORTEST, _fresh_for_instance_time(reading, now) / reading.source.speed)


def _fresh_for_instance_time(reading: Reading, now: float) -> float:
    if reading.instance is not None and reading.instance.in_transition:
        return IN_TRANSITION
    left = [stop.remaining_ms for stop in reading.stops_at(now) if stop.remaining_ms is not None]
    if left and min(left) < NEAR_A_STOP_MS:
        return NEAR_A_STOP
    return AT_REST


class InstanceClient(ExtraClient, Protocol):
    """What a monitor needs of `jupyter_dsw.upstream.client.Client`."""

    def get_instance(self) -> InstanceResponse:
        """Call GetInstance once. Raises `DSWError`."""
        ...

    @property
    def source(self) -> Source:
        """What is known of the endpoint so far. Never raises."""
        ...


class Monitor:
    """Keeps the one current `Reading` of `client`, for clients in any thread.

    `clock` gives the seconds that the client dates responses in, `uniform` the jitter of freshness
    and waits. `observe` is called with each new reading and the seconds that GetInstance took, just
    before the clients get it: in whichever thread read it, so it must be quick and must not call
    `read`.
    """

    def __init__(
        self,
        client: InstanceClient,
        *,
        clock: Callable[[], float] = elapsed_seconds,
        uniform: Callable[[float, float], float] = random.uniform,
        observe: Callable[[Reading, float], None] | None = None,
    ) -> None:
        self._client = client
        self._extra_calls = ExtraCalls(client, clock=clock, uniform=uniform)
        self.clock = clock
        self._uniform = uniform
        self._observe = observe
        self._lock = threading.Lock()
        self._reading: Reading | None = None
        self._waiting: Future[Reading] | None = None
        self._failures = 0
        self._last_call = float("-inf")
        self._call_s = 0.0
        self._endpoint_requested_wait_until = float("-inf")

    def cached(self, *, fresh: bool = False) -> Reading | None:
        """Return the current reading if it needs no call, else None."""
        if fresh and self._waiting is not None:
            return None  # the call that is under way brings what is requested
        reading = self._reading
        return reading if reading is not None and not self._may_call(fresh=fresh) else None

    def read(self, *, fresh: bool = False) -> Future[Reading]:
        """Return the current reading, after at most one call that all clients share. Never raises.

        `fresh` requests a new one although the cached one is fresh: at most one each 5 s, during
        the back-off too, but not during a wait that the endpoint requested.
        """
        with self._lock:
            if self._waiting is not None:
                return self._waiting
            reading = self._reading
            if reading is not None and not self._may_call(fresh=fresh):
                return _done(reading)
            return self._start()

    def _may_call(self, *, fresh: bool) -> bool:
        now = self.clock()
        if self._reading is None:
            return True
        if now < self._endpoint_requested_wait_until:
            return False
        if self._reading.error is not None and self._reading.error.code in MENDED_HERE:
            return True  # no call was made, so there is none to space out
        if fresh:
            return now >= self._last_call + BETWEEN_REFRESHES
        return now >= self._reading.next_read

    def _start(self) -> Future[Reading]:
        self._last_call = self.clock()
        self._call_s = 0.0
        waiting: Future[Reading] = Future()
        # Running futures cannot be cancelled: a client that goes away leaves the others theirs.
        waiting.set_running_or_notify_cancel()
        self._waiting = waiting
        # A daemon thread: a hanging endpoint must not hold up the end of a server or a kernel.
        thread = threading.Thread(
            target=self._call, args=(waiting,), name="jupyter-dsw-monitor", daemon=True
        )
        try:
            thread.start()
        except RuntimeError as error:
            # A container's limit of threads: a failure like any other, and retried later.
            self._settle(waiting, self._after_unforeseen(error))
        return waiting

    def _call(self, waiting: Future[Reading]) -> None:
        reading = self._next_reading()
        with self._lock:
            self._settle(waiting, reading)

    def _settle(self, waiting: Future[Reading], reading: Reading) -> None:
        self._reading = reading
        self._waiting = None
        try:
            if self._observe is not None:
                self._observe(reading, self._call_s)
        finally:
            waiting.set_result(reading)

    def _next_reading(self) -> Reading:
        try:
            try:
                response = self._client.get_instance()
            finally:
                self._call_s = self.clock() - self._last_call
            return self._after_response(self._extra_calls.complete(response))
        except DSWError as error:
            return self._after_failure(error)
        except Exception as error:  # noqa: BLE001 - a fault of ours must not reach the clients
            # The text of an unforeseen exception may quote anything: log its type and place only.
            places = "".join(traceback.format_tb(error.__traceback__))
            log.error("%s while reading the instance, at\n%s", type(error).__name__, places)
            return self._after_unforeseen(error)

    def _after_unforeseen(self, error: Exception) -> Reading:
        unforeseen = DSWError(
            text("jupyter-dsw failed because of a bug (%1).", type(error).__name__),
            text("Please report it, with the lines that this process wrote to its log."),
        )
        return self._after_failure(unforeseen)

    def _after_response(self, response: InstanceResponse) -> Reading:
        now = self.clock()
        self._failures = 0
        self._endpoint_requested_wait_until = float("-inf")
        source = self._client.source
        policies_sent = response.sent if response.policies_sent is None else response.policies_sent
        reading = Reading(
            source=source,
            next_read=now,
            instance=response.instance,
            read_at=response.date,
            read_at_by=response.date_by,
            taken=response.sent,
            policy_stops=policy_stops_of(
                response.instance,
                response.policies,
                responded_at=response.date,
                elapsed_ms=round((response.sent - policies_sent) * 1000 * source.speed),
            ),
            stop_policies=response.stop_policies,
            sessions=response.sessions,
        )
        shortest = fresh_for(reading, now)
        fresh_s = self._uniform(shortest, (1 + FRESHNESS_JITTER) * shortest)
        return msgspec.structs.replace(reading, next_read=now + fresh_s)

    def _after_failure(self, error: DSWError) -> Reading:
        now = self.clock()
        self._failures += 1
        if error.retry_after_ms is not None:
            self._endpoint_requested_wait_until = now + error.retry_after_ms / 1000
            # All throttled instances may have got the same moment: spread them over their pace at
            # rest. And the requested wait may be a second, which is too short for many.
            next_read = self._endpoint_requested_wait_until + self._uniform(0, AT_REST)
        else:
            ceiling = min(LONGEST_BACK_OFF, FIRST_BACK_OFF * 2 ** min(self._failures, 16))
            next_read = now + self._uniform(FIRST_BACK_OFF, ceiling)
        source = self._client.source
        last_good = self._reading
        if last_good is not None and last_good.source.instance_id != source.instance_id:
            last_good = None  # another instance is configured meanwhile
        known = last_good or Reading(source=source, next_read=next_read)
        return msgspec.structs.replace(
            known, source=source, next_read=next_read, error=Problem.of(error)
        )


def _done(reading: Reading) -> Future[Reading]:
    future: Future[Reading] = Future()
    future.set_result(reading)
    return future
