"""A process that outlives a test run fails it."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from pathlib import Path

import psutil

from tests.leftovers import RUN, processes_of

ROOT = Path(__file__).parents[1]
CONFTEST = """
from tests import leftovers
leftovers.PATIENCE_S = 0.5
def pytest_configure(config): config.pluginmanager.register(leftovers.Leftovers())
"""
# Its parent ends at once, so that it is nobody's child.
LEAVES_ONE = """
import subprocess, sys
def test_it():
    sleeper = [sys.executable, "-c", "import time; time.sleep(600)"]
    code = f"import subprocess; subprocess.Popen({sleeper!r})"
    subprocess.run([sys.executable, "-c", code], check=True)
"""
LEAVES_NONE = "def test_it(): pass"


def run(folder: Path, test: str) -> tuple[int, str, str]:
    """The status and the output of a run of `test`, and the name of the run."""
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_it.py").write_text(test)
    name = uuid.uuid4().hex
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, folder],
        env={**os.environ, RUN: name, "PYTHONPATH": os.fspath(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    return done.returncode, done.stdout, name


def test_a_run_that_leaves_a_process_behind_fails_and_ends_it(tmp_path: Path) -> None:
    status, output, name = run(tmp_path, LEAVES_ONE)
    assert status == 1
    assert "PROCESS LEFT BEHIND" in output
    assert "time.sleep(600)" in output
    psutil.wait_procs(left := processes_of(name), timeout=60)
    assert not [process for process in left if process.is_running()]


def test_a_run_that_leaves_none_does_not(tmp_path: Path) -> None:
    status, output, _ = run(tmp_path, LEAVES_NONE)
    assert status == 0, output
    assert "LEFT BEHIND" not in output
