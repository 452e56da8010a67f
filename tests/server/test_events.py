"""The events that the server emits: when something changes, and as their schemas have it."""

from __future__ import annotations

import io
import json
import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import yaml
from jsonschema import Draft7Validator
from msgspec.structs import fields

import jupyter_dsw.server
from jupyter_dsw.model.instance import parse_instance
from jupyter_dsw.model.stops import Stop
from jupyter_dsw.monitor import fresh_for
from jupyter_dsw.reading import Problem, Reading
from jupyter_dsw.server.events import (
    Changes,
    ReadingChange,
    StatusChange,
    StopChange,
)
from jupyter_dsw.upstream.settings import Source

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from traitlets.config import Config

    from jupyter_dsw.emulator import Emulator
    from jupyter_dsw.monitor import Monitor

PEOPLE = "jupyter-dsw/v1/instance"
PAGE = Path(__file__).parents[2] / "docs" / "observability.md"
SCHEMAS = {
    schema["$id"]: schema
    for schema in map(
        yaml.safe_load,
        (
            path.read_text("utf-8")
            for path in (Path(jupyter_dsw.server.__file__).parent / "event_schemas").iterdir()
        ),
    )
}
STATUS, STOP, READING = (kind.schema_id for kind in (StatusChange, StopChange, ReadingChange))
CHANGES = (StatusChange, StopChange, ReadingChange)

Event = tuple[str, dict[str, Any]]


