"""A known load, measured in real cgroups of this machine, reads within 3 points of what it is.

A group of its own for the load needs root and a tree that can be written to. Elsewhere the load
runs in the group of the test, where others may work too: then it is what is read at least.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jupyter_dsw.meter import Meter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BURN = """
import sys, time
print("ready", flush=True)
input()
until = time.process_time() + float(sys.argv[1])
while time.process_time() < until:
    pass
print("burned", flush=True)
input()
"""
BURNED_S = 1.5
POINTS = 3


class Load:
    """A process that uses so many seconds of CPU time, from a call of `run` on."""

    def __init__(self, seconds: float) -> None:
        command = [sys.executable, "-c", BURN, str(seconds)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def run(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\n")
        assert self.process.stdout.readline() == "burned\n"


@pytest.fixture
def load() -> Iterator[Load]:
    made = Load(BURNED_S)
    yield made
    made.process.kill()
    made.process.communicate()


@pytest.fixture
def own_group(load: Load) -> Iterator[Callable[..., list[Path]]]:
    """Moves the load into a new group below each of these; an empty list where that is denied."""
    made: list[Path] = []

    def move(*parents: Path) -> list[Path]:
        for parent in parents:
            group = parent / f"jupyter-dsw-test-{os.getpid()}"
            try:
                group.mkdir()
                made.append(group)
                (group / "cgroup.procs").write_text(str(load.process.pid))
            except OSError:
                return []
        return made

    yield move
    load.process.kill()
    load.process.wait()
    for group in made:
        with contextlib.suppress(FileNotFoundError):
            group.rmdir()


def read_percent(meter: Meter, load: Load, cores: float) -> tuple[float, float]:
    """What is read of the load, and what it is."""
    assert meter.measure(cores) is None
    begun = time.monotonic()
    load.run()
    found = meter.measure(cores)
    took_s = time.monotonic() - begun
    assert found is not None
    assert found.cpu_percent is not None
    assert found.cpu_cores is not None
    return found.cpu_percent, BURNED_S / took_s / found.cpu_cores * 100


def no_gpus() -> tuple[float | None, ...]:
    return ()


def test_a_load_in_a_group_with_a_quota_of_half_a_core(
    load: Load, own_group: Callable[..., list[Path]]
) -> None:
    trees = Path("/sys/fs/cgroup")
    if (trees / "cpuacct").is_dir():
        groups = own_group(trees / "cpu", trees / "cpuacct")
        files = [("cpu.cfs_quota_us", "50000"), ("cpu.cfs_period_us", "100000")]
    else:
        groups = own_group(trees)
        files = [("cpu.max", "50000 100000")]
    try:
        for name, content in files:
            (groups[0] / name).write_text(content)
    except (IndexError, OSError):
        groups = []
    meter = Meter(Path(f"/proc/{load.process.pid}"), gpus=no_gpus)
    read, expected = read_percent(meter, load, 1)
    if groups:
        assert read == pytest.approx(expected, abs=POINTS)
        assert expected <= 100 + POINTS
    else:
        assert read >= expected - POINTS


def test_a_load_in_a_group_of_version_2_with_the_requested_cores(
    load: Load, own_group: Callable[..., list[Path]], tmp_path: Path
) -> None:
    mounts = Path("/proc/self/mountinfo").read_text().splitlines()
    of_version_2 = [line.split()[4] for line in mounts if " - cgroup2 " in line]
    groups = own_group(Path(of_version_2[0])) if of_version_2 else []
    if groups:
        # As a container with a namespace of its own sees it.
        (tmp_path / "cgroup").write_text("0::/\n")
        (tmp_path / "mountinfo").write_text(f"9 8 0:9 / {groups[0]} rw - cgroup2 cgroup2 rw\n")
    folder = tmp_path if groups else Path("/proc/self")
    read, expected = read_percent(Meter(folder, gpus=no_gpus), load, 2)
    if groups:
        assert read == pytest.approx(expected, abs=POINTS)
    else:
        assert read >= expected - POINTS


def test_a_load_in_the_group_of_this_process(load: Load) -> None:
    read, expected = read_percent(Meter(gpus=no_gpus), load, os.cpu_count() or 1)
    assert expected - POINTS <= read <= 100


def test_one_sample_takes_less_than_a_millisecond() -> None:
    meter = Meter(gpus=no_gpus, clock=Seconds())
    meter.measure()
    took = []
    for _ in range(200):
        begun = time.perf_counter()
        assert meter.measure() is not None
        took.append(time.perf_counter() - begun)
    assert sorted(took)[len(took) // 2] < 0.001


class Seconds:
    """A clock that is two seconds later each time."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 2
        return self.now
