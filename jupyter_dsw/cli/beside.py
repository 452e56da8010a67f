"""The process beside the COMMAND of `jupyter dsw run`: it watches for the stop, and acts."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_dsw.language import text
from jupyter_dsw.notebook.person import said

if TYPE_CHECKING:
    from datetime import timedelta

    from jupyter_dsw.notebook.reading import Reading

# Where the kernel has no process descriptors (Linux before 5.3).
BETWEEN_LOOKS_S = 0.5


@dataclass(frozen=True)
class Action:
    """What to do `before_s` seconds before a stop: run a command of the shell, send a signal."""

    before_s: float
    on_stop: str | None
    send: signal.Signals | None


def watch_from_beside(action: Action) -> None:
    """Start a process that acts on this one, and on what it becomes, for as long as it lives."""
    command = _Process(os.getpid())
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    try:
        # Out of reach of the terminal's Ctrl-C and Ctrl-Z, which are COMMAND's. And no child of
        # it: a program that waits for all its children would wait for this one.
        os.setsid()
        if os.fork() == 0:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            _watch(command, action)
    except BaseException:  # noqa: BLE001 - told, and then it is over
        traceback.print_exc()
    finally:
        # Whatever happened: this must not go on as if it were the process it comes from.
        os._exit(0)


def _watch(command: _Process, action: Action) -> None:
    from jupyter_dsw.notebook.stops import before_stop

    acting = threading.Lock()

    def act(reading: Reading, left: timedelta) -> None:
        with acting:
            _act(command, action, reading, left)

    with before_stop(act, minutes=action.before_s / 60):
        command.wait()
    # A checkpoint that is being copied is not cut off by the end of COMMAND.
    acting.acquire()


def _act(command: _Process, action: Action, reading: Reading, left: timedelta) -> None:
    stop = (reading.countdowns and reading.countdowns.next_stop) or ""
    seconds = f"{left.total_seconds():.0f}"
    if stop:
        kind = text("idle") if stop == "idle" else text("scheduled")
        _say(text("this instance will be stopped in %1 s (%2)", seconds, kind))
    else:
        _say(text("this instance is being stopped"))
    if action.on_stop is not None:
        variables = {
            "JUPYTER_DSW_TIME_LEFT_SECONDS": seconds,
            "JUPYTER_DSW_STOP": stop,
            "JUPYTER_DSW_COMMAND_PID": str(command.pid),
        }
        done = subprocess.run(  # noqa: S602 - it is the person's own command line
            action.on_stop,
            shell=True,
            env={**os.environ, **variables},
            stdin=subprocess.DEVNULL,
            check=False,
        )
        if done.returncode:
            _say(text("--on-stop ended with status %1", done.returncode))
    if action.send is not None:
        command.send(action.send)


def _say(words: str) -> None:
    with contextlib.suppress(OSError):  # nobody may be reading any more
        print(f"jupyter dsw run: {said(words)}", file=sys.stderr, flush=True)


class _Process:
    """Another process, known for certain although its id may be given to a new one."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._descriptor: int | None = None
        with contextlib.suppress(AttributeError, OSError):
            self._descriptor = os.pidfd_open(pid)

    def wait(self) -> None:
        """Return when it has ended."""
        if self._descriptor is not None:
            select.select([self._descriptor], [], [])
            return
        while self._exists():
            time.sleep(BETWEEN_LOOKS_S)

    def send(self, what: signal.Signals) -> None:
        """Send it a signal, if it is still there."""
        with contextlib.suppress(ProcessLookupError):
            if self._descriptor is not None:
                signal.pidfd_send_signal(self._descriptor, what)
            else:
                os.kill(self.pid, what)

    def _exists(self) -> bool:
        try:
            os.kill(self.pid, 0)
            # One that has ended stays until its parent asks for its status, and the parent may be
            # waiting for the pipe that this process holds open.
            state = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]
        except ProcessLookupError:
            return False
        except OSError:  # there is no /proc, or it is gone right now
            return True
        return state not in {"Z", "X"}
