"""Faults between a Jupyter server and the API: each by the same course of events."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.api_faults import FAULTS, Fault
from tests.faults.reliability_page import Row, record, words_of
from tests.upstream.odd_server import hang_up

if TYPE_CHECKING:
    from tests.faults.served import Served

MINUTE_MS = 60_000


@pytest.fixture
def emulator_options(fault: Fault) -> dict[str, float]:
    return dict(fault.emulator)


@pytest.mark.parametrize("fault", FAULTS, ids=str)
async def test_a_fault_is_shown_costs_no_reading_slows_nothing_and_passes(
    fault: Fault, served: Served
) -> None:
    await where_nothing_was_read_before(fault, served)
    right_after = await served.readings_until_right(fresh=False)
    _, before = await served.ask()

    await served.rounds(served.quiet)
    served.context.clock.let_pass(90)
    if fault.server:
        await served.keep_one_waiting(fault)
        served.context.clock.let_pass(90)
    served.begin(fault)
    asking = asyncio.ensure_future(served.ask(fresh=True))
    await served.rounds_until_done(asking)
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
            others=served.compared(),
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


@pytest.mark.parametrize("emulator_options", [{"credential_lifetime_s": 600}])
async def test_cached_credentials_are_used_until_they_expire_while_their_service_is_down(
    served: Served,
) -> None:
    _, before = await served.ask()
    await served.rounds(served.quiet)
    served.context.credentials.behave = hang_up
    served.context.clock.let_pass(540)
    asking = asyncio.ensure_future(served.ask())
    await served.rounds_until_done(asking)
    _, meanwhile = await asking
    assert meanwhile["error"] is None
    assert meanwhile["read_at"] > before["read_at"]
    served.context.clock.let_pass(90)
    status, after = await served.ask()
    assert status == 200
    assert code_of(after) == "NoCredentials"
    assert after["read_at"] == meanwhile["read_at"]
    served.context.mend()
    assert await served.readings_until_right(fresh=True) == 1
    record(
        Row(
            fault="Credential service down, while the cached credentials are valid",
            code="none, then NoCredentials",
            shown=f"Nothing, until they expire. Then: {words_of(after['error'])}",
            others=served.compared(),
        )
    )


def code_of(response: dict[str, Any]) -> str | None:
    """The code of its error."""
    return response["error"] and str(response["error"]["code"])


def scheduled_ms(response: dict[str, Any]) -> int:
    """Milliseconds to the scheduled stop."""
    return next(
        int(stop["remaining_ms"]) for stop in response["stops"] if stop["kind"] == "scheduled"
    )


def instance_in_words(response: dict[str, Any]) -> str:
    """What a good response shows at a glance."""
    instance = response["instance"]
    stop = next((each["kind"] for each in response["stops"] if each["state"] != "armed"), None)
    words = [f"The instance is {instance['Status']}"]
    words.append(f"its next stop is the {stop} one" if stop else "no stop is on its way")
    reason = instance["LatestSnapshot"].get("ReasonMessage")
    if reason:
        words.append(f"its last image was not saved: {reason.rstrip('.')}")
    return ", ".join(words) + "."
