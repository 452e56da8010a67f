"""What runs in a terminal ends when the window is closed."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from tests.cli.terminal import DSW, Terminal
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("environment")

# As in a shell that ran `trap '' HUP`: the terminal's signal does not reach what it starts.
WITHOUT_SIGNAL = ["/bin/sh", "-c", 'trap "" HUP; exec "$@"', "sh"]


@pytest.mark.parametrize("begin", [[], WITHOUT_SIGNAL], ids=["signal", "no signal"])
def test_watching_ends(begin: list[str]) -> None:
    with Terminal(*begin, *DSW, "info", "--watch", LANGUAGE="en") as terminal:
        terminal.until("quit.")
        terminal.close()
        assert terminal.wait() == 128 + 1


@pytest.mark.parametrize(
    ("words", "shown"),
    [(["emulator"], "ALIBABA_CLOUD_CREDENTIALS_URI"), (["demo"], "quit.")],
    ids=["emulator", "demo"],
)
def test_what_simulates_an_instance_ends(words: list[str], shown: str) -> None:
    with Terminal(*DSW, *words, LANGUAGE="en") as terminal:
        terminal.until(shown)
        terminal.close()
        terminal.wait()


def test_the_supervisor_of_a_command_ends() -> None:
    mark = uuid4().hex
    with Terminal(*DSW, "run", "--", "sh", "-c", "echo ready; cat", mark) as terminal:
        terminal.until("ready")
        assert len(processes_named(mark)) >= 2
        terminal.close()
        until(lambda: not processes_named(mark))


def processes_named(mark: str) -> list[int]:
    """The processes that have `mark` in their command line."""

    def is_named(process: Path) -> bool:
        try:
            return mark.encode() in (process / "cmdline").read_bytes()
        except OSError:  # it has ended
            return False

    return [
        int(process.name)
        for process in Path("/proc").iterdir()
        if process.name.isdigit() and is_named(process)
    ]
