"""The simulated instance over time, as a pure function."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from jupyter_dsw.emulator import SCENARIOS
from jupyter_dsw.emulator.simulation import STARTING_S, Life, Policy, SavedImage, state

MINUTE = 60
HOUR = 3600
LIFECYCLE = SCENARIOS["lifecycle"].life


def statuses(life: Life, seconds: range) -> list[str]:
    """The statuses that an instance goes through, without repetitions."""
    every = [state(life, second).status for second in seconds]
    return [every[0]] + [after for before, after in pairwise(every) if before != after]


def test_an_instance_starts_works_saves_its_image_and_stops() -> None:
    assert statuses(LIFECYCLE, range(0, 3 * HOUR, 5)) == [
        "Creating",
        "ResourceAllocating",
        "EnvPreparing",
        "Starting",
        "Running",
        "Saving",
        "Running",
        "Stopping",
        "Stopped",
    ]


def test_idle_minutes_grow_and_activity_resets_them() -> None:
    life = Life(started_at=-STARTING_S, busy=((10 * MINUTE, 12 * MINUTE),))
    minutes = [
        state(life, minute * MINUTE).idle_minutes for minute in (0, 1, 9, 10, 11, 12, 13, 30)
    ]
    assert minutes == [0, 1, 9, 0, 0, 0, 1, 18]


def test_an_idle_instance_is_stopped_at_its_limit() -> None:
    life = Life(started_at=-STARTING_S, max_idle_minutes=5, busy=((20 * MINUTE, 30 * MINUTE),))
    assert state(life, 5 * MINUTE - 1).status == "Running"
    assert state(life, 5 * MINUTE).status == "Stopping"
    assert state(life, 6 * MINUTE).status == "Stopped"
    assert state(life, 25 * MINUTE).status == "Stopped"
    assert state(life, 25 * MINUTE).idle_minutes == 5


def test_a_policy_stops_an_instance_without_an_idle_culler() -> None:
    life = Life(started_at=-STARTING_S, max_idle_minutes=None, policy=Policy(max_idle_minutes=5))
    assert state(life, 5 * MINUTE - 1).status == "Running"
    assert state(life, 5 * MINUTE).status == "Stopping"


def test_a_delay_of_a_policy_postpones_its_stop() -> None:
    policy = Policy(max_idle_minutes=5, delayed_until=20 * MINUTE)
    life = Life(started_at=-STARTING_S, max_idle_minutes=None, policy=policy)
    assert state(life, 20 * MINUTE - 1).status == "Running"
    assert state(life, 20 * MINUTE).status == "Stopping"


def test_a_policy_of_another_kind_stops_nothing() -> None:
    policy = Policy(expression="RunningDuration > 72 h")
    life = Life(started_at=-STARTING_S, max_idle_minutes=None, policy=policy)
    assert state(life, 1000 * HOUR).status == "Running"


def test_activity_in_time_keeps_an_instance_running() -> None:
    life = Life(started_at=-STARTING_S, max_idle_minutes=5, busy=((4 * MINUTE, 8 * MINUTE),))
    assert state(life, 12 * MINUTE).status == "Running"
    assert state(life, 13 * MINUTE).status == "Stopping"


def test_a_scheduled_stop_comes_even_to_a_busy_instance() -> None:
    life = Life(started_at=-STARTING_S, busy=((0, math.inf),), stop_at=10 * MINUTE)
    assert state(life, 9 * MINUTE).remaining_s == MINUTE
    assert state(life, 10 * MINUTE).status == "Stopping"
    assert state(life, 10 * MINUTE).remaining_s is None
    assert state(life, 11 * MINUTE).status == "Stopped"


def test_an_image_goes_through_its_stages() -> None:
    image = SavedImage("tuned", at=MINUTE, commit_s=MINUTE, push_s=MINUTE)
    life = Life(started_at=-STARTING_S, images=(image,))
    at = [state(life, seconds) for seconds in (0, 60, 119, 120, 179, 180)]
    assert [[image.status for image in moment.images] for moment in at] == [
        [],
        ["Committing"],
        ["Committing"],
        ["Pushing"],
        ["Pushing"],
        ["Saved"],
    ]
    assert [moment.status for moment in at] == [
        "Running",
        "Saving",
        "Saving",
        "Running",
        "Running",
        "Running",
    ]
    assert [moment.images[0].changed_at for moment in at[1:]] == [60, 60, 120, 120, 180]


def test_a_failed_image_has_its_reason_and_leaves_the_instance_in_save_failed() -> None:
    image = SavedImage("tuned", at=0, commit_s=60, failure=("Code", "no space left"))
    life = Life(started_at=-STARTING_S, images=(image,))
    assert state(life, 59).images[0].reason_message == ""
    failed = state(life, 60)
    assert failed.status == "SaveFailed"
    assert (failed.images[0].status, failed.images[0].reason_message) == ("Failed", "no space left")


def test_running_time_adds_up_until_the_stop() -> None:
    assert state(LIFECYCLE, STARTING_S - 1).running_s == 0
    assert state(LIFECYCLE, STARTING_S + 100).running_s == 100
    assert state(LIFECYCLE, 9 * HOUR).running_s == 2 * HOUR - STARTING_S


@pytest.mark.parametrize("name", ["healthy", "lifecycle", "scheduled"])
def test_these_are_stopped_by_their_schedule_and_not_for_being_idle(name: str) -> None:
    life = SCENARIOS[name].life
    assert life.stops_at == life.stop_at


def test_healthy_stays_calm_for_hours() -> None:
    life = SCENARIOS["healthy"].life
    assert life.stop_at is not None
    calm_until = int(life.stop_at) - 31 * MINUTE
    idle = {state(life, second).idle_minutes for second in range(0, calm_until, 30)}
    assert max(idle) < (life.max_idle_minutes or 0) - 30, (
        "the first notification is due 30 min before"
    )
    assert state(life, 0).idle_minutes == 5


def test_idle_is_stopped_in_five_minutes() -> None:
    assert SCENARIOS["idle"].life.stops_at == 5 * MINUTE
