"""TCP connections and exchanges that end in time, whatever the other side does."""

from __future__ import annotations

import concurrent.futures
import contextlib
import io
import socket
import threading
import time
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from typing_extensions import Self

T = TypeVar("T")
BOUNDED = "jupyter-dsw-bounded"
"""The name of the threads that `bounded` starts."""


def bounded(call: Callable[[], T], timeout_s: float) -> T:
    """Return what `call` returns; raise what it raises, or TimeoutError after `timeout_s`.

    For calls that take no timeout of their own, name resolution first of all: `call` runs in a
    daemon thread that is left to itself when its time is up.
    """
    future: concurrent.futures.Future[T] = concurrent.futures.Future()

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # noqa: BLE001 - it is raised again, in the waiting thread
            future.set_exception(error)

    threading.Thread(target=run, daemon=True, name=BOUNDED).start()
    try:
        return future.result(timeout_s)
    except concurrent.futures.TimeoutError as error:
        if future.done():
            raise
        # Python 3.10's is not the built-in one.
        raise TimeoutError from error


def connect(
    host: str,
    port: int,
    timeout_s: float,
    *,
    options: Iterable[tuple[Any, ...]] = (),
    source_address: tuple[str, int] | None = None,
) -> socket.socket:
    """Connect within `timeout_s` in all: name resolution and every address of the host together.

    (`socket.create_connection` gives each address the whole time and resolution no limit.)
    Raises socket.gaierror, TimeoutError or another OSError.
    """
    ends = time.monotonic() + timeout_s
    addresses = bounded(lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM), timeout_s)
    failure: OSError | None = None
    for index, (family, kind, protocol, _, address) in enumerate(addresses):
        share = (ends - time.monotonic()) / (len(addresses) - index)
        sock = None
        try:
            sock = socket.socket(family, kind, protocol)
            for option in options:
                sock.setsockopt(*option)
            if source_address:
                sock.bind(source_address)
            sock.settimeout(max(share, 0.001))
            sock.connect(address)
        except OSError as error:
            failure = error
            if sock is not None:
                sock.close()
        else:
            sock.settimeout(timeout_s)
            return sock
    raise failure or OSError("the host has no address")


class Deadline:
    """A moment at which the watched connection is cut.

    Timeouts of sockets start anew with every byte, so a response that trickles would never end by
    them. Once it has `expired`, what was read until then may be incomplete.
    """

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._watched: socket.socket | None = None
        self._timer: threading.Timer | None = None
        self._expired = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
        with self._lock:
            self._release()

    @property
    def expired(self) -> bool:
        """Whether the moment has come."""
        return self._expired or self.remaining_s <= 0

    @property
    def remaining_s(self) -> float:
        """Seconds that are left; below 0 when it has passed."""
        return self._ends - time.monotonic()

    def watch(self, fileno: int) -> None:
        """Cut the connection of this file descriptor at the deadline, instead of any other."""
        # A second descriptor of the same connection outlives the wrapping of the first one in TLS
        # and can be shut down from the timer's thread without touching Python's objects around it.
        watched = socket.fromfd(fileno, socket.AF_INET, socket.SOCK_STREAM)
        with self._lock:
            self._release()
            self._watched = watched
            if self._expired:
                self._cut()
        if self._timer is None:
            self._timer = threading.Timer(max(self.remaining_s, 0), self._expire)
            self._timer.daemon = True
            self._timer.start()

    def _expire(self) -> None:
        with self._lock:
            self._expired = True
            self._cut()

    def _cut(self) -> None:
        if self._watched is not None:
            with contextlib.suppress(OSError):  # the other side was faster
                self._watched.shutdown(socket.SHUT_RDWR)

    def _release(self) -> None:
        if self._watched is not None:
            self._watched.close()
            self._watched = None


class TooManyBytes(OSError):
    """More came than was to be read."""


class BoundedReads(io.RawIOBase):
    """What `raw` reads from `sock`, `max_bytes` at most.

    Each read is within what is left of the socket's timeout and of `deadline`: it needs no thread
    that cuts the connection.
    """

    def __init__(
        self, raw: io.RawIOBase, sock: socket.socket, deadline: Deadline, max_bytes: int
    ) -> None:
        self._raw = raw
        self._sock = sock
        self._deadline = deadline
        self._left = max_bytes
        self._timeout_s = sock.gettimeout()

    def readable(self) -> bool:
        """Report that it is readable."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Read what comes, as `io.RawIOBase` does. Raises TimeoutError and TooManyBytes."""
        remaining_s = max(self._deadline.remaining_s, 0.001)
        self._sock.settimeout(min(self._timeout_s or remaining_s, remaining_s))
        count = self._raw.readinto(buffer)
        self._left -= count or 0
        if self._left < 0:
            raise TooManyBytes
        return count

    def close(self) -> None:
        """Close `raw`; the socket stays open."""
        self._raw.close()
        super().close()
