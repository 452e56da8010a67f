"""The one current Reading of the instance: how long it is fresh, single flight, back-off.

All clients of a process share one `Monitor`. It returns its cached `Reading` while that is fresh;
otherwise it calls GetInstance, and all clients wait for the same response. Two more calls complete
it when they are due, stop policies and the last runs. A reading never waits long for them, and
stands without them: many accounts do not permit them, and not all regions know them.
"""

from __future__ import annotations

import logging
import random
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec

from jupyter_dsw.clock import Deadline, elapsed_seconds
from jupyter_dsw.i18n import text
from jupyter_dsw.model.policies import policy_stops_of
from jupyter_dsw.reading import Problem, Reading
from jupyter_dsw.upstream.errors import MENDED_HERE, DSWError, is_not_permitted, log_unforeseen

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_dsw.model.instance import Instance
    from jupyter_dsw.model.sessions import Session
    from jupyter_dsw.model.stops import PoliciesState, Stop
    from jupyter_dsw.upstream.client import Client, InstanceResponse, PoliciesResponse

T = TypeVar("T")
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

# Of the calls that complete a reading, in seconds. How long both may take together: a reading comes
# that much later at most.
EXTRA_DEADLINE = 2.0
# Until one that was refused is tried again: 8 calls a day, of 1,440 of GetInstance.
AFTER_DENIAL = 6 * 3600.0
FIRST_EXTRA_BACK_OFF = 60.0
LONGEST_EXTRA_BACK_OFF = 3600.0
# How long stop policies count on while they cannot be read; they are aged meanwhile.
POLICIES_KEPT = 600.0


def fresh_for(reading: Reading, now: float) -> float:
    """Return for how many seconds a good `reading` is fresh at least, at `now` (`elapsed_seconds`).

    Less for a simulated instance that runs faster, but no less than a second.
    """
    left = [stop.remaining_ms for stop in reading.stops_at(now) if stop.remaining_ms is not None]
    seconds = AT_REST
    if reading.instance is not None and reading.instance.in_transition:
        seconds = IN_TRANSITION
    elif left and min(left) < NEAR_A_STOP_MS:
        seconds = NEAR_A_STOP
    return max(SHORTEST, seconds / reading.source.speed)


class _ExtraCall(Generic[T]):
    """A call that completes a reading: when it is due next, and what it last brought."""

    def __init__(
        self,
        call: Callable[[Deadline], T | None],
        clock: Callable[[], float],
        uniform: Callable[[float, float], float],
    ) -> None:
        self._call = call
        self._clock = clock
        self._uniform = uniform
        self._failures = 0
        self._not_before = float("-inf")
        self.value: T | None = None
        self.is_off = False

    def make(self, deadline: Deadline) -> bool:
        """Make the call if it is due; return whether it brought something."""
        if deadline.expired or self._clock() < self._not_before:
            return False
        try:
            self.value = self._call(deadline)
        except DSWError as error:
            self.is_off = False
            wait_s = self._wait_after(error)
            # Up to a tenth more, so that the instances of an account drift apart.
            self._not_before = self._clock() + self._uniform(wait_s, 1.1 * wait_s)
            return False
        self._failures = 0
        self.is_off = self.value is None
        return not self.is_off

    def _wait_after(self, error: DSWError) -> float:
        if is_not_permitted(error):
            self.value = None
            return AFTER_DENIAL
        back_off = FIRST_EXTRA_BACK_OFF * 2.0 ** min(self._failures, 16)
        self._failures += 1
        return max(min(back_off, LONGEST_EXTRA_BACK_OFF), (error.retry_after_ms or 0) / 1000)


class Monitor:
    """Keeps the one current `Reading` of `client`, for clients in any thread.

    `clock` gives the seconds that the client dates responses in, `uniform` the jitter of freshness
    and waits. `observe` is called with each new reading and the seconds that GetInstance took, just
    before the clients get it: in whichever thread read it, so it must be quick and must not call
    `read`.
    """

    def __init__(
        self,
        client: Client,
        *,
        clock: Callable[[], float] = elapsed_seconds,
        uniform: Callable[[float, float], float] = random.uniform,
        observe: Callable[[Reading, float], None] | None = None,
    ) -> None:
        self._client = client
        self.clock = clock
        self._uniform = uniform
        self._observe = observe
        self._forget_extra_calls(None)
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
            reading = self.cached(fresh=fresh)
            return self._start() if reading is None else _done(reading)

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
            self._make_extra_calls(response.instance)
            return self._after_response(response)
        except DSWError as error:
            return self._after_failure(error)
        except Exception as error:  # noqa: BLE001 - a fault of ours must not reach the clients
            log_unforeseen(log, "reading the instance", error)
            return self._after_unforeseen(error)

    def _after_unforeseen(self, error: Exception) -> Reading:
        unforeseen = DSWError(
            text("jupyter-dsw failed because of a bug (%1).", type(error).__name__),
            text("Please report it, with the lines that this process wrote to its log."),
        )
        return self._after_failure(unforeseen)

    def _forget_extra_calls(self, instance_id: str | None) -> None:
        """Forget all that they brought, which is about another instance than this one."""
        self._instance_id = instance_id
        self._policies: _ExtraCall[PoliciesResponse] = _ExtraCall(
            self._client.get_stop_policies, self.clock, self._uniform
        )
        self._sessions: _ExtraCall[tuple[Session, ...]] = _ExtraCall(
            self._client.get_sessions, self.clock, self._uniform
        )
        self._sessions_status: str | None = None

    def _make_extra_calls(self, instance: Instance) -> None:
        if instance.instance_id != self._instance_id:
            self._forget_extra_calls(instance.instance_id)
        deadline = Deadline(EXTRA_DEADLINE)
        # Of an instance that does not run nothing is known there.
        if not instance.has_ended:
            self._policies.make(deadline)
        # A run ends, and a new one begins, with a change of the status only.
        is_due = self._sessions.value is None or instance.status != self._sessions_status
        if is_due and self._sessions.make(deadline):
            self._sessions_status = instance.status

    def _policy_stops(
        self, response: InstanceResponse, speed: float
    ) -> tuple[tuple[Stop, ...], PoliciesState]:
        """Return the stops that policies decide, as of `response`, and whether they are known."""
        if self._policies.is_off:
            return (), "off"
        policies = self._policies.value
        if policies is None or self.clock() - policies.sent > POLICIES_KEPT:
            return (), "not_available"
        stops = policy_stops_of(
            response.instance,
            policies.conditions,
            responded_at=response.date,
            elapsed_ms=round((response.sent - policies.sent) * 1000 * speed),
        )
        return stops, "read"

    def _after_response(self, response: InstanceResponse) -> Reading:
        now = self.clock()
        self._failures = 0
        self._endpoint_requested_wait_until = float("-inf")
        source = self._client.source
        policy_stops, stop_policies = self._policy_stops(response, source.speed)
        reading = Reading(
            source=source,
            next_read=now,
            instance=response.instance,
            read_at=response.date,
            read_at_by=response.date_by,
            taken=response.sent,
            policy_stops=policy_stops,
            stop_policies=stop_policies,
            sessions=self._sessions.value,
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
