"""The control group (cgroup) of this container: its CPU time, and how many cores it may use.

Version 1 and 2 (https://docs.kernel.org/admin-guide/cgroup-v2.html), nested or not, with a quota
(`docker --cpus`, limits of Kubernetes), a set of CPUs, or neither.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_dsw.files import read_plain_file, unescaped

if TYPE_CHECKING:
    from collections.abc import Callable

SELF = Path("/proc/self")
_MAX_FILE = 1024 * 1024
_MAX_CPU_RANGES = 8192
_MAX_DEPTH = 64
_CPU_RANGE = re.compile(r"(\d{1,4})(?:-(\d{1,4}))?", re.ASCII)


@dataclass(frozen=True)
class CPUGroup:
    """The control group of this container, by the folders of its controllers.

    Version 1 has a tree for each controller, version 2 one for all.
    """

    version: int
    usage: Path
    """Has the counter of CPU time."""
    limits: tuple[Path, ...]
    """Those with quotas, from the container's own outwards."""
    cpus: Path | None
    """Has the set of CPUs."""

    @classmethod
    def find(cls, self_folder: Path = SELF) -> CPUGroup | None:
        """Return the group of the container that this process is in; None if that is unknown.

        Of the groups that this process is in and that it sees, the outermost is the container's,
        whatever groups were made inside: unless that is the machine's. Then it is the outermost
        one with a quota, and else the whole machine.
        """
        paths, mounts = _paths(self_folder), _mounts(self_folder)
        if "cpuacct" in paths:
            return _version_1(paths, mounts)
        if "" not in paths or "" not in mounts:
            return None
        chain = _chain(mounts[""], paths[""])
        # Only groups below the machine's own have this file.
        is_machine = not (chain[0] / "cgroup.type").exists()
        group = _of_container(chain, _quota_2, is_machine=is_machine)
        return cls(2, group, chain[: chain.index(group) + 1][::-1], group)

    def used_s(self) -> float | None:
        """Return the seconds of CPU time that it used so far; None if that cannot be read."""
        if self.version == 1:
            used_ns = _number(_content(self.usage / "cpuacct.usage"))
            return None if used_ns is None else used_ns / 1e9
        lines = _content(self.usage / "cpu.stat").splitlines()[:50]
        of_all = (line.partition(" ")[2] for line in lines if line.startswith("usage_usec "))
        used_us = _number(next(of_all, ""))
        return None if used_us is None else used_us / 1e6

    def cores(self, machine_cores: float | None, requested_cores: float | None) -> float | None:
        """Return how many cores are 100 %: quota or CPU set, else what was requested, else all."""
        quota = _quota_1 if self.version == 1 else _quota_2
        limits = [each for each in map(quota, self.limits) if each]
        cpus = self._cpu_set()
        if cpus and (machine_cores is None or cpus < machine_cores):
            limits.append(cpus)
        if limits:
            return min([*limits, *([machine_cores] if machine_cores else [])])
        return requested_cores or cpus or machine_cores

    def _cpu_set(self) -> float | None:
        if self.cpus is None:
            return None
        names = (
            ("cpuset.effective_cpus", "cpuset.cpus")
            if self.version == 1
            else ("cpuset.cpus.effective",)
        )
        found = (_count(_content(self.cpus / name)) for name in names)
        return next((count for count in found if count), None)


def _version_1(paths: dict[str, str], mounts: dict[str, _Mount]) -> CPUGroup | None:
    if "cpuacct" not in mounts:
        return None
    usage_chain = _chain(mounts["cpuacct"], paths["cpuacct"])
    usage = usage_chain[0]
    limits: tuple[Path, ...] = ()
    if "cpu" in mounts and "cpu" in paths:
        chain = _chain(mounts["cpu"], paths["cpu"])
        # Only the machine's own group has this file.
        is_machine = (chain[0] / "release_agent").exists()
        group = _of_container(chain, _quota_1, is_machine=is_machine)
        depth = chain.index(group)
        limits = chain[: depth + 1][::-1]
        # The trees look alike, or there is but one group in each.
        usage = usage_chain[min(depth, len(usage_chain) - 1)]
    cpus = None
    if "cpuset" in mounts and "cpuset" in paths:
        cpus = _chain(mounts["cpuset"], paths["cpuset"])[0]
    return CPUGroup(1, usage, limits, cpus)


