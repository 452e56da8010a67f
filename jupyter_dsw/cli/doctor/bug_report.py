"""`jupyter dsw doctor --report`: what a bug report needs, as Markdown in English.

It has versions, kinds and names that Alibaba Cloud or this project gave; no value that a person or
an account has: no id, name, address, path below a home, label or secret.
"""

from __future__ import annotations

import os
import platform
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_dsw.cli import servers
from jupyter_dsw.cli.installed import FRONT_ENDS
from jupyter_dsw.cli.notify import configured
from jupyter_dsw.files import disk_of, is_on_mounted_disk, read_plain_file
from jupyter_dsw.notify.settings import WrongSetting
from jupyter_dsw.upstream.errors import DSWError, is_not_permitted
from jupyter_dsw.upstream.settings import FIRST_PROCESS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jupyter_dsw.cli.doctor.context import Check, Context
    from jupyter_dsw.cli.servers import Environment

# Set by PAI-DSW, or read by jupyter-dsw: only whether they are set is reported.
VARIABLES = (
    "DSW_INSTANCE_ID", "REGION", "dsw_region", "PAI_WORKSPACE_ID", "ALIBABA_CLOUD_CREDENTIALS_URI",
    "ALIBABA_CLOUD_ACCESS_KEY_ID", "JUPYTER_NAME", "JUPYTER_COMMAND", "JUPYTER_SERVER_ADDR",
    "JUPYTER_SERVER_PORT", "JUPYTER_SERVER_ROOT", "JUPYTER_SERVER_URL", "JPY_PARENT_PID",
    "CODE_SERVER_PORT", "WORKSPACE_DIR", "USER_NAME", "HTTPS_PROXY", "https_proxy", "NO_PROXY",
    "no_proxy", "TZ", "LANG", "JUPYTER_DSW_NOTIFY",
)  # fmt: skip
# Folders whose names come from an image or from the platform.
COMMON_FOLDERS = ("/usr", "/opt", "/etc/dsw")
_BOOKKEEPING = {"redacted", "unreadable"}
_DRIVER = re.compile(r"Module\s+(?:for \S+\s+)?(\d[\d.]+)")
_PLATFORM_VERSION = re.compile(r"v?\d[\d.]*")


def bug_report(checks: Iterable[Check], context: Context) -> str:
    """Return the report, of checks that were made with this context."""
    facts = [
        *_this_environment(context.own),
        *_server(context),
        *_messages(context),
        *_container(),
        *_calls(context),
    ]
    rows = [f"| {name} | {value} |" for name, value in facts]
    states = [f"| {check.name!s} | {check.state} |" for check in checks]
    head = ["| fact | value |", "|---|---|"]
    return "\n".join([*head, *rows, "", "| check | state |", "|---|---|", *states])


def _this_environment(own: Environment) -> Iterator[tuple[str, str]]:
    yield "jupyter-dsw", _version(own, "jupyter-dsw")
    yield "kernel: Python", f"{own.version} ({platform.python_implementation()})"
    yield "kernel: prefix", _masked(own.prefix)
    yield "kernel: disk", _disk(own.prefix)
    versions = (_version(own, name) for name in ("ipykernel", "ipywidgets"))
    yield "kernel: ipykernel, ipywidgets", ", ".join(versions)
    yield "system", " ".join((platform.system(), platform.machine(), *platform.libc_ver()))
    yield "root", _yes(os.name == "posix" and os.getuid() == 0)


def _server(context: Context) -> Iterator[tuple[str, str]]:
    if isinstance(context.server, servers.NoServer):
        yield "server", "none found, or several"
        return
    yield "server: found because", str(context.server.found_by)
    try:
        there = context.jupyter
    except servers.NoServer:
        yield "server: Python", "cannot be run"
        return
    yield "server: in the kernel's environment", _yes(there.prefix == context.own.prefix)
    yield "server: Python", there.version
    yield "server: prefix", _masked(there.prefix)
    yield "server: disk", _disk(there.prefix)
    yield "server: prefix can be written", _yes(there.writable)
    for name in ("jupyterlab", "jupyter-server", "tornado", "pip", "jupyter-dsw"):
        yield f"server: {name}", _version(there, name)
    yield "server: extension enabled", _yes(bool(there.enabled))
    for name in FRONT_ENDS:
        yield f"front end: {name}", there.front_ends.get(name, "not found")
    address = context.server.url
    if address is not None:
        yield "server: has a base URL", _yes(address.count("/") > 3)
        yield "server: port 8088", _yes(":8088/" in address)


