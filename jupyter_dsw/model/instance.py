"""The instance that GetInstance describes: typed, complete, and without its secrets.

Everything here is from the API page GetInstance (version 2022-01-01), the example response on it
included. Attributes are the wire's names in snake_case; an element the endpoint left out, or sent
as `null`, is None (a list: empty).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta  # noqa: TC003 - msgspec reads annotations at run time
from typing import Any

import msgspec

from jupyter_dsw.i18n import Text, text
from jupyter_dsw.model.configuration import (  # noqa: TC001 - likewise
    Affinity,
    CredentialConfig,
    DockerConfig,
    NodeErrorRecovery,
    PodIp,
    ServiceConfig,
    UserVpc,
)
from jupyter_dsw.model.decoding import decode_elements, duration
from jupyter_dsw.model.elements import (
    CloudDisk,
    Dataset,
    DynamicMount,
    Element,
    IdleInstanceCuller,
    InstanceShutdownTimer,
    InstanceSnapshot,
    Labels,
    RequestedResource,
    Tags,
)
from jupyter_dsw.model.kinds import (  # noqa: TC001 - likewise
    Address,
    Enumeration,
    FilePath,
    FreeObject,
    FreeTexts,
    Identifier,
    Login,
    Message,
    Name,
    NamesOnly,
)
from jupyter_dsw.model.parsing import Names, Parser

STATUSES: tuple[tuple[str, Text], ...] = (
    ("Creating", text("Creating")),
    ("SaveFailed", text("Image save failed")),
    ("Stopped", text("Stopped")),
    ("Failed", text("Failed")),
    ("ResourceAllocating", text("Allocating resources")),
    ("Stopping", text("Stopping")),
    ("Updating", text("Updating")),
    ("Saving", text("Saving image")),
    ("Queuing", text("Queuing")),
    ("Recovering", text("Recovering")),
    ("Starting", text("Starting")),
    ("Running", text("Running")),
    ("Saved", text("Image saved")),
    ("Deleting", text("Deleting")),
    ("EnvPreparing", text("Preparing environment")),
)
"""Labels of the values of `Status`, the same as in the panel."""

TRANSITIONAL_STATUSES = frozenset(
    {
        "Creating",
        "Deleting",
        "EnvPreparing",
        "Queuing",
        "Recovering",
        "ResourceAllocating",
        "Saving",
        "Starting",
        "Stopping",
        "Updating",
    }
)
"""Statuses that will become another one without anybody doing anything."""

ENDED_STATUSES = frozenset({"Deleting", "Failed", "Stopped", "Stopping"})
"""Statuses in which no stop lies ahead: it has happened, or it is happening."""

USABLE_STATUSES = frozenset({"Running", "SaveFailed", "Saved", "Saving"})
"""Statuses in which a person can work on the instance; saving an image does not end that."""


def status_label(status: str) -> str:
    """Return the label of an instance status; the status itself if it has none."""
    return dict[str, str](STATUSES).get(status, status)


class Instance(Element, frozen=True):
    """The instance details: GetInstance's response, secrets removed."""

    workspace_id: Identifier | None = None
    """The workspace ID, `40823`."""
    workspace_name: Name | None = None
    """The workspace name."""
    instance_id: Identifier | None = None
    """The instance ID, `dsw-…`."""
    instance_name: Name | None = None
    """The instance name."""
    ecs_spec: Identifier | None = None
    """The ECS instance type, `ecs.c6.large`."""
    status: Enumeration | None = None
    """The instance status: see `STATUSES`; an unknown one is kept as it came."""
    instance_url: Address | None = None
    """The instance URL, without query and fragment."""
    jupyterlab_url: Address | None = None
    """The JupyterLab URL, without query and fragment."""
    web_ide_url: Address | None = msgspec.field(default=None, name="WebIDEUrl")
    """The Web IDE URL, without query and fragment."""
    terminal_url: Address | None = None
    """The terminal URL, without query and fragment."""
    accumulated_running_time_in_ms: float | None = None
    """The accumulated running time in milliseconds."""
    image_id: Identifier | None = None
    """The image ID, `image-…`."""
    image_url: Address | None = None
    """The image's registry address, `registry.…/namespace/name:tag`."""
    image_name: FilePath | None = None
    """The image name."""
    gmt_create_time: datetime | None = None
    """When the instance was created (UTC)."""
    gmt_modified_time: datetime | None = None
    """When the instance was last changed (UTC)."""
    user_id: Identifier | None = None
    """The user ID."""
    user_name: Name | None = None
    """The user name."""
    datasets: tuple[Dataset, ...] = ()
    """The dataset collection."""
    user_vpc: UserVpc | None = None
    """The user VPC configuration."""
    instance_shutdown_timer: InstanceShutdownTimer | None = None
    """The scheduled shutdown task."""
    reason_code: Enumeration | None = None
    """The error code of the instance; may be empty although it failed."""
    reason_message: Message | None = None
    """The reason for the instance's error; may be empty although it failed."""
    payment_type: Enumeration | None = None
    """`PayAsYouGo` or `Subscription`."""
    latest_snapshot: InstanceSnapshot | None = None
    """The latest saved user image."""
    accelerator_type: Enumeration | None = None
    """The compute type, `CPU` or `GPU`."""
    accessibility: Enumeration | None = None
    """`PRIVATE` (visible to the owner and administrators) or `PUBLIC` (to the workspace)."""
    environment_variables: NamesOnly = msgspec.field(default_factory=dict)
    """The custom environment variables: their names; every value is removed."""
    resource_id: Identifier | None = None
    """The resource ID of a subscription instance."""
    resource_name: Name | None = None
    """The instance type: requested CPU and memory (subscription), or the ECS instance type."""
    priority: int | None = None
    """The priority: a higher one gets its resources first."""
    requested_resource: RequestedResource | None = None
    """The resource configuration of a subscription instance."""
    labels: Labels = ()
    """The custom tags."""
    idle_instance_culler: IdleInstanceCuller | None = None
    """The automatic shutdown settings for idle instances."""
    instance_snapshot_list: tuple[InstanceSnapshot, ...] = ()
    """The instance snapshots; `snapshots` has them in order."""
    cloud_disks: tuple[CloudDisk, ...] = ()
    """The cloud disks; on the wire a flat list, or a list of lists as the page describes it."""
    workspace_source: FilePath | None = None
    """The storage the workspace folder is on; empty: NAS, cloud disk or local disk, in turn."""
    request_id: Identifier | None = None
    """The ID of the request."""
    success: bool | None = None
    """Whether the call succeeded."""
    message: Message | None = None
    """The failure's reason; None where the endpoint sends "null"."""
    code: Enumeration | None = None
    """`InternalError` or `ValidationError`; None where the endpoint sends "null"."""
    http_status_code: int | None = None
    """The HTTP status in the body: 400, 404, or 0 for none."""
    driver: Enumeration | None = None
    """The NVIDIA driver version, `535.54.03`."""
    node_error_recovery: NodeErrorRecovery | None = None
    """The node error recovery configuration."""
    credential_config: CredentialConfig | None = None
    """The credential injection configuration."""
    affinity: Affinity | None = None
    """The affinity configuration."""
    image_auth: Login | None = None
    """User name and password for a private image, base64; the password is removed."""
    tags: Tags = ()
    """The resource tags."""
    dynamic_mount: DynamicMount | None = None
    """The dynamic mounting configuration."""
    proxy_path: FilePath | None = None
    """The proxy path, `dsw-170197/proxy/`."""
    user_command_id: Identifier | None = None
    """The custom command's ID."""
    service_config: ServiceConfig | None = None
    """How the instance's own servers are guarded."""
    pod_ips: tuple[PodIp, ...] = ()
    """The addresses of the instance's pod."""
    migration_options: FreeObject = msgspec.field(default_factory=dict)
    """Free-form; no description on the page."""
    access_restriction_rules: FreeTexts = msgspec.field(default_factory=dict)
    """Free-form texts; no description on the page."""
    docker_config: DockerConfig | None = None
    """Docker inside the instance."""
    tenant_id: Identifier | None = None
    """The tenant ID; no description on the page."""

    redacted: tuple[FilePath, ...] = msgspec.field(default=(), name="redacted")
    """Wire paths of the secrets that were removed, `ServiceConfig.JupyterServerPassword`."""
    unreadable: tuple[FilePath, ...] = msgspec.field(default=(), name="unreadable")
    """Wire paths of the elements that were of an unexpected type, and were left out."""

    @property
    def accumulated_running_time(self) -> timedelta | None:
        """`accumulated_running_time_in_ms` as a timedelta."""
        return duration(milliseconds=self.accumulated_running_time_in_ms)

    @property
    def is_gpu(self) -> bool:
        """Whether this is a GPU instance: `AcceleratorType`, or else the requested GPUs."""
        if self.accelerator_type:
            return self.accelerator_type.strip().upper() == "GPU"
        return bool(self.requested_resource and self.requested_resource.gpu_count)

    @property
    def has_ended(self) -> bool:
        """Whether no stop lies ahead: it is stopping, stopped, failed or being deleted."""
        return self.status in ENDED_STATUSES

    @property
    def in_transition(self) -> bool:
        """Whether the status, or that of a snapshot, is about to become another one.

        An instance that has ended saves nothing, whatever the status of its snapshots.
        """
        saving = not self.has_ended and any(each.in_transition for each in self.snapshots)
        return self.status in TRANSITIONAL_STATUSES or saving

    @property
    def snapshots(self) -> tuple[InstanceSnapshot, ...]:
        """`LatestSnapshot` and `InstanceSnapshotList` together, each once, newest first."""
        both = [self.latest_snapshot] if self.latest_snapshot else []
        both += self.instance_snapshot_list
        # The stable sort leaves the freshest state of each image first.
        both.sort(key=lambda each: _order(each.gmt_modified_time), reverse=True)
        once = {snapshot.image_id or snapshot: snapshot for snapshot in reversed(both)}
        return tuple(
            sorted(once.values(), key=lambda each: _order(each.gmt_create_time), reverse=True)
        )

    def to_wire(self) -> dict[str, Any]:
        """Return GetInstance's own names and nesting as JSON-ready dicts, lists and scalars.

        Secrets are gone; so are the elements this project does not know, and the bookkeeping of
        `redacted` and `unreadable`.
        """
        elements = msgspec.structs.replace(self, redacted=(), unreadable=())
        wire: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(elements))
        return wire


