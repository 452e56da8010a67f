"""Which certificate authorities TLS connections trust.

They are read once and not anew for each connection: reading the usual bundle takes many times as
long as all the rest of a reading, and a connection that idles between two readings is likely to be
closed meanwhile.
"""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.util.ssl_ import create_urllib3_context

if TYPE_CHECKING:
    import ssl

# What `requests` reads, then what OpenSSL (and with it most other programs) reads.
_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_FILE, _FOLDERS = "SSL_CERT_FILE", "SSL_CERT_DIR"


class NoAuthorities(OSError):
    """The authorities to trust cannot be read: no such file, no right to, or none in it."""


@dataclass(frozen=True)
class Authorities:
    """A file of certificates, folders of them as OpenSSL has them (`/a:/b`), or both.

    `variables` are those of the environment that name them; none for the bundle of certifi.
    """

    file: str | None
    folders: str | None = None
    variables: tuple[str, ...] = ()

    def context(self) -> ssl.SSLContext:
        """Return a context for urllib3 that trusts them; shared, and new where they have changed.

        Raises NoAuthorities.
        """
        folders = (self.folders or "").split(os.pathsep)
        stamps = tuple(_stamp(path) for path in (self.file, *folders) if path)
        try:
            return _context(self.file, self.folders, stamps)
        except OSError as error:  # ssl.SSLError is one
            raise NoAuthorities from error


def authorities() -> Authorities:
    """Return what the environment names.

    REQUESTS_CA_BUNDLE, else CURL_CA_BUNDLE (a file or a folder), else SSL_CERT_FILE and
    SSL_CERT_DIR; else certifi's.
    """
    for name in _BUNDLES:
        path = os.environ.get(name)
        if path:
            file, folders = (None, path) if Path(path).is_dir() else (path, None)
            return Authorities(file, folders, (name,))
    file = os.environ.get(_FILE) or None
    folders = os.environ.get(_FOLDERS) or None
    if file or folders:
        named = ((_FILE, file), (_FOLDERS, folders))
        return Authorities(file, folders, tuple(name for name, path in named if path))
    return Authorities(DEFAULT_CA_BUNDLE_PATH)


def _stamp(path: str) -> tuple[int, int, int] | None:
    try:
        stat = Path(path).stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


@functools.lru_cache(maxsize=1)
def _context(file: str | None, folders: str | None, _stamps: object) -> ssl.SSLContext:
    context = create_urllib3_context()
    context.load_verify_locations(file, folders)
    return context
