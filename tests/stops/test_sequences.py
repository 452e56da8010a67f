"""Which stop is which, by the sequences of readings that the browser's tests read too."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from jupyter_dsw.stop_tracker import ReportedStops, StopKey, StopTracker

SEQUENCES = json.loads(Path(__file__).with_name("sequences.json").read_text("utf-8"))


def observe(tracker: StopTracker, reading: dict[str, Any]) -> None:
    due = reading["due_time"]
    tracker.observe(
        StopKey(reading["kind"]),
        reading["state"],
        reading["at_s"],
        reading["remaining_ms"],
        due and datetime.fromisoformat(due.replace("Z", "+00:00")),
        reading["idle_minutes"],
    )


@pytest.mark.parametrize("sequence", SEQUENCES["sequences"], ids=lambda sequence: sequence["name"])
def test_one_stop_is_one_stop_and_is_reported_once(sequence: dict[str, Any]) -> None:
    tracker, reported = StopTracker(), ReportedStops(SEQUENCES["within_s"])
    reports = []
    # Numbers count up over both kinds here, and from 1 for each of them in the file.
    numbers: dict[tuple[str, int], int] = {}
    for reading in sequence["readings"]:
        observe(tracker, reading)
        for stop in (stop for stop in tracker.stops if stop.kind == reading["kind"]):
            if reading["stop"] is not None:
                assert numbers.setdefault((stop.kind, reading["stop"]), stop.number) == stop.number
                assert stop.at == reading["moment_s"]
        if reading["stop"] is None and reading["state"] != "unknown":
            assert reading["kind"] not in {stop.kind for stop in tracker.stops}
        due_at = reported.due_at(tracker.stops)
        if due_at is not None and due_at <= reading["at_s"]:
            reports.append(reading["at_s"])
            reported.add(tracker.stops, reading["at_s"])
    assert reports == sequence["reported"]
    assert len(set(numbers.values())) == len(numbers)


def test_a_stop_whose_time_cannot_be_read_any_more_stays_as_it_was_known() -> None:
    tracker = StopTracker()
    tracker.observe(StopKey("scheduled"), "counting", 0, 300_000, None, None)
    tracker.observe(StopKey("scheduled"), "unknown", 60, None, None, None)
    (stop,) = tracker.stops
    assert stop.at == 300
    assert tracker.time_unknown
