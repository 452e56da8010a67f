"""The sections that are shown when asked for: the network, and the rest of the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .page import MAX_ROWS, Fact, Section, facts, table
from .phrases import both_words, few_words, on_words, pair_words, plain, time_words, yes_words

if TYPE_CHECKING:
    from .countdowns import Countdowns
    from .model import Instance


def network_section(instance: Instance, _stops: Countdowns) -> Section:
    """The VPC, its addresses and forwarded ports."""
    vpc = instance.user_vpc
    pods = [each.ip for each in instance.pod_ips if each.ip]
    if vpc is None:
        return Section(
            "Network", facts(("Pod IPs", few_words(pods))), empty="No VPC is configured."
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
        "Network",
        facts(
            ("VPC", plain(vpc.vpc_id or "")),
            ("vSwitch", plain(vpc.v_switch_id or "")),
            ("Security group", plain(vpc.security_group_id or "")),
            ("CIDR blocks", few_words(vpc.cidr_blocks)),
            ("Default route", plain(vpc.default_route or "")),
            ("IP", plain(vpc.ip or "")),
            ("Pod IPs", few_words(pods)),
        ),
        table(
            ("Forwarding", "Port", "Access", "State"),
            forwards,
            len(vpc.forward_infos),
        ),
        empty="No VPC is configured.",
    )


def details_section(instance: Instance, _stops: Countdowns) -> Section:
    """The rest of the answer, and what was left out of it."""
    return Section(
        "Details",
        (
            *facts(
                ("Owner", both_words(instance.user_name, instance.user_id)),
                ("Visibility", plain(instance.accessibility or "")),
                ("Created", time_words(instance.gmt_create_time)),
                ("Changed", time_words(instance.gmt_modified_time)),
                ("Image ID", plain(instance.image_id or "")),
                ("Image URL", plain(instance.image_url or "")),
                ("Resource", both_words(instance.resource_name, instance.resource_id)),
                ("Priority", "" if instance.priority is None else str(instance.priority)),
                ("Workspace folder", plain(instance.workspace_source or "")),
            ),
            *_links(instance),
            *facts(
                ("Proxy path", plain(instance.proxy_path or "")),
                ("Environment", few_words(instance.environment_variables)),
                ("Labels", pair_words((each.key, each.value) for each in instance.labels)),
                ("Tags", pair_words((each.tag_key, each.tag_value) for each in instance.tags)),
            ),
            *_settings(instance),
            *facts(
                ("Custom command", plain(instance.user_command_id or "")),
                ("Tenant", plain(instance.tenant_id or "")),
                ("Request ID", plain(instance.request_id or "")),
                ("Secrets removed", few_words(instance.redacted)),
                ("Not understood", few_words(instance.unreadable)),
            ),
        ),
        empty="Nothing more is told.",
    )


def _links(instance: Instance) -> tuple[Fact, ...]:
    return facts(
        ("Console", plain(instance.instance_url or ""), instance.instance_url),
        ("JupyterLab", plain(instance.jupyterlab_url or ""), instance.jupyterlab_url),
        ("Web IDE", plain(instance.web_ide_url or ""), instance.web_ide_url),
        ("Terminal", plain(instance.terminal_url or ""), instance.terminal_url),
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
        ("Dynamic mount", " ".join(filter(None, (on_words(mount), few_words(points))))),
        ("Docker", on_words(docker)),
        ("Credentials", on_words(credentials)),
        ("Roles", few_words(roles)),
        ("CPU affinity", on_words(affinity)),
        ("Node error", yes_words(recovery.has_node_error) if recovery else ""),
        ("Node switch", yes_words(recovery.enable_auto_switch_on_node_error) if recovery else ""),
        ("Migration", pair_words(instance.migration_options.items())),
        ("Access rules", pair_words(instance.access_restriction_rules.items())),
    )
