"""What was reported so far, in a file that outlives the server, so that nothing is sent twice.

Every process of this user that watches the same instance shares the file: whoever notices a change
first records it, and only then sends it. The file has no URL: a service is known in it by a salted
fingerprint.
"""

from __future__ import annotations

import contextlib
import logging
import os
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from jupyter_core.paths import jupyter_data_dir

from jupyter_dsw.files import read_plain_file
from jupyter_dsw.model.stops import DecidedBy, Kind
from jupyter_dsw.stop_tracker import StopKey

try:
    import fcntl
except ImportError:  # Windows: there, servers of one instance do not know of each other
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger(__name__)

LARGEST_FILE = 512 * 1024
MOST_SERVICES = 20
"""Services that are remembered; of more, those that were longest not used are forgotten."""
LOCK_PATIENCE_S = 5.0
_SALT_BYTES = 16
_BETWEEN_TRIES_S = 0.05


class RecordedStop(msgspec.Struct, frozen=True, kw_only=True):
    """One stop of the instance, as `KnownStop` has it, and what was reported of it."""

    kind: Kind
    decided_by: DecidedBy
    expression: str | None = None
    at: datetime
    due_time: datetime | None = None
    idle_minutes: float | None = None
    max_idle_minutes: float | None = None
    number: int
    is_pending: bool = True
    reported: tuple[float, ...] = ()
    """The minutes before it that were reported, or left out since smaller ones were."""
    missing_since: datetime | None = None
    """The first reading without it, if it was reported and the last reading was without it too."""

    @property
    def key(self) -> StopKey:
        """By what it differs from the other stops of a reading."""
        return StopKey(self.kind, self.decided_by, self.expression)


class Reported(msgspec.Struct, frozen=True, kw_only=True):
    """What was reported to one service. Moments are by the endpoint's clock."""

    read_at: datetime | None = None
    """When the reading was made that its stops are from; None if there was none yet."""
    stops: tuple[RecordedStop, ...] = ()
    next_number: int = 1
    events_read_at: datetime | None = None
    """The same for all else: in quiet hours only stops may be compared."""
    status: str | None = None
    images: dict[str, str] = {}
    """The statuses of saved images, by their IDs; without one, by name and creation."""
    node_failed: bool = False


class Content(msgspec.Struct, kw_only=True):
    """What the file has."""

    salt: bytes = msgspec.field(default_factory=lambda: os.urandom(_SALT_BYTES))
    services: dict[str, Reported] = {}
    """By their fingerprints, the last one written at the end."""

    def put(self, fingerprint: str, reported: Reported) -> None:
        """Remember what was reported to a service."""
        self.services.pop(fingerprint, None)
        self.services[fingerprint] = reported
        while len(self.services) > MOST_SERVICES:
            del self.services[next(iter(self.services))]


class Record:
    """The file of one instance; where it cannot be written, the same in memory."""

    def __init__(self, instance_id: str, folder: Path | None = None) -> None:
        folder = Path(jupyter_data_dir()) if folder is None else folder
        self.path = folder / f"jupyter-dsw-notify-{instance_id}.json"
        self._memory = Content()
        self._warned = False

    @contextlib.contextmanager
    def open(self) -> Iterator[Content]:
        """Give what the file has, to be changed; written when the block ends, if it was.

        No other process changes it meanwhile. Raises nothing for a file that is missing, damaged,
        or cannot be written.
        """
        with self._locked():
            content = self._read()
            before = msgspec.json.encode(content)
            yield content
            self._memory = content
            after = msgspec.json.encode(content)
            if after != before:
                self._write(after)

    def _read(self) -> Content:
        try:
            content, status = read_plain_file(self.path, LARGEST_FILE, follow_links=False)
            is_own = not hasattr(os, "getuid") or status.st_uid == os.getuid()
            return msgspec.json.decode(content, type=Content) if is_own else self._memory
        except (OSError, msgspec.MsgspecError, ValueError):
            return self._memory

    def _write(self, content: bytes) -> None:
        draft = self.path.with_suffix(f".{os.urandom(8).hex()}.tmp")
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(descriptor, "wb") as file:  # noqa: PTH123
                file.write(content)
            draft.replace(self.path)
        except OSError as error:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)
            self._warn_once(error)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        descriptor = None
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            lock = self.path.with_suffix(".lock")
            descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
            _lock(descriptor)
        except OSError as error:  # a file system without locks, or that cannot be written
            self._warn_once(error)
        try:
            yield
        finally:
            if descriptor is not None:
                os.close(descriptor)

    def _warn_once(self, error: OSError) -> None:
        if not self._warned:
            self._warned = True
            log.warning(
                "jupyter-dsw: what was sent cannot be recorded in %s (%s). After a restart, it may "
                "be sent again.",
                self.path.parent,
                error.strerror or type(error).__name__,
            )


def _lock(descriptor: int) -> None:
    """Lock an open file until it is closed; OSError if another process has it for too long."""
    end = time.monotonic() + LOCK_PATIENCE_S
    while fcntl is not None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                raise
            time.sleep(_BETWEEN_TRIES_S)
        else:
            return
