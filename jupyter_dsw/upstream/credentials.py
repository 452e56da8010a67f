"""Alibaba Cloud credentials: what they are, and the sources they come from."""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING, NoReturn

from jupyter_dsw.language import text
from jupyter_dsw.upstream.errors import NoCredentials

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from jupyter_dsw.upstream.credential_service import CredentialService
    from jupyter_dsw.upstream.official_credentials import OfficialCredentials

_ID = "ALIBABA_CLOUD_ACCESS_KEY_ID"
_SECRET = "ALIBABA_CLOUD_ACCESS_KEY_SECRET"  # noqa: S105 - the name of a variable
_TOKEN = "ALIBABA_CLOUD_SECURITY_TOKEN"  # noqa: S105
_URI = "ALIBABA_CLOUD_CREDENTIALS_URI"

# They travel in headers: anything else would be refused there, by an error that quotes it.
_HEADER_SAFE = re.compile(r"[\x21-\x7e]+")


class Credentials:
    """An access key, with the security token of a role and its expiry if it has them.

    Shows nothing of itself: not in repr, str or format, and neither pickle nor copy takes it.
    Raises ValueError, with words of its own, where a part cannot be one.
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


class CredentialChain:
    """The sources of credentials, in the order of the design, each read at the time of use.

    The environment's access key; the credential service of ALIBABA_CLOUD_CREDENTIALS_URI; every
    source of the official `alibabacloud-credentials`, where that is installed.  The first that is
    there decides: one that is there and fails is not passed over for another identity.

    `clock` gives seconds since the epoch, `sleep` waits between tries.
    """

    def __init__(
        self,
        environ: Mapping[str, str] | None = None,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._given = environ
        self._clock = clock
        self._sleep = sleep
        self._service: CredentialService | None = None
        self._official: OfficialCredentials | None = None

    def get(self, timeout_s: float = 5.0) -> Credentials:
        """Return credentials, those in hand while they last.  Raises NoCredentials."""
        return self._get(timeout_s, renew=False)

    def renew(self, timeout_s: float = 5.0) -> Credentials:
        """Return credentials asked for anew: the endpoint says that those in hand have expired.

        Raises NoCredentials.
        """
        return self._get(timeout_s, renew=True)

    def close(self) -> None:
        """Close connections and forget all credentials."""
        if self._service is not None:
            self._service.close()
        self._service = self._official = None

    @property
    def _environ(self) -> Mapping[str, str]:
        # Not kept in the object: whoever looks at its members would see the access key.
        return os.environ if self._given is None else self._given

    def _get(self, timeout_s: float, *, renew: bool) -> Credentials:
        if self._environ.get(_ID) or self._environ.get(_SECRET):
            return self._from_environment()
        uri = self._environ.get(_URI)
        if uri:
            service = self._service_at(uri)
            return service.renew(timeout_s) if renew else service.get(timeout_s)
        return self._from_official(timeout_s, renew=renew)

    def _from_environment(self) -> Credentials:
        for name, other in ((_ID, _SECRET), (_SECRET, _ID)):
            if not self._environ.get(name):
                raise NoCredentials(
                    text("%1 is set, but %2 is not.", other, name),
                    text("Set both, or neither to use %1.", _URI),
                )
        try:
            return Credentials(
                self._environ[_ID], self._environ[_SECRET], self._environ.get(_TOKEN)
            )
        except ValueError:
            message = text(
                "One of %1, %2 and %3 has spaces or odd characters in it.", _ID, _SECRET, _TOKEN
            )
        raise NoCredentials(message, text("Set them again, exactly as Alibaba Cloud shows them."))

    def _service_at(self, uri: str) -> CredentialService:
        from jupyter_dsw.upstream.credential_service import CredentialService

        if self._service is None or self._service.uri != uri:
            if self._service is not None:
                self._service.close()
            self._service = CredentialService(uri, clock=self._clock, sleep=self._sleep)
        return self._service

    def _from_official(self, timeout_s: float, *, renew: bool) -> Credentials:
        from jupyter_dsw.upstream.official_credentials import OfficialCredentials

        if self._official is None or renew:
            self._official = OfficialCredentials()
        return self._official.get(timeout_s)
