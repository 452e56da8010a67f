"""`time_left()` and `before_stop()` in one process, over HTTP to the emulator."""

from __future__ import annotations

import asyncio
import functools
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from unittest.mock import AsyncMock

import pytest

import jupyter_dsw
from jupyter_dsw.clock import elapsed_seconds
from jupyter_dsw.emulator import Emulator
from jupyter_dsw.notebook import before_stop, readings, stop_watch
from tests.notebook.stopping import BUSY, NO_STOP, QUIET, stops_in, unused_for_long
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from tests.canaries import Canaries


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


def test_a_simulated_instance_that_runs_faster_has_less_time(
    canaries: Canaries, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Emulator("scheduled", speed=60) as emulator:
        canaries.emulators.append(emulator)
        for name, value in emulator.environment().items():
            monkeypatch.setenv(name, value)
        first, at = jupyter_dsw.time_left(), elapsed_seconds()
        until(lambda: elapsed_seconds() - at > 0.5)
        second = jupyter_dsw.time_left()
    assert first is not None
    assert second is not None
    assert first - second >= timedelta(seconds=30)


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
    # Earlier tests' may not have noticed yet that they are not used any more.
    before = set(threading.enumerate())
    lefts: list[timedelta | None] = []
    callers = [
        threading.Thread(target=lambda: lefts.append(jupyter_dsw.time_left())) for _ in range(20)
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert len(lefts) == 20
    assert None not in lefts
    assert emulator.calls == 1
    begun = [thread.name for thread in threading.enumerate() if thread not in before]
    assert begun.count("jupyter-dsw-watch") == 1


@pytest.fixture
def an_hour_later(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let an hour pass: no reading is fresh any more, and nothing was called meanwhile."""

    def move() -> None:
        def clock() -> float:
            return elapsed_seconds() + 3600

        monitor = readings._own_monitor()
        monkeypatch.setattr(monitor, "clock", clock)
        monkeypatch.setattr(monitor._client, "_elapsed", clock)
        monkeypatch.setattr(stop_watch, "elapsed_seconds", clock)
        stop_watch.watch_thread.watch.clock = clock
        with stop_watch.watch_thread._changed:
            stop_watch.watch_thread._changed.notify()

    return move


def test_when_it_is_not_called_for_long_it_stops_reading_and_the_next_call_reads_anew(
    emulator: Emulator, an_hour_later: Callable[[], None]
) -> None:
    emulator.change(**stops_in(300))
    jupyter_dsw.time_left()
    an_hour_later()
    until(lambda: not stop_watch.watch_thread._running)
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
    unused_for_long(stop_watch.watch_thread)


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
    assert stop_watch.watch_thread.watch.listeners[1:] == (bare, with_minutes)
    with_minutes.cancel()
    with_minutes.cancel()
    assert stop_watch.watch_thread.watch.listeners[1:] == (bare,)


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


async def save_async(_reading: object, _left: object) -> None: ...


class Asynchronous:
    async def __call__(self, _reading: object, _left: object) -> None: ...

    async def save(self, _reading: object, _left: object) -> None: ...


async def save_and_yield(_reading: object, _left: object) -> AsyncIterator[None]:
    yield


def generate(_reading: object, _left: object) -> Iterator[None]:
    yield


@pytest.mark.parametrize(
    "callback",
    [
        save_async,
        functools.partial(save_async),
        functools.partial(functools.partial(Asynchronous())),
        Asynchronous(),
        Asynchronous().save,
        AsyncMock(),
        save_and_yield,
        generate,
    ],
    ids=[
        "async function",
        "partial of it",
        "partial of a partial",
        "async __call__",
        "async method",
        "AsyncMock",
        "async generator",
        "generator",
    ],
)
def test_what_is_known_to_run_nothing_when_it_is_called_is_refused(callback: Any) -> None:
    with pytest.raises(TypeError, match=r"plain function.* asyncio\.run\("):
        jupyter_dsw.before_stop(callback)
    assert not stop_watch.watch_thread.watch.listeners


def test_what_cannot_be_called_is_refused() -> None:
    with pytest.raises(TypeError, match="needs a function to call, not 5"):
        jupyter_dsw.before_stop(5)  # type: ignore[call-overload]


def wrapped(function: Any) -> Any:
    @functools.wraps(function)
    def wrapper(*arguments: object) -> Any:
        return function(*arguments)

    return wrapper


@pytest.mark.parametrize(
    ("callback", "kind"),
    [
        (lambda *_: save_async(None, None), "coroutine"),
        (wrapped(save_async), "coroutine"),
        (wrapped(save_and_yield), "async_generator"),
        (wrapped(generate), "generator"),
    ],
)
def test_a_callback_that_turns_out_to_run_nothing_is_reported(
    emulator: Emulator, capsys: pytest.CaptureFixture[str], callback: Any, kind: str
) -> None:
    emulator.change(**stops_in(4))
    printed = ""

    def reported() -> str:
        nonlocal printed
        printed += capsys.readouterr().err
        return printed

    with jupyter_dsw.before_stop(callback):
        until(lambda: reported().endswith("\n"))
    assert f"({kind}) was not run." in printed
    assert "asyncio.run(" in printed
    assert "never awaited" not in printed


def test_a_callback_may_hand_its_work_to_a_loop_that_is_running(
    emulator: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    emulator.change(**stops_in(4))
    saved = threading.Event()

    async def save() -> None:
        saved.set()

    loop = asyncio.new_event_loop()
    running = threading.Thread(target=loop.run_forever)
    running.start()
    with jupyter_dsw.before_stop(lambda *_: asyncio.run_coroutine_threadsafe(save(), loop)):
        assert saved.wait(60)
    loop.call_soon_threadsafe(loop.stop)
    running.join()
    loop.close()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (SystemExit(3), "called sys.exit(3). This ends the callback only"),
        (SystemExit(), "called sys.exit(). This ends the callback only"),
        (KeyboardInterrupt(), "failed.\nTraceback"),
    ],
    ids=repr,
)
def test_a_callback_that_wants_to_end_the_program_is_reported(
    emulator: Emulator,
    capsys: pytest.CaptureFixture[str],
    raised: BaseException,
    expected: str,
) -> None:
    emulator.change(**stops_in(4))
    printed = ""

    def reported() -> bool:
        nonlocal printed
        printed += capsys.readouterr().err
        return expected in printed

    def save(_reading: object, _left: object) -> None:
        raise raised

    with jupyter_dsw.before_stop(save):
        until(reported)
    assert "before_stop: " in printed


class TestWithoutAThread:
    """At a container's limit of processes."""

    @pytest.fixture(autouse=True)
    def _no_thread(self, monkeypatch: pytest.MonkeyPatch) -> None:
        start = threading.Thread.start

        def refuse(thread: threading.Thread) -> None:
            if thread.name in {"jupyter-dsw-watch", "jupyter-dsw-before-stop"}:
                msg = "can't start new thread"
                raise RuntimeError(msg)
            start(thread)

        monkeypatch.setattr(threading.Thread, "start", refuse)

    def test_before_stop_raises_what_is_documented_and_leaves_nothing_behind(self) -> None:
        assert "RuntimeError" in (jupyter_dsw.before_stop.__doc__ or "")
        with pytest.raises(RuntimeError, match=r"No background thread can be started.*ulimit -u"):
            jupyter_dsw.before_stop(print)
        assert not stop_watch.watch_thread.watch.listeners

    def test_time_left_logs_once_why_it_is_none(self, caplog: pytest.LogCaptureFixture) -> None:
        assert [jupyter_dsw.time_left() for _ in range(3)] == [None] * 3
        (record,) = caplog.records
        assert "The time of the next stop is unknown. No background" in record.message

    def test_a_call_that_is_due_is_made_in_the_thread_that_there_is(
        self, emulator: Emulator
    ) -> None:
        emulator.change(**stops_in(4))
        called = []
        handle = before_stop.BeforeStop(lambda _reading, left: called.append(left), minutes=10)
        # By itself, as its thread would.
        looking = stop_watch.Watch()
        looking.listeners = (handle,)
        readings._own_monitor()._reading = None
        looking.turn()
        assert len(called) == 1


def test_a_time_that_cannot_be_read_is_logged_once(
    emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    emulator.change(**BUSY, InstanceShutdownTimer={"DueTime": "soon", "RemainingTimeInMs": "soon"})
    assert [jupyter_dsw.time_left() for _ in range(3)] == [None] * 3
    (record,) = caplog.records
    assert "PAI-DSW's response has a time that cannot be read" in record.message


def test_a_wait_ends_in_time_although_the_machine_slept(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stop_watch, "LONGEST_WAIT_S", 0.01)
    emulator.change(**stops_in(30))
    called = threading.Event()
    with jupyter_dsw.before_stop(lambda _reading, _left: called.set()):
        # Waits do not count the sleep: nothing wakes the thread.
        asleep = elapsed_seconds() + 25 * 60
        monitor = readings._own_monitor()
        monkeypatch.setattr(monitor, "clock", lambda: asleep)
        monkeypatch.setattr(monitor._client, "_elapsed", lambda: asleep)
        monkeypatch.setattr(stop_watch.watch_thread.watch, "clock", lambda: asleep)
        emulator.change(**stops_in(5))
        assert called.wait(60)
