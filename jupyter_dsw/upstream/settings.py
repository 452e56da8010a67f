"""From traits and environment to one frozen `Settings`; judging hosts and URLs on the way."""

from __future__ import annotations

import dataclasses
import ipaddress
import os
import re
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn
from urllib.parse import SplitResult, urlsplit

import msgspec

from jupyter_dsw.files import read_plain_file
from jupyter_dsw.i18n import text
from jupyter_dsw.upstream.errors import NotConfigured

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Network = Literal["auto", "vpc", "public"]

DEFAULT_PORTS = {"http": 80, "https": 443}
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.ASCII)
_VISIBLE_ASCII = re.compile(r"[\x21-\x7e]+")
# A pod's HOSTNAME, dsw-<number>-<hash>-<hash>, does not match: it is no instance id.
_INSTANCE_ID = re.compile(r"dsw-[a-z0-9]{1,60}")
_REGION = re.compile(r"[a-z]{2,8}(?:-[a-z0-9]{1,20}){1,4}")
_TEXT = re.compile(r"[\x20-\x7e]{1,2048}")

_REGION_ADVICE = text("Set REGION to the region of the instance, such as cn-hangzhou.")

# Each setting's variables, the first that is set wins. `HOSTNAME` is not among them.
_INSTANCE_ID_VARIABLE = "DSW_INSTANCE_ID"
VARIABLES = {
    "instance_id": (_INSTANCE_ID_VARIABLE,),
    "region": ("REGION", "dsw_region"),
    "network": ("JUPYTER_DSW_NETWORK",),
    "endpoint": ("JUPYTER_DSW_ENDPOINT",),
    "sharing_token": ("JUPYTER_DSW_SHARING_TOKEN",),
    "stop_policies": ("JUPYTER_DSW_STOP_POLICIES",),
}


FIRST_PROCESS = Path("/proc/1/environ")
"""The variables with which a container's first process was started."""
PLATFORM_FOLDER = Path("/etc/dsw")
"""Is in every container of PAI-DSW, as far as it is known."""
_MAX_ENVIRONMENT = 4 * 1024 * 1024
_ON, _OFF = ("on", "1", "true"), ("off", "0", "false")

MAX_SPEED = 3600
"""The highest speed of a simulated instance: an hour in a second."""

Speed = Annotated[float, msgspec.Meta(ge=1, le=MAX_SPEED)]


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where a response comes from, as far as it is known; never a credential."""

    endpoint: str | None = None
    """The host that was called, with its port where it is not the default one."""
    region: str | None = None
    """The region, `cn-hangzhou`."""
    instance_id: str | None = None
    """The instance's ID, `dsw-…`."""
    simulated: bool = False
    """Whether the endpoint is an emulator, as it reported itself."""
    speed: Speed = 1.0
    """How many times as fast as real time the instance lives, and its stops come: 1 unless it
    is simulated."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Which instance to read, where, and how long to wait.

    `region` may be None where `endpoint` is given. `endpoint` is an origin
    (`https://host[:port]`; plain http for loopback only). `sharing_token` and `fields` go into
    the API's `Token` and `Fields`. `stop_policies` is whether QueryAutoShutdownPolicies is called.
    Timeouts are in seconds; `deadline_s` is for one GetInstance as a whole. Neither pickle nor copy
    takes it, for the sharing token. Raises NotConfigured, naming what to set, where a value is
    missing or wrong.
    """

    instance_id: str
    region: str | None = None
    network: Network = "auto"
    endpoint: str | None = None
    sharing_token: str | None = dataclasses.field(default=None, repr=False)
    fields: str | None = None
    stop_policies: bool = True
    connect_timeout_s: float = 3.0
    read_timeout_s: float = 10.0
    deadline_s: float = 15.0

    def __post_init__(self) -> None:
        _check_instance_id(self.instance_id)
        _check_network(self.network)
        _check_region(self.region, needed=not self.endpoint)
        if self.endpoint:
            object.__setattr__(self, "endpoint", _checked_endpoint(self.endpoint))
        _check_text("sharing_token (JUPYTER_DSW_SHARING_TOKEN)", self.sharing_token)
        _check_text("fields", self.fields)
        for name in ("connect_timeout_s", "read_timeout_s", "deadline_s"):
            _check_seconds(name, getattr(self, name))

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        reason = "settings can be neither pickled nor copied"
        raise TypeError(reason)

    @classmethod
    def from_environment(
        cls, environ: Mapping[str, str] | None = None, **overrides: Any
    ) -> Settings:
        """Read the environment (now, that of this process unless another is given).

        Where this process lacks an instance's variables, the container's first process has them.

        `overrides` are fields of this class, from server options; those that are not None or ""
        win. Raises NotConfigured.
        """
        environ = os.environ if environ is None else environ
        others = of_first_process(chain(*VARIABLES.values())) if environ is os.environ else {}
        values: dict[str, Any] = {"instance_id": ""}
        for field, variables in VARIABLES.items():
            found = (environ.get(name) or others.get(name) for name in variables)
            if value := next(filter(None, found), None):
                values[field] = value
        if "stop_policies" in values:
            values["stop_policies"] = _switch(values["stop_policies"])
        values.update((k, v) for k, v in overrides.items() if v is not None and v != "")
        return cls(**values)

    @property
    def endpoint_host(self) -> str | None:
        """The host[:port] of `endpoint`; None where it follows from region and network."""
        return host_header(urlsplit(self.endpoint)) if self.endpoint else None


