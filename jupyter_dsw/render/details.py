"""The sections that are shown when asked for: the network, and the rest of the response."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_dsw.i18n import joined, text
from jupyter_dsw.render.labels import both_words, few_words, on_words, pair_words, plain, yes_words
from jupyter_dsw.render.view_model import MAX_ROWS, Fact, Section, facts, table

if TYPE_CHECKING:
    from jupyter_dsw.model.instance import Instance
    from jupyter_dsw.model.stops import Countdowns
    from jupyter_dsw.render.moments import Moments


def network_section(instance: Instance, _stops: Countdowns, _moments: Moments) -> Section:
    """Return the VPC, its addresses and forwarded ports."""
    vpc = instance.user_vpc
    pods = [each.ip for each in instance.pod_ips if each.ip]
    if vpc is None:
        return Section(
            text("Network"),
            facts((text("Pod IPs"), few_words(pods))),
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
            (text("CIDR blocks"), few_words(vpc.cidr_blocks)),
            (text("Default route"), plain(vpc.default_route or "")),
            ("IP", plain(vpc.ip or "")),
            (text("Pod IPs"), few_words(pods)),
        ),
        table(
            (text("Forwarding"), text("Port"), text("From"), text("State")),
            forwards,
            len(vpc.forward_infos),
        ),
        empty=text("No VPC is configured."),
    )


def details_section(instance: Instance, _stops: Countdowns, moments: Moments) -> Section:
    """Return the rest of the response, and what was left out of it."""
    return Section(
        text("Details"),
        (
            *facts(
                (text("Owner"), both_words(instance.user_name, instance.user_id)),
                (text("Visibility"), plain(instance.accessibility or "")),
                (text("Created"), moments.write(instance.gmt_create_time)),
                (text("Changed"), moments.write(instance.gmt_modified_time)),
                (text("Image ID"), plain(instance.image_id or "")),
                (text("Image URL"), plain(instance.image_url or "")),
                (text("Resource"), both_words(_other_resource(instance), instance.resource_id)),
                (text("Priority"), "" if instance.priority is None else str(instance.priority)),
                (text("Workspace folder"), plain(instance.workspace_source or "")),
            ),
            *_links(instance),
            *facts(
                (text("Proxy path"), plain(instance.proxy_path or "")),
                (text("Environment"), few_words(instance.environment_variables)),
                (text("Labels"), pair_words((each.key, each.value) for each in instance.labels)),
                (
                    text("Tags"),
                    pair_words((each.tag_key, each.tag_value) for each in instance.tags),
                ),
            ),
            *_settings(instance),
            *facts(
                (text("Custom command"), plain(instance.user_command_id or "")),
                (text("Tenant"), plain(instance.tenant_id or "")),
                (text("Request ID"), plain(instance.request_id or "")),
                (text("Secrets removed"), few_words(instance.redacted)),
                (text("Not understood"), few_words(instance.unreadable)),
            ),
        ),
        empty=text("Nothing more is told."),
    )


def _other_resource(instance: Instance) -> str | None:
    """Return the resource's name, unless it is the type that the section about resources has."""
    known = instance.ecs_spec or instance.resource_name
    return None if instance.resource_name == known else instance.resource_name


def _links(instance: Instance) -> tuple[Fact, ...]:
    return facts(
        (text("Console"), plain(instance.instance_url or ""), instance.instance_url),
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
        (text("Dynamic mount"), joined(" ", filter(None, (on_words(mount), few_words(points))))),
        ("Docker", on_words(docker)),
        (text("Credentials"), on_words(credentials)),
        (text("Roles"), few_words(roles)),
        (text("CPU affinity"), on_words(affinity)),
        (text("Node error"), yes_words(recovery.has_node_error) if recovery else ""),
        (
            text("Node switch"),
            yes_words(recovery.enable_auto_switch_on_node_error) if recovery else "",
        ),
        (text("Migration"), pair_words(instance.migration_options.items())),
        (text("Access rules"), pair_words(instance.access_restriction_rules.items())),
    )
