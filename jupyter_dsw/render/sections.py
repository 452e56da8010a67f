"""The sections of what is shown, each made of one part of the instance: facts and a table.

They are the same for text and HTML. Their strings may be `Text`, until `ViewModel.translated`. An
element has the same label here and in the panel: `tests/render/test_labels.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from jupyter_dsw.i18n import text
from jupyter_dsw.model.configuration import UserVpc
from jupyter_dsw.model.elements import RequestedResource
from jupyter_dsw.model.instance import Instance
from jupyter_dsw.model.sessions import Session
from jupyter_dsw.model.stops import PoliciesState, Stop
from jupyter_dsw.render import stops, values
from jupyter_dsw.render.values import Moments, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_ROWS = 20
"""Rows of one list that are shown; the rest is counted."""


class Fact(msgspec.Struct, frozen=True):
    """A label and its value, fit to be shown; `link` is an address to try."""

    label: str
    value: str
    link: str | None = None


class Table(msgspec.Struct, frozen=True):
    """Rows under column names, no more than `MAX_ROWS`; `more` counts those that are left out."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: str = ""


class Section(msgspec.Struct, frozen=True):
    """A titled part: facts, a table, or a sentence that there is none."""

    title: str
    facts: tuple[Fact, ...] = ()
    table: Table | None = None
    empty: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether it has nothing but that sentence."""
        return not self.facts and self.table is None


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What sections are made of."""

    instance: Instance
    stops: tuple[Stop, ...]
    stop_policies: PoliciesState
    sessions: tuple[Session, ...] | None
    moments: Moments


def facts(*pairs: tuple[str, str | None] | tuple[str, str | None, str | None]) -> tuple[Fact, ...]:
    """Make facts of the pairs (or triples with a link) that have a value."""
    return tuple(Fact(pair[0], pair[1], *pair[2:]) for pair in pairs if pair[1])


def status_section(shown: Shown) -> Section:
    """Return what is running: instance, image, workspace, since when."""
    instance = shown.instance
    running = instance.accumulated_running_time_in_ms
    return Section(
        text("Instance"),
        facts(
            (text("Instance ID"), plain(instance.instance_id)),
            (text("Image"), plain(instance.image_name or instance.image_url)),
            (text("Workspace"), values.named(instance.workspace_name, instance.workspace_id)),
            (text("Total run time"), None if running is None else values.format_duration(running)),
            ("JupyterLab", plain(instance.jupyterlab_url), instance.jupyterlab_url),
        ),
        empty=text("No information."),
    )


def datasets_section(shown: Shown) -> Section:
    """Return the mounted datasets: where, whether one may write, from where."""
    datasets = shown.instance.datasets
    rows = [
        (
            plain(each.mount_path),
            values.listed(
                values.access(each.writable, each.access), text("dynamic") if each.dynamic else ""
            ),
            plain(each.uri),
            plain(" ".join(filter(None, (each.dataset_id, each.dataset_version)))),
        )
        for each in datasets[:MAX_ROWS]
    ]
    return _list_section(
        text("Datasets"),
        (text("Mount path"), text("Access"), text("Source"), text("Dataset")),
        rows,
        len(datasets),
        empty=text("No dataset is mounted."),
    )


def snapshots_section(shown: Shown) -> Section:
    """Return the saved images, newest first, with how far they are and why they failed."""
    snapshots = shown.instance.snapshots
    rows = [
        (
            plain(each.image_name or each.image_id),
            values.snapshot_progress(each),
            shown.moments.write(each.gmt_create_time),
            (
                values.reason_of(each.reason_code, each.reason_message) or text("no reason given")
                if each.status == "Failed"
                else ""
            ),
        )
        for each in snapshots[:MAX_ROWS]
    ]
    return _list_section(
        text("Snapshots"),
        (text("Image"), text("Status"), text("Created"), text("Reason")),
        rows,
        len(snapshots),
        empty=text("No image has been saved."),
    )


def timers_section(shown: Shown) -> Section:
    """Return all stops, nearest first."""
    described = [
        (stops.stop_name(each), stops.describe_stop(each, shown.moments)) for each in shown.stops
    ]
    return Section(text("Timers"), facts(*described), empty=stops.no_stop(shown.stop_policies))


def other_timers_section(shown: Shown) -> Section:
    """Return the stops that the line under the status is not about."""
    at_the_head = stops.stops_at_the_head(shown.stops)
    others = tuple(stop for stop in shown.stops if stop not in at_the_head)
    return timers_section(msgspec.structs.replace(shown, stops=others))


def history_section(shown: Shown) -> Section:
    """Return the last runs: from when to when, and how each ended."""
    runs = shown.sessions
    if runs is None:
        return Section(text("Last runs"), empty=text("The last runs are not known."))
    rows = [
        (
            shown.moments.write(run.started_at),
            shown.moments.write(run.ended_at),
            values.elapsed_between(run.started_at, run.ended_at),
            values.ending(run),
            values.reason_of(run.reason_code, run.reason),
        )
        for run in runs[:MAX_ROWS]
    ]
    return _list_section(
        text("Last runs"),
        (text("Started"), text("Ended"), text("Run time"), text("How it ended"), text("Reason")),
        rows,
        len(runs),
        empty=text("No run is recorded."),
    )


