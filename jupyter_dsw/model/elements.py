"""The nested elements of GetInstance's response: datasets, snapshots, timers, resources, disks.

Everything here is from the API page GetInstance (version 2022-01-01), the example response on it
included. An element the endpoint left out, or sent as `null`, is None.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - msgspec reads annotations at run time
from datetime import datetime, timedelta
from functools import cached_property
from typing import Annotated, Any, TypeAlias

import msgspec

from jupyter_dsw.i18n import Text, text
from jupyter_dsw.model.decoding import count, duration, object_from_text, size_in_bytes
from jupyter_dsw.model.kinds import (
    Address,
    Enumeration,
    FilePath,
    FreeForm,
    Identifier,
    Message,
    Name,
    Options,
    Quantity,
)

SNAPSHOT_STATUSES: tuple[tuple[str, Text], ...] = (
    ("Committing", text("Committing")),
    ("Pushing", text("Pushing")),
    ("Failed", text("Save failed")),
    ("Saved", text("Saved")),
)
"""Labels of the values of a snapshot's `Status`."""

TRANSITIONAL_SNAPSHOT_STATUSES = frozenset({"Committing", "Pushing"})
"""Snapshot statuses in which the image is still being saved."""

SNAPSHOT_STEPS = ("Committing", "Pushing", "Saved")
"""The way of an image that is saved without failing."""


def snapshot_status_label(status: str) -> str:
    """Return the label of a snapshot status; the status itself if it has none."""
    return dict[str, str](SNAPSHOT_STATUSES).get(status, status)


class Element(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="pascal", dict=True
):
    """An object of the response: snake_case in Python, GetInstance's own names on the wire."""


class Dataset(Element, frozen=True):
    """A dataset (NAS or OSS) of the instance. Element of `Datasets`, API page GetInstance."""

    dataset_id: Identifier | None = None
    """The dataset ID, `d-…`."""
    dataset_version: Identifier | None = None
    """The dataset version, `v1`."""
    uri: Address | None = None
    """The dataset URI, `oss://bucket.endpoint/path/` or `nas://…`; without query and userinfo."""
    mount_path: FilePath | None = None
    """The mount path inside the container, `/mnt/data`."""
    mount_access: Enumeration | None = None
    """The requested read and write permission: `RW` or `RO`."""
    options: Options | None = None
    """The mount options, JSON text, with the values of harmless ones; parsed in `mount_options`."""
    option_type: Enumeration | None = None
    """The mount type, `FastReadWrite`; deprecated."""
    dynamic: bool | None = None
    """Whether dynamic mounting is enabled; the page's default is false."""
    actual_mount_access: Enumeration | None = None
    """The permission the mount really has; often empty. No description on the page."""

    @cached_property
    def mount_options(self) -> Mapping[str, Any]:
        """`options` parsed; empty where there are none or they were removed."""
        return object_from_text(self.options)

    @property
    def access(self) -> str | None:
        """`RW`, `RO` or another value: `ActualMountAccess` where filled, or `MountAccess`."""
        value = (self.actual_mount_access or "").strip() or (self.mount_access or "").strip()
        return value or None

    @property
    def writable(self) -> bool | None:
        """Whether one may write there; None if unknown."""
        return {"RW": True, "RO": False}.get((self.access or "").upper())


class InstanceShutdownTimer(Element, frozen=True):
    """The scheduled shutdown task. `InstanceShutdownTimer`, API page GetInstance."""

    instance_id: Identifier | None = None
    """The instance ID, `dsw-…`."""
    gmt_create_time: datetime | None = None
    """When the task was created (UTC)."""
    gmt_modified_time: datetime | None = None
    """When the task was last changed (UTC)."""
    due_time: datetime | None = None
    """When the instance will be shut down (UTC)."""
    remaining_time_in_ms: float | None = None
    """Milliseconds to the shutdown at the moment of the response."""

    @property
    def remaining_time(self) -> timedelta | None:
        """`remaining_time_in_ms` as a timedelta."""
        return duration(milliseconds=self.remaining_time_in_ms)


class InstanceSnapshot(Element, frozen=True):
    """A saved user image. `LatestSnapshot` and `InstanceSnapshotList`, API page GetInstance."""

    image_id: Identifier | None = None
    """The image ID, `image-…`."""
    image_name: FilePath | None = None
    """The image name."""
    image_url: Address | None = None
    """The image's registry address, `registry.…/namespace/name:tag`."""
    repository_url: Address | None = None
    """The image repository's console page."""
    gmt_create_time: datetime | None = None
    """When the snapshot was created (UTC)."""
    gmt_modified_time: datetime | None = None
    """When the snapshot was last changed (UTC)."""
    reason_code: Enumeration | None = None
    """The error code of the snapshot."""
    reason_message: Message | None = None
    """The error message of the snapshot."""
    status: Enumeration | None = None
    """`Committing`, `Pushing`, `Failed` or `Saved`: see `SNAPSHOT_STATUSES`."""

    @property
    def in_transition(self) -> bool:
        """Whether the image is still being saved."""
        return self.status in TRANSITIONAL_SNAPSHOT_STATUSES


