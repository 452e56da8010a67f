"""Help and completion."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_dsw.cli import COMMANDS
from tests.cli.terminal import DSW, Terminal, dsw

# Presses the tab key behind a command line, as bash does.
PRESS_TAB = r"""
eval "$(register-python-argcomplete "$1")"
COMP_LINE=$2 COMP_POINT=${#2} COMP_TYPE=9 COMP_WORDS=($2) COMP_CWORD=0
_python_argcomplete "$1"
printf '%s\n' "${COMPREPLY[@]}"
"""


def test_help_lists_every_command() -> None:
    said = dsw("--help").stdout
    for name, summary in COMMANDS.items():
        assert f"    {name} " in said
        assert summary.split(",", maxsplit=1)[0][:30] in " ".join(said.split())


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_each_command_has_an_example_and_fits_a_terminal(command: str) -> None:
    with Terminal(*DSW, command, "--help", columns=100) as terminal:
        assert terminal.wait() == 0
        assert f"jupyter dsw {command}" in terminal.text.partition("example")[2]
        assert max(map(len, terminal.text.splitlines())) <= 100


def test_without_a_command_it_says_which_there_are() -> None:
    done = dsw()
    assert done.returncode == 2
    assert "COMMAND" in done.stderr


def test_help_loads_nothing_that_takes_time() -> None:
    code = (
        "import sys\nfrom jupyter_dsw.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'requests', 'msgspec', 'tornado', 'rich', 'http.server', 'IPython'}\n"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.rstrip().endswith("[]")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("jupyter-dsw in", "info"),
        ("jupyter-dsw info da", "datasets"),
        ("jupyter-dsw info --wat", "--watch"),
        ("jupyter-dsw demo --scenario sched", "scheduled"),
        ("jupyter-dsw doctor --off", "--offline"),
        ("jupyter dsw info da", "datasets"),
    ],
)
def test_the_tab_key_completes(line: str, expected: str) -> None:
    program = line.partition(" ")[0]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", PRESS_TAB, "bash", program, line],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert expected in done.stdout.split()
