"""The sections of a page, each made of one part of the instance."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

from jupyter_dsw.i18n import text
from jupyter_dsw.render.labels import (
    access_words,
    bar_words,
    both_words,
    core_words,
    format_duration,
    idle_words,
    joined_words,
    payment_words,
    plain,
    reason_words,
    scheduled_words,
    size_words,
    snapshot_words,
    stops_at_the_head,
)
from jupyter_dsw.render.view_model import MAX_ROWS, Section, facts, table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jupyter_dsw.model.elements import CloudDisk, Dataset, InstanceSnapshot
    from jupyter_dsw.model.instance import Instance
    from jupyter_dsw.model.stops import Countdowns
    from jupyter_dsw.render.moments import Moments

_Item = TypeVar("_Item")


def status_section(instance: Instance, _stops: Countdowns, _moments: Moments) -> Section:
    """Return what is running: instance, image, workspace, since when."""
    running = instance.accumulated_running_time_in_ms
    return Section(
        text("Instance"),
        facts(
            (text("Instance ID"), plain(instance.instance_id or "")),
            (text("Image"), plain(instance.image_name or instance.image_url or "")),
            (text("Workspace"), both_words(instance.workspace_name, instance.workspace_id)),
            (
                text("Running time"),
                None if running is None else text("%1 in all", format_duration(running)),
            ),
            ("JupyterLab", plain(instance.jupyterlab_url or ""), instance.jupyterlab_url),
        ),
        empty=text("No information."),
    )


def datasets_section(instance: Instance, _stops: Countdowns, _moments: Moments) -> Section:
    """Return the mounted datasets: where, whether one may write, from where."""
    return _list_section(
        text("Datasets"),
        (text("Mount path"), text("Access"), text("Source"), text("Dataset")),
        instance.datasets,
        _dataset_row,
        empty=text("No dataset is mounted."),
    )


def _dataset_row(dataset: Dataset) -> tuple[str, ...]:
    access = access_words(dataset.writable, dataset.access)
    dynamic = text("dynamic") if dataset.dynamic else ""
    return (
        plain(dataset.mount_path or ""),
        joined_words(access, dynamic),
        plain(dataset.uri or ""),
        plain(" ".join(filter(None, (dataset.dataset_id, dataset.dataset_version)))),
    )


def snapshots_section(instance: Instance, _stops: Countdowns, moments: Moments) -> Section:
    """Return the saved images, newest first, with how far they are and why they failed."""
    return _list_section(
        text("Snapshots"),
        (text("Image"), text("Status"), text("Created"), text("Reason")),
        instance.snapshots,
        partial(_snapshot_row, moments),
        empty=text("No image has been saved."),
    )


def _snapshot_row(moments: Moments, snapshot: InstanceSnapshot) -> tuple[str, ...]:
    reason = reason_words(snapshot.reason_code, snapshot.reason_message)
    return (
        plain(snapshot.image_name or snapshot.image_id or ""),
        snapshot_words(snapshot),
        moments.write(snapshot.gmt_create_time),
        (reason or text("no reason given")) if snapshot.status == "Failed" else "",
    )


def timers_section(_instance: Instance, stops: Countdowns, moments: Moments) -> Section:
    """Return both stops."""
    return Section(
        text("Timers"),
        facts(
            (text("Idle stop"), idle_words(stops.idle)),
            (text("Scheduled stop"), scheduled_words(stops.scheduled, moments)),
        ),
    )


def other_timers_section(_instance: Instance, stops: Countdowns, moments: Moments) -> Section:
    """Return the stops that the line under the status is not about."""
    shown = stops_at_the_head(stops)
    if not shown:  # that none is set
        return Section(text("Timers"))
    idle = "" if "idle" in shown else idle_words(stops.idle)
    scheduled = "" if "scheduled" in shown else scheduled_words(stops.scheduled, moments)
    return Section(
        text("Timers"),
        facts((text("Idle stop"), idle), (text("Scheduled stop"), scheduled)),
    )


def resources_section(instance: Instance, _stops: Countdowns, _moments: Moments) -> Section:
    """Return what it runs on."""
    asked = instance.requested_resource
    gpus = asked.gpu_count if asked else None
    return Section(
        text("Resources"),
        facts(
            (text("Type"), plain(instance.ecs_spec or instance.resource_name or "")),
            (text("Compute"), plain(instance.accelerator_type or "")),
            ("CPU", core_words(asked.cpu_cores, asked.cpu) if asked else ""),
            (text("Memory"), size_words(asked.memory_bytes, asked.memory) if asked else ""),
            (
                text("Shared memory"),
                size_words(asked.shared_memory_bytes, asked.shared_memory) if asked else "",
            ),
            (
                "GPU",
                plain(f"{gpus:g} × {asked.gpu_type or 'GPU'}") if asked and gpus else "",
            ),
            (text("NVIDIA driver"), plain(instance.driver or "")),
            (text("Payment"), payment_words(instance.payment_type)),
        ),
        empty=text("No resources are told."),
    )


def disks_section(instance: Instance, _stops: Countdowns, _moments: Moments) -> Section:
    """Return the cloud disks and how full they are."""
    return _list_section(
        text("Cloud disks"),
        (text("Mount path"), text("Capacity"), text("Used"), text("Mode"), text("Folder")),
        instance.cloud_disks,
        _disk_row,
        empty=text("No cloud disk is attached."),
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
    counted = text("%1 (%2)", title, len(items)) if len(items) > 1 else title
    return Section(counted, (), table(columns, rows, len(items)), empty)
