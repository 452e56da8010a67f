"""The one current Reading of the instance, fresh enough, asked for at most once at a time.

Everybody in a process who wants to know shares one `Monitor`: it answers from its `Reading` while
that holds, otherwise one call goes out and all who asked meanwhile wait for the same answer.
"""

from __future__ import annotations

import logging
import random
import threading
import traceback
from concurrent.futures import Future
from typing import TYPE_CHECKING, Protocol

from jupyter_dsw.clock import elapsed_seconds

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_dsw.reading import Reading
    from jupyter_dsw.upstream.client import Answer
    from jupyter_dsw.upstream.errors import DSWError
    from jupyter_dsw.upstream.settings import Source

log = logging.getLogger(__name__)

# How long a reading holds, in seconds (DESIGN, "The flow of one reading").
SHORTEST = 1.0
AT_REST = 60.0
IN_TRANSITION = 10.0
NEAR_A_STOP = 15.0
NEAR_A_STOP_MS = 10 * 60 * 1000
# Up to this share less, at random: instances that were first read in one moment drift apart
# (docs/fleet.md has what this and the wait after a throttled call do in a large account).
HOLD_JITTER = 0.1
FIRST_BACK_OFF = 5.0
LONGEST_BACK_OFF = 300.0
# What a person mends here, and then asks again: no call was made, so there is none to space out.
MENDED_HERE = frozenset({"NotConfigured", "NoCredentials"})
# A person's refresh is granted at most once in this many seconds.
BETWEEN_REFRESHES = 5.0


def hold(reading: Reading, now: float) -> float:
    """How many seconds a good `reading` holds at most, judged at `now` (`elapsed_seconds`).

    Less for a simulated instance that runs faster, but no less than a second.
    """
    return max(SHORTEST, _hold_in_its_time(reading, now) / reading.source.speed)


def _hold_in_its_time(reading: Reading, now: float) -> float:
    if reading.instance is not None and reading.instance.in_transition:
        return IN_TRANSITION
    both = reading.countdowns_at(now)
    remaining_ms = None if both is None else both.remaining_ms
    if remaining_ms is not None and remaining_ms < NEAR_A_STOP_MS:
        return NEAR_A_STOP
    return AT_REST


class InstanceClient(Protocol):
    """What a monitor asks: `jupyter_dsw.upstream.client.Client`."""

    def get_instance(self) -> Answer:
        """One GetInstance call; raises `DSWError`."""
        ...

    @property
    def source(self) -> Source:
        """What is known of the endpoint so far; never raises."""
        ...


