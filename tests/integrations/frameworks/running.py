"""Runs a small training as people run it: a process of its own, or several with a launcher."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from tests.waiting import until

if TYPE_CHECKING:
    from typing_extensions import Self

ROOT = Path(__file__).parents[3]
TORCHRUN = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2")
PATIENCE_S = 240.0
# The variable by which the processes of a program are known.
MARK = "JUPYTER_TESTS_PROGRAM"


class Program:
    """A program whose output a test follows; all its processes end with the `with` block."""

    def __init__(self, command: list[str]) -> None:
        self.lines: list[str] = []
        self._mark = uuid.uuid4().hex
        self.process = subprocess.Popen(
            command,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "OMP_NUM_THREADS": "1",
                MARK: self._mark,
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    @property
    def output(self) -> str:
        """What it has printed so far."""
        return "\n".join(self.lines)

    def shows(self, text: str) -> None:
        """Return when it has printed `text`."""
        until(lambda: text in self.output or self.process.poll() is not None, patience_s=PATIENCE_S)
        if text not in self.output:
            self._reader.join()
        assert text in self.output, self.output

    def processes(self) -> list[psutil.Process]:
        """All its processes, also those whose launcher has ended, and in sessions of their own."""
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            running = process.status() != psutil.STATUS_ZOMBIE
            return running and process.environ().get(MARK) == self._mark
        except (psutil.Error, OSError):  # of somebody else, or just ended
            return False

    def kill(self) -> None:
        """End it as the end of the instance does: no process of it can do anything."""
        while processes := self.processes():
            for process in processes:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
        self.process.wait()
        self._reader.join()

    def ends(self) -> None:
        """Return when it has ended well."""
        self.process.wait(PATIENCE_S)
        self._reader.join()
        assert self.process.returncode == 0, self.output

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()


class Training(Program):
    """One run of a training in `folder`."""

    def __init__(
        self, name: str, folder: Path, *options: str, launcher: tuple[str, ...] = ()
    ) -> None:
        folder.mkdir(exist_ok=True)
        self._losses = folder / f"losses-{len(list(folder.glob('losses-*')))}"
        program = ("-m", f"tests.integrations.frameworks.trainings.{name}")
        files = (f"--folder={folder}", f"--losses={self._losses}")
        super().__init__([sys.executable, *launcher, *program, *files, *options])

    def losses(self) -> dict[int, float]:
        """The loss of each step that it made."""
        return dict(map(json.loads, self._losses.read_text().splitlines()))

    def weights(self) -> str:
        """A digest of the weights at the end."""
        (found,) = [line for line in self.lines if line.startswith("weights ")]
        return found
