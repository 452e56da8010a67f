"""Alibaba Cloud credentials: an access key that shows nothing of itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from datetime import datetime

# They travel in headers: anything else would be refused there, by an error that quotes it.
_HEADER_SAFE = re.compile(r"[\x21-\x7e]+")


class Credentials:
    """An access key, with the security token of a role and its expiry if it has them.

    Shows nothing of itself: not in repr, str or format, and neither pickle nor copy takes it.
    Raises ValueError, which never quotes a part, where a part is not valid.
    """

    __slots__ = ("access_key_id", "access_key_secret", "expires_at", "security_token")

    def __init__(
        self,
        access_key_id: str,
        access_key_secret: str,
        security_token: str | None = None,
        expires_at: datetime | None = None,
    ) -> None:
        for part in (access_key_id, access_key_secret, security_token or "-"):
            if not _HEADER_SAFE.fullmatch(part):
                reason = "is empty or has spaces or characters that it cannot have"
                raise ValueError(reason)
        self.access_key_id = access_key_id
        self.access_key_secret = access_key_secret
        self.security_token = security_token or None
        self.expires_at = expires_at

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every string that nobody may see."""
        parts = (self.access_key_id, self.access_key_secret, self.security_token)
        return tuple(part for part in parts if part)

    def __repr__(self) -> str:
        kind = "of a role" if self.security_token else "long-lived"
        return f"<Credentials {kind}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Credentials) and self.secrets == other.secrets

    __hash__ = None  # type: ignore[assignment]

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        reason = "credentials can be neither pickled nor copied"
        raise TypeError(reason)
