"""Every snippet of `docs/code.md` runs, and `examples/checkpoint_loop.py` as people run it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

import jupyter_dsw
from tests.notebook.stopping import NO_STOP, stops_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_dsw.emulator import Emulator

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "code.md"
LOOP = ROOT / "examples" / "checkpoint_loop.py"
SNIPPETS = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)


@pytest.fixture
def near_a_stop(own_thread: None, emulator: Emulator) -> None:
    """This process runs on an instance that is stopped in four minutes."""
    del own_thread
    emulator.change(**stops_in(4))


def snippet(part: str) -> dict[str, Any]:
    """The names that the snippet with this part in it defines."""
    (code,) = [code for code in SNIPPETS if part in code]
    names: dict[str, Any] = {}
    exec(compile(code, str(PAGE), "exec"), names)
    return names


def test_every_snippet_compiles() -> None:
    assert len(SNIPPETS) == 6
    for code in SNIPPETS:
        compile(code, str(PAGE), "exec")


@pytest.mark.usefixtures("near_a_stop")
def test_the_time_left_is_printed() -> None:
    assert timedelta(0) < snippet("left = jupyter_dsw.time_left()\n")["left"]


@pytest.mark.usefixtures("near_a_stop")
def test_an_epoch_that_does_not_fit_is_not_begun(emulator: Emulator) -> None:
    names = snippet("def train_epochs")
    begun: list[int] = []
    assert names["train_epochs"](begun.append, 3) == 3
    assert begun == [0, 1, 2]
    # Each epoch takes 10 minutes by the clock of the snippet.
    minutes = iter(range(0, 1000, 10))
    names["time"] = SimpleNamespace(monotonic=lambda: next(minutes) * 60)
    assert names["train_epochs"](begun.append, 3) == 1
    assert emulator.calls == 1


@pytest.mark.usefixtures("near_a_stop")
def test_the_warning_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    handle = snippet("def warn(reading, time_left)")["warn"]
    handle(jupyter_dsw.read(), timedelta(minutes=4))
    assert "will be stopped in 0:04:00" in capsys.readouterr().out


@pytest.mark.usefixtures("near_a_stop")
def test_the_loop_saves_between_two_steps_once() -> None:
    done: list[str] = []

    def batches() -> Iterator[int]:
        while "saved" not in done:
            yield 1
        yield from (2, 3)

    train = snippet("def train(batches, train_step, save)")["train"]
    train(batches(), lambda _batch: done.append("step"), lambda: done.append("saved"))
    assert done.count("saved") == 1
    assert done[-3:] == ["saved", "step", "step"]


def command(steps: int, checkpoint: Path) -> list[str]:
    return [sys.executable, str(LOOP), "--steps", str(steps), "--checkpoint", str(checkpoint)]


@pytest.mark.usefixtures("environment")
def test_the_example_saves_before_the_stop_and_resumes_where_it_saved(
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


def test_the_example_learns_what_it_should_where_there_is_no_instance(tmp_path: Path) -> None:
    done = subprocess.run(
        command(5000, tmp_path / "run.json"), capture_output=True, text=True, check=True
    )
    assert "done: y = 3.000x -1.000" in done.stdout
