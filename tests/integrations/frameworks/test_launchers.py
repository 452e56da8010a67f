"""`examples/save_on_signal.py` with `jupyter dsw run` and a launcher, as in docs/training.md."""

from __future__ import annotations

import re
import signal
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.integrations.frameworks.running import ROOT, Program
from tests.integrations.frameworks.trainings.common import MINUTES
from tests.notebook.stopping import NO_STOP, stops_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_dsw.emulator import Emulator

HERE = Path(sys.executable).parent
LAUNCHERS = {
    "torchrun": ["torchrun", "--standalone", "--nproc-per-node=2"],
    "accelerate": [
        *("accelerate", "launch", "--multi_gpu", "--num_processes=2", "--num_machines=1"),
        *("--mixed_precision=no", "--dynamo_backend=no"),
    ],
}
TO_THE_RANKS = 'pkill -USR1 -P "$JUPYTER_DSW_COMMAND_PID"'

pytestmark = [
    pytest.mark.parametrize("launcher", LAUNCHERS),
    pytest.mark.usefixtures("environment"),
    pytest.mark.timeout(900),
]


@pytest.fixture
def start(launcher: str, tmp_path: Path) -> Callable[..., Program]:
    """Start the example in two processes, by `jupyter dsw run` with these options."""
    name, *options = LAUNCHERS[launcher]

    def start(*run: str) -> Program:
        # Accelerate takes a fixed one unless it gets another.
        port = [f"--main_process_port={free_port()}"] if launcher == "accelerate" else []
        command = [str(HERE / name), *options, *port, str(ROOT / "examples" / "save_on_signal.py")]
        return Program(
            [
                *(sys.executable, "-m", "jupyter_dsw.cli", "run", f"--before-stop={MINUTES:.0f}m"),
                *(*run, "--", *command, f"--checkpoint={tmp_path / 'checkpoint.pt'}"),
            ]
        )

    return start


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def trains(program: Program) -> None:
    for rank in (0, 1):
        program.shows(f"process {rank} trains")


def test_all_processes_get_the_signal_of_on_stop_and_go_on(
    start: Callable[..., Program], emulator: Emulator
) -> None:
    emulator.change(**NO_STOP)
    with start("--on-stop", TO_THE_RANKS) as program:
        trains(program)
        emulator.change(**stops_in(MINUTES - 10))
        program.shows("saved at step")
        assert program.process.poll() is None
        program.kill()
    # A process that gets the signal after the others have agreed has all of them save once more.
    saved = min(map(int, re.findall(r"saved at step (\d+)", program.output)))
    emulator.change(**NO_STOP)
    with start() as program:
        program.shows("resumed at step")
    assert min(map(int, re.findall(r"resumed at step (\d+)", program.output))) >= saved


def test_the_launcher_passes_term_on_and_the_training_ends(
    start: Callable[..., Program], emulator: Emulator
) -> None:
    emulator.change(**NO_STOP)
    with start() as program:
        trains(program)
        emulator.change(**stops_in(MINUTES - 10))
        program.shows("saved at step")
        program.process.wait(60)


def test_another_signal_ends_the_launcher_and_reaches_no_process(
    start: Callable[..., Program], emulator: Emulator
) -> None:
    emulator.change(**NO_STOP)
    with start("--signal", "USR1") as program:
        trains(program)
        emulator.change(**stops_in(MINUTES - 10))
        program.process.wait(60)
        assert program.process.returncode == -signal.SIGUSR1
        assert "saved at step" not in program.output
        assert len(program.processes()) >= 2, "they go on"