def of_first_process(names: Iterable[str]) -> dict[str, str]:
    """Return these variables of the container's first process.

    Only where this process lacks those of an instance (SSH, cron, sudo), the first one has them,
    and the system lets this one read them: it is of the same user, or of root.
    """
    if os.environ.get(_INSTANCE_ID_VARIABLE):
        return {}
    try:
        content, _ = read_plain_file(FIRST_PROCESS, _MAX_ENVIRONMENT)
    except OSError:
        return {}
    wanted = {_INSTANCE_ID_VARIABLE, *names}
    pairs = (os.fsdecode(line).partition("=") for line in content.split(b"\0"))
    found = {name: value for name, _, value in pairs if name in wanted and value}
    return found if _INSTANCE_ID_VARIABLE in found else {}


def _check_instance_id(value: str) -> None:
    if not value and PLATFORM_FOLDER.is_dir():
        raise NotConfigured(
            text("This shell lacks the instance's variables: DSW_INSTANCE_ID is not set."),
            text(
                "SSH, cron and sudo start without them. Use a terminal of JupyterLab, or set "
                "DSW_INSTANCE_ID, REGION and ALIBABA_CLOUD_CREDENTIALS_URI here to the values that "
                "`env` shows there."
            ),
        )
    if not value:
        raise NotConfigured(
            text("DSW_INSTANCE_ID is not set: this does not look like a PAI-DSW instance."),
            text(
                "PAI-DSW sets it automatically. Elsewhere, set DSW_INSTANCE_ID to the instance "
                "ID in the PAI console (dsw-...), and REGION to its region."
            ),
        )
    if not _INSTANCE_ID.fullmatch(value):
        raise NotConfigured(
            text("DSW_INSTANCE_ID (or the option instance_id) is not a PAI-DSW instance ID."),
            text(
                "Set it to the instance ID in the PAI console: dsw- followed by lower-case "
                "letters and digits. The pod's host name (dsw-1234-5678...) is not the "
                "instance ID."
            ),
        )


def _check_region(value: str | None, *, needed: bool) -> None:
    if not value:
        if needed:
            raise NotConfigured(
                text("REGION is not set: the region of the instance is unknown."), _REGION_ADVICE
            )
    elif not _REGION.fullmatch(value):
        raise NotConfigured(
            text("REGION (or dsw_region, or the option region) is not a region ID."),
            _REGION_ADVICE,
        )


