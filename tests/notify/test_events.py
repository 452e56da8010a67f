"""What is reported besides stops: statuses, images and failed machines, each once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from jupyter_dsw.notify.settings import NotifySettings
from tests.notify.story import BEGIN, Story, idle, scheduled

DUE = BEGIN + timedelta(minutes=100)


def image(number: int, status: str, made: float, **more: str) -> dict[str, str]:
    created = (BEGIN + timedelta(minutes=made)).isoformat()
    name = {"ImageId": f"image-{number}", "ImageName": f"tuned-{number}", "Status": status}
    return {**name, "GmtCreateTime": created, "GmtModifiedTime": created, **more}


@pytest.mark.parametrize(
    ("status", "label"), [("Stopping", "Stopping"), ("Failed", "Failed"), ("Odd", "Odd")]
)
def test_a_status_in_which_it_cannot_be_used_is_reported_once(status: str, label: str) -> None:
    story = Story()
    story.read(0, {})
    failed = {"Status": status, "ReasonCode": "Debt", "ReasonMessage": "Payment is overdue"}
    assert story.read(1, failed) == [f"vision is no longer running: {label}"]
    assert "Reason: Debt: Payment is overdue" in story.sent[-1][2]
    assert not story.read(2, failed)


def test_one_message_is_enough_for_stopping_and_stopped() -> None:
    story = Story()
    for minute, status in enumerate(("Running", "Stopping", "Stopped", "Starting", "Running")):
        story.read(minute, {"Status": status})
    assert [title for _, title, _ in story.sent] == [
        "vision is no longer running: Stopping",
        "vision is running again",
    ]


def test_a_stop_that_was_due_is_named_as_the_cause() -> None:
    story = Story()
    for minute in range(50, 60):
        story.read(minute, idle(minute))
    story.read(60, {**idle(60), "Status": "Stopping"})
    assert "after 60 idle minutes" in story.sent[-1][2]
    story = Story()
    story.read(99, scheduled(DUE, BEGIN + timedelta(minutes=99)))
    story.read(100.5, {"Status": "Stopping"})
    assert "as scheduled for 2025-11-26 21:40 (UTC+8)" in story.sent[-1][2]
    assert [title for _, title, _ in story.sent][1:] == ["vision is no longer running: Stopping"]


def test_saving_an_image_leaves_the_instance_usable() -> None:
    story = Story()
    for minute, status in enumerate(("Running", "Saving", "Saved", "Running", "SaveFailed")):
        assert not story.read(minute, {"Status": status})


def test_an_image_that_was_saved_or_not_is_reported_once() -> None:
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


def test_images_without_an_id_differ_by_their_name_and_creation() -> None:
    story = Story()
    nothing = {"ImageId": ""}
    saving = [image(1, "Pushing", 1) | nothing, image(2, "Pushing", 2) | nothing]
    story.read(0, {"InstanceSnapshotList": []})
    assert not story.read(3, {"InstanceSnapshotList": saving})
    done = [image(1, "Saved", 1) | nothing, image(2, "Failed", 2) | nothing]
    assert sorted(story.read(4, {"InstanceSnapshotList": done})) == [
        "vision: image not saved",
        "vision: image saved",
    ]
    for minute in (5, 6):
        assert not story.read(minute, {"InstanceSnapshotList": done})


def test_images_that_differ_by_nothing_are_not_reported_again_and_again() -> None:
    story = Story()
    story.read(0, {"InstanceSnapshotList": []})
    same = [image(1, status, 1) | {"ImageId": ""} for status in ("Saved", "Failed")]
    undated = [{"ImageName": "tuned", "Status": status} for status in ("Saved", "Failed")]
    for minute in (2, 3, 4):
        story.read(minute, {"InstanceSnapshotList": [*same, *undated]})
    assert len(story.sent) <= 1


def test_images_that_were_saved_before_the_first_reading_are_no_news() -> None:
    story = Story()
    assert not story.read(0, {"InstanceSnapshotList": [image(1, "Saved", -5)]})
    assert not story.read(1, {"InstanceSnapshotList": [image(2, "Failed", -5)]})


def test_a_failed_node_is_reported_once_until_it_is_well_again() -> None:
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


def test_it_is_in_the_language_of_the_setting() -> None:
    story = Story(NotifySettings(chosen_language="zh_CN"))
    story.read(30, idle(30))
    story.read(31, idle(31) | {"Status": "Stopping"})
    (_, title, body), (_, stopping, _) = story.sent
    assert title == "vision 空闲，将于 30 分钟后停机"
    assert "键盘输入不算使用，CPU 超过 10% 才算。" in body
    assert stopping == "vision 已不在运行：停止中"
    assert not re.search(r"%[12]", body)


def test_what_a_name_may_have_in_it_reaches_nobody() -> None:
    story = Story()
    story.read(0, {**idle(30), "InstanceName": "a\u202eb\x1b[31m\n" + "x" * 100})
    ((_, title, _),) = story.sent
    assert "\u202e" not in title
    assert "\x1b" not in title
    assert "\n" not in title
    assert len(title) < 100