class RequestedResource(Element, frozen=True):
    """What a subscription instance requested. `RequestedResource`, API page GetInstance."""

    cpu: Quantity | None = msgspec.field(default=None, name="CPU")
    """The number of CPU cores, `"32"`."""
    memory: Quantity | None = None
    """The memory size, `"32"` or `"8Gi"` (GiB)."""
    shared_memory: Quantity | None = None
    """The shared memory size, `"32"` or `"4Gi"` (GiB)."""
    gpu: Quantity | None = msgspec.field(default=None, name="GPU")
    """The number of GPUs, `"4"`."""
    gpu_type: Enumeration | None = msgspec.field(default=None, name="GPUType")
    """The GPU model, `V100`, `A100`, `T4`, `A10`, `P100` or longer (`Tesla-V100-16G`)."""

    @property
    def cpu_cores(self) -> float | None:
        """`cpu` as a number of cores."""
        return count(self.cpu)

    @property
    def memory_bytes(self) -> int | None:
        """`memory` in bytes."""
        return size_in_bytes(self.memory)

    @property
    def shared_memory_bytes(self) -> int | None:
        """`shared_memory` in bytes."""
        return size_in_bytes(self.shared_memory)

    @property
    def gpu_count(self) -> float | None:
        """`gpu` as a number of GPUs."""
        return count(self.gpu)


class Label(Element, frozen=True):
    """A custom tag of the instance. Element of `Labels`, API page GetInstance."""

    key: Name | None = None
    """The custom tag key."""
    value: Name | None = None
    """The custom tag value; hidden if the key speaks of a credential or it is not plain."""


class Tag(Element, frozen=True):
    """A resource tag. Element of `Tags`, API page GetInstance."""

    tag_key: Name | None = None
    """The tag key."""
    tag_value: Name | None = None
    """The tag value; hidden if the key speaks of a credential or it is not plain."""


Labels: TypeAlias = Annotated[tuple[Label, ...], FreeForm()]
Tags: TypeAlias = Annotated[tuple[Tag, ...], FreeForm()]


class IdleInstanceCuller(Element, frozen=True):
    """The automatic shutdown settings for idle instances. API page GetInstance."""

    instance_id: Identifier | None = None
    """The instance ID, `dsw-…`."""
    cpu_percent_threshold: float | None = None
    """CPU utilization in percent, 1 to 100, below which the instance counts as idle."""
    gpu_percent_threshold: float | None = None
    """GPU utilization in percent, 1 to 100; counts for GPU instances only, next to the CPU's."""
    max_idle_time_in_minutes: float | None = None
    """Minutes of idleness after which the instance is stopped."""
    idle_time_in_minutes: float | None = None
    """Minutes the instance has been idle; 0 while it is not."""

    @property
    def max_idle_time(self) -> timedelta | None:
        """`max_idle_time_in_minutes` as a timedelta."""
        return duration(minutes=self.max_idle_time_in_minutes)

    @property
    def idle_time(self) -> timedelta | None:
        """`idle_time_in_minutes` as a timedelta."""
        return duration(minutes=self.idle_time_in_minutes)


class CloudDiskStatus(Element, frozen=True):
    """How full a cloud disk is; the page gives no unit. `CloudDisks[].Status`."""

    available: float | None = None
    """What is free."""
    usage: float | None = None
    """What is used."""
    capacity: float | None = None
    """The whole."""

    @property
    def used_fraction(self) -> float | None:
        """Used part of the whole, 0 to 1, without a unit; None if the response has none."""
        if self.usage is None or self.usage < 0 or self.capacity is None or self.capacity <= 0:
            return None
        return min(1.0, self.usage / self.capacity)


class CloudDisk(Element, frozen=True):
    """A cloud disk of the instance. Element of `CloudDisks`, API page GetInstance."""

    capacity: Quantity | None = None
    """The disk's capacity, `30Gi`."""
    sub_type: Enumeration | None = None
    """The usage mode; `rootfs` is mounted as the root file system."""
    mount_path: FilePath | None = None
    """The mount path inside the container."""
    path: FilePath | None = None
    """The directory on the disk that is mounted."""
    status: CloudDiskStatus | None = None
    """How full it is."""

    @property
    def capacity_bytes(self) -> int | None:
        """`capacity` in bytes."""
        return size_in_bytes(self.capacity)

    @property
    def used_fraction(self) -> float | None:
        """Used part of the disk, 0 to 1; None while the response has none."""
        return self.status.used_fraction if self.status else None


class DynamicMountPoint(Element, frozen=True):
    """A folder for dynamic mounts. `DynamicMount.MountPoints`, from the page's example."""

    root_path: FilePath | None = None
    """The folder under which datasets can be mounted while running, `/mnt/dynamic/`."""
    options: Options | None = None
    """The mount options, JSON text, with the values of harmless ones; parsed in `mount_options`."""

    @cached_property
    def mount_options(self) -> Mapping[str, Any]:
        """`options` parsed; empty where there are none or they were removed."""
        return object_from_text(self.options)


class DynamicMount(Element, frozen=True):
    """The dynamic mounting configuration. API page GetInstance and its example."""

    enable: bool | None = None
    """Whether dynamic mounting is enabled."""
    mount_points: tuple[DynamicMountPoint, ...] = ()
    """The folders for it."""
