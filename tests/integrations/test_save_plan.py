"""When a training saves, without any framework: readings come from the emulator over HTTP."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

import jupyter_dsw
from jupyter_dsw.integrations.save_plan import MOST_STEPS_BETWEEN, Ranks, SavePlan, put_in_place
from jupyter_dsw.notebook import stop_watch
from tests.integrations.conftest import SPEED
from tests.notebook.stopping import NO_STOP, stops_in
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from jupyter_dsw.emulator import Emulator

T = TypeVar("T")
# Far away in real time, although the instance runs fast.
MINUTES = 600.0


class Clock:
    """A clock that tests set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def start_plan(own_thread: None) -> Iterator[Callable[..., SavePlan]]:
    """Start a plan for a training in one process."""
    del own_thread
    plans = []

    def start(*arguments: Any) -> SavePlan:
        plan = SavePlan(*arguments)
        plans.append(plan)
        plan.start(Ranks())
        return plan

    yield start
    for plan in plans:
        plan.close()


def listeners() -> int:
    return len(stop_watch.watch_thread.watch.listeners)


def test_a_save_is_due_once_before_each_stop(
    start_plan: Callable[..., SavePlan], emulator: Emulator
) -> None:
    emulator.change(**NO_STOP)
    plan = start_plan(MINUTES)
    assert not plan.is_due()
    emulator.change(**stops_in(MINUTES - 10))
    until(plan.is_due)
    assert not plan.is_due()
    emulator.change(**NO_STOP)
    until(lambda: jupyter_dsw.time_left() is None)
    emulator.change(**stops_in(MINUTES - 5))
    until(plan.is_due)


def test_a_stop_that_is_called_off_while_a_step_runs_is_not_saved_for(
    start_plan: Callable[..., SavePlan], emulator: Emulator
) -> None:
    emulator.change(**stops_in(MINUTES - 10))
    plan = start_plan(MINUTES)
    until(plan._is_near.is_set)
    emulator.change(**NO_STOP)
    until(lambda: jupyter_dsw.time_left() is None)
    assert not plan.is_due()
    emulator.change(**stops_in(MINUTES - 5))
    until(plan.is_due)


def test_a_stop_that_is_put_off_while_a_step_runs_is_saved_for_when_it_is_near(
    start_plan: Callable[..., SavePlan], emulator: Emulator
) -> None:
    emulator.change(**stops_in(MINUTES - 10))
    plan = start_plan(MINUTES)
    until(plan._is_near.is_set)
    emulator.change(**stops_in(2 * MINUTES))
    until(lambda: (left := jupyter_dsw.time_left()) and left.total_seconds() > 60 * MINUTES)
    assert not plan.is_due()
    emulator.change(**NO_STOP)
    until(lambda: jupyter_dsw.time_left() is None)
    emulator.change(**stops_in(MINUTES - 5))
    until(plan.is_due)


def test_a_save_that_takes_longer_begins_earlier(
    start_plan: Callable[..., SavePlan], emulator: Emulator
) -> None:
    emulator.change(**stops_in(3 * MINUTES))
    clock = Clock()
    plan = start_plan(MINUTES, clock)
    with plan.save():
        clock.now += MINUTES * 60 / SPEED
    # Twice as long is 1,200 minutes of the instance: the stop in 1,800 is not near yet.
    assert not plan.is_due()
    assert not plan._is_near.is_set()
    assert listeners() == 1
    emulator.change(**NO_STOP)
    until(lambda: jupyter_dsw.time_left() is None)
    emulator.change(**stops_in(2 * MINUTES - 5))
    until(plan.is_due)


