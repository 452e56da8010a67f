"""A Jupyter server that is ended under its pages and kernels, and the next one in its place."""

from __future__ import annotations

import dataclasses
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_dsw.demo.lab import Lab


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
