"""The secrets that the emulator makes, and the credential service that hands out access keys."""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass

CREDENTIALS_PATH = "/api/v1/credentials/0"


class Canaries:
    """Makes unique secrets and remembers every one of them.

    Each has the word ``canary`` and 24 hexadecimal digits, in characters that JSON and URLs
    leave as they are: a text search for it finds every copy.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._planted: list[str] = []

    def mint(self, prefix: str = "canary-") -> str:
        """Return a new secret that starts with `prefix`."""
        return self.note(prefix + secrets.token_hex(12))

    def note(self, secret: str) -> str:
        """Remember `secret`, another form of a planted one (such as base64), and return it."""
        with self._lock:
            self._planted.append(secret)
        return secret

    @property
    def planted(self) -> tuple[str, ...]:
        """Every secret so far, oldest first."""
        with self._lock:
            return tuple(self._planted)


@dataclass(frozen=True)
class AccessKey:
    """An access key pair; of a RAM role, with the security token and when it expires.

    `expires_at` is in seconds since the epoch by the emulator's clock.
    """

    access_key_id: str
    access_key_secret: str
    security_token: str | None = None
    expires_at: float | None = None

    def expired(self, now: float) -> bool:
        """Return whether its time is over."""
        return self.expires_at is not None and now >= self.expires_at


class CredentialService:
    """Hands out short-lived keys of a RAM role, and knows every key it handed out.

    A key lives `lifetime_s` seconds. Once half of that is over, the next to ask gets a new one;
    the old one is good until it expires. One long-lived key pair without a token, `static`, is
    there besides.
    """

    def __init__(self, canaries: Canaries, lifetime_s: float) -> None:
        self._canaries = canaries
        self._lifetime_s = lifetime_s
        self._lock = threading.Lock()
        self._current: AccessKey | None = None
        self.static = AccessKey(canaries.mint("LTAIcanary"), canaries.mint())
        self._known = {self.static.access_key_id: self.static}

    def find(self, access_key_id: str) -> AccessKey | None:
        """Return the key with this id, expired or not."""
        with self._lock:
            return self._known.get(access_key_id)

    def current(self, now: float) -> AccessKey:
        """Return the role's key of the moment."""
        with self._lock:
            key = self._current
            if key is None or key.expired(now + self._lifetime_s / 2):
                self._current = key = self._new_key(now)
            return key

    def response(self, now: float) -> dict[str, str]:
        """Return what the credential service in a DSW instance returns."""
        key = self.current(now)
        expiration = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(key.expires_at))
        return {
            "Code": "Success",
            "AccessKeyId": key.access_key_id,
            "AccessKeySecret": key.access_key_secret,
            "SecurityToken": key.security_token or "",
            "Expiration": expiration,
        }

    def _new_key(self, now: float) -> AccessKey:
        mint = self._canaries.mint
        key = AccessKey(
            mint("STS.canary"), mint(), mint("CAIScanary"), expires_at=now + self._lifetime_s
        )
        self._known[key.access_key_id] = key
        return key
