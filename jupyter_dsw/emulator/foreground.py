"""The emulator as a command."""

from __future__ import annotations

import functools
import shlex
import signal
import threading
from typing import TYPE_CHECKING

from jupyter_dsw.emulator.emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import Callable

# Flushed, so that a program that reads the lines from a pipe gets them at once.
_print = functools.partial(print, flush=True)


def serve(
    scenario: str = "healthy",
    speed: float = 1.0,
    port: int = 0,
    out: Callable[[str], None] = _print,
) -> None:
    """Run an emulator until Ctrl-C or SIGTERM; call it from the main thread.

    `out` is given, line by line, the ``export`` commands that point a shell at the emulator.
    ValueError for an unknown scenario, OSError if the port is taken.
    """
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with Emulator(scenario, speed, port) as emulator:
            for name, value in emulator.environment().items():
                out(f"export {name}={shlex.quote(value)}")
            threading.Event().wait()
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, before)
