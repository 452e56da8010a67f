"""`jupyter dsw …` in a real process."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys

import pytest
import requests

from jupyter_dsw.emulator import SCENARIOS

COMMAND = [sys.executable, "-m", "jupyter_dsw.cli"]


def test_help_of_the_emulator_lists_every_scenario() -> None:
    done = subprocess.run(
        [*COMMAND, "emulator", "--help"], capture_output=True, text=True, check=True
    )
    for name, scenario in SCENARIOS.items():
        assert re.search(rf"{name} +{re.escape(scenario.description)}", done.stdout)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_the_emulator_says_what_to_set_and_that_works_until_it_is_ended(end: int) -> None:
    process = subprocess.Popen(
        [*COMMAND, "emulator", "--scenario", "scheduled"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    variables: dict[str, str] = {}
    for line in process.stdout:
        if found := re.search(r"export (\w+)=(\S+)", line):
            variables[found[1]] = found[2].strip("'\"")
        if "ALIBABA_CLOUD_CREDENTIALS_URI" in variables and "JUPYTER_DSW_ENDPOINT" in variables:
            break
    ask = "import jupyter_dsw; r = jupyter_dsw.read(); print(r.countdowns.next_stop)"
    said = subprocess.run(
        [sys.executable, "-c", ask],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == "scheduled"
    process.send_signal(end)
    assert process.wait(timeout=30) == 0
    process.stdout.close()
    with pytest.raises(requests.ConnectionError):
        requests.get(variables["JUPYTER_DSW_ENDPOINT"], timeout=5)


def test_an_unknown_scenario_gets_the_list() -> None:
    done = subprocess.run(
        [*COMMAND, "emulator", "--scenario", "healty"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "healthy" in done.stderr
