"""What is reported, when, and never twice: the recorded state is written and read at each step."""

from __future__ import annotations

import re
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

    def test_a_clock_that_was_ahead_and_was_set_does_not_end_all_messages(self) -> None:
        story = Story()
        story.read(600, idle(0))
        assert story.read(30, idle(30)) == ["vision is idle and will be stopped in 30 min"]

    def test_what_does_not_change_is_not_written_again_each_minute(self) -> None:
        story = Story()
        for minute in range(60):
            story.read(minute, idle(0))
        assert story.written <= 7


def image(number: int, status: str, made: float, **more: str) -> dict[str, str]:
    created = (BEGIN + timedelta(minutes=made)).isoformat()
    name = {"ImageId": f"image-{number}", "ImageName": f"tuned-{number}", "Status": status}
    return {**name, "GmtCreateTime": created, "GmtModifiedTime": created, **more}


class TestEvents:
    @pytest.mark.parametrize(
        ("status", "label"), [("Stopping", "Stopping"), ("Failed", "Failed"), ("Odd", "Odd")]
    )
    def test_a_status_in_which_it_cannot_be_used_is_reported_once(
        self, status: str, label: str
    ) -> None:
        story = Story()
        story.read(0, {})
        failed = {"Status": status, "ReasonCode": "Debt", "ReasonMessage": "Payment is overdue"}
        assert story.read(1, failed) == [f"vision is no longer running: {label}"]
        assert "Reason: Debt: Payment is overdue" in story.sent[-1][2]
        assert not story.read(2, failed)

    def test_one_message_is_enough_for_stopping_and_stopped(self) -> None:
        story = Story()
        for minute, status in enumerate(("Running", "Stopping", "Stopped", "Starting", "Running")):
            story.read(minute, {"Status": status})
        assert [title for _, title, _ in story.sent] == [
            "vision is no longer running: Stopping",
            "vision is running again",
        ]

    def test_a_stop_that_was_due_is_named_as_the_cause(self) -> None:
        story = Story()
        for minute in range(50, 60):
            story.read(minute, idle(minute))
        story.read(60, {**idle(60), "Status": "Stopping"})
        assert "after 60 idle minutes" in story.sent[-1][2]
        story = Story()
        story.read(99, scheduled(DUE, BEGIN + timedelta(minutes=99)))
        story.read(100.5, {"Status": "Stopping"})
        assert "as scheduled for 2025-11-26 21:40 (UTC+8)" in story.sent[-1][2]
        assert [title for _, title, _ in story.sent][1:] == [
            "vision is no longer running: Stopping"
        ]

    def test_saving_an_image_leaves_the_instance_usable(self) -> None:
        story = Story()
        for minute, status in enumerate(("Running", "Saving", "Saved", "Running", "SaveFailed")):
            assert not story.read(minute, {"Status": status})

    def test_an_image_that_was_saved_or_not_is_reported_once(self) -> None:
        story = Story()
        old = image(0, "Saved", -1000)
        story.read(0, {"InstanceSnapshotList": [old]})
        for minute, status in enumerate(("Committing", "Pushing", "Saved", "Saved"), 1):
            story.read(minute, {"LatestSnapshot": image(1, status, 1)})
        failed = image(2, "Failed", 9, ReasonMessage="no space left")
        story.read(10, {"InstanceSnapshotList": [old, image(1, "Saved", 1), failed]})
        story.read(11, {"InstanceSnapshotList": [old, image(1, "Saved", 1), failed]})
        assert [(title, body.split("\n")[0]) for _, title, body in story.sent] == [
            ("vision: image saved", "Image saved: tuned-1"),
            ("vision: image not saved", "Image not saved: tuned-2. no space left"),
        ]

    def test_images_that_were_saved_before_the_first_reading_are_no_news(self) -> None:
        story = Story()
        assert not story.read(0, {"InstanceSnapshotList": [image(1, "Saved", -5)]})
        assert not story.read(1, {"InstanceSnapshotList": [image(2, "Failed", -5)]})

    def test_a_failed_node_is_reported_once_until_it_is_well_again(self) -> None:
        story = Story()
        failed = {
            "NodeErrorRecovery": {
                "hasNodeError": True,
                "enableAutoSwitchOnNodeError": True,
                "autoSwitchCountdownSeconds": 300,
            }
        }
        story.read(0, {})
        assert story.read(1, failed) == ["vision: its machine has failed"]
        assert "moves the instance at about 2025-11-26 20:06 (UTC+8)" in story.sent[-1][2]
        assert not story.read(2, failed)
        assert not story.read(3, {"NodeErrorRecovery": {"hasNodeError": False}})
        alone = {"NodeErrorRecovery": {"hasNodeError": True}}
        assert story.read(4, alone)
        assert "Look at it in the PAI console" in story.sent[-1][2]

    def test_it_is_in_the_language_of_the_setting(self) -> None:
        story = Story(NotifySettings(chosen_language="zh_CN"))
        story.read(30, idle(30))
        story.read(31, idle(31) | {"Status": "Stopping"})
        (_, title, body), (_, stopping, _) = story.sent
        assert title == "vision 空闲，将于 30 分钟后停机"
        assert "键盘输入不算使用，CPU 超过 10% 才算。" in body
        assert stopping == "vision 已不在运行：停止中"
        assert not re.search(r"%[12]", body)

    def test_what_a_name_may_have_in_it_reaches_nobody(self) -> None:
        story = Story()
        story.read(0, {**idle(30), "InstanceName": "a\u202eb\x1b[31m\n" + "x" * 100})
        ((_, title, _),) = story.sent
        assert "\u202e" not in title
        assert "\x1b" not in title
        assert "\n" not in title
        assert len(title) < 100


def test_a_reading_without_an_instance_changes_nothing() -> None:
    reported = Reported()
    story = Story(reported=reported)
    reading = story.reading({})

    nothing = msgspec.structs.replace(reading, instance=None)
    comparison = compare(reported, Subject(nothing, story.settings), 0.0)
    assert comparison.reported is reported
    assert not comparison.messages
