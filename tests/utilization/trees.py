"""Written trees of cgroups, as a container sees them in `/proc/self` and `/sys/fs/cgroup`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

V1_CONTROLLERS = ("cpu", "cpuacct", "cpuset", "memory")


class Tree:
    """One tree, whose files a test writes and changes.

    `path` is the group that the process is in, and `root` the one that is mounted: both by their
    path in the kernel's own tree.
    """

    def __init__(self, folder: Path, version: int, path: str, root: str = "/") -> None:
        self.version = version
        self.self_folder = folder / "proc self"
        self.mounted = folder / "sys fs"
        self.self_folder.mkdir(parents=True)
        escaped = str(self.mounted).replace(" ", "\\040")
        if version == 1:
            groups = [f"{number}:{name}:{path}" for number, name in enumerate(V1_CONTROLLERS, 3)]
            groups.append(f"1:name=systemd:{path}")
            mounts = [
                f"{number} 30 0:{number} {root} {escaped}/{name} ro - cgroup cgroup rw,{name}"
                for number, name in enumerate(V1_CONTROLLERS, 40)
            ]
        else:
            groups = [f"0::{path}"]
            mounts = [
                f"40 30 0:40 {root} {escaped} ro,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate"
            ]
        proc = "20 30 0:20 / /proc rw - proc proc rw"
        self.write_self("cgroup", "\n".join(groups))
        self.write_self("mountinfo", "\n".join([proc, *mounts]))

    def write_self(self, name: str, content: str) -> None:
        (self.self_folder / name).write_text(f"{content}\n")

    def write(self, controller: str, group: str, name: str, content: object) -> None:
        """Write a file of a group, by its path below the mounted one; version 2 has one tree."""
        folder = self.mounted / (controller if self.version == 1 else "") / group
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"{content}\n")

    def use(self, seconds: float, group: str = "") -> None:
        """Write how many seconds of CPU time a group has used in all."""
        if self.version == 1:
            self.write("cpuacct", group, "cpuacct.usage", round(seconds * 1e9))
        else:
            used_us = round(seconds * 1e6)
            content = f"usage_usec {used_us}\nuser_usec {used_us}\nsystem_usec 0"
            self.write("cpu", group, "cpu.stat", content)

    def limit(self, cores: float | None, group: str = "") -> None:
        """Write the quota of a group, None for none."""
        quota = None if cores is None else round(cores * 100_000)
        if self.version == 1:
            self.write("cpu", group, "cpu.cfs_quota_us", -1 if quota is None else quota)
            self.write("cpu", group, "cpu.cfs_period_us", 100_000)
        else:
            self.write("cpu", group, "cpu.max", f"{'max' if quota is None else quota} 100000")

    def pin(self, cpus: str, group: str = "") -> None:
        """Write the set of CPUs of a group."""
        if self.version == 1:
            self.write("cpuset", group, "cpuset.cpus", cpus)
        else:
            self.write("cpuset", group, "cpuset.cpus.effective", cpus)

    def of_machine(self) -> None:
        """Mark the mounted group as the machine's own: no container is around it."""
        if self.version == 1:
            for controller in V1_CONTROLLERS:
                self.write(controller, "", "release_agent", "")
        else:
            (self.mounted / "cgroup.type").unlink(missing_ok=True)

    def of_container(self, group: str = "") -> None:
        """Mark a group as one below the machine's own."""
        if self.version == 2:
            self.write("", group, "cgroup.type", "domain")
