"""The response: the API page's shape, realistic values, a canary for every secret."""

from __future__ import annotations

import base64
import calendar
import json
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import pytest

from jupyter_dsw.emulator import SCENARIOS, Emulator
from jupyter_dsw.emulator.responses import EXAMPLE

if TYPE_CHECKING:
    from collections.abc import Iterator


def element_paths(value: Any, path: str = "") -> Iterator[str]:
    """Every element, as ``Datasets[].MountPath``."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield f"{path}.{name}"
            yield from element_paths(item, f"{path}.{name}")
    elif isinstance(value, list):
        for item in value:
            yield from element_paths(item, f"{path}[]")


def item_key_sets(value: Any) -> Iterator[set[str]]:
    if isinstance(value, dict):
        yield set(value)
        for item in value.values():
            yield from item_key_sets(item)
    elif isinstance(value, list):
        for item in value:
            yield from item_key_sets(item)


def seconds(time_text: str) -> int:
    return calendar.timegm(time.strptime(time_text, "%Y-%m-%dT%H:%M:%SZ"))


def test_every_element_of_the_api_page_is_in_the_response(emulator: Emulator, call: Any) -> None:
    response = call(emulator).json
    assert set(element_paths(EXAMPLE)) <= set(element_paths(response))
    assert set(response) == set(EXAMPLE)


@pytest.mark.parametrize("name", ["Datasets", "InstanceSnapshotList", "CloudDisks", "PodIps"])
def test_every_item_of_a_list_has_the_elements_of_the_api_page(
    emulator: Emulator, name: str
) -> None:
    (expected,) = EXAMPLE[name]
    items = emulator.response()[name]
    assert len(items) > 1
    for item in items:
        assert list(item_key_sets(item)) == list(item_key_sets(expected))


def test_no_value_of_the_example_with_stars_is_left(emulator: Emulator) -> None:
    assert "***" not in json.dumps(emulator.response())
    assert "<" not in json.dumps(emulator.response())


def test_every_secret_is_a_unique_canary_that_a_search_finds(emulator: Emulator) -> None:
    assert len(set(emulator.secrets)) == len(emulator.secrets)
    assert min(map(len, emulator.secrets)) >= 16
    handed_out = emulator.static_environment().values()
    response = emulator.response()
    responses = response, emulator.extra_response("GetLifecycle")
    text = json.dumps(responses) + base64.b64decode(response["ImageAuth"]).decode()
    assert all(secret in text for secret in emulator.secrets if secret not in handed_out)


def test_two_emulators_share_no_secret() -> None:
    assert not set(Emulator().secrets) & set(Emulator().secrets)


def test_secrets_are_where_users_and_dsw_put_them(emulator: Emulator) -> None:
    response = emulator.response()
    places = [
        *response["EnvironmentVariables"].values(),
        *(dataset["Options"] for dataset in response["Datasets"]),
        response["Datasets"][2]["Uri"],
        response["DynamicMount"]["MountPoints"][0]["Options"],
        response["ServiceConfig"]["JupyterServerPassword"],
        response["ServiceConfig"]["CodeServerPassword"],
        *list(response["CredentialConfig"]["Configs"][0]["Roles"][0]["UserInfo"].values())[2:],
        response["ImageAuth"],
        base64.b64decode(response["ImageAuth"]).decode(),
        response["Labels"][1]["Value"],
        response["InstanceUrl"],
        response["JupyterlabUrl"],
        response["WebIDEUrl"],
        response["LatestSnapshot"]["RepositoryUrl"],
    ]
    for place in places:
        assert any(secret in place for secret in emulator.secrets), place


def test_json_is_inside_a_string_where_the_api_has_it_so(emulator: Emulator) -> None:
    response = emulator.response()
    role = response["CredentialConfig"]["Configs"][0]["Roles"][0]
    embedded = [
        *(dataset["Options"] for dataset in response["Datasets"]),
        response["DynamicMount"]["MountPoints"][0]["Options"],
        role["Policy"],
    ]
    assert all(isinstance(json.loads(text), dict) for text in embedded)


def test_the_times_follow_the_clock(clock: Any) -> None:
    emulator = Emulator(clock=clock)
    timer = emulator.response()["InstanceShutdownTimer"]
    clock.now += 61.5
    later = emulator.response()
    assert later["InstanceShutdownTimer"]["DueTime"] == timer["DueTime"]
    remaining = later["InstanceShutdownTimer"]["RemainingTimeInMs"]
    assert remaining == timer["RemainingTimeInMs"] - 61_500
    assert later["IdleInstanceCuller"]["IdleTimeInMinutes"] == 6
    assert seconds(later["LatestSnapshot"]["GmtCreateTime"]) == clock.now - 61.5 - 7 * 60


@pytest.mark.parametrize("speed", [0, 1, 60])
def test_due_time_less_date_is_the_remaining_time_at_any_speed(
    call: Any, clock: Any, static_key: Any, speed: float
) -> None:
    with Emulator(speed=speed, clock=clock) as emulator:
        for _ in range(3):
            clock.now += 100.3
            reply = call(emulator, key=static_key(emulator), now=clock.now)
            timer = reply.json["InstanceShutdownTimer"]
            date = parsedate_to_datetime(reply.headers["Date"]).timestamp()
            remaining = seconds(timer["DueTime"]) - date
            assert abs(remaining * 1000 - timer["RemainingTimeInMs"]) <= 2000


def test_time_runs_at_the_speed_that_was_set(clock: Any) -> None:
    emulator = Emulator("lifecycle", speed=60, clock=clock)
    clock.now += 3
    assert emulator.response()["Status"] == "Running"
    clock.now += 117
    assert emulator.response()["Status"] == "Stopping"


def test_changes_are_merged_deeply_and_stay(emulator: Emulator, call: Any) -> None:
    emulator.change(InstanceName="other", IdleInstanceCuller={"IdleTimeInMinutes": 59})
    emulator.change(IdleInstanceCuller={"CpuPercentThreshold": 5}, Datasets=[])
    response = call(emulator).json
    assert response["InstanceName"] == "other"
    culler = response["IdleInstanceCuller"]
    assert (culler["IdleTimeInMinutes"], culler["CpuPercentThreshold"]) == (59, 5)
    assert culler["MaxIdleTimeInMinutes"] == 60
    assert response["Datasets"] == []


def test_a_change_may_be_of_any_type(emulator: Emulator, call: Any) -> None:
    emulator.change(UserVpc=None, IdleInstanceCuller="broken", Status=7, Unknown={"a": [1]})
    response = call(emulator).json
    assert response["UserVpc"] is None
    assert response["IdleInstanceCuller"] == "broken"
    assert response["Status"] == 7
    assert response["Unknown"] == {"a": [1]}


def test_a_scenario_with_another_life_begins_it_when_it_is_set(clock: Any) -> None:
    emulator = Emulator(clock=clock)
    clock.now += 600
    emulator.scenario = "denied"
    emulator.scenario = "healthy"
    assert emulator.response()["IdleInstanceCuller"]["IdleTimeInMinutes"] == 15
    emulator.scenario = "saving"
    assert emulator.response()["Status"] == "Saving"


def test_a_life_can_begin_anew(clock: Any) -> None:
    emulator = Emulator("idle", clock=clock)
    clock.now += 240
    assert emulator.response()["IdleInstanceCuller"]["IdleTimeInMinutes"] == 59
    emulator.restart()
    assert emulator.response()["IdleInstanceCuller"]["IdleTimeInMinutes"] == 55


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_response_can_be_written_at_any_time(name: str, clock: Any) -> None:
    emulator = Emulator(name, clock=clock)
    for _ in range(8):
        response = emulator.response()
        assert set(response) == set(EXAMPLE)
        json.dumps(response)
        clock.now += 3600
