"""The connection file, by which kernels and terminals find their server's endpoint for kernels.

The server writes it into Jupyter's runtime folder, kernels and terminals read it. Many machines and
containers may share that folder (a home on a NAS), so a file is of one process of one of them.
"""

from __future__ import annotations

import atexit
import binascii
import contextlib
import hashlib
import json
import os
import platform
import re
from dataclasses import asdict, dataclass, field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_dsw.files import NoPlainFile, read_plain_file
from jupyter_dsw.i18n import text

if TYPE_CHECKING:
    from collections.abc import Iterator

# Not `Authorization`: Jupyter's identity providers read that one, and JupyterHub's would send what
# it finds there to the hub.
KERNEL_TOKEN_HEADER = "X-Jupyter-DSW-Kernel-Token"  # noqa: S105 - the name of a header
"""Carries the kernels' token."""
WAITED_HEADER = "Server-Timing"
"""Of a response: how many milliseconds the server had the request, `reading;dur=8003`. A kernel
dates the reading by it: the age in the response is that at the end of this time."""

LARGEST_FILE = 64 * 1024
# A certfile may have the server's key before its certificate, and its authorities' certificates
# after it: OpenSSL presents the first certificate as the server's own
# (SSL_CTX_use_certificate_chain_file).
_CERTIFICATE = re.compile(
    rb"-----BEGIN (?:X509 )?CERTIFICATE-----([^-]*)-----END (?:X509 )?CERTIFICATE-----"
)


class Reason(Enum):
    """Why a connection file cannot be written or used; the values are for people."""

    MISSING = text(
        "No Jupyter server with jupyter-dsw was found for this kernel or terminal (no "
        "connection file)."
    )
    MODE = text(
        "Other users can read the connection file of the Jupyter server. Its file system may "
        "not keep file modes (CIFS, some NFS and FUSE mounts). Set JUPYTER_RUNTIME_DIR to a "
        "folder on a local disk and restart the Jupyter server."
    )
    OWNER = text(
        "The connection file of the Jupyter server belongs to another user, or its file system "
        "does not keep owners. Set JUPYTER_RUNTIME_DIR to a folder on a local disk and restart "
        "the Jupyter server."
    )
    NO_PLAIN_FILE = text("The connection file of the Jupyter server is not a regular file.")
    CONTENT = text("The connection file of the Jupyter server cannot be read.")
    LEFT_BEHIND = text("The connection file belongs to a Jupyter server that is no longer running.")


class UnusableFile(Exception):
    """A connection file cannot be written or used, for `reason`."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True)
class KernelEndpoint:
    """What a connection file contains."""

    url: str
    """The endpoint's address on this machine."""
    token: str = field(repr=False)
    """Opens it."""
    certificate: str | None = None
    """Where the server speaks TLS: the SHA-256 of its own certificate, in hexadecimal digits."""
    started: str = ""
    """When its process was started, in ticks since the machine was; empty where that is unknown."""


def path_of(folder: Path, server_pid: int) -> Path:
    """Return where the server with this process ID, of this machine and container, has its file."""
    return folder / f"jupyter-dsw-{_process_space()}-{server_pid}.json"


def write(folder: Path, endpoint: KernelEndpoint) -> Path:
    """Write the file of this process, whole and with mode 0600, and return its path.

    Raises `UnusableFile` where its file system does not keep that mode, before it has written the
    token, and `OSError`.
    """
    path = path_of(folder, os.getpid())
    draft = path.with_suffix(f".{os.urandom(8).hex()}.tmp")
    # O_EXCL and a random name: nobody can have put a link or a readable file in its place.
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123
            _check_owner_and_mode(os.fstat(descriptor))
            json.dump({**asdict(endpoint), "started": _started(os.getpid())}, file)
        draft.replace(path)
    except (OSError, UnusableFile):
        draft.unlink(missing_ok=True)
        raise
    return path


def check_folder(folder: Path) -> None:
    """Raise `UnusableFile` or `OSError` where no connection file could be written into `folder`."""
    probe = folder / f"jupyter-dsw-{os.urandom(8).hex()}.tmp"
    descriptor = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        _check_owner_and_mode(os.fstat(descriptor))
    finally:
        os.close(descriptor)
        probe.unlink(missing_ok=True)


def read(folder: Path, server_pid: int) -> KernelEndpoint:
    """Return what the server with this process ID wrote. Raises `UnusableFile`."""
    path = path_of(folder, server_pid)
    try:
        # Whoever can put a file or a link there could send a kernel to a server of theirs.
        content, status = read_plain_file(path, LARGEST_FILE, follow_links=False)
    except FileNotFoundError:
        raise UnusableFile(Reason.MISSING) from None
    except NoPlainFile:
        raise UnusableFile(Reason.NO_PLAIN_FILE) from None
    except OSError:
        raise UnusableFile(Reason.CONTENT) from None
    _check_owner_and_mode(status)
    endpoint = _decoded(content)
    if endpoint is None:
        raise UnusableFile(Reason.CONTENT)
    # Another process may have got the ID of one that has ended, and a container the name of one.
    started = _started(server_pid)
    if endpoint.started and started and endpoint.started != started:
        raise UnusableFile(Reason.LEFT_BEHIND)
    return endpoint


