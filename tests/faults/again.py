"""The next life of a server that was killed: the same address, token and folders."""

from __future__ import annotations

import dataclasses
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_dsw.demo.lab import Lab


def kill(lab: Lab) -> dict[str, str]:
    """With SIGKILL: nothing is cleaned up. Returns the environment that it ran in."""
    environment = Path(f"/proc/{lab.process.pid}/environ").read_text().rstrip("\0").split("\0")
    lab.process.kill()
    lab.process.wait()
    return dict(line.split("=", 1) for line in environment)


def start_again(lab: Lab, environment: dict[str, str]) -> Lab:
    """Start it anew, and return when it responds."""
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
