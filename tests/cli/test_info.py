"""`jupyter dsw info` on an instance with no Jupyter server."""

from __future__ import annotations

import json
import os
import re
import subprocess
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.terminal import DSW, Terminal, dsw

if TYPE_CHECKING:
    from jupyter_dsw.emulator import Emulator

pytestmark = pytest.mark.usefixtures("environment")


def test_in_a_pipe_it_is_plain() -> None:
    done = dsw("info")
    assert done.returncode == 0
    assert "\x1b" not in done.stdout
    assert done.stdout.startswith("Simulated instance")
    assert "● Running" in done.stdout
    assert "directly from the API" in " ".join(done.stdout.split())


def test_in_a_terminal_it_has_colours_and_the_terminals_width() -> None:
    with Terminal(*DSW, "info", "all", columns=50) as terminal:
        assert terminal.wait() == 0
        assert "\x1b[32m●\x1b[0m" in terminal.raw
        assert "\x1b[1mDatasets" in terminal.raw
        assert max(map(len, terminal.text.splitlines())) <= 50


def test_moments_are_in_the_persons_time_zone_and_dated_only_where_they_are_kept() -> None:
    assert re.search(r"Read \d{4}-\d\d-\d\d \d\d:\d\d \(UTC-7\)", dsw("info", TZ="MST7").stdout)
    # Where it is noon, so that no test runs over midnight.
    hours = datetime.now(timezone.utc).hour - 12
    with Terminal(*DSW, "info", TZ=f"XYZ{hours}") as terminal:
        assert terminal.wait() == 0
        assert re.search(r"Read \d\d:\d\d \(UTC", terminal.text)


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_a_terminal_that_wants_no_colours_gets_none(name: str, value: str) -> None:
    variables: Any = {name: value}
    with Terminal(*DSW, "info", **variables) as terminal:
        assert terminal.wait() == 0
        assert "● Running" in terminal.text
        assert "\x1b" not in terminal.raw


def test_it_shows_the_sections_that_are_named() -> None:
    printed = dsw("info", "disks", "datasets").stdout
    assert "\nDatasets" in printed
    assert "\nCloud disks" in printed
    assert "\nResources" not in printed


def test_json_is_the_response_of_the_contract(emulator: Emulator) -> None:
    done = dsw("info", "--json")
    reading = json.loads(done.stdout)
    assert reading["instance"]["InstanceId"] == emulator.instance_id
    assert reading["stops"][0]["kind"] == "idle"
    assert reading["error"] is None


def test_an_unknown_section_gets_the_list_and_the_nearest(emulator: Emulator) -> None:
    done = dsw("info", "datsets")
    assert done.returncode == 2
    assert "'datsets' is not a section. Did you mean 'datasets'?" in done.stderr
    assert "snapshots, timers" in done.stderr
    assert emulator.calls == 0


@pytest.mark.parametrize("number", ["-1", "soon", "nan"])
def test_minutes_that_are_none_are_refused(number: str) -> None:
    done = dsw("info", f"--warn-minutes={number}")
    assert done.returncode == 2
    assert f"'{number}' is not a number of minutes" in done.stderr


@pytest.mark.parametrize(
    ("scenario", "words", "status"),
    [
        ("healthy", [], 0),
        ("saving", [], 0),
        ("save-failed", [], 0),
        ("scheduled", [], 0),
        ("scheduled", ["--warn-minutes", "15"], 3),
        ("scheduled", ["--warn-minutes", "15", "--json"], 3),
        ("idle", [], 3),
        ("idle", ["--warn-minutes", "0"], 0),
        ("lifecycle", [], 1),
        ("failed", [], 1),
        ("denied", [], 1),
    ],
)
def test_the_exit_status_shows_a_script_how_the_instance_is(
    emulator: Emulator, scenario: str, words: list[str], status: int
) -> None:
    emulator.scenario = scenario
    assert dsw("info", *words).returncode == status


@pytest.mark.parametrize(
    "timer", ["soon", {"DueTime": "2026-13-01", "RemainingTimeInMs": None}], ids=["text", "time"]
)
def test_a_stop_whose_time_cannot_be_read_is_no_success(emulator: Emulator, timer: object) -> None:
    emulator.change(IdleInstanceCuller={"IdleTimeInMinutes": 0}, InstanceShutdownTimer=timer)
    done = dsw("info")
    assert done.returncode == 1
    assert "Next stop  Scheduled stop · time unknown, see the PAI console" in done.stdout


@pytest.mark.parametrize(
    "due", ["2026-11-26T21:00:00+08", "1795698000", 1_795_698_000_000, "1795698000000"]
)
def test_a_due_time_in_whatever_form_is_a_stop(emulator: Emulator, due: object) -> None:
    emulator.change(
        IdleInstanceCuller={"IdleTimeInMinutes": 0},
        InstanceShutdownTimer={"DueTime": due, "RemainingTimeInMs": "300000.0"},
    )
    assert dsw("info").returncode == 3


def test_an_instance_that_is_being_stopped_counts_as_stopping_soon(emulator: Emulator) -> None:
    emulator.change(Status="Stopping")
    assert dsw("info").returncode == 3


def test_what_went_wrong_is_shown_on_stderr(emulator: Emulator) -> None:
    emulator.scenario = "denied"
    done = dsw("info")
    assert done.stdout == ""
    assert "paidsw:GetInstance" in done.stderr


def test_a_reader_that_has_seen_enough_gets_no_traceback() -> None:
    with subprocess.Popen(
        [*DSW, "info", "all"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 128 + 13


@pytest.mark.parametrize("columns", [50, 120])
def test_usage_is_drawn_in_a_terminal_of_any_width(columns: int) -> None:
    with Terminal(*DSW, "info", "usage", columns=columns) as terminal:
        assert terminal.wait() == 0
        lines = terminal.text.splitlines()
    assert "CPU and GPU in the last 15 min" in lines[0]
    assert max(map(len, lines)) <= columns
    # A time may be marked at its very beginning.
    (axis,) = [line for line in lines if re.fullmatch(" +└[─┴]+", line)]
    assert len(axis) == columns - 1


def test_usage_is_drawn_in_ascii_where_the_encoding_needs_it() -> None:
    done = dsw("info", "usage", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert done.stdout.isascii()
    assert "?" not in done.stdout
    assert "+---" in done.stdout


def test_usage_as_json_has_the_samples() -> None:
    (sample,) = json.loads(dsw("info", "usage", "--json").stdout)["samples"]
    assert 0 <= sample["cpu_percent"] <= 100


def test_usage_stands_by_itself(emulator: Emulator) -> None:
    done = dsw("info", "usage", "disks")
    assert done.returncode == 2
    assert "usage is shown by itself" in done.stderr
    with Terminal(*DSW, "info", "usage", "--watch") as terminal:
        assert terminal.wait() == 2
        assert "usage is shown by itself" in terminal.text
    assert emulator.calls == 0