def server_pids(folder: Path) -> list[int]:
    """Return the servers of this machine and container that have a file, the newest one first."""
    newest_first = sorted(_own_files(folder), key=lambda found: _written(found[0]), reverse=True)
    return [pid for path, pid in newest_first if path.suffix == ".json"]


def live(folder: Path) -> Iterator[KernelEndpoint]:
    """Yield what the running servers of this user, machine and container wrote, the newest first.

    A file whose server has ended, or cannot be recognized, is passed over.
    """
    for pid in server_pids(folder):
        with contextlib.suppress(UnusableFile):
            endpoint = read(folder, pid)
            if endpoint.started == _started(pid) and _is_running(pid):
                yield endpoint


def sweep(folder: Path) -> None:
    """Remove what servers of this machine and container left behind that were killed.

    Another process may get their ID, and whoever gets their port would be sent their token. Those
    of other machines and containers are theirs: whether they run cannot be seen from here.
    """
    for path, pid in _own_files(folder):
        if not _is_running(pid) or (path.suffix == ".json" and _is_left_behind(folder, pid)):
            with contextlib.suppress(OSError):
                path.unlink()


class ConnectionFile:
    """Keeps the connection file of this process in Jupyter's runtime folder."""

    def __init__(self, runtime_dir: str, endpoint: KernelEndpoint) -> None:
        self._folder = Path(runtime_dir)
        self._endpoint = endpoint
        self.path: Path | None = None
        """Where it was written; None before."""

    def keep(self) -> None:
        """Write it if it is not there, or no longer as it was written.

        Raises `UnusableFile` and `OSError`.
        """
        if self._is_intact():
            return
        if self.path is None:
            sweep(self._folder)
            # Jupyter stops no extension where SIGINT ends a server without a terminal, and that is
            # how JupyterHub ends its users' servers.
            atexit.register(self.remove)
        self.path = write(self._folder, self._endpoint)

    def remove(self) -> None:
        """Remove it, if it is still there and this server's, and the folder allows it."""
        atexit.unregister(self.remove)
        if self.path is not None and self._is_intact():
            with contextlib.suppress(OSError):
                self.path.unlink(missing_ok=True)

    def _is_intact(self) -> bool:
        try:
            found = read(self._folder, os.getpid())
        except UnusableFile:
            return False
        expected = (self._endpoint.url, self._endpoint.token, self._endpoint.certificate)
        return (found.url, found.token, found.certificate) == expected


def fingerprint(certfile: str | Path) -> str | None:
    """Return the SHA-256 of the server's own certificate in `certfile`, in hexadecimal digits.

    None where there is none that can be read.
    """
    try:
        found = _CERTIFICATE.search(Path(certfile).read_bytes())
        return hashlib.sha256(binascii.a2b_base64(found[1])).hexdigest() if found else None
    except (OSError, ValueError):
        return None


def _own_files(folder: Path) -> Iterator[tuple[Path, int]]:
    """Yield the files and drafts of this machine and container, and their servers' process IDs."""
    prefix = f"jupyter-dsw-{_process_space()}-"
    for path in folder.glob(f"{prefix}*"):
        pid = path.name.removeprefix(prefix).partition(".")[0]
        if path.suffix in {".json", ".tmp"} and pid.isascii() and pid.isdigit():
            yield path, int(pid)


def _written(path: Path) -> float:
    try:
        return path.lstat().st_mtime
    except OSError:  # its server has just ended
        return 0.0


def _is_left_behind(folder: Path, pid: int) -> bool:
    try:
        read(folder, pid)
    except UnusableFile as unusable:
        return unusable.reason is Reason.LEFT_BEHIND
    return False


def _check_owner_and_mode(status: os.stat_result) -> None:
    if not hasattr(os, "getuid"):  # Windows has no such modes
        return
    if status.st_uid != os.getuid():
        raise UnusableFile(Reason.OWNER)
    if status.st_mode & 0o077:
        raise UnusableFile(Reason.MODE)


def _decoded(content: bytes) -> KernelEndpoint | None:
    try:
        found = json.loads(content)
        certificate, started = found.get("certificate"), found.get("started", "")
        endpoint = KernelEndpoint(found["url"], found["token"], certificate, started)
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError):
        return None
    texts = (endpoint.url, endpoint.token, endpoint.certificate or "", endpoint.started)
    return endpoint if all(isinstance(text, str) for text in texts) else None


def _process_space() -> str:
    """Return what distinguishes machines and containers, where a process ID means another one.

    That is the kernel's boot and the PID namespace; the name of the machine where one of them is
    not to be had (macOS, Windows, gVisor).
    """
    parts = []
    with contextlib.suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip())
    with contextlib.suppress(OSError):
        parts.append(os.readlink("/proc/self/ns/pid"))  # noqa: PTH115 - it is no path
    if len(parts) < 2:
        parts.append(platform.node())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _started(pid: int) -> str:
    """Return when a process was started (proc(5), field 22); empty where that is unknown."""
    try:
        # The name of the program is in parentheses, and may have some itself.
        return (
            Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[19]
        )
    except (OSError, IndexError):
        return ""


def _is_running(pid: int) -> bool:
    if os.name != "posix":
        return True  # there, signal 0 would end the process
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
