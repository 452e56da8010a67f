"""`time_left()` and `before_stop()` in scripts: their end, their errors, their forks."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest

from tests.notebook.stopping import stops_in
from tests.waiting import until

if TYPE_CHECKING:
    from jupyter_dsw.emulator import Emulator


def run(code: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run `code` as a script, in this process's environment."""
    command = [sys.executable, *options, "-c", textwrap.dedent(code)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def start(code: str) -> subprocess.Popen[str]:
    """Start `code` as a script that goes on when its standard input has a line."""
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-c", code], stdin=pipe, stdout=pipe, stderr=pipe, text=True
    )


@pytest.mark.usefixtures("environment")
def test_a_script_is_called_and_what_its_callback_raises_is_on_stderr(emulator: Emulator) -> None:
    emulator.change(**stops_in(4))
    done = run(
        """
        import threading, jupyter_dsw
        called = threading.Event()
        @jupyter_dsw.before_stop
        def fails(reading, left): raise OSError("disk full")
        @jupyter_dsw.before_stop
        def works(reading, left): called.set()
        assert called.wait(60)
        callbacks = [t for t in threading.enumerate() if t.name == "jupyter-dsw-before-stop"]
        for thread in callbacks: thread.join()
        print(jupyter_dsw.time_left() is not None)
        """
    )
    assert done.stdout == "True\n"
    assert "before_stop: fails failed." in done.stderr
    assert done.stderr.endswith("OSError: disk full\n")
    assert done.returncode == 0


@pytest.mark.usefixtures("environment")
def test_a_callback_that_hangs_does_not_hold_up_the_end(emulator: Emulator) -> None:
    emulator.change(**stops_in(4))
    done = run(
        """
        import threading, jupyter_dsw
        called = threading.Event()
        @jupyter_dsw.before_stop
        def hang(reading, left):
            called.set()
            threading.Event().wait()
        assert called.wait(60)
        """
    )
    assert (done.returncode, done.stderr) == (0, "")


ASK_IN_THE_BACKGROUND = """
import sys, threading, jupyter_dsw
threading.Thread(target=jupyter_dsw.time_left, daemon=True).start()
sys.stdin.readline()
"""


@pytest.mark.usefixtures("environment")
def test_an_endpoint_that_hangs_does_not_hold_up_the_end(emulator: Emulator) -> None:
    emulator.scenario = "hang"
    process = start(ASK_IN_THE_BACKGROUND)
    until(lambda: emulator.calls == 1)
    # Had it waited for the endpoint, there would be a line that it did not respond.
    assert process.communicate("end now\n", timeout=120) == ("", "")
    assert process.returncode == 0


def test_where_nothing_can_be_read_a_loop_goes_on_and_the_reason_is_shown_once() -> None:
    done = run(
        """
        import jupyter_dsw
        for _ in range(1000): left = jupyter_dsw.time_left()
        print(left)
        """,
        "-W", "error",
    )  # fmt: skip
    assert done.returncode == 0
    assert done.stdout == "None\n"
    (line,) = done.stderr.splitlines()
    assert "The time of the next stop is unknown" in line
    assert "DSW_INSTANCE_ID" in line


FORK = """
import os, sys, threading, jupyter_dsw
pid = os.fork()
if pid == 0:
    left = jupyter_dsw.time_left()
    names = [t.name for t in threading.enumerate() if t.name.startswith("jupyter-dsw")]
    print(left is not None, names, flush=True)
    os._exit(0)
os.waitpid(pid, 0)
"""


@pytest.mark.usefixtures("environment")
class TestAForkedProcess:
    def test_has_a_time_left_of_its_own(self, emulator: Emulator) -> None:
        emulator.change(**stops_in(300))
        done = run("import jupyter_dsw\nassert jupyter_dsw.time_left()" + FORK)
        assert done.stdout == "True ['jupyter-dsw-watch']\n"

    def test_does_not_wait_for_a_call_that_was_under_way_when_it_was_forked(
        self, emulator: Emulator
    ) -> None:
        emulator.change(**stops_in(300))
        emulator.scenario = "hang"
        process = start(ASK_IN_THE_BACKGROUND + FORK)
        until(lambda: emulator.calls == 1)
        emulator.scenario = "healthy"
        printed, _ = process.communicate("fork now\n", timeout=120)
        assert printed == "True ['jupyter-dsw-watch']\n"

    def test_makes_none_of_the_calls_of_the_one_that_it_came_from(self, emulator: Emulator) -> None:
        emulator.change(**stops_in(4))
        done = run(
            """
            import os, threading, jupyter_dsw
            called = threading.Event()
            def save(reading, left):
                print("saved by", os.getpid() == parent, flush=True)
                called.set()
            parent = os.getpid()
            handle = jupyter_dsw.before_stop(save)
            assert called.wait(60)
            pid = os.fork()
            if pid == 0:
                own = threading.Event()
                jupyter_dsw.before_stop(lambda reading, left: own.set())
                assert own.wait(60)
                handle.cancel()
                os._exit(0)
            assert os.waitpid(pid, 0)[1] == 0
            """
        )
        assert (done.stdout, done.returncode) == ("saved by True\n", 0)
