"""What a process uses of its machine."""

from __future__ import annotations

import threading

import msgspec
import psutil


class Footprint(msgspec.Struct, frozen=True):
    """Memory in use (bytes), open files and sockets, Python's threads.

    A joined thread may be seen by the machine for a moment longer.
    """

    rss: int
    open_files: int
    threads: int

    @classmethod
    def now(cls) -> Footprint:
        """That of this process."""
        process = psutil.Process()
        with process.oneshot():
            return cls(process.memory_info().rss, process.num_fds(), threading.active_count())
