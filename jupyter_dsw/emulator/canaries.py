"""Secrets that are nothing but unique strings, so that a leak can be searched for."""

from __future__ import annotations

import secrets
import threading


class Canaries:
    """Makes unique secrets and remembers every one of them.

    Each holds the word ``canary`` and 24 hexadecimal digits, in characters that JSON and URLs
    leave as they are: a text search for it finds every copy.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._planted: list[str] = []

    def mint(self, prefix: str = "canary-") -> str:
        """Return a new secret that starts with `prefix`."""
        return self.note(prefix + secrets.token_hex(12))

    def note(self, secret: str) -> str:
        """Remember `secret`, another form of a planted one (base64, say), and return it."""
        with self._lock:
            self._planted.append(secret)
        return secret

    @property
    def planted(self) -> tuple[str, ...]:
        """Every secret so far, oldest first."""
        with self._lock:
            return tuple(self._planted)
