"""`time_left()` and `before_stop()` in one process, over HTTP to the emulator."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

import jupyter_dsw
from jupyter_dsw.clock import elapsed_seconds
from jupyter_dsw.notebook import source, stops
from tests.notebook.stopping import NO_STOP, QUIET, nobody_asked_for_long, stops_in
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_dsw.emulator import Emulator


pytestmark = pytest.mark.usefixtures("own_thread")


def test_time_left_is_the_nearer_stop_and_goes_down_without_asking_again(
    emulator: Emulator,
) -> None:
    emulator.change(
        **QUIET,
        IdleInstanceCuller={"IdleTimeInMinutes": 20},
        InstanceShutdownTimer={"RemainingTimeInMs": 90 * 60_000},
    )
    first, second = jupyter_dsw.time_left(), jupyter_dsw.time_left()
    assert first is not None
    assert second is not None
    assert timedelta(minutes=39) < second < first <= timedelta(minutes=40)
    scheduled = jupyter_dsw.time_left(scheduled_only=True)
    assert scheduled is not None
    assert timedelta(minutes=89) < scheduled <= timedelta(minutes=90)
    assert emulator.calls == 1


def test_time_left_is_none_where_no_stop_is_on_its_way(emulator: Emulator) -> None:
    emulator.change(**NO_STOP)
    assert jupyter_dsw.time_left() is None
    assert emulator.accepted == 1


def test_time_left_is_never_below_zero(emulator: Emulator) -> None:
    emulator.change(**stops_in(0))
    assert jupyter_dsw.time_left() == timedelta(0)
    assert jupyter_dsw.time_left() == timedelta(0)


def test_a_million_steps_ask_once(emulator: Emulator) -> None:
    emulator.change(**stops_in(300))
    last = jupyter_dsw.time_left()
    for _ in range(1_000_000):
        left = jupyter_dsw.time_left()
        assert left is not None
        assert last is not None
        assert left <= last
        last = left
    assert emulator.calls == 1


def test_many_first_callers_share_one_thread_and_one_call(emulator: Emulator) -> None:
    emulator.change(**stops_in(300))
    # Earlier tests' may not have noticed yet that nobody asks them any more.
    before = set(threading.enumerate())
    answers: list[timedelta | None] = []
    callers = [
        threading.Thread(target=lambda: answers.append(jupyter_dsw.time_left())) for _ in range(20)
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert len(answers) == 20
    assert None not in answers
    assert emulator.calls == 1
    begun = [thread.name for thread in threading.enumerate() if thread not in before]
    assert begun.count("jupyter-dsw-watch") == 1


@pytest.fixture
def an_hour_later(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let an hour pass: no reading holds any more, and nobody asked meanwhile."""

    def move() -> None:
        def clock() -> float:
            return elapsed_seconds() + 3600

        monitor = source._own_monitor()
        monkeypatch.setattr(monitor, "clock", clock)
        monkeypatch.setattr(monitor._client, "_elapsed", clock)
        monkeypatch.setattr(stops, "elapsed_seconds", clock)
        stops._thread.watch.clock = clock
        with stops._thread._changed:
            stops._thread._changed.notify()

    return move


def test_when_nobody_asks_for_long_it_stops_asking_and_the_next_call_reads_anew(
    emulator: Emulator, an_hour_later: Callable[[], None]
) -> None:
    emulator.change(**stops_in(300))
    jupyter_dsw.time_left()
    an_hour_later()
    until(lambda: not stops._thread._running)
    assert emulator.calls == 1
    emulator.change(**stops_in(30))
    left = jupyter_dsw.time_left()
    assert left is not None
    assert left <= timedelta(minutes=30)
    assert emulator.calls == 2


def test_while_there_is_a_handle_it_goes_on_asking(
    emulator: Emulator, an_hour_later: Callable[[], None]
) -> None:
    emulator.change(**NO_STOP)
    handle = jupyter_dsw.before_stop(print)
    an_hour_later()
    until(lambda: emulator.calls == 2)
    handle.cancel()
    nobody_asked_for_long(stops._thread)


def test_all_forms_call_the_function_and_can_be_cancelled(emulator: Emulator) -> None:
    emulator.change(**stops_in(4))
    called: set[str] = set()
    jupyter_dsw.before_stop(lambda _reading, _left: called.add("function"))

    @jupyter_dsw.before_stop
    def bare(_reading: object, _left: object) -> None:
        called.add("bare")

    @jupyter_dsw.before_stop(minutes=5)
    def with_minutes(_reading: object, _left: object) -> None:
        called.add("with minutes")

    with jupyter_dsw.before_stop(lambda _reading, _left: called.add("with")) as handle:
        until(lambda: len(called) == 4)
    assert "cancelled" in repr(handle)
    assert "with_minutes, 5 min" in repr(with_minutes)
    assert stops._thread.watch.alarms[1:] == (bare, with_minutes)
    with_minutes.cancel()
    with_minutes.cancel()
    assert stops._thread.watch.alarms[1:] == (bare,)


def test_the_decorated_function_can_still_be_called(emulator: Emulator) -> None:
    emulator.change(**NO_STOP)

    @jupyter_dsw.before_stop
    def save(_reading: object, left: timedelta) -> timedelta:
        """Save it."""
        return left

    assert save(jupyter_dsw.read(), timedelta(1)) == timedelta(1)
    assert save.__doc__ == "Save it."


@pytest.mark.parametrize("minutes", [0, -1, float("nan"), float("inf")])
def test_minutes_that_mean_nothing_are_refused(minutes: float) -> None:
    with pytest.raises(ValueError, match="minutes"):
        jupyter_dsw.before_stop(print, minutes=minutes)


def test_what_cannot_be_called_from_a_thread_is_refused() -> None:
    async def later(_reading: object, _left: object) -> None: ...

    for wrong in (5, later):
        with pytest.raises(TypeError, match="plain function"):
            jupyter_dsw.before_stop(wrong)  # type: ignore[arg-type]
