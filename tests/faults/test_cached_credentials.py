"""Credentials outlast their service."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.faults import catalogue
from tests.faults.recording import record
from tests.faults.responses import code_of
from tests.faults.rows import Row, words_of
from tests.faults.served import ROUNDS
from tests.upstream.odd_server import hang_up

if TYPE_CHECKING:
    from tests.faults.served import Served


@pytest.fixture
def emulator_options() -> dict[str, float]:
    return {"credential_lifetime_s": 600}


async def test_those_in_hand_are_used_until_they_expire_while_the_service_is_down(
    served: Served,
) -> None:
    context, neighbours = served.context, served.neighbours
    _, before = await served.ask()
    await neighbours.rounds(ROUNDS, neighbours.quiet)
    context.credentials.behave = hang_up
    context.clock.let_pass(540)
    asking = asyncio.ensure_future(served.ask())
    await neighbours.until_done(asking)
    _, meanwhile = await asking
    assert meanwhile["error"] is None
    assert meanwhile["read_at"] > before["read_at"]
    context.clock.let_pass(90)
    status, after = await served.ask()
    assert status == 200
    assert code_of(after) == "NoCredentials"
    assert after["read_at"] == meanwhile["read_at"]
    context.mend()
    assert await served.readings_until_right(fresh=True) == 1
    record(
        Row(
            fault=catalogue.CREDENTIALS_LAST,
            code="none, then NoCredentials",
            shown=f"Nothing, until they expire. Then: {words_of(after['error'])}",
            others=neighbours.compared(),
        )
    )
