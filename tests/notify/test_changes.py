"""What is reported, when, and never twice: the recorded state is written and read at each step."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from jupyter_dsw.model.stops import Stop, StopRule
from jupyter_dsw.notify.changes import compare
from jupyter_dsw.notify.messages import Subject
from jupyter_dsw.notify.record import Reported
from jupyter_dsw.notify.settings import NotifySettings
from jupyter_dsw.reading import Problem
from jupyter_dsw.upstream.settings import Source
from tests.notify.story import BEGIN, Story, idle, scheduled

DUE = BEGIN + timedelta(minutes=100)


def of_workspace(left_minutes: float, story: Story, **more: Any) -> Stop:
    return Stop(
        kind="idle",
        decided_by="workspace",
        state="counting",
        remaining_ms=round(left_minutes * 60_000),
        at=story.now + timedelta(minutes=left_minutes),
        idle_minutes=1440 - left_minutes,
        rule=StopRule(max_idle_minutes=1440, cpu_percent=1),
        **more,
    )


class TestStops:
    def test_an_idle_stop_is_reported_30_and_10_minutes_before_it(self) -> None:
        story = Story()
        for minute in range(59):
            story.read(minute, idle(minute))
        assert [(minute, title) for minute, title, _ in story.sent] == [
            (30, "vision is idle and will be stopped in 30 min"),
            (50, "vision is idle and will be stopped in 10 min"),
        ]
        _, _, body = story.sent[0]
        assert body.split("\n") == [
            "Idle stop at 2025-11-26 21:00 (UTC+8).",
            "It has been idle for 30 of 60 minutes.",
            "Typing does not count as use; CPU over 10 % does.",
            "Instance: dsw-0123456789, cn-hangzhou",
        ]

    def test_a_scheduled_stop_is_reported_with_its_moment(self) -> None:
        story = Story()
        for minute in (0, 69, 71, 89, 91, 99):
            story.read(minute, scheduled(DUE, BEGIN + timedelta(minutes=minute)))
        assert [(minute, title) for minute, title, _ in story.sent] == [
            (71, "vision will be stopped in 29 min, as scheduled"),
            (91, "vision will be stopped in 9 min, as scheduled"),
        ]
        assert "Scheduled stop at 2025-11-26 21:40 (UTC+8)." in story.sent[0][2]

    def test_the_next_message_is_due_at_its_minute_and_not_at_the_next_reading(self) -> None:
        story = Story()
        story.read(0, scheduled(DUE, BEGIN))
        assert story.next_at == 70 * 60
        assert story.read(70, scheduled(DUE, BEGIN + timedelta(minutes=70)))
        assert story.next_at == 90 * 60

    def test_of_several_minutes_that_have_passed_one_message_is_sent(self) -> None:
        story = Story(NotifySettings(minutes=(60, 30, 10)))
        assert story.read(0, idle(54)) == ["vision is idle and will be stopped in 6 min"]
        assert not story.read(1, idle(55))
        assert story.next_at is None

    def test_minutes_that_are_as_long_as_the_idle_limit_do_not_apply(self) -> None:
        story = Story(NotifySettings(minutes=(60, 30, 10)))
        for minute in range(1, 30):
            assert not story.read(minute, idle(minute))
        story = Story()
        for minute in range(1, 20):
            assert not story.read(minute, idle(minute, limit=30))
        assert story.read(20, idle(20, limit=30))

    def test_an_idle_stop_is_called_off_once_when_the_instance_is_used(self) -> None:
        story = Story()
        story.read(30, idle(30))
        assert not story.read(31, idle(0)), "one reading may be incomplete"
        assert story.read(32, idle(0)) == ["vision: the idle stop was called off"]
        for minute in range(33, 40):
            assert not story.read(minute, idle(0))
        assert [story.read(minute, idle(minute - 40)) for minute in (69, 70, 71)] == [
            [],
            ["vision is idle and will be stopped in 30 min"],
            [],
        ]

    def test_a_stop_that_vanishes_for_one_reading_is_the_same(self) -> None:
        story = Story()
        story.read(30, idle(30))
        assert not story.read(31, {})
        for minute in range(32, 50):
            assert not story.read(minute, idle(minute))
        assert story.read(50, idle(50)) == ["vision is idle and will be stopped in 10 min"]

    def test_a_stop_that_was_called_off_and_returns_is_reported_again(self) -> None:
        story = Story()
        story.read(71, scheduled(DUE, BEGIN + timedelta(minutes=71)))
        story.read(72, {})
        assert story.read(73, {}) == ["vision: the scheduled stop was called off"]
        assert story.read(74, scheduled(DUE, BEGIN + timedelta(minutes=74))) == [
            "vision will be stopped in 26 min, as scheduled"
        ]

    def test_a_stop_that_comes_later_is_reported_as_put_off(self) -> None:
        story = Story()
        story.read(71, scheduled(DUE, BEGIN + timedelta(minutes=71)))
        later = DUE + timedelta(hours=2)
        assert story.read(72, scheduled(later, BEGIN + timedelta(minutes=72))) == [
            "vision: the scheduled stop was put off"
        ]
        assert "23:40 (UTC+8)" in story.sent[-1][2]
        assert not story.read(73, scheduled(later, BEGIN + timedelta(minutes=73)))
        assert story.read(191, scheduled(later, BEGIN + timedelta(minutes=191)))

    def test_a_stop_that_was_not_reported_is_called_off_without_a_message(self) -> None:
        story = Story()
        for minute, response in enumerate((idle(20), {}, {}, idle(5), {}, {})):
            assert not story.read(minute, response)

    def test_a_stop_whose_moment_has_passed_is_not_called_off(self) -> None:
        story = Story()
        story.read(55, idle(55))
        assert not story.read(600, idle(0))
        assert not story.read(602, idle(0))

    def test_both_stops_are_reported_each_on_its_own(self) -> None:
        story = Story()
        both = {**idle(45), **scheduled(DUE, BEGIN + timedelta(minutes=91))}
        assert sorted(story.read(91, both)) == [
            "vision is idle and will be stopped in 15 min",
            "vision will be stopped in 9 min, as scheduled",
        ]

    def test_a_stop_of_the_workspace_names_who_decides_it(self) -> None:
        story = Story()
        story.read(0, {}, policies=(of_workspace(29, story, can_skip=True),))
        ((_, title, body),) = story.sent
        assert title == "vision is idle and will be stopped in 29 min"
        assert "A policy of the workspace decides it." in body
        assert "You can skip it in the PAI console." in body

    def test_policies_that_cannot_be_read_for_a_while_call_nothing_off(self) -> None:
        story = Story()
        story.read(0, {}, policies=(of_workspace(29, story),))
        for minute in (1, 2, 3):
            assert not story.read(minute, {})
        story.minute = 19
        assert story.read(19, {}, policies=(of_workspace(10, story),))
        story.read(20, {}, policies=())
        assert story.read(21, {}, policies=()) == ["vision: the idle stop was called off"]

    def test_a_warning_that_was_due_while_policies_could_not_be_read_is_sent_later(self) -> None:
        story = Story(NotifySettings(minutes=(10,)))

        def left(seconds: float, *, policies: bool = True) -> list[str]:
            minute = story.minute = 15 - seconds / 60
            stops = (of_workspace(seconds / 60, story),) if policies else None
            return story.read(minute, {}, policies=stops)

        assert not left(900)
        assert not left(540, policies=False)
        assert story.next_at is None or story.next_at > story.minute * 60
        assert left(480) == ["vision is idle and will be stopped in 8 min"]
        assert not left(420)
        assert not left(360, policies=False)
        assert not left(120)

    def test_a_policys_stop_whose_moment_has_passed_is_no_later_cause(self) -> None:
        story = Story()
        story.read(0, {}, policies=(of_workspace(29, story),))
        for minute in (28, 29, 32, 33):
            assert not story.read(minute, {})
        assert story.read(34, {"Status": "Stopping"})
        assert "idle minutes" not in story.sent[-1][2]

    def test_a_time_that_cannot_be_read_calls_nothing_off(self) -> None:
        story = Story()
        story.read(30, idle(30))
        odd = {"IdleInstanceCuller": {"MaxIdleTimeInMinutes": 60, "IdleTimeInMinutes": "soon"}}
        for minute in (31, 32, 33):
            assert not story.read(minute, odd)

    def test_an_instance_that_cannot_be_read_is_warned_of_by_what_was_known(self) -> None:
        story = Story()
        story.read(70, scheduled(DUE, BEGIN + timedelta(minutes=70)))
        last = scheduled(DUE, BEGIN + timedelta(minutes=86))
        error = Problem("Unreachable", "The endpoint cannot be reached.", "Check the network.")
        assert story.read(90.5, last, age_s=270, error=error) == [
            "vision will be stopped in 9 min 30 s, as scheduled"
        ]
        assert "could not be read again since 2025-11-26 21:26 (UTC+8)." in story.sent[-1][2]

    def test_a_simulated_instance_that_runs_faster_is_reported_in_its_own_time(self) -> None:
        source = Source(instance_id="dsw-0123456789", simulated=True, speed=60)
        story = Story(source=source)
        assert not story.read(0, idle(20))
        assert story.next_at == pytest.approx(10)
        assert story.read(10 / 60, idle(30)) == [
            "Simulated: vision is idle and will be stopped in 30 min"
        ]


class TestSeveralServers:
    def test_an_older_reading_of_another_server_changes_nothing(self) -> None:
        story = Story()
        story.read(30, idle(30))
        story.read(31, idle(0))
        story.read(32, idle(0))
        assert len(story.sent) == 2
        assert not story.read(32.5, idle(31), age_s=90)
        assert not story.read(33, idle(0))

    @pytest.mark.parametrize("state", ["off", "not_available"])
    def test_one_that_reads_no_policies_leaves_their_stops_to_the_other(self, state: str) -> None:
        story = Story()
        for minute in range(19):
            story.minute = minute
            story.read(minute, {}, policies=(of_workspace(29 - minute, story),))
            story.read(minute + 0.3, {}, state=state)
            story.read(minute + 0.6, {}, state=state)
        assert [title for _, title, _ in story.sent] == [
            "vision is idle and will be stopped in 29 min"
        ]
        story.read(19, {}, policies=())
        story.read(19.3, {}, state=state)
        assert story.read(20, {}, policies=()) == ["vision: the idle stop was called off"]
        assert not story.read(21, {}, policies=())

    def test_a_stop_that_only_one_of_them_knows_the_decider_of_is_reported_once(self) -> None:
        story = Story()
        for minute in range(31, 50):
            story.minute = minute
            story.read(minute, idle(minute))
            stop = of_workspace(60 - minute, story)
            stop = msgspec.structs.replace(stop, idle_minutes=minute)
            story.read(minute + 0.5, {}, policies=(stop,), age_s=30)
        assert [title for _, title, _ in story.sent] == [
            "vision is idle and will be stopped in 29 min"
        ]

    def test_a_clock_that_was_ahead_and_was_set_does_not_end_all_messages(self) -> None:
        story = Story()
        story.read(600, idle(0))
        assert story.read(30, idle(30)) == ["vision is idle and will be stopped in 30 min"]

    def test_what_does_not_change_is_not_written_again_each_minute(self) -> None:
        story = Story()
        for minute in range(60):
            story.read(minute, idle(0))
        assert story.written <= 7


def test_a_reading_without_an_instance_changes_nothing() -> None:
    reported = Reported()
    story = Story(reported=reported)
    reading = story.reading({})

    nothing = msgspec.structs.replace(reading, instance=None)
    comparison = compare(reported, Subject(nothing, story.settings), 0.0)
    assert comparison.reported is reported
    assert not comparison.messages