class Heard:
    """A listener of the server's event logger."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    async def __call__(self, logger: Any, schema_id: str, data: dict[str, Any]) -> None:
        del logger
        Draft7Validator(SCHEMAS[schema_id]).validate(data)
        self.events.append((schema_id, data))


@pytest.fixture
def heard(jp_serverapp: Any) -> Heard:
    heard = Heard()
    for schema_id in SCHEMAS:
        jp_serverapp.event_logger.add_listener(schema_id=schema_id, listener=heard)
    return heard


@pytest.fixture
def ask(
    fetch_any: Any, jp_serverapp: Any, monitor: Monitor, emulator: Emulator
) -> Callable[[], Awaitable[dict[str, Any]]]:
    """Requests with a clock that is farther ahead each time, and waits for the listeners."""
    emulator.change(
        IdleInstanceCuller={"MaxIdleTimeInMinutes": 60, "IdleTimeInMinutes": 0},
        InstanceShutdownTimer={"DueTime": None, "RemainingTimeInMs": 0},
    )
    real, calls = monitor.clock, 0

    async def fetch() -> dict[str, Any]:
        nonlocal calls
        calls += 1
        monitor.clock = lambda: real() + calls * 360
        reading: dict[str, Any] = json.loads((await fetch_any(PEOPLE)).body)
        await jp_serverapp.event_logger.gather_listeners()
        return reading

    return fetch


async def test_a_change_of_status_is_an_event_and_a_poll_is_none(
    ask: Any, heard: Heard, emulator: Emulator
) -> None:
    instance_id = emulator.environment()["DSW_INSTANCE_ID"]
    for status in ("Running", "Running", "Stopping", "Stopping"):
        emulator.change(Status=status)
        await ask()
    assert heard.events == [
        (STATUS, {"instance_id": instance_id, "status": status, "previous_status": before})
        for status, before in (("Running", None), ("Stopping", "Running"))
    ]


async def test_a_stop_that_comes_near_and_moves_away_is_an_event_each(
    ask: Any, heard: Heard, emulator: Emulator
) -> None:
    for minutes in (1, 30, 31, 50, 58, 59, 2, 0):
        emulator.change(
            IdleInstanceCuller={"MaxIdleTimeInMinutes": 60, "IdleTimeInMinutes": minutes}
        )
        await ask()
    stops = [data for schema_id, data in heard.events if schema_id == STOP]
    # Some time is gone since the request was sent: less than a minute.
    minutes_left = [-(-data["remaining_seconds"] // 60) for data in stops]
    assert [(d["action"], d["within_minutes"]) for d in stops] == [
        ("near", 30),
        ("near", 10),
        ("near", 2),
        ("moved", None),
    ]
    assert minutes_left == [30, 10, 2, 58]
    assert {data["stop"] for data in stops} == {"idle"}


async def test_a_scheduled_stop_is_named_as_such(
    ask: Any, heard: Heard, emulator: Emulator
) -> None:
    emulator.change(InstanceShutdownTimer={"DueTime": None, "RemainingTimeInMs": 95_000})
    await ask()
    ((schema_id, data),) = heard.events[1:]
    assert schema_id == STOP
    assert 0 <= 95 - data.pop("remaining_seconds") < 30, "the time since the request is gone"
    assert data == {
        "instance_id": emulator.environment()["DSW_INSTANCE_ID"],
        "action": "near",
        "stop": "scheduled",
        "decided_by": "instance",
        "within_minutes": 2,
    }


async def test_a_stop_whose_time_cannot_be_read_is_an_event_and_has_not_moved_away(
    ask: Any, heard: Heard, emulator: Emulator
) -> None:
    emulator.change(
        IdleInstanceCuller={"IdleTimeInMinutes": 0},
        InstanceShutdownTimer={"DueTime": None, "RemainingTimeInMs": 95_000},
    )
    await ask()
    emulator.change(InstanceShutdownTimer={"DueTime": "soon", "RemainingTimeInMs": None})
    await ask()
    await ask()
    stops = [data for schema_id, data in heard.events if schema_id == STOP]
    assert [(data["action"], data["stop"], data["within_minutes"]) for data in stops] == [
        ("near", "scheduled", 2),
        ("unknown", "scheduled", None),
    ]
    assert stops[1]["remaining_seconds"] is None


async def test_a_failure_is_an_event_until_it_changes_and_so_is_its_end(
    ask: Any, heard: Heard, emulator: Emulator
) -> None:
    await ask()
    emulator.scenario = "denied"
    error = (await ask())["error"]
    await ask()
    emulator.scenario = "html"
    await ask()
    emulator.scenario = "healthy"
    await ask()
    await ask()
    reported = [data for schema_id, data in heard.events if schema_id == READING]
    assert [(data["action"], data["code"]) for data in reported] == [
        ("failed", "Denied"),
        ("failed", "BadResponse"),
        ("recovered", None),
    ]
    assert reported[0]["message"] == error["message"]
    assert reported[0]["advice"] == error["advice"]
    assert reported[0]["request_id"]
    assert set(reported[2].values()) == {
        "recovered",
        None,
        emulator.environment()["DSW_INSTANCE_ID"],
    }


async def test_who_subscribes_to_the_servers_events_gets_them(
    ask: Any, jp_ws_fetch: Any, emulator: Emulator
) -> None:
    socket = await jp_ws_fetch("api", "events", "subscribe")
    emulator.scenario = "denied"
    await ask()
    received = json.loads(await socket.read_message())
    socket.close()
    assert received.pop("schema_id") == READING
    Draft7Validator(SCHEMAS[READING]).validate(received)
    assert received["code"] == "Denied"


class TestWithAHandlerOfTheAdministrators:
    @pytest.fixture
    def written(self) -> io.StringIO:
        return io.StringIO()

    @pytest.fixture
    def jp_server_config(self, jp_server_config: Config, written: io.StringIO) -> Config:
        jp_server_config.EventLogger.handlers = [logging.StreamHandler(written)]
        return jp_server_config

    async def test_it_gets_one_json_object_an_event_without_a_secret(
        self, ask: Any, emulator: Emulator, written: io.StringIO, canaries: Any
    ) -> None:
        await ask()
        emulator.scenario = "denied"
        error = (await ask())["error"]
        first, second = (json.loads(line) for line in written.getvalue().splitlines())
        assert (first["__schema__"], first["status"]) == (STATUS, "Running")
        assert (second["__schema__"], second["message"]) == (READING, error["message"])
        assert canaries.found_in(written.getvalue()) == []


@pytest.mark.parametrize("kind", CHANGES)
def test_the_fields_of_a_change_are_those_of_its_schema(kind: Any) -> None:
    schema = SCHEMAS[kind.schema_id]
    Draft7Validator.check_schema(schema)
    assert {field.name for field in fields(kind)} == set(schema["properties"])
    assert set(schema["required"]) == set(schema["properties"])
    assert schema["additionalProperties"] is False
    assert schema["personal-data"] is True
    assert all(entry["title"] for entry in schema["properties"].values())


def test_every_schema_is_that_of_a_change() -> None:
    assert {kind.schema_id for kind in CHANGES} == set(SCHEMAS)


async def test_the_server_knows_the_schemas(jp_serverapp: Any) -> None:
    registered = jp_serverapp.event_logger.schemas
    for schema_id, schema in SCHEMAS.items():
        assert registered.get(schema_id).properties == schema["properties"]


def test_the_examples_in_the_docs_are_of_the_schemas_and_each_has_one() -> None:
    text = PAGE.read_text("utf-8")
    examples = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]
    events = {example.pop("schema_id"): example for example in examples if "schema_id" in example}
    assert set(events) == set(SCHEMAS)
    for schema_id, data in events.items():
        Draft7Validator(SCHEMAS[schema_id]).validate(data)


def reading(
    *, status: str = "Running", idle: int = 0, taken: float = 0.0, problem: Problem | None = None
) -> Reading:
    raw = {
        "Status": status,
        "IdleInstanceCuller": {"MaxIdleTimeInMinutes": 60, "IdleTimeInMinutes": idle},
    }
    return Reading(
        source=Source(instance_id="dsw-a"),
        next_read=taken,
        instance=parse_instance(raw),
        taken=taken,
        error=problem,
    )


def test_an_idle_stop_that_ticks_and_is_read_again_is_reported_once() -> None:
    changes = Changes()
    reported = []
    # Idle since second 20 of a minute; read a minute apart at rest, and every 15 s near the end.
    now = 0.0
    while now < 3600:
        latest = reading(idle=int((now + 20) // 60), taken=now)
        reported += changes.of(latest, now)
        now += fresh_for(latest, now)
    stops = [change for change in reported if isinstance(change, StopChange)]
    assert [(stop.action, stop.within_minutes) for stop in stops] == [
        ("near", 30),
        ("near", 10),
        ("near", 2),
    ]


def test_a_stop_that_a_policy_decides_is_reported_with_who_decides_it() -> None:
    policy = Stop(kind="idle", decided_by="workspace", state="counting", remaining_ms=590_000)
    unknown = Stop(kind="scheduled", decided_by="system", state="unknown")
    known = msgspec.structs.replace(reading(), policy_stops=(policy, unknown))
    reported = [each for each in Changes().of(known, 0.0) if isinstance(each, StopChange)]
    assert [(each.action, each.stop, each.decided_by) for each in reported] == [
        ("unknown", "scheduled", "system"),
        ("near", "idle", "workspace"),
    ]
    for each in reported:
        Draft7Validator(SCHEMAS[STOP]).validate(msgspec.to_builtins(each))
    assert [each.line for each in reported] == [
        (
            "dsw-a will be stopped by its schedule, by a policy of the platform, at a time that "
            "could not be read."
        ),
        "dsw-a will be stopped for idleness, by a policy of the workspace, in 9 min 50 s.",
    ]


def test_the_same_failure_with_other_figures_in_it_is_reported_once() -> None:
    changes = Changes()
    reported = [
        change
        for seconds in (1000, 1001)
        for change in changes.of(
            reading(problem=Problem("ClockSkew", f"It is {seconds} s ahead.", "Set it.")), 0.0
        )
    ]
    assert [type(change) for change in reported] == [ReadingChange, StatusChange]


def test_another_instance_starts_anew() -> None:
    changes = Changes()
    changes.of(reading(idle=59), 0.0)
    other = Reading(
        source=Source(instance_id="dsw-b"),
        next_read=0.0,
        instance=parse_instance({"Status": "Running"}),
        taken=0.0,
    )
    assert changes.of(other, 0.0) == [StatusChange("dsw-b", "Running", None)]
