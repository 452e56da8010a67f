"""The sections of a page, each made of one part of the instance."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from .page import MAX_ROWS, Section, facts, table
from .phrases import (
    access_words,
    bar_words,
    both_words,
    core_words,
    format_duration,
    idle_words,
    plain,
    reason_words,
    scheduled_words,
    size_words,
    snapshot_words,
    time_words,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .countdowns import Countdowns
    from .elements import CloudDisk, Dataset, InstanceSnapshot
    from .model import Instance

_Item = TypeVar("_Item")


def status_section(instance: Instance, _stops: Countdowns) -> Section:
    """What is running: instance, image, workspace, since when."""
    running = instance.accumulated_running_time_in_ms
    return Section(
        "Instance",
        facts(
            ("Instance", plain(instance.instance_id or "")),
            ("Image", plain(instance.image_name or instance.image_url or "")),
            ("Workspace", both_words(instance.workspace_name, instance.workspace_id)),
            ("Running time", None if running is None else f"{format_duration(running)} in all"),
            ("Open", plain(instance.jupyterlab_url or ""), instance.jupyterlab_url),
        ),
        empty="Nothing is told about it.",
    )


def datasets_section(instance: Instance, _stops: Countdowns) -> Section:
    """The mounted datasets: where, whether one may write, from where."""
    return _list_section(
        "Datasets",
        ("Mount path", "Access", "Source", "Dataset"),
        instance.datasets,
        _dataset_row,
        empty="No dataset is mounted.",
    )


def _dataset_row(dataset: Dataset) -> tuple[str, ...]:
    access = access_words(dataset.writable, dataset.access)
    dynamic = "dynamic" if dataset.dynamic else ""
    return (
        plain(dataset.mount_path or ""),
        ", ".join(filter(None, (access, dynamic))),
        plain(dataset.uri or ""),
        plain(" ".join(filter(None, (dataset.dataset_id, dataset.dataset_version)))),
    )


def snapshots_section(instance: Instance, _stops: Countdowns) -> Section:
    """The saved images, newest first, with how far they are and why they failed."""
    return _list_section(
        "Snapshots",
        ("Image", "Status", "Created", "Reason"),
        instance.snapshots,
        _snapshot_row,
        empty="No image has been saved.",
    )


def _snapshot_row(snapshot: InstanceSnapshot) -> tuple[str, ...]:
    reason = reason_words(snapshot.reason_code, snapshot.reason_message)
    return (
        plain(snapshot.image_name or snapshot.image_id or ""),
        snapshot_words(snapshot),
        time_words(snapshot.gmt_create_time),
        (reason or "no reason told") if snapshot.status == "Failed" else "",
    )


def timers_section(_instance: Instance, stops: Countdowns) -> Section:
    """Both stops."""
    return Section(
        "Timers",
        facts(
            ("Idle stop", idle_words(stops.idle)),
            ("Scheduled stop", scheduled_words(stops.scheduled)),
        ),
    )


def resources_section(instance: Instance, _stops: Countdowns) -> Section:
    """What it runs on."""
    asked = instance.requested_resource
    gpus = asked.gpu_count if asked else None
    return Section(
        "Resources",
        facts(
            ("Type", plain(instance.ecs_spec or instance.resource_name or "")),
            ("Compute", plain(instance.accelerator_type or "")),
            ("CPU", core_words(asked.cpu_cores, asked.cpu) if asked else ""),
            ("Memory", size_words(asked.memory_bytes, asked.memory) if asked else ""),
            (
                "Shared memory",
                size_words(asked.shared_memory_bytes, asked.shared_memory) if asked else "",
            ),
            (
                "GPU",
                plain(f"{gpus:g} × {asked.gpu_type or 'GPU'}") if asked and gpus else "",
            ),
            ("NVIDIA driver", plain(instance.driver or "")),
            ("Payment", plain(instance.payment_type or "")),
        ),
        empty="No resources are told.",
    )


def disks_section(instance: Instance, _stops: Countdowns) -> Section:
    """The cloud disks and how full they are."""
    return _list_section(
        "Cloud disks",
        ("Mount path", "Capacity", "Used", "Mode", "Folder"),
        instance.cloud_disks,
        _disk_row,
        empty="No cloud disk is attached.",
    )


def _disk_row(disk: CloudDisk) -> tuple[str, ...]:
    return (
        plain(disk.mount_path or ""),
        size_words(disk.capacity_bytes, disk.capacity),
        bar_words(disk.used_fraction),
        plain(disk.sub_type or ""),
        plain(disk.path or ""),
    )


def _list_section(
    title: str,
    columns: Sequence[str],
    items: Sequence[_Item],
    row: Callable[[_Item], tuple[str, ...]],
    *,
    empty: str,
) -> Section:
    rows = [row(item) for item in items[:MAX_ROWS]]
    counted = f"{title} ({len(items)})" if len(items) > 1 else title
    return Section(counted, (), table(columns, rows, len(items)), empty)
