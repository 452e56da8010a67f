"""`examples/checkpoint_loop.py`, run as people run it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.notebook.stopping import NO_STOP, stops_in

if TYPE_CHECKING:
    from jupyter_dsw.emulator import Emulator

LOOP = Path(__file__).parents[2] / "examples" / "checkpoint_loop.py"


def command(steps: int, checkpoint: Path) -> list[str]:
    return [sys.executable, str(LOOP), "--steps", str(steps), "--checkpoint", str(checkpoint)]


@pytest.mark.usefixtures("environment")
def test_it_saves_before_the_stop_and_resumes_where_it_saved(
    emulator: Emulator, tmp_path: Path
) -> None:
    checkpoint = tmp_path / "run.json"
    emulator.change(**stops_in(5))
    process = subprocess.Popen(
        command(10**12, checkpoint), stdout=subprocess.PIPE, text=True, bufsize=1
    )
    assert process.stdout is not None
    printed = process.stdout.readline()
    # The instance goes, and nothing runs any more.
    process.kill()
    process.communicate()
    saved = re.fullmatch(r"saved at step (\d+), 0:0[45]:\S+ before the stop\n", printed)
    assert saved
    step = int(saved[1])
    assert json.loads(checkpoint.read_text())["step"] == step

    emulator.change(**NO_STOP)
    again = subprocess.run(
        command(step + 1000, checkpoint), capture_output=True, text=True, check=True
    )
    assert again.stdout.startswith(f"resumed at step {step}, ")
    assert json.loads(checkpoint.read_text())["step"] == step + 1000


def test_it_learns_what_it_should_where_there_is_no_instance(tmp_path: Path) -> None:
    done = subprocess.run(
        command(5000, tmp_path / "run.json"), capture_output=True, text=True, check=True
    )
    assert "done: y = 3.000x -1.000" in done.stdout