class Monitor:
    """Keeps the one current `Reading` of `client`; any thread may ask.

    `clock` gives the seconds that the client dates responses in, `uniform` the jitter of holds and
    waits. `observe` is told of each new reading and of the seconds that getting it took, just
    before the askers are: from whichever thread got it, so it must be quick, and must not ask.
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
        self.clock = clock
        self._uniform = uniform
        self._observe = observe
        self._lock = threading.Lock()
        self._reading: Reading | None = None
        self._waiting: Future[Reading] | None = None
        self._failures = 0
        self._last_call = float("-inf")
        self._endpoint_asked_wait_until = float("-inf")

    def held(self, *, fresh: bool = False) -> Reading | None:
        """The current reading if it may be given out without a call, else None."""
        if fresh and self._waiting is not None:
            return None  # the call that is on its way is what is asked for
        reading = self._reading
        return reading if reading is not None and not self._may_call(fresh=fresh) else None

    def ask(self, *, fresh: bool = False) -> Future[Reading]:
        """The current reading, after at most one call that all askers share. Never raises.

        `fresh` asks for a new one although the old one holds: at most one each 5 s, past the
        back-off but not past a wait that the endpoint asked for.
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
        if now < self._endpoint_asked_wait_until:
            return False
        if self._reading.error is not None and self._reading.error.code in MENDED_HERE:
            return True
        if fresh:
            return now >= self._last_call + BETWEEN_REFRESHES
        return now >= self._reading.next_read

    def _start(self) -> Future[Reading]:
        self._last_call = self.clock()
        waiting: Future[Reading] = Future()
        # Running futures cannot be cancelled: an asker that goes away leaves the others theirs.
        waiting.set_running_or_notify_cancel()
        self._waiting = waiting
        # A daemon thread: a hanging endpoint must not hold up the end of a server or a kernel.
        thread = threading.Thread(
            target=self._call, args=(waiting,), name="jupyter-dsw-monitor", daemon=True
        )
        try:
            thread.start()
        except RuntimeError as error:
            # A container's limit of threads: told like any other failure, and tried again later.
            self._settle(waiting, self._after_unforeseen(error))
        return waiting

    def _call(self, waiting: Future[Reading]) -> None:
        try:
            reading = self._next_reading()
        except ImportError as error:  # of a broken installation, which cannot even tell of itself
            with self._lock:
                self._waiting = None
            waiting.set_exception(error)
            return
        with self._lock:
            self._settle(waiting, reading)

    def _settle(self, waiting: Future[Reading], reading: Reading) -> None:
        self._reading = reading
        self._waiting = None
        try:
            if self._observe is not None:
                self._observe(reading, self.clock() - self._last_call)
        finally:
            waiting.set_result(reading)

    def _next_reading(self) -> Reading:
        # Here and below, not above: a server's start would wait for what parses an answer.
        from jupyter_dsw.upstream.errors import DSWError

        try:
            return self._after_answer(self._client.get_instance())
        except DSWError as error:
            return self._after_failure(error)
        except Exception as error:  # noqa: BLE001 - a fault of ours must not take the askers along
            # The text of an unforeseen exception may quote anything: its type and place are told.
            places = "".join(traceback.format_tb(error.__traceback__))
            log.error("%s while reading the instance, at\n%s", type(error).__name__, places)
            return self._after_unforeseen(error)

    def _after_unforeseen(self, error: Exception) -> Reading:
        from jupyter_dsw.i18n import text
        from jupyter_dsw.upstream.errors import DSWError

        unforeseen = DSWError(
            text("jupyter-dsw itself failed (%1).", type(error).__name__),
            text("Please report it with the place that the log of this process shows."),
        )
        return self._after_failure(unforeseen)

    def _after_answer(self, answer: Answer) -> Reading:
        import msgspec

        from jupyter_dsw.reading import Reading

        now = self.clock()
        self._failures = 0
        self._endpoint_asked_wait_until = float("-inf")
        reading = Reading(
            source=self._client.source,
            next_read=now,
            instance=answer.instance,
            read_at=answer.date,
            read_at_by=answer.date_by,
            taken=answer.sent,
        )
        longest = hold(reading, now)
        holds = self._uniform((1 - HOLD_JITTER) * longest, longest)
        return msgspec.structs.replace(reading, next_read=now + holds)

    def _after_failure(self, error: DSWError) -> Reading:
        from jupyter_dsw.reading import Problem, Reading

        now = self.clock()
        self._failures += 1
        if error.retry_after_ms is not None:
            self._endpoint_asked_wait_until = now + error.retry_after_ms / 1000
            # All that were refused may have been told the same moment: they come back at their
            # pace at rest. And what was asked for may be a second, which is too soon for many.
            next_read = self._endpoint_asked_wait_until + self._uniform(0, AT_REST)
        else:
            ceiling = min(LONGEST_BACK_OFF, FIRST_BACK_OFF * 2 ** min(self._failures, 16))
            next_read = now + self._uniform(FIRST_BACK_OFF, ceiling)
        source = self._client.source
        kept = self._reading
        if kept is not None and kept.source.instance_id != source.instance_id:
            kept = None  # another instance was asked for meanwhile
        return Reading(
            source=source,
            next_read=next_read,
            instance=kept.instance if kept else None,
            read_at=kept.read_at if kept else None,
            read_at_by=kept.read_at_by if kept else "endpoint",
            taken=kept.taken if kept else None,
            error=Problem.of(error),
        )


def _done(reading: Reading) -> Future[Reading]:
    future: Future[Reading] = Future()
    future.set_result(reading)
    return future
