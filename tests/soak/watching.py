"""`python -m tests.soak.watching [MINUTES]`: the cost of a server that watches with no page open.

Two Jupyter servers run next to each other at their real pace, one that watches a busy instance for
notifications and one that does not. Prints the difference in CPU time as a share of a core.
"""

from __future__ import annotations

import sys
import tempfile
import threading
from pathlib import Path

import psutil

from jupyter_dsw.demo.lab import Lab, clean_environment
from jupyter_dsw.emulator import Emulator

SETTLED_S = 30.0


def main(minutes: float) -> None:
    """Measure for so many minutes, and print the result."""
    with Emulator() as emulator, tempfile.TemporaryDirectory() as folder:
        # At rest: nothing comes near, no image is being saved, so nothing is sent.
        emulator.change(LatestSnapshot=None, InstanceSnapshotList=[])
        emulator.change(InstanceShutdownTimer={"DueTime": None, "RemainingTimeInMs": 0})
        emulator.change(IdleInstanceCuller={"IdleTimeInMinutes": 0})
        watching = _server(
            Path(folder, "watching"), emulator, JUPYTER_DSW_NOTIFY="json://localhost:1"
        )
        plain = _server(Path(folder, "plain"), emulator)
        try:
            _wait(SETTLED_S)
            before, calls = [_cpu_s(each) for each in (watching, plain)], emulator.calls
            _wait(minutes * 60)
            after = [_cpu_s(each) for each in (watching, plain)]
            with_it, without = (b - a for a, b in zip(before, after, strict=True))
            share = (with_it - without) / (minutes * 60) * 100
            print(
                f"{minutes:g} minutes: {with_it:.2f} s of CPU against {without:.2f} s, "
                f"{share:.4f} % of a core more; {emulator.calls - calls} calls"
            )
        finally:
            watching.stop()
            plain.stop()


def _server(folder: Path, emulator: Emulator, **variables: str) -> Lab:
    folder.mkdir()
    lab = Lab.start(folder, {**clean_environment(), **emulator.environment(), **variables}, {})
    lab.wait_until_it_responds()
    return lab


def _cpu_s(lab: Lab) -> float:
    times = psutil.Process(lab.process.pid).cpu_times()
    return times.user + times.system + times.children_user + times.children_system


def _wait(seconds: float) -> None:
    threading.Event().wait(seconds)


if __name__ == "__main__":
    main(float(sys.argv[1]) if sys.argv[1:] else 10)
