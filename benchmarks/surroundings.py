"""The simulated instance that is measured on, as variables of this process or of others."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from typing import IO, TYPE_CHECKING, cast

from jupyter_dsw.emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def on_an_instance(scenario: str = "healthy") -> Iterator[Emulator]:
    """Let this process run on an instance of the emulator's."""
    with Emulator(scenario) as emulator, _set(emulator.environment()):
        yield emulator


@contextlib.contextmanager
def on_an_instance_elsewhere(*options: str) -> Iterator[dict[str, str]]:
    """The same, the emulator in a process of its own: this one's processor time is its own.

    `options` are those of `benchmarks.elsewhere`.
    """
    command, pipe = [sys.executable, "-m", "benchmarks.elsewhere", *options], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        stdin, stdout = cast("tuple[IO[str], IO[str]]", (process.stdin, process.stdout))
        environment: dict[str, str] = json.loads(stdout.readline())
        try:
            with _set(environment):
                yield environment
        finally:
            stdin.close()


@contextlib.contextmanager
def _set(environment: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
