"""The nested elements of GetInstance's response that configure: network, credentials, services.

Everything here is from the API page GetInstance (version 2022-01-01), the example response on it
included. An element the endpoint left out, or sent as `null`, is None.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - msgspec reads annotations at run time
from datetime import timedelta  # noqa: TC003 - likewise
from functools import cached_property
from typing import Any

import msgspec

from jupyter_dsw.model.decoding import duration, object_from_text
from jupyter_dsw.model.elements import Element
from jupyter_dsw.model.kinds import (
    Enumeration,
    FilePath,
    Hosts,
    Identifier,
    Message,
    Name,
    Policy,
    PublicKey,
    Quantity,
    Secret,
    blocks_of,
)


class ConnectEndpoint(Element, frozen=True):
    """Where a forwarded port is reached. `ConnectInfo.Intranet` and `.Internet`, page's example."""

    endpoint: Hosts | None = None
    """The host name or IP address."""
    port: Quantity | None = None
    """The port, as text."""


class ConnectInfo(Element, frozen=True):
    """Whether and how a forwarded port can be reached. `ForwardInfos[].ConnectInfo`, example."""

    phase: Enumeration | None = None
    """`Ready` once it can be reached."""
    message: Message | None = None
    """What the phase means, in words."""
    intranet: ConnectEndpoint | None = None
    """The way from inside the VPC."""
    internet: ConnectEndpoint | None = None
    """The way from the Internet."""


class ForwardInfo(Element, frozen=True):
    """A forwarded port. Element of `UserVpc.ForwardInfos`, from the page's example."""

    enable: bool | None = None
    """Whether forwarding is on."""
    container_name: Identifier | None = None
    """The container, `dsw-notebook`."""
    forward_port: Quantity | None = None
    """The port inside the container, as text."""
    nat_gateway_id: Identifier | None = None
    """The NAT gateway ID, `ngw-…`."""
    eip_allocation_id: Identifier | None = None
    """The elastic IP address's ID, `eip-…`."""
    ssh_public_key: PublicKey | None = msgspec.field(default=None, name="SSHPublicKey")
    """The public key that may log in over SSH."""
    connect_info: ConnectInfo | None = None
    """Whether and how it can be reached."""
    name: Name | None = None
    """The name of the forwarding, `ssh`."""
    external_port: Quantity | None = None
    """The port outside, as text."""
    access_type: tuple[Enumeration, ...] = ()
    """From where: `intranet`, `internet`."""
    nlb_gateway_id: Identifier | None = None
    """The network load balancer's ID."""


class BandwidthLimit(Element, frozen=True):
    """The Internet bandwidth throttling. `UserVpc.BandwidthLimit`, from the page's example."""

    egress_whitelists: tuple[Hosts, ...] = ()
    """Destinations that are not throttled."""
    ingress_rate: Quantity | None = None
    """The limit inwards, as text."""
    egress_rate: Quantity | None = None
    """The limit outwards, as text."""
    ingress_whitelists: tuple[Hosts, ...] = ()
    """Sources that are not throttled."""


class UserVpc(Element, frozen=True):
    """The user VPC configuration. `UserVpc`, API page GetInstance."""

    vpc_id: Identifier | None = None
    """The VPC ID, `vpc-…`."""
    v_switch_id: Identifier | None = None
    """The vSwitch ID, `vsw-…`."""
    security_group_id: Identifier | None = None
    """The security group ID, `sg-…`."""
    extended_cidrs: tuple[Hosts, ...] = msgspec.field(default=(), name="ExtendedCIDRs")
    """The extended CIDR blocks as they came: one string may hold several (`cidr_blocks`)."""
    default_route: Enumeration | None = None
    """The default route, `eth0 | eth1`."""
    forward_infos: tuple[ForwardInfo, ...] = ()
    """The port forwarding information."""
    bandwidth_limit: BandwidthLimit | None = None
    """The Internet bandwidth throttling."""
    ip: Hosts | None = None
    """The IP address; no description on the page."""

    @cached_property
    def cidr_blocks(self) -> tuple[str, ...]:
        """`extended_cidrs` as single blocks, `("172.16.19.0/24", "172.16.2.0/24")`."""
        return tuple(block for text in self.extended_cidrs for block in blocks_of(text))


