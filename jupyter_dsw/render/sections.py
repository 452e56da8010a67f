"""The sections of what is shown, each made of one part of the instance.

An element has the same label here and in the panel: `tests/render/test_labels.py`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

import msgspec

from jupyter_dsw.i18n import text
from jupyter_dsw.model.instance import Instance
from jupyter_dsw.model.sessions import Session
from jupyter_dsw.model.stops import PoliciesState, Stop
from jupyter_dsw.render import stops, values
from jupyter_dsw.render.values import Moments, plain
from jupyter_dsw.render.view_model import MAX_ROWS, Fact, Section, facts, table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jupyter_dsw.model.elements import CloudDisk, Dataset, InstanceSnapshot
_Item = TypeVar("_Item")


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What sections are made of."""

    instance: Instance
    stops: tuple[Stop, ...]
    stop_policies: PoliciesState
    sessions: tuple[Session, ...] | None
    moments: Moments


def status_section(shown: Shown) -> Section:
    """Return what is running: instance, image, workspace, since when."""
    instance = shown.instance
    running = instance.accumulated_running_time_in_ms
    return Section(
        text("Instance"),
        facts(
            (text("Instance ID"), plain(instance.instance_id or "")),
            (text("Image"), plain(instance.image_name or instance.image_url or "")),
            (text("Workspace"), values.named(instance.workspace_name, instance.workspace_id)),
            (
                text("Total run time"),
                None if running is None else values.format_duration(running),
            ),
            ("JupyterLab", plain(instance.jupyterlab_url or ""), instance.jupyterlab_url),
        ),
        empty=text("No information."),
    )


def datasets_section(shown: Shown) -> Section:
    """Return the mounted datasets: where, whether one may write, from where."""
    instance = shown.instance
    return _list_section(
        text("Datasets"),
        (text("Mount path"), text("Access"), text("Source"), text("Dataset")),
        instance.datasets,
        _dataset_row,
        empty=text("No dataset is mounted."),
    )


def _dataset_row(dataset: Dataset) -> tuple[str, ...]:
    access = values.access(dataset.writable, dataset.access)
    dynamic = text("dynamic") if dataset.dynamic else ""
    return (
        plain(dataset.mount_path or ""),
        values.listed(access, dynamic),
        plain(dataset.uri or ""),
        plain(" ".join(filter(None, (dataset.dataset_id, dataset.dataset_version)))),
    )


def snapshots_section(shown: Shown) -> Section:
    """Return the saved images, newest first, with how far they are and why they failed."""
    instance, moments = shown.instance, shown.moments
    return _list_section(
        text("Snapshots"),
        (text("Image"), text("Status"), text("Created"), text("Reason")),
        instance.snapshots,
        partial(_snapshot_row, moments),
        empty=text("No image has been saved."),
    )


def _snapshot_row(moments: Moments, snapshot: InstanceSnapshot) -> tuple[str, ...]:
    reason = values.reason_of(snapshot.reason_code, snapshot.reason_message)
    return (
        plain(snapshot.image_name or snapshot.image_id or ""),
        values.snapshot_progress(snapshot),
        moments.write(snapshot.gmt_create_time),
        (reason or text("no reason given")) if snapshot.status == "Failed" else "",
    )


def timers_section(shown: Shown) -> Section:
    """Return all stops, nearest first."""
    return _stops(shown, shown.stops)


def other_timers_section(shown: Shown) -> Section:
    """Return the stops that the line under the status is not about."""
    at_the_head = stops.stops_at_the_head(shown.stops)
    return _stops(shown, [stop for stop in shown.stops if stop not in at_the_head])


def _stops(shown: Shown, some: Sequence[Stop]) -> Section:
    described = [(stops.stop_name(each), stops.describe_stop(each, shown.moments)) for each in some]
    return Section(text("Timers"), facts(*described), empty=stops.no_stop(shown.stop_policies))


def history_section(shown: Shown) -> Section:
    """Return the last runs: from when to when, and how each ended."""
    runs = shown.sessions
    if runs is None:
        return Section(text("Last runs"), empty=text("The last runs are not known."))
    return _list_section(
        text("Last runs"),
        (text("Started"), text("Ended"), text("Run time"), text("How it ended"), text("Reason")),
        runs,
        partial(_run_row, shown.moments),
        empty=text("No run is recorded."),
    )


def _run_row(moments: Moments, run: Session) -> tuple[str, ...]:
    return (
        moments.write(run.started_at),
        moments.write(run.ended_at),
        values.elapsed_between(run.started_at, run.ended_at),
        values.ending(run),
        values.reason_of(run.reason_code, run.reason),
    )


def resources_section(shown: Shown) -> Section:
    """Return what it runs on."""
    instance = shown.instance
    requested = instance.requested_resource
    gpus = requested.gpu_count if requested else None
    return Section(
        text("Resources"),
        facts(
            (text("Instance type"), plain(instance.ecs_spec or "")),
            (text("Compute"), plain(instance.accelerator_type or "")),
            ("CPU", values.cores(requested.cpu_cores, requested.cpu) if requested else ""),
            (
                text("Memory"),
                values.size(requested.memory_bytes, requested.memory) if requested else "",
            ),
            (
                text("Shared memory"),
                values.size(requested.shared_memory_bytes, requested.shared_memory)
                if requested
                else "",
            ),
            (
                "GPU",
                plain(f"{gpus:g} × {requested.gpu_type or 'GPU'}") if requested and gpus else "",
            ),
            (text("NVIDIA driver"), plain(instance.driver or "")),
            (
                text("Billing method"),
                values.label_of(instance.payment_type, values.BILLING_METHODS),
            ),
        ),
        empty=text("No information about the resources."),
    )


