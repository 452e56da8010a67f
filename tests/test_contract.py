"""The REST contract: a client knows what the server knew, and what describes it is up to date."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from jupyter_dsw.meter import Utilization
from jupyter_dsw.model.instance import parse_instance
from jupyter_dsw.model.sessions import Session
from jupyter_dsw.model.stops import Stop, StopRule
from jupyter_dsw.reading import Contract, Reading
from jupyter_dsw.upstream.settings import Source
from scripts import contract as files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOON = datetime(2026, 11, 26, 12, tzinfo=timezone.utc)
TIMER = {"Status": "Running", "InstanceShutdownTimer": {"RemainingTimeInMs": 600_000}}
POLICY = Stop(
    kind="idle",
    decided_by="workspace",
    state="counting",
    remaining_ms=90_000,
    rule=StopRule(expression="Idle!"),
    can_skip=True,
)
SESSION = Session(started_at=NOON, ended_at=NOON, ended_by="debt", status="Arrearge")


def _reading(**changes: Any) -> Reading:
    known: dict[str, Any] = {
        "source": Source(instance_id="dsw-1"),
        "next_read": 160.0,
        "instance": parse_instance(TIMER),
        "read_at": NOON,
        "taken": 100.0,
        "policy_stops": (POLICY,),
        "stop_policies": "read",
        "sessions": (SESSION,),
        "utilization": Utilization(cpu_percent=7),
    }
    return Reading(**known | changes)


def _received(reading: Reading, sent: float, received: float) -> Reading:
    return Contract.decode(reading.to_contract(sent).encode()).to_reading(received)


def test_a_client_knows_every_stop_and_everything_else_as_the_server_did() -> None:
    reading = _reading()
    received = _received(reading, 130.0, 1030.0)
    assert received.stops_at(1030.0) == reading.stops_at(130.0)
    assert received.stops_at(1040.0) == reading.stops_at(140.0)
    assert [stop.remaining_ms for stop in received.stops_at(1040.0)] == [50_000, 560_000]
    assert received.stop_policies == "read"
    assert received.sessions == (SESSION,)
    assert received.utilization == Utilization(cpu_percent=7)


def test_what_a_policy_of_the_user_knows_of_the_instances_own_stop_is_not_lost() -> None:
    culler = {"Status": "Running", "IdleInstanceCuller": {"MaxIdleTimeInMinutes": 60}}
    policy = msgspec.structs.replace(
        POLICY, decided_by="user", remaining_ms=480_000, rule=StopRule(max_idle_minutes=60)
    )
    reading = _reading(instance=parse_instance(culler), policy_stops=(policy,))
    (stop,) = _received(reading, 130.0, 1030.0).stops_at(1030.0)
    assert (stop.decided_by, stop.remaining_ms, stop.can_skip) == ("instance", 450_000, True)


def test_the_policies_of_a_simulated_instance_count_as_fast_as_it_lives() -> None:
    reading = _reading(source=Source(instance_id="dsw-1", speed=2.0))
    received = _received(reading, 130.0, 1030.0)
    assert received.stops_at(1040.0)[0].remaining_ms == 90_000 - 2 * 40_000


def test_a_stop_that_is_overdue_stays_so() -> None:
    received = _received(_reading(), 400.0, 1400.0)
    assert [stop.remaining_ms for stop in received.stops_at(1100.0)] == [0, 600_000]


@pytest.mark.parametrize(
    "later",
    [
        {"kind": "moonlight"},
        {"decided_by": "planet"},
        {"state": "postponed"},
        {"rule": {"max_idle_minutes": "many"}},
    ],
)
def test_stops_of_a_later_version_cost_the_policies_only(later: dict[str, Any]) -> None:
    sent = _reading().to_contract(100.0).to_builtins()
    sent["stops"][0] |= later
    received = Contract.from_builtins(sent).to_reading(100.0)
    assert [stop.decided_by for stop in received.stops_at(100.0)] == ["instance"]
    assert received.stop_policies == "not_available"


def test_secrets_are_removed_of_what_came_over_a_wire() -> None:
    secret = "AccessKeySecret=YourAccessKeySecret0123456789abc"
    stop = msgspec.structs.replace(POLICY, rule=StopRule(expression=secret))
    session = msgspec.structs.replace(SESSION, reason=secret)
    received = _received(_reading(policy_stops=(stop,), sessions=(session,)), 100.0, 100.0)
    assert "0123456789abc" not in repr(received)


def test_nothing_is_known_of_an_instance_that_was_never_read() -> None:
    contract = _reading(instance=None, policy_stops=()).to_contract(100.0)
    assert contract.stops == ()


class Undescribed(Contract, frozen=True):
    more: int | None = None


FILES = [
    (files.OPENAPI, files.openapi),
    (files.PANEL / "contract.ts", files.contract_types),
    (files.PANEL / "elements.ts", files.element_types),
]


@pytest.mark.parametrize(("path", "made"), FILES, ids=[path.name for path, _ in FILES])
def test_what_is_made_from_the_structs_is_up_to_date(path: Path, made: Callable[[], str]) -> None:
    assert path.read_text("utf-8") == made(), "run python -m scripts.contract"


def test_a_field_of_the_contract_needs_a_docstring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(files.STRUCTS, "Reading", Undescribed)
    with pytest.raises(KeyError, match="more"):
        files.contract_schemas()


def test_what_the_server_sends_has_every_field_that_is_described() -> None:
    for name, struct in files.STRUCTS.items():
        schema = files.contract_schemas()[name]
        assert schema["required"] == list(struct.__struct_fields__)