def test_time_for_a_save_is_time_of_a_fast_instance(
    start_plan: Callable[..., SavePlan],
    emulator: Emulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    emulator.change(**stops_in(MINUTES - 10))
    clock = Clock()
    plan = start_plan(MINUTES, clock)
    until(plan._is_near.is_set)
    with plan.save():
        clock.now += MINUTES * 60 / SPEED
    with caplog.at_level(logging.WARNING):
        assert not plan.is_due()
    assert "9 h 49 min are left, and a save took 10 h." in caplog.text
    assert not plan.is_due()


def test_a_save_that_failed_is_not_measured(start_plan: Callable[..., SavePlan]) -> None:
    clock = Clock()
    plan = start_plan(MINUTES, clock)
    plan.end_save()

    def fail() -> None:
        with plan.save():
            clock.now += 50
            raise OSError(28, "full")

    with pytest.raises(OSError, match="full"):
        fail()
    assert plan._longest_save_s == 0
    with plan.save():
        clock.now += 2
    plan.end_save()
    assert plan._longest_save_s == 2


def test_after_its_end_nothing_watches(start_plan: Callable[..., SavePlan]) -> None:
    plan = start_plan(MINUTES)
    assert listeners() == 1
    plan.start(Ranks())
    assert listeners() == 1
    plan.close()
    plan.close()
    assert listeners() == 0
    assert not plan.is_due()


@pytest.mark.usefixtures("own_thread")
def test_a_training_goes_on_where_no_thread_can_be_started(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_thread: threading.Thread) -> None:
        msg = "can't start new thread"
        raise RuntimeError(msg)

    plan = SavePlan(MINUTES)
    with monkeypatch.context() as at_the_limit:
        at_the_limit.setattr(threading.Thread, "start", refuse)
        plan.start(Ranks())
    assert not plan.is_due()
    assert "No background thread can be started" in caplog.text


@pytest.mark.parametrize("minutes", [0, -1, float("nan"), float("inf")])
def test_minutes_that_are_no_time_are_refused(minutes: float) -> None:
    with pytest.raises(ValueError, match="minutes above 0"):
        SavePlan(minutes)


class Exchange:
    """What the ranks of a training in threads exchange; each call is a collective operation."""

    def __init__(self, count: int) -> None:
        self.values: list[Any] = [None] * count
        self.barrier = threading.Barrier(count, timeout=60)
        self.exchanges = 0


class ThreadRank(Ranks):
    """One of several ranks, each a thread."""

    def __init__(self, number: int, exchange: Exchange) -> None:
        self.count = len(exchange.values)
        self.is_first = number == 0
        self._number = number
        self._exchange = exchange

    def all_of(self, value: T) -> Sequence[T]:
        self._exchange.values[self._number] = value
        self._exchange.exchanges += self.is_first
        self._exchange.barrier.wait()
        values = list(self._exchange.values)
        self._exchange.barrier.wait()
        return values

    def from_first(self, value: T) -> T:
        return self.all_of(value)[0]


def run_ranks(train: Callable[[int, SavePlan], T], count: int, exchange: Exchange) -> list[T]:
    """Run `train` on each rank, and return what each returned."""
    results: dict[int, T] = {}

    def run(number: int) -> None:
        plan = SavePlan(MINUTES, clock=lambda: 0.0)
        plan.start(ThreadRank(number, exchange))
        try:
            results[number] = train(number, plan)
        finally:
            plan.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [results[number] for number in range(count)]


@pytest.mark.usefixtures("own_thread")
def test_all_ranks_save_at_the_same_step_and_agree_rarely(emulator: Emulator) -> None:
    emulator.change(**NO_STOP)
    exchange = Exchange(3)

    def train(number: int, plan: SavePlan) -> list[int]:
        due = []
        for step in range(10 * MOST_STEPS_BETWEEN):
            if step == 200 and number == 0:
                emulator.change(**stops_in(MINUTES - 10))
                until(plan._is_near.is_set)
            if plan.is_due():
                due.append(step)
        return due

    steps = run_ranks(train, 3, exchange)
    assert steps[0] == steps[1] == steps[2]
    assert len(steps[0]) == 1
    assert 200 <= steps[0][0] <= 200 + MOST_STEPS_BETWEEN
    assert exchange.exchanges < 20


@pytest.mark.usefixtures("own_thread")
@pytest.mark.parametrize(
    ("lengths", "saves"), [((5, 9), True), ((9, 5), True), ((5, None), False), ((0, 5), False)]
)
def test_ranks_with_different_evaluations_wait_for_nobody(
    emulator: Emulator, lengths: tuple[int | None, ...], saves: bool
) -> None:
    emulator.change(**stops_in(MINUTES - 10))

    def train(number: int, plan: SavePlan) -> tuple[list[int], list[int]]:
        if number == 0:
            until(plan._is_near.is_set)
        length = lengths[number]
        in_evaluation = []
        for _ in range(2):
            plan.begin_evaluation(length)
            due = [plan.is_due(evaluating=True) for _ in range(7 if length is None else length)]
            in_evaluation += [step for step, is_due in enumerate(due) if is_due]
        return in_evaluation, [step for step in range(20) if plan.is_due()]

    (first, after), (other, after_other) = run_ranks(train, 2, Exchange(2))
    assert first == other == ([0] if saves else [])
    assert after == after_other == ([] if saves else [0])


def test_a_complete_checkpoint_takes_the_place_of_the_last_one(tmp_path: Path) -> None:
    unfinished, checkpoint = tmp_path / "a.part", tmp_path / "a"
    for text in ("first", "second"):
        unfinished.write_text(text)
        put_in_place(unfinished, checkpoint)
        assert checkpoint.read_text() == text
    checkpoint.unlink()
    for text in ("first", "second"):
        unfinished.mkdir()
        (unfinished / text).touch()
        put_in_place(unfinished, checkpoint)
        assert [path.name for path in checkpoint.iterdir()] == [text]
    assert list(tmp_path.iterdir()) == [checkpoint]


def test_a_checkpoint_that_was_not_written_costs_none_that_was(tmp_path: Path) -> None:
    checkpoint = tmp_path / "a"
    checkpoint.mkdir()
    (checkpoint / "model").touch()
    with pytest.raises(FileNotFoundError):
        put_in_place(tmp_path / "a.part", checkpoint)
    assert (checkpoint / "model").exists()
