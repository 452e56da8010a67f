"""Which readings make which calls: the real client, monitor and emulator, a fake clock."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from jupyter_dsw.emulator import Emulator
from jupyter_dsw.monitor import Monitor
from jupyter_dsw.notebook import readings
from jupyter_dsw.notebook.before_stop import BeforeStop
from jupyter_dsw.notebook.stop_watch import Watch
from jupyter_dsw.upstream.client import Client
from jupyter_dsw.upstream.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_dsw.notebook.output import Reading
    from jupyter_dsw.upstream.client import InstanceResponse
    from tests.canaries import Canaries

MINUTE = 60


class Clock:
    """Monotonic seconds that move when set."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Calls:
    """A callback that keeps what it was called with."""

    def __init__(self, minutes: float) -> None:
        self._made: list[tuple[Reading, timedelta]] = []
        self.handle = BeforeStop(self, minutes)

    def __call__(self, reading: Reading, left: timedelta) -> None:
        self._made.append((reading, left))

    @property
    def made(self) -> list[tuple[Reading, timedelta]]:
        """All calls, those that were begun included."""
        for thread in threading.enumerate():
            if thread.name == "jupyter-dsw-before-stop":
                thread.join(timeout=60)
        return self._made

    @property
    def left(self) -> list[timedelta]:
        """What each call got as the time left."""
        return [left for _, left in self.made]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watch(
    emulator: Emulator,
    environment: dict[str, str],
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Watch]:
    del environment  # it is set in this process
    # No image is being saved: readings hold for a minute, or 15 s near a stop.
    emulator.change(InstanceSnapshotList=[], LatestSnapshot=None)
    client = Client(Settings.from_environment, elapsed=clock)
    monitor = Monitor(client, clock=clock, uniform=lambda low, _high: low)
    monkeypatch.setattr(readings, "_monitor", monitor)
    yield Watch(clock)
    client.close()


@pytest.fixture
def calls(watch: Watch) -> Calls:
    """Those made 10 minutes before a stop."""
    calls = Calls(minutes=10)
    watch.listeners = (calls.handle,)
    return calls


def idle(emulator: Emulator, minutes: int, *, longest: int = 60) -> None:
    """From now on the instance has been idle so long."""
    emulator.change(
        IdleInstanceCuller={"IdleTimeInMinutes": minutes, "MaxIdleTimeInMinutes": longest}
    )


def schedule(emulator: Emulator, minutes: float | None) -> None:
    """From now on the instance will be stopped by schedule in so many minutes."""
    timer = None
    if minutes is not None:
        timer = {"RemainingTimeInMs": int(minutes * MINUTE * 1000), "DueTime": None}
    emulator.change(InstanceShutdownTimer=timer)


def left(watch: Watch) -> float | None:
    """Minutes to the nearest stop."""
    return None if watch.next_at is None else (watch.next_at - watch.clock()) / MINUTE


def test_the_nearer_stop_counts_and_the_scheduled_one_is_known_too(
    watch: Watch, emulator: Emulator, clock: Clock
) -> None:
    idle(emulator, 20)
    schedule(emulator, 90)
    watch.turn()
    assert left(watch) == 40
    assert watch.scheduled_at == clock.now + 90 * MINUTE


def test_an_instance_that_is_busy_has_no_idle_stop(watch: Watch, emulator: Emulator) -> None:
    idle(emulator, 0)
    schedule(emulator, None)
    watch.turn()
    assert left(watch) is None


def test_it_reads_when_a_reading_is_no_longer_fresh_and_not_before(
    watch: Watch, emulator: Emulator, clock: Clock
) -> None:
    idle(emulator, 0)
    schedule(emulator, 300)
    assert watch.turn() == 60
    clock.now += 59
    assert watch.turn() == 1
    assert emulator.calls == 1
    clock.now += 1
    assert watch.turn() == 60
    assert emulator.calls == 2


