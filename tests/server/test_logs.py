"""What the server's log reports: a line where something changes for them, and no other."""

from __future__ import annotations

import json
import logging
import re
from typing import TYPE_CHECKING, Any

import pytest
from tornado.httpclient import HTTPClientError

from jupyter_dsw.server.events import Reporter

if TYPE_CHECKING:
    from jupyter_dsw.emulator import Emulator
    from jupyter_dsw.monitor import Monitor

PEOPLE = "jupyter-dsw/v1/instance"
KERNELS = "jupyter-dsw/v1/kernel/instance"
HEADER = "X-Jupyter-DSW-Kernel-Token"
QUIET: dict[str, object] = {
    "IdleInstanceCuller": {"MaxIdleTimeInMinutes": 60, "IdleTimeInMinutes": 0},
    "InstanceShutdownTimer": {"DueTime": None, "RemainingTimeInMs": 0},
}


class Log:
    """Reads the server's log, and requests with a clock that is farther ahead each time."""

    def __init__(self, caplog: pytest.LogCaptureFixture, fetch: Any, monitor: Any) -> None:
        self._caplog = caplog
        self._fetch = fetch
        self._monitor = monitor
        self._real = monitor.clock
        self._minutes = 0
        caplog.clear()  # the server's own words at its start

    def text(self, level: int = logging.DEBUG) -> str:
        """All that was logged at this level or above."""
        records = [record for record in self._caplog.records if record.levelno >= level]
        return "\n".join(f"{record.levelname} {record.getMessage()}" for record in records)

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Level and text of the lines of ours."""
        lines = [line.partition(" jupyter-dsw: ") for line in self.text().split("\n")]
        return [(level, text) for level, ours, text in lines if ours]

    async def ask(self) -> Any:
        """The reading after a call that was due; by then its changes are in the log."""
        self._minutes += 6
        self._monitor.clock = lambda: self._real() + self._minutes * 60
        response = await self._fetch(PEOPLE)
        return json.loads(response.body)


@pytest.fixture
def log(
    caplog: pytest.LogCaptureFixture, fetch_any: Any, monitor: Monitor, emulator: Emulator
) -> Log:
    emulator.change(**QUIET)
    return Log(caplog, fetch_any, monitor)


async def test_the_first_status_is_reported_and_then_only_another_one(
    log: Log, emulator: Emulator
) -> None:
    instance_id = emulator.environment()["DSW_INSTANCE_ID"]
    for _ in range(3):
        await log.ask()
    assert log.lines == [("INFO", f"{instance_id} is Running.")]
    emulator.change(Status="Saving")
    for _ in range(2):
        await log.ask()
    assert log.lines[1:] == [("INFO", f"{instance_id} is Saving; it was Running.")]


async def test_a_status_that_nobody_knows_cannot_write_lines_of_its_own(
    log: Log, emulator: Emulator
) -> None:
    emulator.change(Status="\x1b[31mBroken\n[C 2026 ServerApp] \u202eyou are pwned" + "x" * 5000)
    await log.ask()
    ((_, text),) = log.lines
    assert text == f"{emulator.environment()['DSW_INSTANCE_ID']} is <redacted>.", "it is no status"
    assert "\x1b[31mBroken" not in log.text()
    assert "\u202e" not in log.text()
    emulator.change(Status="Hibernating")
    await log.ask()
    assert log.lines[1][1].endswith("is Hibernating; it was <redacted>.")


def idle(minutes: int) -> dict[str, object]:
    return {"IdleInstanceCuller": {"MaxIdleTimeInMinutes": 60, "IdleTimeInMinutes": minutes}}


def _in_whole_minutes(line: str) -> str:
    return re.sub(r"( min) \d+ s", r"\1", line)


async def test_a_stop_that_comes_near_is_reported_once_for_each_limit(
    log: Log, emulator: Emulator
) -> None:
    instance_id = emulator.environment()["DSW_INSTANCE_ID"]
    await log.ask()
    for minutes in (1, 20, 29, 30, 35, 50, 55, 58, 59):
        emulator.change(**idle(minutes))
        await log.ask()
    # Some time is gone since the request was sent.
    assert [(level, _in_whole_minutes(line)) for level, line in log.lines[1:]] == [
        ("INFO", f"{instance_id} will be stopped for idleness in {left} min.")
        for left in (29, 9, 1)
    ]


async def test_a_stop_that_moves_away_is_reported(log: Log, emulator: Emulator) -> None:
    instance_id = emulator.environment()["DSW_INSTANCE_ID"]
    emulator.change(**idle(55))
    await log.ask()
    emulator.change(**idle(2))
    await log.ask()
    emulator.change(**idle(51))
    await log.ask()
    emulator.change(**idle(0))
    await log.ask()
    assert [_in_whole_minutes(line) for _, line in log.lines[1:]] == [
        f"{instance_id} will be stopped for idleness in 4 min.",
        f"The stop of {instance_id} has moved away: it will be for idleness in 57 min.",
        f"{instance_id} will be stopped for idleness in 8 min.",
        f"No stop of {instance_id} lies ahead any more.",
    ]


async def test_a_stop_whose_time_cannot_be_read_is_in_the_log(log: Log, emulator: Emulator) -> None:
    instance_id = emulator.environment()["DSW_INSTANCE_ID"]
    emulator.change(InstanceShutdownTimer="soon", **idle(0))
    await log.ask()
    line = f"{instance_id} will be stopped by its schedule, at a time that could not be read."
    assert log.lines[1:] == [("INFO", line)]


async def test_an_instance_that_is_stopping_is_named_as_such_and_not_as_saved(
    log: Log, emulator: Emulator
) -> None:
    emulator.change(**idle(59))
    await log.ask()
    emulator.change(Status="Stopping")
    await log.ask()
    assert [text.partition(" ")[2] for _, text in log.lines[2:]] == ["is Stopping; it was Running."]


async def test_a_failure_is_warned_of_once_with_advice_until_it_changes(
    log: Log, emulator: Emulator
) -> None:
    await log.ask()
    emulator.scenario = "denied"
    error = (await log.ask())["error"]
    for _ in range(3):
        await log.ask()
    (warning,) = log.lines[1:]
    assert warning[0] == "WARNING"
    assert warning[1].startswith(f"Denied: {error['message']} {error['advice']}")
    assert error["advice"]
    emulator.scenario = "html"
    for _ in range(2):
        await log.ask()
    ((level, text),) = log.lines[2:]
    assert (level, text.partition(":")[0]) == ("WARNING", "BadResponse")
    emulator.scenario = "healthy"
    for _ in range(2):
        await log.ask()
    assert log.lines[3:] == [("INFO", "The instance can be read again.")]


async def test_a_stop_comes_near_also_by_the_last_good_reading(
    log: Log, emulator: Emulator, monitor: Monitor, jp_serverapp: Any
) -> None:
    emulator.change(**idle(25))
    await log.ask()
    reading = monitor.cached()
    assert reading is not None
    assert reading.taken is not None
    reporter = Reporter(jp_serverapp.log, None)
    for minutes in (0, 26):
        reporter.report(reading, reading.taken + minutes * 60)
    assert log.lines[-1][1].endswith(" will be stopped for idleness in 9 min.")


@pytest.mark.parametrize("scenario", ["reset", "html", "missing", "throttled", "denied"])
async def test_polling_what_fails_writes_no_line_a_poll(
    log: Log, jp_fetch: Any, emulator: Emulator, scenario: str
) -> None:
    emulator.scenario = scenario
    await log.ask()
    before = log.text(logging.INFO)
    for _ in range(5):
        with pytest.raises(HTTPClientError):
            await jp_fetch(PEOPLE)
    assert log.text(logging.INFO) == before


async def test_who_is_refused_is_still_in_the_access_log(
    log: Log, http_server_client: Any, jp_base_url: str
) -> None:
    await http_server_client.fetch(jp_base_url + PEOPLE, raise_error=False)
    assert f"WARNING 403 GET {jp_base_url}{PEOPLE}" in log.text()


async def test_at_debug_each_request_is_there_and_no_header_of_it(
    log: Log,
    jp_fetch: Any,
    emulator: Emulator,
    connection: dict[str, str],
    http_server_client: Any,
    jp_base_url: str,
    jp_serverapp: Any,
) -> None:
    emulator.scenario = "reset"
    await log.ask()
    secrets = {"Cookie": "a=canary-cookie", "Referer": "http://x.y/?token=canary-referer"}
    with pytest.raises(HTTPClientError):
        await jp_fetch(PEOPLE, headers={**secrets, "User-Agent": "agent-smith"})
    for token in (connection["token"], "wrong-kernel-token"):
        await http_server_client.fetch(
            jp_base_url + KERNELS, headers={HEADER: token}, raise_error=False
        )
    assert f"DEBUG 503 GET {jp_base_url}{PEOPLE}" in log.text()
    assert f"WARNING 403 GET {jp_base_url}{KERNELS}" in log.text()
    for secret in (
        "canary-cookie",
        "canary-referer",
        "agent-smith",
        connection["token"],
        "wrong-kernel-token",
        getattr(jp_serverapp, "identity_provider", jp_serverapp).token,  # jupyter-server 2, and 1
    ):
        assert secret not in log.text()


async def test_the_requests_still_count_in_jupyters_own_metrics(
    log: Log, jp_fetch: Any, emulator: Emulator
) -> None:
    emulator.scenario = "reset"
    await log.ask()
    page = (await jp_fetch("metrics")).body.decode()
    counted = re.findall(r"^http_request_duration_seconds_count{(.*)} (\S+)$", page, re.MULTILINE)
    ours = [labels for labels, _ in counted if "jupyter_dsw.server.handlers.Inst" in labels]
    assert [labels for labels in ours if 'status_code="503"' in labels]