class NodeErrorRecovery(Element, rename="camel", frozen=True):
    """The node error recovery configuration, in lowerCamel on the wire. API page GetInstance."""

    has_node_error: bool | None = None
    """Whether a node error has occurred."""
    enable_auto_switch_on_node_error: bool | None = None
    """Whether the instance switches to another node by itself then."""
    auto_switch_countdown_seconds: float | None = None
    """Seconds before it switches."""

    @property
    def auto_switch_countdown(self) -> timedelta | None:
        """`auto_switch_countdown_seconds` as a timedelta."""
        return duration(seconds=self.auto_switch_countdown_seconds)


class CredentialUserInfo(Element, frozen=True):
    """On whose behalf a role is assumed. `…Roles[].UserInfo`, from the page's example."""

    id: Identifier | None = None
    """The user's ID."""
    type: Enumeration | None = None
    """The kind of user, `S`."""
    access_key_id: Secret | None = None
    """Removed in parsing."""
    security_token: Secret | None = None
    """Removed in parsing."""


class CredentialRole(Element, frozen=True):
    """A role the instance may assume. `…Configs[].Roles`, from the page's example."""

    role_arn: Identifier | None = None
    """The role, `acs:ram::<account>:role/<name>`."""
    role_type: Enumeration | None = None
    """The kind of role, `service`."""
    assume_role_for: Identifier | None = None
    """For whom it is assumed: an account ID."""
    policy: Policy | None = None
    """A further restriction, JSON text of a RAM policy; parsed in `policy_document`."""
    user_info: CredentialUserInfo | None = None
    """On whose behalf."""

    @cached_property
    def policy_document(self) -> Mapping[str, Any]:
        """`policy` parsed; empty where there is none."""
        return object_from_text(self.policy)


class CredentialConfigItem(Element, frozen=True):
    """One injected credential. `CredentialConfig.Configs`, from the page's example."""

    key: Identifier | None = None
    """Its place, `0`: the end of the path of `ALIBABA_CLOUD_CREDENTIALS_URI`."""
    type: Enumeration | None = None
    """The kind, `Role`."""
    roles: tuple[CredentialRole, ...] = ()
    """The chain of roles."""


class CredentialConfig(Element, frozen=True):
    """The credential injection configuration. API page GetInstance and its example."""

    enable: bool | None = None
    """Whether credentials are injected."""
    aliyun_env_role_key: Identifier | None = None
    """Which of `configs` the environment's credentials are of."""
    configs: tuple[CredentialConfigItem, ...] = ()
    """What is injected."""


class CpuAffinity(Element, frozen=True):
    """The CPU affinity; general computing subscription instances only. `Affinity.CPU`."""

    enable: bool | None = None
    """Whether CPU affinity is enabled."""


class Affinity(Element, frozen=True):
    """The affinity configuration. `Affinity`, API page GetInstance."""

    cpu: CpuAffinity | None = msgspec.field(default=None, name="CPU")
    """The CPU affinity configuration."""


class ServiceConfig(Element, frozen=True):
    """How the instance's own servers are guarded. `ServiceConfig`, from the page's example."""

    jupyter_server_password: Secret | None = None
    """Removed in parsing; a marker shows that there is one."""
    jupyter_server_auth: Secret | None = None
    """Removed in parsing; a marker shows that there is one."""
    code_server_password: Secret | None = None
    """Removed in parsing; a marker shows that there is one."""
    code_server_auth: Secret | None = None
    """Removed in parsing; a marker shows that there is one."""


class PodIp(Element, frozen=True):
    """An address of the instance's pod. Element of `PodIps`, from the page's example."""

    type: Enumeration | None = None
    """The kind of address."""
    ip: Hosts | None = None
    """The IP address."""
    interface_name: Identifier | None = None
    """The network interface it is on."""


class DockerConfig(Element, frozen=True):
    """Docker inside the instance. `DockerConfig`, API page GetInstance."""

    enable: bool | None = None
    """Whether it is enabled."""
    containers_limit: int | None = None
    """How many containers there may be."""
    mount_access_config_path: FilePath | None = None
    """Where the configuration of mount permissions lies."""
