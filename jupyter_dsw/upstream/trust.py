"""Whom TLS connections trust, read once and not anew for each connection.

Reading the usual bundle of authorities takes many times as long as all the rest of a reading, and a
connection that idles between two readings is likely to be closed meanwhile.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

from urllib3.util.ssl_ import create_urllib3_context

if TYPE_CHECKING:
    import ssl


class NoAuthorities(OSError):
    """The authorities to trust cannot be read: no such file, no right to, or none in it."""


def context_trusting(file: str | None, folder: str | None) -> ssl.SSLContext:
    """Return a context that trusts the certificate authorities in `file`, or in `folder`.

    A bundle that was changed meanwhile is read again.  Raises NoAuthorities.
    """
    try:
        return _context(file, folder, *map(_stamp, filter(None, (file, folder))))
    except OSError as error:  # ssl.SSLError is one
        raise NoAuthorities from error


def _stamp(path: str) -> tuple[int, int, int]:
    stat = Path(path).stat()
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


@functools.lru_cache(maxsize=1)
def _context(file: str | None, folder: str | None, *_stamps: object) -> ssl.SSLContext:
    context = create_urllib3_context()
    context.load_verify_locations(file, folder)
    return context
