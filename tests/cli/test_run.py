"""`jupyter dsw run` in real processes."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from argparse import ArgumentTypeError
from typing import TYPE_CHECKING

import pytest

from jupyter_dsw.cli.parser import parse_duration
from jupyter_dsw.emulator import Emulator
from tests.cli.terminal import DSW, Terminal, dsw
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.canaries import Canaries

SIGNALS = ("INT", "TERM", "HUP", "QUIT", "USR1", "USR2", "WINCH")
# Writes down each signal that it gets, until its input ends; a blocked one too, once it is ready.
NOTE_SIGNALS = f"""
import signal, sys
def note(number, frame): print(signal.Signals(number).name, flush=True)
numbers = [getattr(signal, "SIG" + name) for name in {SIGNALS}]
for number in numbers: signal.signal(number, note)
print("ready", flush=True)
signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)
sys.stdin.read()
"""


@contextlib.contextmanager
def signals_blocked() -> Iterator[None]:
    """A program started in here gets its signals when it unblocks them, and not before."""
    numbers = [getattr(signal, f"SIG{name}") for name in SIGNALS]
    before = signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("10m", 600), ("600s", 600), ("1h30m", 5400), ("1h30m5s", 5405), ("1.5H", 5400)],
)
def test_a_duration_is_read_as_people_write_it(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "10", "m", "10m5", "5m1h", "-5m", "0s", "ten minutes"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match=r"duration|greater than 0"):
        parse_duration(text)


def test_a_duration_without_a_unit_is_refused_with_what_is_missing() -> None:
    done = dsw("run", "--before-stop", "600", "--", "true")
    assert done.returncode == 2
    assert "'600' is not a duration such as 10m, 600s or 1h30m. Give the unit" in done.stderr


def test_an_unknown_signal_is_refused() -> None:
    done = dsw("run", "--signal", "WHATEVER", "--", "true")
    assert done.returncode == 2
    assert "'WHATEVER' is not the name of a signal" in done.stderr


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (["sh", "-c", "exit 7"], 7),
        (["sh", "-c", "kill -TERM $$"], -signal.SIGTERM),
        (["no-such-command-here"], 127),
        ([os.devnull], 126),
        ([], 2),
    ],
)
def test_the_exit_status_is_the_commands(command: list[str], status: int) -> None:
    assert dsw("run", "--before-stop", "10m", "--", *command).returncode == status


def test_a_shell_sees_a_command_that_a_signal_ended() -> None:
    line = f"{sys.executable} -m jupyter_dsw.cli run -- sh -c 'kill -TERM $$'; echo $?"
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "143"


def test_the_commands_own_options_are_its_own() -> None:
    done = dsw("run", "--", "echo", "--before-stop", "1m", "--help", "--")
    assert done.stdout.split() == ["--before-stop", "1m", "--help", "--"]


def test_the_command_gets_each_signal_once() -> None:
    with subprocess.Popen(
        [*DSW, "run", "--", sys.executable, "-c", NOTE_SIGNALS],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "ready\n"
        for name in SIGNALS:
            process.send_signal(getattr(signal, f"SIG{name}"))
            assert process.stdout.readline() == f"SIG{name}\n"
        process.stdin.close()
        assert process.stdout.read() == ""
    assert process.returncode == 0


def test_ctrl_c_in_a_terminal_reaches_the_command_once() -> None:
    with Terminal(*DSW, "run", "--", sys.executable, "-c", NOTE_SIGNALS) as terminal:
        terminal.until("ready")
        terminal.type("\x03")
        terminal.until("SIGINT")
        terminal.type("\x1c")
        terminal.until("SIGQUIT")
        terminal.type("\x04")
        assert terminal.wait() == 0
        assert terminal.text.count("SIGINT") == terminal.text.count("SIGQUIT") == 1


def test_the_command_has_no_child_that_it_did_not_start() -> None:
    done = dsw("run", "--", sys.executable, "-c", "import os; os.wait()")
    assert "ChildProcessError" in done.stderr


@pytest.mark.usefixtures("environment")
def test_a_closed_pipe_ends_the_command_as_ever() -> None:
    done = dsw("run", "--", "sh", "-c", "yes | head -n 1")
    assert (done.stdout, done.stderr) == ("y\n", "")


def test_where_nothing_can_be_read_that_is_shown_and_the_command_runs() -> None:
    with Terminal(*DSW, "run", "--", "cat") as terminal:
        terminal.until("DSW_INSTANCE_ID is not set")
        terminal.type("still here\n\x04")
        assert terminal.wait() == 0
        assert terminal.text.count("still here") == 2  # the terminal's echo, and cat


class Clock:
    """The time of day, put forward."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def emulator(canaries: Canaries, clock: Clock) -> Iterator[Emulator]:
    """An instance that is stopped after 12 minutes of `clock`."""
    with Emulator("scheduled", clock=clock) as running:
        canaries.emulators.append(running)
        yield running