def disks_section(shown: Shown) -> Section:
    """Return the cloud disks and how full they are."""
    instance = shown.instance
    return _list_section(
        text("Cloud disks"),
        (text("Mount path"), text("Capacity"), text("Used"), text("Type"), text("Folder")),
        instance.cloud_disks,
        _disk_row,
        empty=text("No cloud disk is attached."),
    )


def _disk_row(disk: CloudDisk) -> tuple[str, ...]:
    return (
        plain(disk.mount_path or ""),
        values.size(disk.capacity_bytes, disk.capacity),
        values.usage_bar(disk.used_fraction),
        values.label_of(disk.sub_type, values.DISK_TYPES),
        plain(disk.path or ""),
    )


def network_section(shown: Shown) -> Section:
    """Return the VPC, its addresses and forwarded ports."""
    instance = shown.instance
    vpc = instance.user_vpc
    pods = [each.ip for each in instance.pod_ips if each.ip]
    if vpc is None:
        return Section(
            text("Network"),
            facts((text("Pod IPs"), values.enumerated(pods))),
            empty=text("No VPC is configured."),
        )
    forwards = [
        (
            plain(each.name or ""),
            plain(" → ".join(filter(None, (each.external_port, each.forward_port)))),
            plain(", ".join(each.access_type)),
            plain((each.connect_info.phase or "") if each.connect_info else ""),
        )
        for each in vpc.forward_infos[:MAX_ROWS]
    ]
    return Section(
        text("Network"),
        facts(
            ("VPC", plain(vpc.vpc_id or "")),
            (text("vSwitch"), plain(vpc.v_switch_id or "")),
            (text("Security group"), plain(vpc.security_group_id or "")),
            (text("CIDR blocks"), values.enumerated(vpc.cidr_blocks)),
            (text("Default route"), plain(vpc.default_route or "")),
            ("IP", plain(vpc.ip or "")),
            (text("Pod IPs"), values.enumerated(pods)),
        ),
        table(
            (text("Forwarding"), text("Port"), text("From"), text("State")),
            forwards,
            len(vpc.forward_infos),
        ),
        empty=text("No VPC is configured."),
    )


def details_section(shown: Shown) -> Section:
    """Return the rest of the response, and what was left out of it."""
    instance, moments = shown.instance, shown.moments
    return Section(
        text("Details"),
        (
            *facts(
                (text("Owner"), values.named(instance.user_name, instance.user_id)),
                (
                    text("Visibility"),
                    values.label_of(instance.accessibility, values.VISIBILITIES),
                ),
                (text("Created"), moments.write(instance.gmt_create_time)),
                (text("Modified"), moments.write(instance.gmt_modified_time)),
                (text("Image ID"), plain(instance.image_id or "")),
                (text("Image URL"), plain(instance.image_url or "")),
                (text("Resource"), values.named(instance.resource_name, instance.resource_id)),
                (text("Priority"), "" if instance.priority is None else str(instance.priority)),
                (text("Workspace folder"), plain(instance.workspace_source or "")),
            ),
            *_links(instance),
            *facts(
                (text("Proxy path"), plain(instance.proxy_path or "")),
                (text("Environment"), values.enumerated(instance.environment_variables)),
                (text("Labels"), values.pairs((each.key, each.value) for each in instance.labels)),
                (
                    text("Tags"),
                    values.pairs((each.tag_key, each.tag_value) for each in instance.tags),
                ),
            ),
            *_settings(instance),
            *facts(
                (text("Custom command"), plain(instance.user_command_id or "")),
                (text("Tenant"), plain(instance.tenant_id or "")),
                (text("Request ID"), plain(instance.request_id or "")),
                (text("Hidden values"), values.enumerated(instance.redacted)),
                (text("Unreadable values"), values.enumerated(instance.unreadable)),
            ),
        ),
        empty=text("No further details."),
    )


def _links(instance: Instance) -> tuple[Fact, ...]:
    return facts(
        (text("Instance page"), plain(instance.instance_url or ""), instance.instance_url),
        ("Web IDE", plain(instance.web_ide_url or ""), instance.web_ide_url),
        (text("Terminal"), plain(instance.terminal_url or ""), instance.terminal_url),
    )


def _settings(instance: Instance) -> tuple[Fact, ...]:
    mount, docker = instance.dynamic_mount, instance.docker_config
    recovery, credentials = instance.node_error_recovery, instance.credential_config
    affinity = instance.affinity.cpu if instance.affinity else None
    roles = (
        role.role_arn or ""
        for config in (credentials.configs if credentials else ())
        for role in config.roles
    )
    points = [each.root_path or "" for each in mount.mount_points] if mount else []
    return facts(
        (text("Dynamic mount"), values.dotted(values.on_or_off(mount), values.enumerated(points))),
        ("Docker", values.on_or_off(docker)),
        (text("Credentials"), values.on_or_off(credentials)),
        (text("Roles"), values.enumerated(roles)),
        (text("CPU affinity"), values.on_or_off(affinity)),
        (text("Node error"), values.yes_or_no(recovery.has_node_error) if recovery else ""),
        (
            text("Node switch"),
            values.yes_or_no(recovery.enable_auto_switch_on_node_error) if recovery else "",
        ),
        (text("Migration"), values.pairs(instance.migration_options.items())),
        (text("Access rules"), values.pairs(instance.access_restriction_rules.items())),
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
