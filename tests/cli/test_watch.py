"""`jupyter dsw info --watch` in a real terminal."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from jupyter_dsw.columns import columns
from tests.cli.terminal import ALTERNATE_SCREEN, CURSOR_SHOWN, DSW, MAIN_SCREEN, Terminal, dsw
from tests.waiting import until

if TYPE_CHECKING:
    from jupyter_dsw.emulator import Emulator

HOME = "\x1b[H"
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")

pytestmark = pytest.mark.usefixtures("environment")

WATCH = [*DSW, "info", "--watch"]


def test_the_countdown_ticks_without_a_call(emulator: Emulator) -> None:
    emulator.scenario = "idle"
    with Terminal(*WATCH, "disks") as terminal:
        countdown = r"Idle stop in 4 min(?: \d\d? s)?"
        shown = until(lambda: set(re.findall(countdown, terminal.text)))
        until(lambda: set(re.findall(countdown, terminal.text)) - shown)
        assert "Cloud disks" in terminal.text
        assert "Datasets" not in terminal.text
        assert emulator.calls == 1


def test_a_stop_whose_time_cannot_be_read_is_in_the_headline(emulator: Emulator) -> None:
    emulator.change(IdleInstanceCuller="on", InstanceShutdownTimer=None)
    with Terminal(*WATCH, "timers") as terminal:
        terminal.until("A stop is set; its time is unknown")


@pytest.mark.parametrize("end", ["Ctrl-C", "TERM"])
def test_at_its_end_the_terminal_is_as_before_and_keeps_the_last_page(
    emulator: Emulator, end: str
) -> None:
    emulator.scenario = "idle"
    with Terminal(*WATCH) as terminal:
        terminal.until("quit.")
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


def last_frame(terminal: Terminal) -> list[str]:
    """The rows of the last picture that was drawn as a whole."""
    *_, drawn = terminal.raw.rpartition(ALTERNATE_SCREEN)[2].split(HOME)[1:-1]
    return ESCAPE.sub("", drawn).replace("\r\n", "\n").rstrip().split("\n")


def blocks_of(rows: list[str]) -> list[list[str]]:
    """The blocks between empty rows: headline, head, sections, foot."""
    blocks = "\n".join(row.rstrip() for row in rows).split("\n\n")
    return [block.strip("\n").split("\n") for block in blocks]


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize(
    ("rows", "sections", "shown"),
    [
        # What matters while somebody watches, each with all of its rows.
        (26, [], ["Timers", "Snapshots (3)", "Cloud disks (2)"]),
        (22, [], ["Timers", "Snapshots (3)"]),
        (60, [], ["Timers", "Snapshots (3)", "Cloud disks (2)", "Datasets (3)", "Resources"]),
        (24, ["disks", "snapshots"], ["Snapshots (3)", "Cloud disks (2)"]),
        (17, ["datasets"], ["Datasets (3)"]),
        (9, [], []),
    ],
)
def test_it_fits_the_terminal_and_no_heading_stands_alone(
    rows: int, sections: list[str], shown: list[str], language: str
) -> None:
    with Terminal(*WATCH, *sections, rows=rows, LANGUAGE=language) as terminal:
        until(lambda: terminal.raw.count(HOME) > 3)
        frame = last_frame(terminal)
    assert len(frame) <= rows
    assert max(map(columns, frame)) <= 80
    assert "Ctrl-C" in frame[-1] or "Ctrl-C" in frame[-2]
    _, _, *middle, _ = blocks_of(frame)
    assert [block for block in middle if len(block) < 2] == []
    if language == "en":
        assert [block[0] for block in middle][: len(shown)] == shown
        assert shown or middle == []


def test_it_lists_which_sections_it_leaves_out() -> None:
    with Terminal(*WATCH, rows=26, LANGUAGE="en") as terminal:
        terminal.until("Not shown: datasets, resources, status. Name sections")


def test_a_section_that_was_chosen_is_cut_where_it_does_not_fit() -> None:
    with Terminal(*WATCH, "datasets", rows=14, LANGUAGE="en") as terminal:
        terminal.until("more lines")
        until(lambda: terminal.raw.count(HOME) > 3)
        *_, datasets, _ = blocks_of(last_frame(terminal))
    assert datasets[0] == "Datasets (3)"
    assert datasets[1].startswith("  Mount path")
    assert datasets[-1].startswith("  … ")


def test_it_shows_a_new_reading_when_one_is_due(emulator: Emulator) -> None:
    # After a failure it is read again soon.
    emulator.scenario = "reset"
    with Terminal(*WATCH, columns=200) as terminal:
        terminal.until("closed the connection")
        assert "The time of the next stop is unknown" in terminal.text
        emulator.scenario = "healthy"
        terminal.until("● Running")


def test_without_rich_it_shows_what_to_install() -> None:
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
    assert "needs a terminal" in done.stderr
    assert emulator.calls == 0