def resources_section(shown: Shown) -> Section:
    """Return what it runs on."""
    instance = shown.instance
    requested = instance.requested_resource or RequestedResource()
    gpus, gpu_type = requested.gpu_count, requested.gpu_type or "GPU"
    return Section(
        text("Resources"),
        facts(
            (text("Instance type"), plain(instance.ecs_spec)),
            (text("Compute"), plain(instance.accelerator_type)),
            ("CPU", values.cores(requested.cpu_cores, requested.cpu)),
            (text("Memory"), values.size(requested.memory_bytes, requested.memory)),
            (
                text("Shared memory"),
                values.size(requested.shared_memory_bytes, requested.shared_memory),
            ),
            ("GPU", plain(f"{gpus:g} × {gpu_type}") if gpus else ""),
            (text("NVIDIA driver"), plain(instance.driver)),
            (
                text("Billing method"),
                values.label_of(instance.payment_type, values.BILLING_METHODS),
            ),
        ),
        empty=text("No information about the resources."),
    )


def disks_section(shown: Shown) -> Section:
    """Return the cloud disks and how full they are."""
    disks = shown.instance.cloud_disks
    rows = [
        (
            plain(each.mount_path),
            values.size(each.capacity_bytes, each.capacity),
            values.usage_bar(each.used_fraction),
            values.label_of(each.sub_type, values.DISK_TYPES),
            plain(each.path),
        )
        for each in disks[:MAX_ROWS]
    ]
    return _list_section(
        text("Cloud disks"),
        (text("Mount path"), text("Capacity"), text("Used"), text("Type"), text("Folder")),
        rows,
        len(disks),
        empty=text("No cloud disk is attached."),
    )


def network_section(shown: Shown) -> Section:
    """Return the VPC, its addresses and forwarded ports."""
    vpc = shown.instance.user_vpc or UserVpc()
    forwards = [
        (
            plain(each.name),
            plain(" → ".join(filter(None, (each.external_port, each.forward_port)))),
            plain(", ".join(each.access_type)),
            plain(each.connect_info.phase if each.connect_info else ""),
        )
        for each in vpc.forward_infos[:MAX_ROWS]
    ]
    return Section(
        text("Network"),
        facts(
            ("VPC", plain(vpc.vpc_id)),
            (text("vSwitch"), plain(vpc.v_switch_id)),
            (text("Security group"), plain(vpc.security_group_id)),
            (text("CIDR blocks"), values.enumerated(vpc.cidr_blocks)),
            (text("Default route"), plain(vpc.default_route)),
            ("IP", plain(vpc.ip)),
            (text("Pod IPs"), values.enumerated(each.ip or "" for each in shown.instance.pod_ips)),
        ),
        _table(
            (text("Forwarding"), text("Port"), text("From"), text("State")),
            forwards,
            len(vpc.forward_infos),
        ),
        empty=text("No VPC is configured."),
    )


def details_section(shown: Shown) -> Section:
    """Return the rest of the response, and what was left out of it."""
    instance, moments = shown.instance, shown.moments
    mount, recovery = instance.dynamic_mount, instance.node_error_recovery
    points = [each.root_path or "" for each in mount.mount_points] if mount else []
    credentials = instance.credential_config
    roles = (
        role.role_arn or ""
        for config in (credentials.configs if credentials else ())
        for role in config.roles
    )
    affinity = instance.affinity.cpu if instance.affinity else None
    return Section(
        text("Details"),
        facts(
            (text("Owner"), values.named(instance.user_name, instance.user_id)),
            (text("Visibility"), values.label_of(instance.accessibility, values.VISIBILITIES)),
            (text("Created"), moments.write(instance.gmt_create_time)),
            (text("Modified"), moments.write(instance.gmt_modified_time)),
            (text("Image ID"), plain(instance.image_id)),
            (text("Image URL"), plain(instance.image_url)),
            (text("Resource"), values.named(instance.resource_name, instance.resource_id)),
            (text("Priority"), "" if instance.priority is None else str(instance.priority)),
            (text("Workspace folder"), plain(instance.workspace_source)),
            (text("Instance page"), plain(instance.instance_url), instance.instance_url),
            ("Web IDE", plain(instance.web_ide_url), instance.web_ide_url),
            (text("Terminal"), plain(instance.terminal_url), instance.terminal_url),
            (text("Proxy path"), plain(instance.proxy_path)),
            (text("Environment"), values.enumerated(instance.environment_variables)),
            (text("Labels"), values.pairs((each.key, each.value) for each in instance.labels)),
            (text("Tags"), values.pairs((each.tag_key, each.tag_value) for each in instance.tags)),
            (
                text("Dynamic mount"),
                values.dotted(values.on_or_off(mount), values.enumerated(points)),
            ),
            ("Docker", values.on_or_off(instance.docker_config)),
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
            (text("Custom command"), plain(instance.user_command_id)),
            (text("Tenant"), plain(instance.tenant_id)),
            (text("Request ID"), plain(instance.request_id)),
            (text("Hidden values"), values.enumerated(instance.redacted)),
            (text("Unreadable values"), values.enumerated(instance.unreadable)),
        ),
        empty=text("No further details."),
    )


def _list_section(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    total: int,
    *,
    empty: str,
) -> Section:
    counted = text("%1 (%2)", title, total) if total > 1 else title
    return Section(counted, (), _table(columns, rows, total), empty)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]], total: int) -> Table | None:
    """Make a table of the rows, without the columns that are empty in all of them."""
    if not rows:
        return None
    used = [index for index in range(len(columns)) if any(row[index] for row in rows)]
    return Table(
        columns=tuple(columns[index] for index in used),
        rows=tuple(tuple(row[index] for index in used) for row in rows),
        more=text("%1 more", total - len(rows)) if total > len(rows) else "",
    )
