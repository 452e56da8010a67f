"""No process that a test started, directly or through others, outlives the run.

As a plugin of the whole run. Processes are known by a variable that they inherit: those whose
parent has ended are nobody's children any more.
"""

from __future__ import annotations

import contextlib
import os
import time
import uuid

import psutil
import pytest

RUN = "JUPYTER_TESTS_RUN"
"""The variable that every process of a run has."""
# A kernel looks for its server once a second, and takes a while to end.
PATIENCE_S = 20.0


class Leftovers:
    """The processes that are left at the end of the run."""

    def __init__(self) -> None:
        self.run = os.environ.setdefault(RUN, uuid.uuid4().hex)
        self.left: list[str] = []

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Look for processes that are left; they fail the run, and are ended."""
        if hasattr(session.config, "workerinput"):  # the others' processes are still needed
            return
        end = time.monotonic() + PATIENCE_S
        while (left := processes_of(self.run)) and time.monotonic() < end:
            time.sleep(0.2)
        if left:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        for process in left:
            with contextlib.suppress(psutil.Error):
                self.left.append(f"{process.pid}: {' '.join(process.cmdline())}")
                process.kill()

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Name the processes that were left."""
        for line in self.left:
            terminalreporter.write_line(f"PROCESS LEFT BEHIND {line[:200]}", red=True)


def processes_of(run: str) -> list[psutil.Process]:
    """Return the running processes that were started in `run`, this one left out."""
    others = (process for process in psutil.process_iter() if process.pid != os.getpid())
    return [process for process in others if _is_of(process, run)]


def _is_of(process: psutil.Process, run: str) -> bool:
    try:
        return process.environ().get(RUN) == run and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.Error, OSError):  # of somebody else, or just ended
        return False
