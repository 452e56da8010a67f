"""`simulate()`: the emulator's scenario, changed from a cell of the tour and from nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from jupyter_dsw.demo import simulate
from jupyter_dsw.notebook import readings

if TYPE_CHECKING:
    from jupyter_dsw.emulator import Emulator


@pytest.fixture(autouse=True)
def own_monitor(monkeypatch: pytest.MonkeyPatch) -> None:
    """No reading of another test's instance."""
    monkeypatch.setattr(readings, "_monitor", None)
    monkeypatch.delenv("JPY_PARENT_PID", raising=False)


@pytest.mark.usefixtures("environment")
def test_it_returns_when_a_reading_shows_the_new_situation(emulator: Emulator) -> None:
    before = readings.current()
    assert "55 of 60" in simulate("idle")
    assert emulator.scenario == "idle"
    after = readings.current()
    idle = [
        [stop.idle_minutes for stop in each.stops if stop.kind == "idle"]
        for each in (before, after)
    ]
    assert idle == [[5], [55]]


@pytest.mark.usefixtures("environment")
def test_an_unknown_scenario_changes_nothing_and_names_those_there_are(emulator: Emulator) -> None:
    with pytest.raises(ValueError, match=r"healthy.*idle"):
        simulate("idel")
    assert emulator.scenario == "healthy"
    assert emulator.calls == 0


@pytest.mark.parametrize("endpoint", ["", "https://pai-dsw.cn-hangzhou.aliyuncs.com"])
def test_a_real_endpoint_is_never_called(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        pytest.fail("called")

    monkeypatch.setattr(requests.Session, "request", fail)
    monkeypatch.setenv("JUPYTER_DSW_ENDPOINT", endpoint)
    with pytest.raises(RuntimeError, match="no simulated instance"):
        simulate("idle")


@pytest.mark.parametrize("method", ["OPTIONS", "POST", "DELETE"])
def test_no_page_of_another_origin_can_change_the_scenario(emulator: Emulator, method: str) -> None:
    # A PUT is preceded by the browser's OPTIONS, and a form can only POST.
    headers = {"Origin": "https://example.com", "Access-Control-Request-Method": "PUT"}
    with requests.Session() as session:
        session.trust_env = False
        url = f"{emulator.url}/emulator/scenario"
        response = session.request(method, url, data="denied", headers=headers, timeout=60)
    assert response.status_code == 405
    assert not [name for name in response.headers if name.startswith("Access-Control")]
    assert emulator.scenario == "healthy"
