"""`jupyter dsw emulator` in a real process."""

from __future__ import annotations

import os
import re
import shlex
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
    with subprocess.Popen(
        [*DSW, "emulator", "--scenario", "scheduled"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(4)]
        assert all(line.startswith("export ") for line in lines)
        variables = dict(shlex.split(line)[1].split("=", 1) for line in lines)
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
        assert process.communicate(timeout=30) == ("", "")
    assert process.returncode == 0
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
