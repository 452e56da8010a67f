"""The instance: GetInstance's answer typed and free of secrets, its countdowns, its renderings.

Pure: no I/O, no clock. It knows nothing of Jupyter and nothing of HTTP.
"""

from __future__ import annotations

from .configuration import (
    Affinity,
    BandwidthLimit,
    ConnectEndpoint,
    ConnectInfo,
    CpuAffinity,
    CredentialConfig,
    CredentialConfigItem,
    CredentialRole,
    CredentialUserInfo,
    DockerConfig,
    ForwardInfo,
    NodeErrorRecovery,
    PodIp,
    ServiceConfig,
    UserVpc,
)
from .countdowns import Countdowns, IdleCountdown, ScheduledCountdown, countdowns
from .credential_like import REDACTED
from .elements import (
    CloudDisk,
    CloudDiskStatus,
    Dataset,
    DynamicMount,
    DynamicMountPoint,
    IdleInstanceCuller,
    InstanceShutdownTimer,
    InstanceSnapshot,
    Label,
    RequestedResource,
    Tag,
)
from .model import Instance, instance_from_wire, parse_instance
from .render import SECTIONS, Problem, View, format_duration, to_html, to_text
from .statuses import (
    ENDED_STATUSES,
    SNAPSHOT_STATUSES,
    STATUSES,
    TRANSITIONAL_SNAPSHOT_STATUSES,
    TRANSITIONAL_STATUSES,
)

__all__ = [
    "ENDED_STATUSES",
    "REDACTED",
    "SECTIONS",
    "SNAPSHOT_STATUSES",
    "STATUSES",
    "TRANSITIONAL_SNAPSHOT_STATUSES",
    "TRANSITIONAL_STATUSES",
    "Affinity",
    "BandwidthLimit",
    "CloudDisk",
    "CloudDiskStatus",
    "ConnectEndpoint",
    "ConnectInfo",
    "Countdowns",
    "CpuAffinity",
    "CredentialConfig",
    "CredentialConfigItem",
    "CredentialRole",
    "CredentialUserInfo",
    "Dataset",
    "DockerConfig",
    "DynamicMount",
    "DynamicMountPoint",
    "ForwardInfo",
    "IdleCountdown",
    "IdleInstanceCuller",
    "Instance",
    "InstanceShutdownTimer",
    "InstanceSnapshot",
    "Label",
    "NodeErrorRecovery",
    "PodIp",
    "Problem",
    "RequestedResource",
    "ScheduledCountdown",
    "ServiceConfig",
    "Tag",
    "UserVpc",
    "View",
    "countdowns",
    "format_duration",
    "instance_from_wire",
    "parse_instance",
    "to_html",
    "to_text",
]
