"""Faults that a Jupyter server's readings meet: each by the same course of events."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults import catalogue
from tests.faults.recording import record
from tests.faults.responses import code_of, instance_in_words, scheduled_ms
from tests.faults.rows import Row, words_of
from tests.faults.served import ROUNDS

if TYPE_CHECKING:
    from tests.faults.fault import Fault
    from tests.faults.served import Served

MINUTE_MS = 60_000


@pytest.fixture
def emulator_options(fault: Fault) -> dict[str, float]:
    return dict(fault.emulator or {})


@pytest.mark.parametrize("fault", catalogue.SERVED_FAULTS, ids=str)
async def test_a_fault_is_shown_costs_no_reading_slows_nothing_and_passes(
    fault: Fault, served: Served
) -> None:
    await where_nothing_was_read_before(fault, served)
    right_after = await served.readings_until_right(fresh=False)
    _, before = await served.ask()

    await served.neighbours.rounds(ROUNDS, served.neighbours.quiet)
    served.context.clock.let_pass(90)
    if fault.server:
        await served.keep_one_waiting(fault)
        served.context.clock.let_pass(90)
    served.begin(fault)
    asking = asyncio.ensure_future(served.ask(fresh=True))
    await served.neighbours.until_done(asking)
    status, reading = await asking
    assert status == 200
    assert code_of(reading) == fault.code
    if fault.code:
        await the_last_good_reading_stays(served, before, reading)
    else:
        await every_reading_is_good(served, before, reading)

    served.context.mend()
    right_after = max(right_after, await served.readings_until_right(fresh=True))
    assert right_after == 1
    record(
        Row(
            fault=fault.name,
            code=fault.code or "none",
            shown=words_of(reading["error"]) or instance_in_words(reading),
            others=served.neighbours.compared(),
        )
    )


async def where_nothing_was_read_before(fault: Fault, served: Served) -> None:
    served.begin(fault)
    status, reading = await served.ask()
    served.context.mend()
    assert code_of(reading) == fault.code
    assert status == fault.status
    if fault.code:
        assert reading["instance"] is reading["read_at"] is reading["age_ms"] is None
        assert reading["stops"] == []


async def the_last_good_reading_stays(
    served: Served, before: dict[str, Any], reading: dict[str, Any]
) -> None:
    for part in ("instance", "read_at", "redacted"):
        assert reading[part] == before[part]
    assert reading["age_ms"] >= before["age_ms"] + MINUTE_MS
    assert scheduled_ms(reading) <= scheduled_ms(before) - MINUTE_MS
    served.context.clock.let_pass(1)
    status, later = await served.ask()
    assert status == 200
    assert later["instance"] == before["instance"]
    assert later["age_ms"] >= reading["age_ms"] + 1000


async def every_reading_is_good(
    served: Served, before: dict[str, Any], reading: dict[str, Any]
) -> None:
    for _ in range(4):
        assert reading["error"] is None
        assert reading["read_at"] > before["read_at"]
        assert reading["instance"]["InstanceId"] == before["instance"]["InstanceId"]
        before = reading
        # The life of a short-lived token, and more.
        served.context.clock.let_pass(67)
        _, reading = await served.ask()
