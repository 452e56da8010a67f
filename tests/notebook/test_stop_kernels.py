"""`before_stop()` in kernels: busy ones, next to a Jupyter server and without, under nbclient."""

from __future__ import annotations

import importlib.metadata
import json
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from nbclient import NotebookClient
from packaging.version import Version

from jupyter_dsw.emulator import Emulator
from tests.kernels import Kernel
from tests.notebook.stopping import stops_in
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.canaries import Canaries

# What a thread prints is shown below the cell that started it.
AN_OUTPUT_FINDS_ITS_CELL = Version(importlib.metadata.version("ipykernel")) >= Version("6.29")
BUSY_CELL = """
import json, pathlib, jupyter_dsw
steps = 0
def save(reading, left):
    saved = {"steps": steps, "status": reading.instance.status, "left": left.total_seconds()}
    part = pathlib.Path(FOLDER, "part")
    part.write_text(json.dumps(saved))
    part.rename(pathlib.Path(FOLDER, "checkpoint"))
with jupyter_dsw.before_stop(save, minutes=4.9):
    while not pathlib.Path(FOLDER, "gone").exists():
        for _ in range(100_000):
            steps += 1
        pathlib.Path(FOLDER, "computing").touch()
"""


class TestABusyCell:
    @pytest.fixture
    def emulator(self, canaries: Canaries) -> Iterator[Emulator]:
        """Five minutes of idleness before the stop, in twelve seconds."""
        with Emulator(speed=25) as running:
            canaries.emulators.append(running)
            yield running

    def ends(self, kernel: Kernel, emulator: Emulator, folder: Path) -> None:
        """Wait for the stop; the cell computed all the time, and had saved before."""
        assert emulator.response()["Status"] == "Running"
        until(lambda: emulator.response()["Status"] != "Running")
        (folder / "gone").touch()
        saved = json.loads((folder / "checkpoint").read_text())
        assert 0 < saved["steps"] < int(kernel.text("print(steps)"))
        assert saved["status"] == "Running"
        assert 0 < saved["left"] <= 4.9 * 60

    def test_saves_before_the_stop(
        self, kernel: Kernel, emulator: Emulator, tmp_path: Path
    ) -> None:
        kernel.run(f"FOLDER = {str(tmp_path)!r}")
        kernel.client.execute(BUSY_CELL)
        until((tmp_path / "computing").exists)
        emulator.scenario = "idle"
        until((tmp_path / "checkpoint").exists)
        self.ends(kernel, emulator, tmp_path)

    def test_saves_next_to_a_server_and_that_is_no_activity(
        self, start_lab: Any, emulator: Emulator, tmp_path: Path
    ) -> None:
        lab = start_lab()
        model = lab.request("POST", "api/kernels", json={"name": "python3"})
        kernel = Kernel.of(lab.home / "runtime" / f"kernel-{model['id']}.json")

        def state() -> tuple[str, str]:
            kernels = lab.request("GET", "api/kernels?no_track_activity=1")
            (found,) = [kernel for kernel in kernels if kernel["id"] == model["id"]]
            return found["execution_state"], found["last_activity"]

        kernel.run(f"FOLDER = {str(tmp_path)!r}")
        # What would stop this work is shown once, and like any output it is activity.
        kernel.run("import jupyter_dsw; jupyter_dsw.before_stop(print).cancel()")
        kernel.client.execute(BUSY_CELL)
        # The beginning of the cell is activity; when it computes, that is over.
        until((tmp_path / "computing").exists)
        before = state()
        assert before[0] == "busy"
        emulator.scenario = "idle"
        until((tmp_path / "checkpoint").exists)
        assert state() == before
        self.ends(kernel, emulator, tmp_path)
        kernel.client.stop_channels()


def test_a_failing_callback_is_shown_under_the_cell_that_set_it_up_and_others_are_called(
    kernel: Kernel, emulator: Emulator
) -> None:
    emulator.change(**stops_in(4))
    set_up = kernel.client.execute(
        "import threading, jupyter_dsw\n"
        "go, called = threading.Event(), threading.Event()\n"
        "@jupyter_dsw.before_stop\n"
        "def fails(reading, left):\n"
        "    go.wait(); print('about to fail'); 1 / 0\n"
        "@jupyter_dsw.before_stop\n"
        "def works(reading, left):\n"
        "    go.wait(); called.set()\n"
    )
    running = kernel.client.execute("go.set(); called.wait(60)")
    # Older kernels put what a thread prints below the cell that runs.
    cells = {set_up} if AN_OUTPUT_FINDS_ITS_CELL else {set_up, running}
    printed = {"stdout": "", "stderr": ""}

    def everything() -> bool:
        message = kernel.client.get_iopub_msg(timeout=60)
        if message["msg_type"] == "stream" and message["parent_header"]["msg_id"] in cells:
            printed[message["content"]["name"]] += message["content"]["text"]
        # A line and its end may come in two messages.
        return printed["stdout"].endswith("fail\n") and printed["stderr"].endswith("\n")

    until(everything)
    assert "before_stop: fails failed." in printed["stderr"]
    assert "1 / 0" in printed["stderr"]
    assert printed["stderr"].endswith("ZeroDivisionError: division by zero\n")
    first, *others = printed["stdout"].splitlines()
    assert "Stopped after 60 min below CPU 20 %" in first
    assert others == ["about to fail"]
    assert kernel.data("called.is_set()")["text/plain"] == "True"


def test_a_notebook_that_nbclient_runs_is_called_too(
    environment: dict[str, str], emulator: Emulator
) -> None:
    del environment
    emulator.change(**stops_in(4))
    code = (
        "import jupyter_dsw\nsaved = []\n"
        "with jupyter_dsw.before_stop(lambda reading, left: saved.append(left)):\n"
        "    while not saved: sum(range(1000))\n"
        "print(len(saved), saved[0].total_seconds() <= 240)"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    done: Any = NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    # What is printed at different times may come in several outputs.
    printed = "".join(output.text for output in done.cells[0].outputs)
    first, *others = printed.splitlines()
    assert first.startswith("This instance will be stopped at ")
    assert others == ["1 True"]


def test_a_kernel_shows_once_what_would_stop_its_work(kernel: Kernel, emulator: Emulator) -> None:
    emulator.change(InstanceShutdownTimer=None)
    set_up = "import jupyter_dsw; jupyter_dsw.before_stop(print).cancel()"
    expected = "Stopped after 60 min below CPU 20 % and GPU 10 %.\n"
    assert kernel.text(set_up) == expected
    assert kernel.text(set_up) == ""