def test_one_call_is_made_when_the_stop_comes_near(
    watch: Watch, calls: Calls, emulator: Emulator, clock: Clock
) -> None:
    idle(emulator, 0)
    schedule(emulator, 10.5)
    # Its next turn is when the call is due, before the reading is over.
    assert watch.turn() == 30
    assert calls.made == []
    clock.now += 30
    schedule(emulator, 10)
    watch.turn()
    assert calls.left == [timedelta(minutes=10)]
    for minutes in (9, 5, 1, 0, 0):
        clock.now += MINUTE
        schedule(emulator, minutes)
        watch.turn()
    assert len(calls.made) == 1


def test_the_call_has_the_fresh_reading(
    watch: Watch, calls: Calls, emulator: Emulator, clock: Clock
) -> None:
    idle(emulator, 0)
    schedule(emulator, 10.5)
    watch.turn()
    clock.now += 30
    schedule(emulator, 10)
    emulator.change(InstanceName="as of now")
    watch.turn()
    (reading, _) = calls.made[0]
    assert reading.instance is not None
    assert reading.instance.instance_name == "as of now"


def test_a_stop_that_was_put_off_since_the_last_reading_makes_no_call_until_it_is_near_again(
    watch: Watch, calls: Calls, emulator: Emulator, clock: Clock
) -> None:
    idle(emulator, 0)
    schedule(emulator, 10.5)
    watch.turn()
    clock.now += 30
    schedule(emulator, 120)
    watch.turn()
    assert calls.made == []
    clock.now += 111 * MINUTE
    schedule(emulator, 9)
    watch.turn()
    assert calls.left == [timedelta(minutes=9)]


def test_an_idle_stop_that_is_called_off_and_comes_back_is_called_for_again(
    watch: Watch, calls: Calls, emulator: Emulator, clock: Clock
) -> None:
    schedule(emulator, None)
    idle(emulator, 55)
    watch.turn()
    assert len(calls.made) == 1
    for minutes in (0, 1, 30, 52):
        clock.now += MINUTE
        idle(emulator, minutes)
        watch.turn()
    assert calls.left == [timedelta(minutes=5), timedelta(minutes=8)]


def test_a_reset_that_no_reading_saw_makes_another_stop(
    watch: Watch, calls: Calls, emulator: Emulator, clock: Clock
) -> None:
    schedule(emulator, None)
    idle(emulator, 5, longest=9)
    watch.turn()
    clock.now += 2 * MINUTE
    idle(emulator, 1, longest=9)
    watch.turn()
    assert calls.left == [timedelta(minutes=4), timedelta(minutes=8)]


def test_whole_idle_minutes_are_one_stop_and_its_earliest_moment_counts(
    watch: Watch, calls: Calls, emulator: Emulator, clock: Clock
) -> None:
    schedule(emulator, None)
    idle(emulator, 55)
    watch.turn()
    for _ in range(3):
        clock.now += 15
        watch.turn()
        # The endpoint still has 55, so by this response alone it would be 5 minutes again.
    assert left(watch) == 4.25
    clock.now += 10
    idle(emulator, 56)
    watch.turn()
    clock.now += 50
    watch.turn()
    assert left(watch) == 3.25
    assert len(calls.made) == 1


def test_a_stop_that_only_moves_nearer_is_the_same(
    watch: Watch, calls: Calls, emulator: Emulator, clock: Clock
) -> None:
    idle(emulator, 0)
    schedule(emulator, 9)
    watch.turn()
    clock.now += MINUTE
    schedule(emulator, 2)
    watch.turn()
    assert calls.left == [timedelta(minutes=9)]
    assert left(watch) == 2


def test_both_stops_near_at_once_are_one_call_and_one_after_the_other_two(
    watch: Watch, emulator: Emulator, clock: Clock
) -> None:
    early, late = Calls(minutes=10), Calls(minutes=6)
    watch.listeners = (early.handle, late.handle)
    idle(emulator, 53)
    schedule(emulator, 8)
    watch.turn()
    assert early.left == [timedelta(minutes=7)]
    assert late.made == []
    for minutes, remaining in ((54, 7), (55, 6), (56, 5)):
        clock.now += MINUTE
        idle(emulator, minutes)
        schedule(emulator, remaining)
        watch.turn()
    assert len(early.made) == 1
    assert late.left == [timedelta(minutes=6), timedelta(minutes=5)]


