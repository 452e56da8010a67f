"""The README's commands, word for word, on an image such as an instance has, by a new user."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from jupyter_dsw.emulator import Emulator
from tests.docs.pages import DOCS, blocks_of
from tests.environments import ROOT
from tests.test_readme import FENCE, page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.canaries import Canaries
    from tests.environments import Environment

BLOCKS = FENCE.findall(page("README.md"))
LINES = [line for language, code in BLOCKS if language == "sh" for line in code.splitlines()]
INSTALL, INSTALL_DEMO = "pip install jupyter-dsw", "pip install 'jupyter-dsw[demo]'"
DEMO, DOCTOR = "jupyter dsw demo", "jupyter dsw doctor"
# It could find a server of whoever runs the tests: tests/dsw runs it in a container of its own.
SETUP = "jupyter dsw setup --yes --keep-in /mnt/workspace/.jupyter-dsw"
# What the snippets leave to the reader.
OWN = """
def save_checkpoint(reading, time_left): print("saved", time_left)
def train(): print("trained")
"""


@dataclass
class Instance:
    """A shell of a new user on an instance."""

    folder: Path
    variables: dict[str, str]

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/bash", "-c", command],
            cwd=self.folder,
            env=self.variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def instance(
    distributions: tuple[Path, Path],
    other_environment: Environment,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Iterator[Instance]:
    """With the package installed, by the README's first line."""
    folder = tmp_path_factory.mktemp("instance")
    (folder / "train.py").write_text("print('trained')")
    environment = other_environment.copy_without_this_project(folder / "venv")
    variables = environment.variables_of_a_new_user(folder)
    canaries: Canaries = request.config.pluginmanager.get_plugin("canaries")  # type: ignore[assignment]
    with Emulator() as emulator:
        canaries.emulators.append(emulator)
        # "jupyter-dsw" is the wheel that was built from this tree, whatever the index has.
        wheel = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(distributions[1].parent)}
        variables |= {**emulator.environment(), **wheel}
        instance = Instance(folder, variables)
        before = instance.run("jupyter dsw --help; command -v node chromium")
        assert before.returncode != 0
        done = instance.run(LINES[0])
        assert done.returncode == 0, done.stdout
        yield instance


def test_these_are_all_of_its_commands() -> None:
    info, run = (line for line in LINES if re.match("jupyter dsw (info|run)", line))
    assert [INSTALL, SETUP, info, run, DOCTOR, INSTALL_DEMO, DEMO] == LINES


def test_installing_it_is_all_that_the_magic_needs(instance: Instance) -> None:
    (magic,) = (code for language, code in BLOCKS if language == "python" and "%" in code)
    shown = instance.run(f"ipython --colors=nocolor --simple-prompt -c '{magic.strip()}'")
    assert "Running" in shown.stdout
    assert "Simulated instance" in shown.stdout


def test_its_python_code_runs(instance: Instance) -> None:
    codes = [code for language, code in BLOCKS if language == "python" and "%" not in code]
    assert codes
    for number, code in enumerate(codes):
        script = instance.folder / f"snippet{number}.py"
        script.write_text(OWN + code)
        done = instance.run(f"python {script}")
        assert done.returncode == 0, done.stdout
        assert "trained" in done.stdout


@pytest.mark.parametrize("command", [line for line in LINES if re.match("jupyter dsw [ir]", line)])
def test_a_command_in_the_terminal_works(instance: Instance, command: str) -> None:
    done = instance.run(command)
    assert done.returncode == 0, done.stdout
    assert ("trained" if " run " in command else "Running") in done.stdout


def test_the_doctor_finds_nothing_wrong_but_that_no_server_was_started(instance: Instance) -> None:
    done = instance.run(DOCTOR)
    wrong = [line for line in done.stdout.splitlines() if line.startswith("✗")]
    assert "paidsw:GetInstance is allowed" in done.stdout
    assert [line for line in wrong if "server extension" not in line] == [], done.stdout
    assert done.returncode == (1 if wrong else 0)


def test_the_demo_opens_and_ends(instance: Instance) -> None:
    # JupyterLab is there already: this adds nothing, and takes nothing away.
    installed = instance.run(INSTALL_DEMO)
    assert installed.returncode == 0, installed.stdout
    demo = subprocess.Popen(
        ["/bin/bash", "-c", f"exec {DEMO}"],
        cwd=instance.folder,
        env=instance.variables,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert demo.stdout is not None
        printed = []
        for line in demo.stdout:
            printed.append(line)
            if "Ctrl-C" in line:
                break
        assert (
            len(re.findall(r"http://127\.0\.0\.1:\d+/lab/tree/tour\.ipynb", "".join(printed))) == 1
        )
        assert "simulated" in "".join(printed)
        demo.send_signal(signal.SIGINT)
        assert demo.wait(timeout=120) == 0
    finally:
        demo.kill()
        demo.communicate()
    assert list(instance.folder.glob("jupyter-dsw-demo-*")) == []


def test_make_demo_starts_the_demo() -> None:
    assert "`make demo`" in page("README.md")
    done = subprocess.run(
        ["make", "--dry-run", "--always-make", "demo"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert "jupyter-dsw demo" in done.stdout


@pytest.mark.parametrize("name", ["start.md", "zh/start.md"])
def test_the_policy_allows_two_reads_and_nothing_else(name: str) -> None:
    blocks = blocks_of(DOCS / name)
    (policy,) = (json.loads(block.text) for block in blocks if block.language == "json")
    (statement,) = policy["Statement"]
    assert statement["Action"] == ["paidsw:GetInstance", "paidsw:GetLifecycle"]