# Bookkeeping is not part of the wire, so the wire cannot name it.
_ELEMENTS = tuple(
    name for name in Instance.__struct_encode_fields__ if name not in {"redacted", "unreadable"}
)


def decode_instance(body: bytes) -> dict[str, Any]:
    """Decode the elements of GetInstance's response that the model has; work and size are bounded.

    Raises:
        ValueError: `body` is no JSON object.
    """
    return decode_elements(body, _ELEMENTS)


def parse_instance(
    raw: object, redacted: Iterable[str] = (), unreadable: Iterable[str] = ()
) -> Instance:
    """Read GetInstance's response, or what `Instance.to_wire` made of one, without secrets.

    What a server sends to a kernel is not taken on trust: secrets are removed there as well.

    Args:
        raw: the JSON object; it is left as it is.
        redacted: `Instance.redacted` of the other side.
        unreadable: `Instance.unreadable` of the other side.

    Raises:
        TypeError: `raw` is no JSON object. Nothing that is in one raises.
    """
    if not isinstance(raw, Mapping):
        msg = "the response is not a JSON object"
        raise TypeError(msg)
    parser = Parser(Names(redacted), Names(unreadable))
    shaped = {name: _shaped(name, value) for name, value in raw.items() if name in _ELEMENTS}
    read = parser.element(Instance, shaped)
    return msgspec.structs.replace(
        read, redacted=parser.redacted.as_tuple(), unreadable=parser.unreadable.as_tuple()
    )


def _shaped(name: str, value: Any) -> Any:
    """Undo the two oddities of shape: "null" for nothing, and disks in lists of lists."""
    if name in {"Code", "Message"} and value == "null":
        return None
    if name == "CloudDisks" and isinstance(value, list):
        return [disk for disks in value for disk in (disks if isinstance(disks, list) else [disks])]
    return value


def _order(time: datetime | None) -> float:
    return time.timestamp() if time else float("-inf")
