"""The supervisor of `jupyter dsw run`: a process that watches for the stop while COMMAND runs.

Whatever waits for COMMAND must not wait for the supervisor: it ends with COMMAND, and of COMMAND's
descriptors it has stderr only. Where that is a pipe it lets go of it at the end of COMMAND, even if
what it started (`--on-stop`) goes on.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import stat
import subprocess
import threading
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from jupyter_dsw.columns import escaped
from jupyter_dsw.i18n import text, translated
from jupyter_dsw.model.stops import next_stop
from jupyter_dsw.notebook import readings
from jupyter_dsw.notebook.before_stop import before_stop
from jupyter_dsw.notebook.stop_watch import NO_THREAD
from jupyter_dsw.notify.watcher import NotStarted, Watcher

if TYPE_CHECKING:
    from datetime import timedelta

    from jupyter_dsw.notebook.output import Reading
    from jupyter_dsw.notify.settings import NotifySettings

STDIN, STDOUT, STDERR = 0, 1, 2
# Where the kernel has no process descriptors (Linux before 5.3).
BETWEEN_CHECKS_S = 0.5
# A pipe that can be written to takes so many bytes without blocking (POSIX allows more).
PIECE = 512
# Between checks whether a pipe can be written to, or was released.
WRITABLE_WAIT_S = 0.2
# For the last output of a command that has ended: what it started may still have its pipe.
LAST_OUTPUT_S = 2.0


@dataclass(frozen=True)
class Action:
    """What to do `before_s` seconds before a stop: run a command of the shell, send a signal.

    With `notify`, messages are sent as well, at its own minutes.
    """

    before_s: float
    on_stop: str | None
    send: signal.Signals | None
    notify: NotifySettings | None = None


def supervise(action: Action) -> None:
    """Start a supervisor that acts on this process, and on what it becomes, while that lives."""
    command = _Process(os.getpid())
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    try:
        terminal = _terminal_instead_of_pipe()
        # The terminal's Ctrl-C and Ctrl-Z are for COMMAND only. Not its child either: a program
        # that waits for all its children would wait for this one.
        os.setsid()
        if os.fork() == 0:
            _release_descriptors({command.descriptor, terminal})
            _Supervisor(command, action, terminal).run()
    except BaseException:  # noqa: BLE001 - shown, and then it is over
        traceback.print_exc()
    finally:
        # In any case: this must not continue as if it were the process that it was forked from.
        os._exit(0)


def _is_pipe(descriptor: int) -> bool:
    try:
        mode = os.fstat(descriptor).st_mode
    except OSError:  # it was closed
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def _terminal_instead_of_pipe() -> int | None:
    """Open the person's terminal for what there is to show when the pipe is gone."""
    if _is_pipe(STDERR):
        with contextlib.suppress(OSError):
            return os.open("/dev/tty", os.O_WRONLY | os.O_NOCTTY | os.O_CLOEXEC)
    return None


