"""Help and completion."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_dsw.cli import COMMANDS
from jupyter_dsw.columns import columns
from tests.cli.terminal import DSW, Terminal, dsw

# Presses the tab key behind a command line, as bash does.
PRESS_TAB = r"""
eval "$(register-python-argcomplete "$1")"
COMP_LINE=$2 COMP_POINT=${#2} COMP_TYPE=9 COMP_WORDS=($2) COMP_CWORD=0
_python_argcomplete "$1"
printf '%s\n' "${COMPREPLY[@]}"
"""


def test_help_lists_every_command() -> None:
    printed = dsw("--help").stdout
    for name, summary in COMMANDS.items():
        assert f"    {name} " in printed
        assert summary.split(",", maxsplit=1)[0][:30] in " ".join(printed.split())


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_help_fits_80_columns(command: str, language: str) -> None:
    with Terminal(*DSW, *command.split(), "--help", LANGUAGE=language) as terminal:
        assert terminal.wait() == 0
        lines = terminal.text.splitlines()
    assert len(lines) > 5
    assert [line for line in lines if columns(line) > 80] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_examples_can_be_copied_from_an_80_column_terminal(command: str) -> None:
    with Terminal(*DSW, command, "--help", LANGUAGE="en") as terminal:
        assert terminal.wait() == 0
        examples = terminal.text.partition("example")[2].splitlines()[1:]
    assert any(line.startswith(f"  jupyter dsw {command}") for line in examples)
    # A line that is too long would go on in the next one.
    broken = [line for line in examples if not line.startswith(("  jupyter dsw ", "  export "))]
    assert broken == []


@pytest.mark.parametrize(
    ("line", "nearest"),
    [
        ("inof", "Did you mean 'info'?"),
        ("info datsets", "Did you mean 'datasets'?"),
        ("info --wach", "Did you mean '--watch'?"),
        ("demo --scenario healty", "Did you mean 'healthy'?"),
        ("doctor --offline --jsn", "Did you mean '--json'?"),
        ("run --on-stopp x -- true", "Did you mean '--on-stop'?"),
    ],
)
def test_a_misspelled_word_gets_the_nearest_one(line: str, nearest: str) -> None:
    with Terminal(*DSW, *line.split(), LANGUAGE="en") as terminal:
        assert terminal.wait() == 2
        written = terminal.text
    assert written.startswith("usage: jupyter dsw ")
    assert nearest in " ".join(written.split())
    assert max(map(len, written.splitlines())) <= 80


@pytest.mark.parametrize("word", ["nonsense", "\x9b31m", "\u202etxet"])
def test_a_word_unlike_any_gets_the_list_and_nothing_of_it_reaches_the_terminal(word: str) -> None:
    for place in ([word], ["info", word], ["demo", "--scenario", word], ["info", f"--{word}"]):
        done = dsw(*place, LANGUAGE="en")
        assert done.returncode == 2
        assert all(line.isprintable() for line in done.stderr.splitlines())


def test_without_a_command_it_lists_which_there_are() -> None:
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