def _messages(context: Context) -> Iterator[tuple[str, str]]:
    try:
        services = configured().services
    except WrongSetting:
        yield "messages: services", "a wrong setting"
        return
    schemes = ", ".join(service.scheme or "?" for service in services)
    yield "messages: services", f"{len(services)} ({schemes})" if services else "none"
    if not isinstance(context.server, servers.NoServer):
        with suppress(servers.NoServer):
            yield "server: apprise", _version(context.jupyter, "apprise")
    yield "kernel: apprise", _version(context.own, "apprise")


def _container() -> Iterator[tuple[str, str]]:
    yield "variables that are set", ", ".join(filter(os.environ.get, VARIABLES)) or "none"
    yield "variables of the first process", _first_process()
    for path in ("/etc/dsw/runtime", "/var/log/user-command"):
        yield path, _yes(Path(path).is_dir())
    found = (path.parents[2].name for path in Path("/").glob(servers.PLATFORM_PYTHONS))
    versions = [name if _PLATFORM_VERSION.fullmatch(name) else "another name" for name in found]
    yield "JupyterLab in /etc/dsw/cache", ", ".join(versions) or "none"
    unified = Path("/sys/fs/cgroup/cgroup.controllers").exists()
    old = Path("/sys/fs/cgroup/memory").is_dir()
    yield "cgroup", "v2" if unified else "v1" if old else "unknown"
    yield "GPU driver", _gpu_driver()


def _first_process() -> str:
    try:
        content, _ = read_plain_file(FIRST_PROCESS, 1024 * 1024)
    except OSError:
        return "cannot be read"
    has_id = any(line.startswith(b"DSW_INSTANCE_ID=") for line in content.split(b"\0"))
    return "can be read, " + ("with" if has_id else "without") + " DSW_INSTANCE_ID"


def _gpu_driver() -> str:
    try:
        nvidia = Path("/proc/driver/nvidia/version").read_text("utf-8", "replace")
        found = _DRIVER.search(nvidia)
        return f"NVIDIA {found[1] if found else 'unknown'}"
    except OSError:
        return "AMD" if Path("/sys/module/amdgpu").is_dir() else "none found"


def _calls(context: Context) -> Iterator[tuple[str, str]]:
    if context.offline:
        yield "calls", "skipped: --offline"
        return
    response = context.response
    if isinstance(response, DSWError):
        yield "GetInstance", f"failed: {type(response).__name__}"
        return
    yield "GetInstance", "permitted"
    yield "QueryAutoShutdownPolicies", _outcome(context.policies)
    yield "GetLifecycle", _outcome(context.sessions)
    yield "simulated", _yes(response.simulated)
    yield "elements that are filled", ", ".join(dict.fromkeys(filled(response.instance)))


def _outcome(response: object) -> str:
    if response is None:
        return "switched off"
    if not isinstance(response, DSWError):
        return "permitted"
    return f"{'refused' if is_not_permitted(response) else 'failed'}: {type(response).__name__}"


def filled(element: msgspec.Struct, above: str = "") -> Iterator[str]:
    """Yield the names of an element's elements that have a value, `Datasets[].Uri` for one.

    Below what people write freely there are no names of the API, and it goes no deeper.
    """
    for field in msgspec.structs.fields(element):
        value: Any = getattr(element, field.name)
        if field.name in _BOOKKEEPING or value in (None, "", (), [], {}):
            continue
        name = above + field.encode_name
        elements = value if isinstance(value, (tuple, list)) else [value]
        if all(isinstance(each, msgspec.Struct) for each in elements):
            place = f"{name}[]." if elements is value else f"{name}."
            for each in elements:
                yield from filled(each, place)
        else:
            yield name


def _masked(prefix: str) -> str:
    """Return a folder without what a person may have named."""
    path = Path(prefix)
    if any(path.is_relative_to(folder) for folder in COMMON_FOLDERS):
        return re.sub(r"dsw-[\w-]+", "dsw-…", prefix)
    if path.is_relative_to(Path.home()):
        return "~/…"
    return "/".join(("", *path.parts[1:2], "…"))


def _disk(prefix: str) -> str:
    disk = disk_of(prefix)
    if disk is None:
        return "unknown"
    kind = "a mounted disk" if is_on_mounted_disk(prefix) else "the container's own"
    return f"{kind} ({disk[1]})"


def _version(environment: Environment, name: str) -> str:
    return environment.distributions.get(name, "not installed")


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"
