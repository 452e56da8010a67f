"""Jupyter servers that a test kills and starts again, or whose connection file it spoils."""

from __future__ import annotations

import dataclasses
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_dsw.demo.lab import Lab

T = TypeVar("T")


def kill(lab: Lab) -> dict[str, str]:
    """With SIGKILL: nothing is cleaned up. Returns the environment that it ran in."""
    environment = environment_of(lab)
    lab.process.kill()
    lab.process.wait()
    return environment


def environment_of(lab: Lab) -> dict[str, str]:
    """The environment that a server runs in."""
    variables = Path(f"/proc/{lab.process.pid}/environ").read_text().rstrip("\0").split("\0")
    return dict(line.split("=", 1) for line in variables)


def start_again(lab: Lab, environment: dict[str, str]) -> Lab:
    """Start it anew at the same address, with its token and folders; return when it responds."""
    with (lab.home / "server.log").open("ab") as log:
        process = subprocess.Popen(
            lab.process.args,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    next_life = dataclasses.replace(lab, process=process)
    next_life.wait_until_it_responds()
    return next_life


def while_spoiled(file: Path, spoil: Callable[[Path], object], look: Callable[[], T]) -> T:
    """Return what `look` gives while a server's connection file is spoiled.

    The server may write it meanwhile, but only once a minute.
    """
    for _ in range(3):
        spoil(file)
        spoiled = _state(file)
        seen = look()
        if _state(file) == spoiled:
            return seen
    msg = f"{file} does not stay spoiled"
    raise AssertionError(msg)


def _state(file: Path) -> tuple[int, int]:
    status = file.lstat()
    return status.st_ino, status.st_mtime_ns
