"""`jupyter dsw info --watch` in a real terminal."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.cli.terminal import ALTERNATE_SCREEN, CURSOR_SHOWN, DSW, MAIN_SCREEN, Terminal, dsw
from tests.waiting import until

if TYPE_CHECKING:
    from jupyter_dsw.emulator import Emulator

pytestmark = pytest.mark.usefixtures("environment")

WATCH = [*DSW, "info", "--watch"]


def test_the_countdown_ticks_and_asks_nobody_for_it(emulator: Emulator) -> None:
    emulator.scenario = "idle"
    with Terminal(*WATCH, "disks") as terminal:
        countdown = r"Stops in 4 min(?: \d\d? s)? \(idle\)"
        shown = until(lambda: set(re.findall(countdown, terminal.text)))
        until(lambda: set(re.findall(countdown, terminal.text)) - shown)
        assert "Cloud disks" in terminal.text
        assert "Datasets" not in terminal.text
        assert emulator.calls == 1


def test_a_stop_whose_time_cannot_be_read_is_in_the_headline(emulator: Emulator) -> None:
    emulator.change(IdleInstanceCuller="on", InstanceShutdownTimer=None)
    with Terminal(*WATCH, "timers") as terminal:
        terminal.until("A stop is set, its time is unknown")


@pytest.mark.parametrize("end", ["Ctrl-C", "TERM"])
def test_at_its_end_the_terminal_is_as_before_and_keeps_the_last_page(
    emulator: Emulator, end: str
) -> None:
    emulator.scenario = "idle"
    with Terminal(*WATCH) as terminal:
        terminal.until("Ctrl-C ends")
        if end == "Ctrl-C":
            terminal.type("\x03")
        else:
            terminal.process.send_signal(signal.SIGTERM)
        assert terminal.wait() == 3
        assert ALTERNATE_SCREEN in terminal.raw
        after = terminal.raw.rpartition(MAIN_SCREEN)[2]
        assert "Running" in after
        assert CURSOR_SHOWN in terminal.raw
        assert "Traceback" not in terminal.raw


def test_a_page_too_long_for_the_terminal_says_so() -> None:
    with Terminal(*WATCH, "all", rows=20) as terminal:
        terminal.until("more lines: name sections, or make the terminal taller")
        assert "Ctrl-C ends" in terminal.text


def test_it_shows_a_new_reading_when_one_is_due(emulator: Emulator) -> None:
    # After a failure it is asked again soon.
    emulator.scenario = "reset"
    with Terminal(*WATCH, columns=200) as terminal:
        terminal.until("closed the connection")
        assert "It is not known" in terminal.text
        emulator.scenario = "healthy"
        terminal.until("● Running")


def test_without_rich_it_says_what_to_install() -> None:
    code = (
        "import sys\nsys.modules['rich'] = None\nfrom jupyter_dsw.cli import main\n"
        "sys.exit(main(['info', '--watch']))"
    )
    with Terminal(sys.executable, "-c", code) as terminal:
        assert terminal.wait() == 2
        assert "pip install 'jupyter-dsw[terminal]'" in terminal.text


def test_without_watching_rich_is_not_needed() -> None:
    code = (
        "import sys\nsys.modules['rich'] = None\nfrom jupyter_dsw.cli import main\n"
        "sys.exit(main(['info']))"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_what_is_no_terminal_cannot_be_redrawn(emulator: Emulator) -> None:
    done = dsw("info", "--watch")
    assert done.returncode == 2
    assert "redraws a terminal" in done.stderr
    assert emulator.calls == 0
