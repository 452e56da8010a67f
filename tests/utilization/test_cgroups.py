"""CPU utilization of a container, measured in written trees of cgroups of both versions."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from jupyter_dsw.cgroups import CPUGroup
from jupyter_dsw.meter import Meter, Utilization
from tests.clock import Clock
from tests.utilization.trees import Tree

if TYPE_CHECKING:
    from pathlib import Path

POD = "/kubepods/burstable/pod1/dsw"


@pytest.fixture(params=[1, 2], ids=["v1", "v2"])
def version(request: pytest.FixtureRequest) -> int:
    number: int = request.param
    return number


@pytest.fixture
def tree(tmp_path: Path, version: int) -> Tree:
    """A container's own tree: with a namespace for cgroups (v2), and mounted without one (v1)."""
    root = POD if version == 1 else "/"
    made = Tree(tmp_path, version, root, root)
    made.of_container()
    made.use(1000)
    made.pin("0-15")
    return made


def no_gpus() -> tuple[float | None, ...]:
    return ()


def meter(tree: Tree, clock: Clock, machine_cores: float = 16) -> Meter:
    return Meter(tree.self_folder, machine_cores=machine_cores, gpus=no_gpus, clock=clock)


def measured(
    tree: Tree,
    used_s: float,
    *,
    group: str = "",
    machine_cores: float = 16,
    requested_cores: float | None = None,
) -> Utilization:
    """What is measured over a minute in which so many seconds of CPU time were used."""
    clock = Clock(5000.0)
    measuring = meter(tree, clock, machine_cores)
    assert measuring.measure(requested_cores) is None
    clock.now += 60
    tree.use(1000 + used_s, group)
    found = measuring.measure(requested_cores)
    assert found is not None
    assert found.measured_for_ms == 60_000
    return found


def test_a_quota_is_100_percent(tree: Tree) -> None:
    tree.limit(4)
    found = measured(tree, 60)
    assert (found.cpu_percent, found.cpu_cores) == (25, 4)


def test_half_a_core_is_100_percent_too(tree: Tree) -> None:
    tree.limit(0.5)
    assert measured(tree, 15).cpu_percent == 50


def test_a_set_of_cpus_is_100_percent(tree: Tree) -> None:
    tree.limit(None)
    tree.pin("0-2,8")
    found = measured(tree, 24)
    assert (found.cpu_percent, found.cpu_cores) == (10, 4)


def test_the_smaller_of_quota_and_set_counts(tree: Tree) -> None:
    tree.limit(8)
    tree.pin("0-1")
    assert measured(tree, 60).cpu_cores == 2


def test_a_quota_above_the_machines_cores_is_the_machine(tree: Tree) -> None:
    tree.limit(64)
    assert measured(tree, 60).cpu_cores == 16


def test_without_a_limit_the_requested_cores_are_100_percent(tree: Tree) -> None:
    tree.limit(None)
    found = measured(tree, 96, requested_cores=8)
    assert (found.cpu_percent, found.cpu_cores) == (20, 8)


def test_without_any_limit_the_machine_is_100_percent(tree: Tree) -> None:
    found = measured(tree, 96)
    assert (found.cpu_percent, found.cpu_cores) == (10, 16)


def test_a_burst_above_the_limit_is_100_percent(tree: Tree) -> None:
    tree.limit(1)
    assert measured(tree, 90).cpu_percent == 100


def test_a_busy_group_made_inside_the_container_counts_with_the_whole_of_it(
    tmp_path: Path, version: int
) -> None:
    root = POD if version == 1 else "/"
    own = f"{root.rstrip('/')}/init.scope/jupyter"
    tree = Tree(tmp_path, version, own, root)
    tree.of_container()
    tree.of_container("init.scope/jupyter")
    tree.limit(8)
    tree.limit(1, "init.scope/jupyter")
    tree.use(1000)
    tree.use(3, "init.scope/jupyter")
    found = measured(tree, 240)
    assert (found.cpu_percent, found.cpu_cores) == (50, 8)


def test_where_the_machines_tree_is_visible_the_outermost_group_with_a_quota_counts(
    tmp_path: Path, version: int
) -> None:
    tree = Tree(tmp_path, version, POD)
    tree.of_machine()
    for group in ("kubepods", "kubepods/burstable", "kubepods/burstable/pod1", POD[1:]):
        tree.of_container(group)
        tree.limit(None, group)
    tree.limit(4, "kubepods/burstable/pod1")
    tree.limit(2, POD[1:])
    tree.use(99_000)
    tree.use(1000, "kubepods/burstable/pod1")
    tree.use(5, POD[1:])
    found = measured(tree, 60, group="kubepods/burstable/pod1")
    assert (found.cpu_percent, found.cpu_cores) == (25, 4)