@pytest.mark.usefixtures("environment")
def test_on_stop_is_run_once_before_the_stop_and_knows_how_long_it_has(
    emulator: Emulator, clock: Clock, tmp_path: Path
) -> None:
    saved = tmp_path / "saved"
    save = (
        f"echo $JUPYTER_DSW_STOP $JUPYTER_DSW_TIME_LEFT_SECONDS $JUPYTER_DSW_COMMAND_PID >>{saved}"
    )
    # A second to go until it is time.
    clock.ahead_s = 2 * 60 - 1
    with subprocess.Popen(
        [*DSW, "run", "--before-stop", "10m", "--on-stop", save, "--", "cat"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        until(lambda: saved.exists() and saved.read_text())
        assert emulator.response()["Status"] == "Running"
        printed, warned = process.communicate()
    assert printed == ""
    assert "will be stopped in" in warned
    ((stop, left, pid),) = [line.split() for line in saved.read_text().splitlines()]
    assert stop == "scheduled"
    assert 0 < int(left) <= 600
    assert int(pid) == process.pid
    assert process.returncode == 0


SAVE_SLOWLY = "kill $JUPYTER_DSW_COMMAND_PID; read line <{fifo}; echo $line >{saved}"


@pytest.mark.usefixtures("environment", "emulator")
def test_what_on_stop_is_doing_is_not_cut_off_by_the_end_of_the_command(tmp_path: Path) -> None:
    (fifo, saved, messages) = (tmp_path / "fifo", tmp_path / "saved", tmp_path / "messages")
    os.mkfifo(fifo)
    save = SAVE_SLOWLY.format(fifo=fifo, saved=saved) + "; echo done; exit 4"
    with messages.open("wb") as stderr:
        process = subprocess.Popen(
            [*DSW, "run", "--before-stop", "15m", "--on-stop", save, "--", "cat"],
            stdin=subprocess.PIPE,
            stderr=stderr,
        )
    assert process.stdin is not None
    assert process.wait(timeout=60) == -signal.SIGTERM
    process.stdin.close()
    fifo.write_text("the checkpoint\n")
    until(lambda: "the command of --on-stop exited with status 4" in messages.read_text())
    assert "done" in messages.read_text()
    assert saved.read_text() == "the checkpoint\n"


@pytest.mark.usefixtures("environment", "emulator")
def test_a_pipe_is_let_go_of_although_on_stop_goes_on(tmp_path: Path) -> None:
    (begin, fifo, saved) = (tmp_path / "begin", tmp_path / "fifo", tmp_path / "saved")
    os.mkfifo(begin)
    os.mkfifo(fifo)
    save = f"echo saving; read line <{begin}; {SAVE_SLOWLY.format(fifo=fifo, saved=saved)}"
    process = subprocess.Popen(
        [*DSW, "run", "--before-stop", "15m", "--on-stop", save, "--", "sleep", "600"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert "will be stopped in" in process.stderr.readline()
    assert process.stderr.readline() == "saving\n"
    begin.write_text("\n")
    # Both pipes end, and --on-stop still waits for what is only written below.
    assert process.communicate(timeout=60) == ("", "")
    assert not saved.exists()
    fifo.write_text("the checkpoint\n")
    until(lambda: saved.exists() and saved.read_text() == "the checkpoint\n")


@pytest.mark.usefixtures("environment", "emulator")
def test_the_last_words_of_on_stop_reach_the_terminal(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    save = SAVE_SLOWLY.format(fifo=fifo, saved=tmp_path / "saved") + "; echo all saved; exit 4"
    command = [*DSW, "run", "--before-stop", "15m", "--on-stop", save, "--", "sleep", "600"]
    # Its stderr is a pipe, which ends with COMMAND.
    line = f"{shlex.join(command)} 2>&1 >/dev/null | cat; echo the pipe has ended; read line"
    with Terminal(shutil.which("sh") or "sh", "-c", line) as terminal:
        terminal.until("the pipe has ended\n")
        fifo.write_text("the checkpoint\n")
        terminal.until("all saved\n")
        terminal.until("the command of --on-stop exited with status 4")
        terminal.type("\n")
        assert terminal.wait() == 0


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("redirection", ["", " 2>&1"])
def test_a_shell_that_waits_for_the_output_waits_for_the_command_only(
    emulator: Emulator, redirection: str
) -> None:
    emulator.scenario = "hang"
    # While the supervisor waits for a response.
    line = f"x=$({shlex.join(DSW)} run -- sh -c 'read line; echo $line'{redirection}); echo $x"
    with subprocess.Popen(
        ["sh", "-c", line], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as shell:
        until(lambda: emulator.calls == 1)
        begun = time.monotonic()
        out, _ = shell.communicate("hi\n", timeout=60)
        waited_s = time.monotonic() - begun
    assert out == "hi\n"
    # A response is awaited for 10 s.
    assert waited_s < 5


@pytest.mark.usefixtures("environment", "emulator")
def test_a_lock_that_the_command_gives_up_is_free(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    code = f"import os, sys; os.close({descriptor}); print('free', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [*DSW, "run", "--before-stop", "1m", "--", sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=[descriptor],
        text=True,
    ) as process:
        os.close(descriptor)
        assert process.stdout is not None
        assert process.stdout.readline() == "free\n"

        def is_free() -> bool:
            with lock.open() as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return False
                return True

        until(is_free)
        process.communicate()


@pytest.mark.usefixtures("environment", "emulator")
@pytest.mark.parametrize(
    ("options", "expected"), [([], "SIGTERM"), (["--signal", "USR1"], "SIGUSR1")]
)
def test_without_on_stop_the_command_gets_a_signal(options: list[str], expected: str) -> None:
    with signals_blocked():
        process = subprocess.Popen(
            [*DSW, "run", "--before-stop=15m", *options, "--", sys.executable, "-c", NOTE_SIGNALS],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        assert process.stdout.readline() == f"{expected}\n"


@pytest.mark.usefixtures("environment", "emulator")
def test_a_kernel_without_process_descriptors_is_enough(tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    # As on Linux before 5.3.
    code = (
        "import os, sys\ndel os.pidfd_open\nfrom jupyter_dsw.cli import main\n"
        f"sys.exit(main(['run', '--before-stop=15m', '--signal=USR1', '--on-stop=echo >{saved}', "
        "'--', *sys.argv[1:]]))"
    )
    with signals_blocked():
        process = subprocess.Popen(
            [sys.executable, "-c", code, sys.executable, "-c", NOTE_SIGNALS],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
    with process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "ready\n"
        assert process.stdout.readline() == "SIGUSR1\n"
        assert saved.exists()
        process.stdin.close()
        assert process.stdout.read() == ""


def test_it_shows_at_the_start_what_would_stop_command(
    emulator: Emulator, environment: dict[str, str], tmp_path: Path
) -> None:
    del environment
    emulator.change(InstanceShutdownTimer=None)
    written = tmp_path / "stderr"
    command = [*DSW, "run", "--", sys.executable, "-c", "input()"]
    with (
        written.open("w") as stderr,
        subprocess.Popen(command, stdin=subprocess.PIPE, stderr=stderr, text=True) as running,
    ):
        until(lambda: written.read_text().endswith("\n"))
        running.communicate("\n", timeout=60)
    line = written.read_text()
    rule = "jupyter dsw run: Stopped after 60 min below CPU 20 % and GPU 10 %. CPU now "
    assert line.startswith(rule)
    assert line.count("\n") == 1
    assert 0 <= int(line.removeprefix(rule).removesuffix(" %.\n")) <= 100
