"""Commands as a person or a script runs them: in a real terminal, or with a pipe behind."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import threading
from typing import TYPE_CHECKING

from tests.waiting import until

if TYPE_CHECKING:
    from typing_extensions import Self

DSW = [sys.executable, "-m", "jupyter_dsw.cli"]
# Python's own `pty.fork` would fork this process, which has threads. A login resets SIGHUP, which
# would else be ignored where the tests were started with `nohup`.
_IN_TERMINAL = """
import fcntl, os, signal, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])
"""
_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
ALTERNATE_SCREEN, MAIN_SCREEN = "\x1b[?1049h", "\x1b[?1049l"
CURSOR_SHOWN = "\x1b[?25h"


def dsw(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `jupyter dsw …` with pipes for its output."""
    return subprocess.run(
        [*DSW, *words],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


class Terminal:
    """A command in a pseudo-terminal of its own, which is its controlling one."""

    def __init__(self, *command: str, columns: int = 80, rows: int = 40, **variables: str) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        unwanted = {"COLUMNS", "LINES", "NO_COLOR"}
        environment = {name: os.environ[name] for name in os.environ.keys() - unwanted}
        self.process = subprocess.Popen(
            [sys.executable, "-c", _IN_TERMINAL, *command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**environment, "TERM": "xterm-256color", **variables},
            start_new_session=True,
        )
        os.close(slave)
        self._output = bytearray()
        self._end_of_reading, self._end = os.pipe()
        self._is_open = True
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.wait()
        self.close()
        os.close(self._end)
        os.close(self._end_of_reading)

    @property
    def raw(self) -> str:
        """All that it has written so far."""
        return self._output.decode(errors="replace")

    @property
    def text(self) -> str:
        """The same without escape sequences."""
        return _ESCAPE.sub("", self.raw).replace("\r\n", "\n")

    def type(self, keys: str) -> None:
        """Type `keys`."""
        os.write(self._master, keys.encode())

    def close(self) -> None:
        """Close the window: the terminal of what runs in it is gone."""
        if self._is_open:
            self._is_open = False
            os.write(self._end, b".")
            # As long as somebody reads from it, it is not gone.
            self._reader.join(timeout=60)
            os.close(self._master)

    def until(self, words: str) -> None:
        """Return when it has written `words`."""
        until(lambda: words in self.text or self.process.poll() is not None)
        assert words in self.text

    def wait(self) -> int:
        """Wait for its end; returns its status."""
        status = self.process.wait(timeout=60)
        self._reader.join(timeout=60)
        return status

    def _read(self) -> None:
        while True:
            ready, _, _ = select.select([self._master, self._end_of_reading], [], [])
            if self._end_of_reading in ready:
                return
            try:
                data = os.read(self._master, 65536)
            except OSError:  # the last one on the other side has closed it
                return
            if not data:
                return
            self._output += data