def _release_descriptors(kept: set[int | None]) -> None:
    """Close all that COMMAND has as well, locks and pipes of others among it, but for stderr."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (STDIN, STDOUT):
        os.dup2(nothing, standard)
    try:
        os.fstat(STDERR)
    except OSError:
        os.dup2(nothing, STDERR)
    try:
        opened = [int(name) for name in os.listdir("/dev/fd")]  # noqa: PTH208 - no paths are meant
    except OSError:
        opened = list(range(1024))
    for descriptor in opened:
        if descriptor > STDERR and descriptor not in kept:
            with contextlib.suppress(OSError):  # it was of the listing itself
                os.close(descriptor)


class _Supervisor:
    """Waits for the end of COMMAND, and acts in other threads."""

    def __init__(self, command: _Process, action: Action, terminal: int | None) -> None:
        self._command = command
        self._action = action
        self._terminal = terminal
        self._lock = threading.Lock()
        self._has_ended = False
        self._running: subprocess.Popen[bytes] | None = None
        self._reported = threading.Event()

    def run(self) -> None:
        """Return when COMMAND has ended, and an `--on-stop` that had begun."""
        try:
            # A reading may take long, and COMMAND may end before it.
            threading.Thread(target=self._watch, name="jupyter-dsw-run", daemon=True).start()
        except RuntimeError:
            _show_no_thread()
        self._command.wait()
        with self._lock:
            self._has_ended = True
            running = self._running
        if running is not None:
            self._release_pipe()
            # A checkpoint that is being copied is not cut off by the end of COMMAND.
            running.wait()
            self._reported.wait(2 * LAST_OUTPUT_S)

    def _release_pipe(self) -> None:
        if _is_pipe(STDERR):
            instead = self._terminal
            os.dup2(os.open(os.devnull, os.O_WRONLY) if instead is None else instead, STDERR)

    def _watch(self) -> None:
        action = self._action
        if action.notify is not None:
            try:
                Watcher(action.notify, lambda fresh: readings.current(fresh=fresh)).start()
            except NotStarted as failure:
                _show(failure.message)
        if action.on_stop is None and action.send is None:
            readings.current()
            _show_what_would_stop()
            return
        try:
            before_stop(self._act, minutes=action.before_s / 60)
        except RuntimeError:
            _show_no_thread()
        else:
            _show_what_would_stop()

    def _act(self, reading: Reading, left: timedelta) -> None:
        comes_next = next_stop(reading.stops)
        stop = comes_next.kind if comes_next else ""
        seconds = f"{left.total_seconds():.0f}"
        if stop:
            _show(
                text("this instance is idle and will be stopped in %1 s", seconds)
                if stop == "idle"
                else text("this instance will be stopped in %1 s, as scheduled", seconds)
            )
        else:
            _show(text("this instance is being stopped"))
        if self._action.on_stop is not None:
            variables = {
                "JUPYTER_DSW_TIME_LEFT_SECONDS": seconds,
                "JUPYTER_DSW_STOP": stop,
                "JUPYTER_DSW_COMMAND_PID": str(self._command.pid),
            }
            self._run_on_stop(self._action.on_stop, {**os.environ, **variables})
        if self._action.send is not None:
            self._command.send(self._action.send)

    def _run_on_stop(self, on_stop: str, environment: dict[str, str]) -> None:
        # It may run longer than COMMAND, so it does not get a pipe whose end somebody waits for.
        output = subprocess.PIPE if _is_pipe(STDERR) else STDERR
        with self._lock:
            if self._has_ended:
                return
            self._reported.clear()
            try:
                running = self._running = subprocess.Popen(  # noqa: S602 - the person's own command
                    on_stop,
                    shell=True,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                )
            except OSError as error:
                _show(text("the command of --on-stop cannot be run: %1", error.strerror))
                return
        forwarding = _forward_output(running)
        status = running.wait()
        if forwarding is not None:
            # Until its output ends, unless a process that it started goes on.
            forwarding.join(LAST_OUTPUT_S)
        if status:
            _show(text("the command of --on-stop exited with status %1", status))
        with self._lock:
            self._running = None
            self._reported.set()


def _forward_output(running: subprocess.Popen[bytes]) -> threading.Thread | None:
    """Forward what `running` writes into its pipe, if it has one, to stderr."""
    if running.stdout is None:
        return None
    source = running.stdout.fileno()

    def forward() -> None:
        while piece := os.read(source, PIECE):
            _write(piece)

    thread = threading.Thread(target=forward, name="jupyter-dsw-run-output", daemon=True)
    try:
        thread.start()
    except RuntimeError:  # at a limit of threads
        forward()
        return None
    return thread


def _show_what_would_stop() -> None:
    """Show, once the instance was read, by which rules COMMAND would be stopped."""
    reading = readings.last_good()
    if reading is None:
        return  # a message reports why
    if reading.utilization is None:
        # Without a server nobody has measured yet; COMMAND may be part of it already.
        reading = msgspec.structs.replace(reading, utilization=readings.utilization_here())
    if message := reading.what_would_stop():
        _show(message)


def _show_no_thread() -> None:
    _show(text("Nothing will run before a stop. %1", NO_THREAD))


def _show(message: str) -> None:
    _write(f"jupyter dsw run: {escaped(translated(message))}\n".encode(errors="replace"))


def _write(message: bytes) -> None:
    """Write to stderr, whatever that is by now; it may have no reader."""
    with contextlib.suppress(OSError):
        for begin in range(0, len(message), PIECE):
            # A write that blocks would hold a pipe that was released.
            while not select.select([], [STDERR], [], WRITABLE_WAIT_S)[1]:
                pass
            os.write(STDERR, message[begin : begin + PIECE])


class _Process:
    """Another process, identified even if its process ID is given to a new one."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.descriptor: int | None = None
        with contextlib.suppress(AttributeError, OSError):
            self.descriptor = os.pidfd_open(pid)

    def wait(self) -> None:
        """Return when it has ended."""
        if self.descriptor is not None:
            select.select([self.descriptor], [], [])
            return
        while self._exists():
            time.sleep(BETWEEN_CHECKS_S)

    def send(self, what: signal.Signals) -> None:
        """Send it the signal `what` if it still exists."""
        with contextlib.suppress(ProcessLookupError):
            if self.descriptor is not None:
                signal.pidfd_send_signal(self.descriptor, what)
            else:
                os.kill(self.pid, what)

    def _exists(self) -> bool:
        try:
            os.kill(self.pid, 0)
            # One that has ended stays until its parent reads its status, and the parent may be
            # waiting for the pipe that this process has as stderr.
            state = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]
        except ProcessLookupError:
            return False
        except OSError:  # there is no /proc, or it is gone right now
            return True
        return state not in {"Z", "X"}
