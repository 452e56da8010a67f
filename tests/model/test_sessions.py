"""How the last runs ended, from GetLifecycle's lists of statuses."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from jupyter_dsw.model.secrets_in_text import REDACTED
from jupyter_dsw.model.sessions import MAX_REASON, MAX_SESSIONS, Session, parse_sessions


def step(status: str, at: str, code: str = "", message: str = "", end: str = "") -> dict[str, Any]:
    return {
        "Status": status,
        "ReasonCode": code,
        "ReasonMessage": message,
        "GmtCreateTime": f"2026-11-{at}Z",
        "GmtEndTime": f"2026-11-{end}Z" if end else "",
        "LifecycleId": "lc-1",
    }


def run(*end: dict[str, Any]) -> list[dict[str, Any]]:
    return [step("Creating", "20T08:00:00"), step("Running", "20T08:03:00"), *end]


def sessions(*runs: Any) -> tuple[Session, ...]:
    found = parse_sessions({"Lifecycle": list(runs)})
    assert found is not None
    return found


def utc(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=timezone.utc)


def stopped(code: str, message: str = "") -> Session:
    (session,) = sessions(
        run(
            step("Stopping", "20T18:00:00", code, message),
            step("Stopped", "20T18:01:00", code, message),
        )
    )
    return session


def test_a_run_is_from_its_start_to_the_beginning_of_its_stop() -> None:
    session = stopped("IdleShutdown", "idle for 60 minutes")
    assert session.started_at == utc(20, 8)
    assert session.ended_at == utc(20, 18)
    assert session.status == "Stopped"
    assert session.reason_code == "IdleShutdown"
    assert session.reason == "idle for 60 minutes"


def test_a_run_that_goes_on_has_no_end() -> None:
    (session,) = sessions(run())
    assert (session.ended_at, session.ended_by, session.status) == (None, None, "Running")


def test_runs_are_newest_first_in_whatever_order_they_and_their_statuses_come() -> None:
    first = [step("Running", "01T08:00:00"), step("Stopped", "02T08:00:00")]
    second = [step("Stopped", "04T08:00:00"), step("Running", "03T08:00:00")]
    third = [step("Running", "05T08:00:00")]
    expected = sessions(third, second, first)
    assert [each.started_at for each in expected] == [utc(5, 8), utc(3, 8), utc(1, 8)]
    assert [each.ended_at for each in expected] == [None, utc(4, 8), utc(2, 8)]
    assert sessions(first, second, third) == expected


@pytest.mark.parametrize(
    ("code", "ended_by"),
    [
        ("IdleShutdown", "idle"),
        ("IdleInstanceCuller", "idle"),
        ("IDLE_STOP", "idle"),
        ("UserIdleTimeout", "idle"),
        ("Idle", "idle"),
        ("InstanceShutdownTimer", "scheduled"),
        ("ScheduledStop", "scheduled"),
        ("UserStop", "person"),
        ("StoppedByUser", "person"),
        ("ManualStop", "person"),
        ("ArrearageShutdown", "debt"),
        ("OverduePayment", "debt"),
        ("InsufficientIdleResource", "other"),
        ("UserImageNotFound", "other"),
        ("FailedScheduling", "other"),
        ("SpotReclaimed", "other"),
        ("E-4711", "other"),
        ("", None),
    ],
)
def test_only_a_plain_reason_code_counts(code: str, ended_by: str | None) -> None:
    session = stopped(code)
    assert session.ended_by == ended_by
    assert session.reason_code == (code or None)


def test_debt_is_known_by_its_statuses() -> None:
    (session,) = sessions(
        run(step("ArrearStopping", "20T18:00:00"), step("Arrearge", "20T18:01:00"))
    )
    assert (session.ended_by, session.status, session.reason_code) == ("debt", "Arrearge", None)


def test_a_failure_is_one_whatever_its_code() -> None:
    (session,) = sessions(run(step("Failed", "20T18:00:00", "IdleTimeout")))
    assert (session.ended_by, session.reason_code) == ("failure", "IdleTimeout")


def test_a_message_without_a_code_is_a_reason_that_is_not_understood() -> None:
    session = stopped("", "idle for too long")
    assert (session.ended_by, session.reason) == ("other", "idle for too long")


def test_an_earlier_run_without_an_end_does_not_look_as_if_it_ran() -> None:
    crashed = [step("Running", "01T08:00:00", end="01T09:00:00")]
    silent = [step("Running", "02T08:00:00")]
    newest, *earlier = sessions(crashed, silent, run())
    assert newest.ended_at is None
    assert [each.ended_at for each in earlier] == [utc(2, 8), utc(1, 9)]
    assert [each.ended_by for each in earlier] == [None, None]


def test_saving_an_image_ends_no_run() -> None:
    (session,) = sessions(run(step("Saving", "20T09:00:00"), step("SaveFailed", "20T09:10:00")))
    assert (session.ended_at, session.status) == (None, "SaveFailed")


def test_secrets_are_removed_from_a_reason_and_a_long_one_is_cut() -> None:
    session = stopped("UserStop", "by ma-jun, password=canary-0123456789abcdef")
    assert (session.reason or "").startswith("by ma-jun, password=")
    assert "canary" not in (session.reason or "")
    assert len(stopped("UserStop", "word " * 500).reason or "") == MAX_REASON
    odd = stopped("aB3dE6gH9jK2mN5pQ8sT1vW4yZ7")
    assert odd.reason_code == REDACTED
    assert odd.ended_by == "other"


@pytest.mark.parametrize("lifecycle", [None, "null", {}, 7, [{"Status": "Running"}], ["Running"]])
def test_what_is_no_list_of_lists_is_no_lifecycle(lifecycle: Any) -> None:
    assert parse_sessions({"Lifecycle": lifecycle}) is None


def test_an_odd_value_costs_itself_and_no_more() -> None:
    odd = [7, None, {"Status": "Running", "GmtCreateTime": "yesterday"}, {"GmtCreateTime": ""}]
    assert sessions(odd, 7, [], [None]) == (Session(status="Running"),)
    assert sessions() == ()


def test_no_more_runs_are_kept_than_anybody_looks_at() -> None:
    assert len(sessions(*[run()] * 1000)) == MAX_SESSIONS
