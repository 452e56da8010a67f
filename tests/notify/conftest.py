"""Services on this machine, and nobody's settings."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from jupyter_dsw.demo.lab import clean_environment
from jupyter_dsw.emulator import Emulator
from tests.notify.receiver import Receiver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.canaries import Canaries

OPTIONS = (
    "--ServerApp.port=0",
    "--ServerApp.ip=127.0.0.1",
    "--ServerApp.open_browser=False",
    "--ServerApp.allow_root=True",
    "--ServerApp.jpserver_extensions={'jupyter_dsw': True}",
)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Jupyter's configuration and data are not those of the person who runs the tests."""
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTERLAB_SETTINGS_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))


@pytest.fixture
def quick(canaries: Canaries) -> Iterator[Emulator]:
    """An instance whose minutes take 3 s, so that it is read every 3 s; idle, and nothing more."""
    with Emulator(speed=20) as running:
        canaries.emulators.append(running)
        running.change(
            InstanceName="vision",
            LatestSnapshot=None,
            InstanceSnapshotList=[],
            InstanceShutdownTimer={"DueTime": None, "RemainingTimeInMs": 0},
            IdleInstanceCuller={"MaxIdleTimeInMinutes": 60, "IdleTimeInMinutes": 0},
        )
        yield running


@pytest.fixture
def start_server(
    quick: Emulator, tmp_path: Path
) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start a Jupyter server on that instance, with these options and variables."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*options: str, **variables: str) -> subprocess.Popen[bytes]:
        environment = {**clean_environment(), **quick.environment(), **variables}
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTERLAB_SETTINGS_DIR"):
            environment[name] = os.environ[name]
        with (tmp_path / "server.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "jupyter_server", *OPTIONS, *options],
                env={**environment, "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime")},
                cwd=tmp_path,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        started.append(process)
        return process

    yield start
    for process in started:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a server, and wait for that."""
    process.terminate()
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
