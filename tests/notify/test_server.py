"""A real Jupyter server that watches while no page is open, and sends over real HTTP."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.canaries import NOTIFY_TOKEN
from tests.notify.conftest import stop
from tests.waiting import until

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    from jupyter_dsw.emulator import Emulator
    from tests.notify.receiver import Receiver

    Start = Callable[..., subprocess.Popen[bytes]]


def idle(emulator: Emulator, minutes: int) -> None:
    emulator.change(IdleInstanceCuller={"IdleTimeInMinutes": minutes})


def read_anew(emulator: Emulator) -> None:
    """Wait until a reading that began after this was compared: the next one follows on that."""
    calls = emulator.calls
    until(lambda: emulator.calls >= calls + 3)


def titles(receiver: Receiver) -> list[str]:
    """What was sent, without the figures that depend on how fast this machine is."""
    sent = [request.json["title"].removeprefix("Simulated: ") for request in receiver.received]
    return [re.sub(r" in \d.*", "", title) for title in sent]


NEAR = "vision is idle and will be stopped"


def test_each_thing_is_sent_once_also_over_restarts_between_the_thresholds(
    start_server: Start, quick: Emulator, receiver: Receiver
) -> None:
    urls = {"JUPYTER_DSW_NOTIFY": f"json://{receiver.host}/{NOTIFY_TOKEN}"}
    idle(quick, 31)
    server = start_server(**urls)
    until(lambda: titles(receiver) == [NEAR])
    stop(server)
    server = start_server(**urls)
    read_anew(quick)
    idle(quick, 52)
    until(lambda: len(receiver.received) >= 2)
    assert titles(receiver) == [NEAR, NEAR]
    stop(server)
    start_server(**urls)
    read_anew(quick)
    quick.change(Status="Failed")
    until(lambda: len(receiver.received) >= 3)
    assert titles(receiver) == [NEAR, NEAR, "vision is no longer running: Failed"]


def test_two_servers_of_one_person_send_each_thing_once(
    start_server: Start, quick: Emulator, receiver: Receiver
) -> None:
    urls = {"JUPYTER_DSW_NOTIFY": f"json://{receiver.host}/{NOTIFY_TOKEN}"}
    for _ in range(2):
        start_server(**urls)
    calls = quick.calls
    until(lambda: quick.calls >= calls + 6)
    idle(quick, 31)
    until(lambda: receiver.received)
    read_anew(quick)
    read_anew(quick)
    idle(quick, 0)
    until(lambda: len(receiver.received) >= 2)
    for _ in range(3):
        read_anew(quick)
    quick.change(Status="Failed")
    until(lambda: "vision is no longer running: Failed" in titles(receiver))
    read_anew(quick)
    read_anew(quick)
    assert titles(receiver) == [
        NEAR,
        "vision: the idle stop was called off",
        "vision is no longer running: Failed",
    ]


def test_a_url_is_nowhere_but_where_it_was_set(
    start_server: Start, quick: Emulator, receiver: Receiver, tmp_path: Path
) -> None:
    receiver.statuses = [403, 403]
    url = f"json://me:{NOTIFY_TOKEN}@{receiver.host}/{NOTIFY_TOKEN}?token={NOTIFY_TOKEN}"
    idle(quick, 31)
    # The option of the command line is the most public place; nothing else may have it.
    start_server("--debug", f"--DSWExtension.notify={url} nosuch://{NOTIFY_TOKEN}")
    until(lambda: receiver.received)
    log = tmp_path / "server.log"
    until(lambda: "service 2 (nosuch) did not get a message" in log.read_text())
    read_anew(quick)
    assert "sent to 1 (json), 2 (nosuch)" in log.read_text()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.name.startswith("jupyter-dsw-notify-") for path in files)
    for path in files:
        assert NOTIFY_TOKEN.encode() not in path.read_bytes(), path


def test_what_is_recorded_can_be_read_by_its_owner_only(
    start_server: Start, quick: Emulator, receiver: Receiver, tmp_path: Path
) -> None:
    idle(quick, 31)
    start_server(JUPYTER_DSW_NOTIFY=f"json://{receiver.host}")
    until(lambda: receiver.received)
    (path,) = (tmp_path / "jupyter_data_dir").glob("jupyter-dsw-notify-*.json")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.stat().st_size < 4096


def test_without_apprise_the_server_starts_and_names_the_extra(
    start_server: Start, quick: Emulator, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as u\n"
        "real = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'apprise' else real(name, *rest)\n"
    )
    start_server(PYTHONPATH=str(tmp_path), JUPYTER_DSW_NOTIFY=f"json://{NOTIFY_TOKEN}")
    log = tmp_path / "server.log"
    until(lambda: "pip install 'jupyter-dsw[notify]'" in log.read_text())


@pytest.mark.parametrize(("name", "wrong"), [("QUIET_HOURS", "at night"), ("MINUTES", "-1")])
def test_a_wrong_setting_is_one_line_of_the_log(
    start_server: Start, tmp_path: Path, name: str, wrong: str
) -> None:
    variables = {f"JUPYTER_DSW_NOTIFY_{name}": wrong}
    start_server(JUPYTER_DSW_NOTIFY=f"json://{NOTIFY_TOKEN}", **variables)
    log = tmp_path / "server.log"
    until(lambda: "must be" in log.read_text())
    assert "Traceback" not in log.read_text()


def test_watching_does_not_count_as_activity(
    start_server: Start, quick: Emulator, receiver: Receiver, tmp_path: Path
) -> None:
    idle(quick, 31)
    start_server(JUPYTER_DSW_NOTIFY=f"json://{receiver.host}", JUPYTER_TOKEN="a-token")
    (path,) = until(lambda: list((tmp_path / "runtime").glob("jpserver-*.json")))
    status = until(lambda: _status(path))
    until(lambda: receiver.received)
    read_anew(quick)
    read_anew(quick)
    after = until(lambda: _status(path))
    assert after["last_activity"] == status["last_activity"]
    assert after["started"] == status["started"]


def _status(path: Path) -> dict[str, Any]:
    """What a server responds whose runtime file this is; nothing while it starts."""
    try:
        url = json.loads(path.read_text())["url"]
        response = requests.get(f"{url}api/status?token=a-token", timeout=30)
    except (ValueError, requests.ConnectionError):
        return {}
    found: dict[str, Any] = response.json()
    return found