def _of_container(
    chain: tuple[Path, ...], quota: Callable[[Path], float | None], *, is_machine: bool
) -> Path:
    """Return which group of `chain`, from the outermost to this process's own, is the container's.

    `is_machine`: the outermost is the machine's own group.
    """
    limited = (group for group in chain if quota(group))
    return next(limited, chain[0]) if is_machine else chain[0]


def _quota_1(group: Path) -> float | None:
    quota_us = _number(_content(group / "cpu.cfs_quota_us"))
    period_us = _number(_content(group / "cpu.cfs_period_us"))
    return quota_us / period_us if quota_us and period_us and quota_us > 0 else None


def _quota_2(group: Path) -> float | None:
    quota_us, _, period_us = _content(group / "cpu.max").strip().partition(" ")
    quota, period = _number(quota_us), _number(period_us)
    return quota / period if quota and period and quota > 0 else None


@dataclass(frozen=True)
class _Mount:
    root: str
    """The group that is mounted, by its path in the tree."""
    folder: Path


def _paths(self_folder: Path) -> dict[str, str]:
    """Return the group of this process by controller; that of version 2 has the name ""."""
    paths = {}
    for line in _content(self_folder / "cgroup").splitlines()[:100]:
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if path.startswith("/"):
            paths.update(dict.fromkeys(controllers.split(","), path))
    return paths


def _mounts(self_folder: Path) -> dict[str, _Mount]:
    """Return where the trees are mounted, by controller (proc(5), `mountinfo`)."""
    found: dict[str, _Mount] = {}
    for line in _content(self_folder / "mountinfo").splitlines():
        before, _, after = line.partition(" - ")
        kind, _, options = after.partition(" ")
        parts = before.split(" ")
        if kind not in {"cgroup", "cgroup2"} or len(parts) < 5:
            continue
        mount = _Mount(unescaped(parts[3]), Path(unescaped(parts[4])))
        names = options.rpartition(" ")[2].split(",") if kind == "cgroup" else [""]
        for name in names:
            found.setdefault(name, mount)
    return found


def _chain(mount: _Mount, path: str) -> tuple[Path, ...]:
    """Return the folders from the mounted group to that of this process."""
    # A process that was started outside sees a path with "..", or one of another tree.
    root = mount.root.rstrip("/")
    inside = path[len(root) :] if path == root or path.startswith(f"{root}/") else ""
    chain = [mount.folder]
    for name in inside.split("/")[:_MAX_DEPTH]:
        if name == ".." or (name and not (chain[-1] / name).is_dir()):
            break
        if name:
            chain.append(chain[-1] / name)
    return tuple(chain)


def _content(path: Path) -> str:
    """Return the content of a file of the kernel; empty if there is none that can be read."""
    try:
        return read_plain_file(path, _MAX_FILE)[0].decode("utf-8", "replace")
    except OSError:
        return ""


def _number(word: str) -> int | None:
    word = word.strip()[:20]
    try:
        return int(word)
    except ValueError:
        return None


def _count(cpus: str) -> float | None:
    """Return how many CPUs a list such as `0-3,8` has."""
    count = 0
    for part in cpus.strip().split(",")[:_MAX_CPU_RANGES]:
        found = _CPU_RANGE.fullmatch(part)
        if found is None:
            return None
        first, last = int(found[1]), int(found[2] or found[1])
        count += max(0, last - first + 1)
    return float(count) or None