def test_while_the_endpoint_fails_the_last_good_reading_counts_on(
    watch: Watch, calls: Calls, emulator: Emulator, clock: Clock
) -> None:
    idle(emulator, 0)
    schedule(emulator, 12)
    watch.turn()
    emulator.scenario = "denied"
    clock.now += 3 * MINUTE
    watch.turn()
    assert left(watch) == 9
    ((reading, remaining),) = calls.made
    assert remaining == timedelta(minutes=9)
    assert reading.error is not None
    assert reading.error.code == "Denied"


def test_an_instance_that_is_being_stopped_by_hand_has_nothing_left(
    watch: Watch, calls: Calls, emulator: Emulator, clock: Clock
) -> None:
    idle(emulator, 10)
    schedule(emulator, None)
    watch.turn()
    assert calls.made == []
    clock.now += MINUTE
    emulator.change(Status="Stopping")
    watch.turn()
    clock.now += 20
    emulator.change(Status="Stopped")
    watch.turn()
    assert calls.left == [timedelta(0)]
    assert watch.next_at is not None
    assert watch.next_at <= clock.now


def test_a_stop_that_was_called_for_is_not_called_for_again_when_it_happens(
    watch: Watch, calls: Calls, emulator: Emulator, clock: Clock
) -> None:
    idle(emulator, 58)
    schedule(emulator, 300)
    watch.turn()
    clock.now += 2 * MINUTE
    emulator.change(Status="Stopping")
    watch.turn()
    assert calls.left == [timedelta(minutes=2)]


def test_a_due_time_that_never_moves_rings_once_however_slow_responses_are(
    canaries: Canaries, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = time.time() - clock.now
    with Emulator("scheduled", clock=lambda: begun + clock.now) as emulator:
        canaries.emulators.append(emulator)
        for name, value in emulator.environment().items():
            monkeypatch.setenv(name, value)
        due = datetime.fromtimestamp(begun + clock.now + 9 * MINUTE, timezone.utc)
        timer = {"DueTime": due.strftime("%Y-%m-%dT%H:%M:%SZ"), "RemainingTimeInMs": None}
        emulator.change(InstanceShutdownTimer=timer, InstanceSnapshotList=[], LatestSnapshot=None)
        client = SlowEveryThirdTime(clock)
        monitor = Monitor(client, clock=clock, uniform=lambda low, _high: low)
        monkeypatch.setattr(readings, "_monitor", monitor)
        watch, calls = Watch(clock), Calls(minutes=10)
        watch.listeners = (calls.handle,)
        end = clock.now + 100
        while clock.now < end:
            clock.now += watch.turn()
        client.close()
    assert client.responses > 5
    assert len(calls.made) == 1


class SlowEveryThirdTime(Client):
    """A client whose every third response takes 8 s to arrive."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(Settings.from_environment, elapsed=clock)
        self._fake_clock = clock
        self.responses = 0

    def get_instance(self) -> InstanceResponse:
        response = super().get_instance()
        self.responses += 1
        if self.responses % 3 == 0:
            self._fake_clock.now += 8
        return response


def test_a_cancelled_handle_is_not_called(
    watch: Watch, calls: Calls, emulator: Emulator, clock: Clock
) -> None:
    idle(emulator, 0)
    schedule(emulator, 10.5)
    watch.turn()
    calls.handle.cancel()
    clock.now += MINUTE
    watch.turn()
    assert calls.made == []


def test_a_time_beyond_all_sense_is_far_away_and_no_error(
    watch: Watch, calls: Calls, emulator: Emulator
) -> None:
    schedule(emulator, None)
    idle(emulator, 1, longest=2**53 - 1)
    watch.turn()
    minutes = left(watch)
    assert minutes is not None
    assert timedelta(minutes=minutes) > timedelta(days=3650)
    assert calls.made == []
