"""Which Jupyter server this kernel or terminal belongs to, and what its environment has.

The kernel's environment may be another one: on a DSW instance JupyterLab has a virtual environment
of its own. Only processes and files of the same user are looked at, and no token is kept.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from jupyter_dsw.files import disk_of, is_on_mounted_disk, read_plain_file
from jupyter_dsw.i18n import Text, text
from jupyter_dsw.notebook import connection

if TYPE_CHECKING:
    from collections.abc import Iterator

# JupyterLab's environment on a DSW instance: seen on one (2026), documented nowhere.
PLATFORM_PYTHONS = "etc/dsw/cache/*/plugins/jupyter-lab/*/venv/bin/python"
PORT_VARIABLE, USUAL_PORT = "JUPYTER_SERVER_PORT", "8088"
MAX_ANCESTORS = 64
_LISTENING = "0A"
# Variables by which another Python would look into this one's folders, or install elsewhere.
_NOT_FOR_IT = {
    "PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV", "PIP_TARGET",
    "PIP_USER",
}  # fmt: skip


class Environment(msgspec.Struct, frozen=True):
    """A Python environment, as its own Python describes it."""

    python: str
    prefix: str
    version: str
    distributions: dict[str, str]
    """The version of each, by its name in lower case with hyphens."""
    requires: dict[str, list[str]]
    """The names of those that each of them needs."""
    front_ends: dict[str, str]
    """The version of each of `installed.FRONT_ENDS` that JupyterLab finds there."""
    enabled: bool | None
    """Whether the server extension is enabled; None where there is no jupyter-server."""
    writable: bool

    @property
    def jupyter_dsw(self) -> str | None:
        """The version of jupyter-dsw in it, if it is there."""
        return self.distributions.get("jupyter-dsw")


class Server(msgspec.Struct, frozen=True):
    """A Jupyter server, or where the next one will be started."""

    python: str
    found_by: Text | str
    """How it was found, as the end of a sentence."""
    pid: int | None = None
    url: str | None = None
    """Its address, without a token."""


class NoServer(Exception):
    """No Jupyter server was found, or several, or its Python cannot be run."""

    def __init__(self, message: Text) -> None:
        super().__init__(message)
        self.message = message


def find(root: Path = Path("/")) -> Server:
    """Return the server of this kernel or terminal, else the only one of this user.

    Where none is running, the one that PAI-DSW will start. Raises `NoServer`.
    """
    parents = [os.getpid()]
    while parents[-1] > 0 and len(parents) < MAX_ANCESTORS:
        parents.append(_parent(parents[-1]))
    own = os.environ.get(connection.SERVER_PID, "")
    if own.isascii() and own.isdigit() and (python := _python(int(own))):
        return Server(python, text("it started this kernel"), int(own), _address(int(own)))
    wanted = os.environ.get(connection.SERVER_URL, "")
    why = text("it is the only one of this user")
    if wanted:
        why = text("it is the one of JUPYTER_SERVER_URL")
    running = list(_running(why))
    # Before the variable: it has the configured port, which may be that of another server.
    for server in running:
        if server.pid in parents:
            return msgspec.structs.replace(server, found_by=text("it started this terminal"))
    if wanted:
        running = [each for each in running if connection.leads_to(each.url or "", wanted)]
    if not running:
        port = str(_port(wanted) or os.environ.get(PORT_VARIABLE) or USUAL_PORT)
        why = text("it listens on port %1", port)
        found = ((pid, _python(pid)) for pid in _listening(port))
        running = [Server(python, why, pid) for pid, python in found if python]
    pythons = sorted({server.python for server in running})
    if len(pythons) > 1:
        shown = ", ".join(pythons)
        raise NoServer(text("Several Jupyter servers of this user are running: %1.", shown))
    if running:
        return running[0]
    newest = max(root.glob(PLATFORM_PYTHONS), key=lambda path: path.stat().st_mtime, default=None)
    if newest is not None:
        return Server(
            str(newest), text("it is where PAI-DSW installs it; no server is running now")
        )
    raise NoServer(text("No Jupyter server of this user was found."))


def describe(python: str) -> Environment:
    """Have a Python describe its environment. Raises `NoServer` where it cannot be run."""
    script = Path(__file__).with_name("installed.py").read_text(encoding="utf-8")
    try:
        done = run(python, "-c", script)
        return msgspec.json.decode(done.stdout, type=Environment)
    except (OSError, subprocess.SubprocessError, msgspec.MsgspecError):
        message = text("The Python of the Jupyter server cannot be run: %1.", python)
        raise NoServer(message) from None


def run(python: str, *words: str, timeout_s: float = 60) -> subprocess.CompletedProcess[str]:
    """Run a Python of another environment, without what is meant for this one.

    Raises:
        OSError: it cannot be run.
        subprocess.SubprocessError: it did not end in time.
    """
    environment = {key: value for key, value in os.environ.items() if key not in _NOT_FOR_IT}
    return subprocess.run(
        [python, *words],
        env=environment,
        # Python would import what lies in the current folder.
        cwd=Path(python).parent,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=timeout_s,
        check=False,
    )


def disk_sentence(folder: str) -> Text:
    """Return on which disk a folder lies, and whether that is there after a stop."""
    disk = disk_of(folder)
    if disk is None or not is_on_mounted_disk(folder):
        return text("%1 is not on a mounted disk: after a stop it may be gone.", folder)
    return text("%1 is on the disk mounted at %2 (%3).", folder, *disk)


def _running(found_by: Text) -> Iterator[Server]:
    """Yield the servers of this user that are running and have a runtime file."""
    for path in connection.runtime_folder().glob("jpserver-*.json"):
        pid = path.stem.removeprefix("jpserver-")
        if not (pid.isascii() and pid.isdigit()):
            continue
        address, python = _address(int(pid)), _python(int(pid))
        # A server that was killed leaves its file, and another process may get its ID.
        if address and python and int(pid) in _listening(str(_port(address))):
            yield Server(python, found_by, int(pid), address)


def _address(pid: int) -> str | None:
    """Return the address in the runtime file that a server with this process ID has written."""
    path = connection.runtime_folder() / f"jpserver-{pid}.json"
    try:
        content, status = read_plain_file(path, 64 * 1024)
        parts = urlsplit(msgspec.json.decode(content, type=_RuntimeFile).url)
    except (OSError, ValueError, msgspec.MsgspecError):
        return None
    # Not its query: a token may be in it.
    address = f"{parts.scheme}://{parts.netloc}{parts.path}"
    return address if status.st_uid == os.getuid() else None


class _RuntimeFile(msgspec.Struct):
    """What is used of the file that every Jupyter server writes."""

    url: str


def _port(url: str) -> int | None:
    try:
        return urlsplit(url).port
    except ValueError:
        return None


def _parent(pid: int) -> int:
    try:
        # proc(5): the second field, a name, may have spaces in it; the parent is the fourth.
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
        return int(stat.rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return 0


def _python(pid: int) -> str | None:
    """Return the Python that a process of this user runs: not what it is a link to."""
    process = Path(f"/proc/{pid}")
    try:
        words = (process / "cmdline").read_text("utf-8", "replace").split("\0")
        program = (process / "exe").resolve(strict=True)
        folder = (process / "cwd").resolve(strict=True)
        is_own = process.stat().st_uid == os.getuid()
    except OSError:
        return None
    if not is_own or not re.fullmatch(r"python[\d.]*", program.name):
        return None
    first = words[0]
    found = str(folder / first) if "/" in first else shutil.which(first, path=_path_of(pid))
    return found if found and Path(found).exists() and program.samefile(found) else str(program)


def _path_of(pid: int) -> str | None:
    """Return the PATH with which a process was started; nothing else of its environment is kept."""
    try:
        for variable in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
            if variable.startswith(b"PATH="):
                return os.fsdecode(variable[5:])
    except OSError:
        pass
    return None


def _listening(port: str) -> list[int]:
    """Return the processes of this user that listen on a port (proc(5): /proc/net/tcp)."""
    sockets = set()
    for table in ("tcp", "tcp6"):
        try:
            rows = Path("/proc/net", table).read_text("ascii").splitlines()[1:]
        except OSError:
            continue
        for row in map(str.split, rows):
            if row[3] == _LISTENING and str(int(row[1].rpartition(":")[2], 16)) == port:
                sockets.add(f"socket:[{row[9]}]")
    return [pid for pid in _own_processes() if sockets and sockets & _open_files(pid)]


def _own_processes() -> Iterator[int]:
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if entry.stat().st_uid == os.getuid():
                yield int(entry.name)


def _open_files(pid: int) -> set[str]:
    try:
        return {os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir()}  # noqa: PTH115
    except OSError:
        return set()