def test_without_a_quota_anywhere_the_machine_is_measured(tmp_path: Path, version: int) -> None:
    tree = Tree(tmp_path, version, "/system.slice/jupyter.service")
    tree.of_machine()
    tree.of_container("system.slice/jupyter.service")
    tree.use(1000)
    tree.use(5, "system.slice/jupyter.service")
    tree.pin("0-15")
    found = measured(tree, 480)
    assert (found.cpu_percent, found.cpu_cores) == (50, 16)


@pytest.mark.parametrize("path", ["/../../other", "/elsewhere", "/kubepods/gone"])
def test_a_path_that_leads_nowhere_here_is_the_mounted_group(
    tmp_path: Path, version: int, path: str
) -> None:
    tree = Tree(tmp_path, version, path, "/kubepods" if version == 1 else "/")
    tree.of_container()
    tree.use(1000)
    tree.limit(2)
    assert measured(tree, 60).cpu_percent == 50


def test_a_counter_that_goes_backwards_is_unknown_once(tree: Tree) -> None:
    clock = Clock(5000.0)
    measuring = meter(tree, clock)
    tree.limit(1)
    measuring.measure()
    clock.now += 60
    tree.use(3)
    backwards = measuring.measure()
    clock.now += 60
    tree.use(33)
    after = measuring.measure()
    assert backwards is not None
    assert after is not None
    assert (backwards.cpu_percent, after.cpu_percent) == (None, 50)


def test_a_group_that_vanishes_is_unknown_until_there_is_one_again(tree: Tree) -> None:
    clock = Clock(5000.0)
    measuring = meter(tree, clock)
    tree.limit(1)
    measuring.measure()
    shutil.rmtree(tree.mounted)
    found = []
    for used_s in (None, 500, 530):
        clock.now += 60
        if used_s is not None:
            tree.use(used_s)
            tree.limit(1)
        utilization = measuring.measure()
        assert utilization is not None
        found.append(utilization.cpu_percent)
    assert found == [None, None, 50]


def test_a_machine_that_was_suspended_shows_the_share_of_the_time_awake(tree: Tree) -> None:
    clock = Clock(5000.0)
    measuring = meter(tree, clock)
    tree.limit(1)
    measuring.measure()
    # By this clock the eight hours asleep did not pass, and no CPU time was used in them.
    clock.now += 60
    tree.use(1030)
    found = measuring.measure()
    assert found is not None
    assert found.cpu_percent == 50


def test_nothing_is_measured_over_less_than_a_second_and_nothing_is_lost(tree: Tree) -> None:
    clock = Clock(5000.0)
    measuring = meter(tree, clock)
    tree.limit(1)
    measuring.measure()
    clock.now += 0.5
    tree.use(1000.4)
    assert measuring.measure() is None
    clock.now += 0.5
    tree.use(1000.5)
    found = measuring.measure()
    assert found is not None
    assert found.cpu_percent == 50


@pytest.mark.parametrize("content", ["", "many", "usage_usec", "usage_usec ∞", "\0" * 9])
def test_a_counter_that_cannot_be_read_is_unknown_and_not_zero(tree: Tree, content: str) -> None:
    tree.write("cpuacct", "", "cpuacct.usage", content)
    tree.write("cpu", "", "cpu.stat", content)
    group = CPUGroup.find(tree.self_folder)
    assert group is not None
    assert group.used_s() is None


@pytest.mark.parametrize("content", ["", "-", "max", "max 0", "100000 0", "x y", "-1 100000"])
def test_a_limit_that_cannot_be_read_is_no_limit(tree: Tree, content: str) -> None:
    tree.write("cpu", "", "cpu.max", content)
    tree.write("cpu", "", "cpu.cfs_quota_us", content)
    tree.write("cpu", "", "cpu.cfs_period_us", "100000")
    tree.pin("9-1,x")
    assert measured(tree, 60, requested_cores=4).cpu_cores == 4


@pytest.mark.parametrize("name", ["cgroup", "mountinfo"])
@pytest.mark.parametrize("content", ["", "\n\n", "::::", "no colon", " - cgroup2 - - -"])
def test_without_a_tree_it_is_unknown(tree: Tree, name: str, content: str) -> None:
    tree.write_self(name, content)
    found = measured(tree, 60)
    assert (found.cpu_percent, found.cpu_cores) == (None, None)


def test_outside_linux_it_is_unknown(tmp_path: Path) -> None:
    assert CPUGroup.find(tmp_path / "no such folder") is None