def _check_network(value: str) -> None:
    if value not in ("auto", "vpc", "public"):
        raise NotConfigured(
            text("JUPYTER_DSW_NETWORK (or the option network) is not one of auto, vpc, public."),
            text(
                "Remove it, or set it to auto, which uses the VPC endpoint where it can be reached."
            ),
        )


def _checked_endpoint(value: str) -> str:
    # A path would be part of what is signed, and no PAI-DSW endpoint has one: refused rather
    # than guessed at.
    try:
        parts = split_http_url(value)
        if "?" in value:
            reason = text("The URL has a query (?...).")
        elif parts.path not in ("", "/"):
            reason = text("The URL has a path. Only a scheme, a host and a port are allowed.")
        elif parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            reason = text(
                "The URL uses plain http, which is allowed for this machine (localhost) only."
            )
        else:
            return f"{parts.scheme}://{host_header(parts)}"
    except ValueError as error:
        reason = error.args[0]
    raise NotConfigured(
        text("JUPYTER_DSW_ENDPOINT (or the option endpoint) is not valid. %1", reason),
        text(
            "Remove it to use the default endpoint of the region, or set it to a URL such as "
            "https://pai-dsw.cn-hangzhou.aliyuncs.com."
        ),
    )


def _check_text(what: str, value: str | None) -> None:
    if value and not _TEXT.fullmatch(value):
        raise NotConfigured(
            text("The option %1 is too long or has characters that are not allowed.", what),
            text("Set it to one line of plain characters, or remove it."),
        )


def _check_seconds(what: str, value: float) -> None:
    if not 0 < value <= 3600:  # not-a-number fails both
        raise NotConfigured(
            text("The option %1 must be a number of seconds above 0, at most 3600.", what),
            text("Remove it, or set it to a number such as 10."),
        )


def _switch(value: str) -> bool:
    value = value.strip().lower()
    if value not in _ON + _OFF:
        raise NotConfigured(
            text("JUPYTER_DSW_STOP_POLICIES is neither on nor off."),
            text("Remove it to read stop policies, or set it to off."),
        )
    return value in _ON


def is_loopback(host: str) -> bool:
    """Return whether `host` is this machine: 127.0.0.0/8, ::1 or `localhost` only."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def split_http_url(url: str) -> SplitResult:
    """Split an http or https URL that has a plain host and no user name or fragment.

    Raises ValueError with the reason, a `Text` that never quotes the URL: a password may be in it.
    """
    if not _VISIBLE_ASCII.fullmatch(url) or "\\" in url:
        raise ValueError(
            text("The URL has spaces, control characters, backslashes or non-ASCII characters.")
        )
    try:
        parts = urlsplit(url)
        is_valid = parts.port != 0  # raises where it is not a number below 65536
    except ValueError:
        is_valid = False
    if not is_valid:
        raise ValueError(text("It is not a URL with a valid host and port."))
    if parts.scheme not in DEFAULT_PORTS:
        raise ValueError(text("The URL does not start with https:// or http://."))
    if "@" in parts.netloc:
        raise ValueError(text("The URL contains a user name or a password."))
    if not _is_host(parts.hostname or ""):
        raise ValueError(text("The URL has no valid host name."))
    if "#" in url:
        raise ValueError(text("The URL has a fragment (#...)."))
    return parts


def host_header(parts: SplitResult) -> str:
    """Return a URL's `Host` header: lower case, with the port only where it is not the default."""
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    has_port = parts.port not in (None, DEFAULT_PORTS.get(parts.scheme))
    return f"{host}:{parts.port}" if has_port else host


def _is_host(host: str) -> bool:
    try:
        return "%" not in host and bool(ipaddress.ip_address(host))
    except ValueError:
        return len(host) <= 253 and _HOST_NAME.fullmatch(host) is not None
