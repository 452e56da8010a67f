"""`jupyter dsw emulator` in a real process."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys

import pytest
import requests

from jupyter_dsw.emulator import SCENARIOS
from tests.cli.terminal import DSW, dsw


def test_help_of_the_emulator_lists_every_scenario() -> None:
    help_text = " ".join(dsw("emulator", "--help").stdout.split())
    for name, scenario in SCENARIOS.items():
        assert re.search(rf"{name} +{re.escape(scenario.description)}", help_text)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_the_emulator_prints_what_to_set_and_that_works_until_it_is_ended(end: int) -> None:
    process = subprocess.Popen(
        [*DSW, "emulator", "--scenario", "scheduled"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    variables: dict[str, str] = {}
    for line in process.stdout:
        if found := re.search(r"export (\w+)=(\S+)", line):
            variables[found[1]] = found[2].strip("'\"")
        if "ALIBABA_CLOUD_CREDENTIALS_URI" in variables and "JUPYTER_DSW_ENDPOINT" in variables:
            break
    ask = "import jupyter_dsw; r = jupyter_dsw.read(); print(r.stops[0].kind)"
    printed = subprocess.run(
        [sys.executable, "-c", ask],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    assert printed.stdout.strip() == "scheduled"
    process.send_signal(end)
    assert process.wait(timeout=30) == 0
    process.stdout.close()
    with pytest.raises(requests.ConnectionError):
        requests.get(variables["JUPYTER_DSW_ENDPOINT"], timeout=5)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *(("--port", number) for number in ("99999", "-1", "http")),
        *(("--speed", number) for number in ("0", "0.5", "3601", "nan", "fast")),
    ],
)
def test_a_value_that_cannot_be_is_refused_in_a_line(option: str, value: str) -> None:
    done = dsw("emulator", option, value)
    assert done.returncode == 2
    assert f"argument {option}: '{value}' is not a {option[2:]}: give a number" in done.stderr


def test_a_port_that_is_taken_is_reported() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = dsw("emulator", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert "cannot listen on port" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_scenario_gets_the_list() -> None:
    done = dsw("emulator", "--scenario", "healty")
    assert done.returncode == 2
    assert "healthy" in done.stderr
