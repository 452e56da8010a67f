"""Alibaba Cloud credentials, and the credential service that hands out those of a RAM role.

The service, at the URL of ALIBABA_CLOUD_CREDENTIALS_URI, responds `{"Code": "Success",
"AccessKeyId", "AccessKeySecret", "SecurityToken", "Expiration"}` and fails now and then. Its
responses contain secrets: no error quotes them.
"""

from __future__ import annotations

import math
import re
import time
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit

import msgspec

from jupyter_dsw.clock import Deadline
from jupyter_dsw.i18n import text
from jupyter_dsw.upstream.errors import NoCredentials
from jupyter_dsw.upstream.failures import FailureKind, TransportError
from jupyter_dsw.upstream.settings import split_http_url
from jupyter_dsw.upstream.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Callable

# They travel in headers: anything else would be refused there, by an error that quotes it.
_HEADER_SAFE = re.compile(r"[\x21-\x7e]+")
_MAX_BYTES = 64 * 1024
# To connect, and for each wait for more.
_TIMEOUT_S = (1.0, 3.0)
# Seconds to wait after the first and the second try.
_PAUSES = (0.2, 0.5)

# Renewed with this much left, or a fifth of a short life.
_AHEAD_S = 300.0
_AHEAD_SHARE = 0.2
# How long credentials are used whose expiry is past or unknown, and how long the service is not
# called after it failed while there are cached ones.
_UNKNOWN_LIFE_S = 60.0
_PAUSE_AFTER_FAILURE_S = 10.0

_NO_RESPONSE = (FailureKind.NO_CONNECTION, FailureKind.NAME_NOT_FOUND, FailureKind.CLOSED)
_NO_TLS = (
    FailureKind.TLS,
    FailureKind.NO_CA_FILE,
    FailureKind.CERTIFICATE_UNTRUSTED,
    FailureKind.CERTIFICATE_EXPIRED,
    FailureKind.CERTIFICATE_OF_ANOTHER_HOST,
)
_ADVICE = text(
    "Try again in a moment: the service fails now and then. If the problem persists, check that "
    "ALIBABA_CLOUD_CREDENTIALS_URI is as PAI-DSW set it and that the instance has a RAM role."
)


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


class _Body(msgspec.Struct, rename="pascal"):
    code: str
    access_key_id: str
    access_key_secret: str
    security_token: str
    expiration: str | None = None


@dataclass
class _Cached:
    """Cached credentials; the times are seconds since the epoch by the clock here."""

    credentials: Credentials = field(repr=False)
    renew_at: float
    expires_at: float


class CredentialService:
    """Client of one credential service; caches its credentials until they are about to expire.

    `clock` gives seconds since the epoch, `sleep` waits between tries.
    """

    def __init__(
        self,
        uri: str,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.uri = uri
        self._clock = clock
        self._sleep = sleep
        # A credential service is at loopback or a link-local address. What it sends
        # must not pass through a proxy, whichever one is set.
        self._transport = Transport(max_bytes=_MAX_BYTES, proxies=False)
        self._cached: _Cached | None = None

    def close(self) -> None:
        """Close connections and forget the cached credentials."""
        self._transport.close()
        self._cached = None

    def get(self, timeout_s: float) -> Credentials:
        """Return credentials, requesting new ones ahead of expiry.

        Cached ones are used until they really expire if the service fails. Raises
        NoCredentials.
        """
        cached = self._cached
        if cached is not None and self._clock() < cached.renew_at:
            return cached.credentials
        try:
            return self.renew(timeout_s)
        except NoCredentials:
            if cached is None or self._clock() >= cached.expires_at:
                self._cached = None
                raise
        cached.renew_at = self._clock() + _PAUSE_AFTER_FAILURE_S
        return cached.credentials

    def renew(self, timeout_s: float) -> Credentials:
        """Request credentials now, in up to three tries. Raises NoCredentials."""
        self._check_uri()
        deadline = Deadline(timeout_s)
        for pause in (*_PAUSES, None):
            credentials, reason = self._try(deadline)
            if credentials is not None:
                self._cached = self._cache(credentials)
                return credentials
            if pause is None or deadline.remaining_s <= pause:
                break
            self._sleep(pause)
        raise NoCredentials(reason, _ADVICE)

    def _check_uri(self) -> None:
        try:
            split_http_url(self.uri)
        except ValueError as error:
            message = text("ALIBABA_CLOUD_CREDENTIALS_URI is not valid. %1", *error.args)
        else:
            return
        raise NoCredentials(
            message,
            text(
                "Restore the value that PAI-DSW sets (such as "
                "http://localhost:7002/api/v1/credentials/0), or remove it."
            ),
        )

    def _try(self, deadline: Deadline) -> tuple[Credentials | None, str]:
        """Try once: return credentials, or None and what went wrong."""
        try:
            response = self._transport.get(self.uri, deadline, _TIMEOUT_S)
        except TransportError as error:
            return None, _failure(error, self.uri)
        finally:
            # Called once in a long while: a connection kept until then would only fail a try.
            self._transport.close()
        if response.status != 200:
            return None, text("The credential service responded with HTTP %1.", response.status)
        return _parse(response.body)

    def _cache(self, credentials: Credentials) -> _Cached:
        now = self._clock()
        expires_at = credentials.expires_at
        life_s = expires_at.timestamp() - now if expires_at else 0.0
        if life_s <= 0:
            # Unknown, or the clock here disagrees: the endpoint is the judge of it. They are
            # used for a while rather than requested again at once, which would bring the same.
            return _Cached(credentials, now + _UNKNOWN_LIFE_S, math.inf)
        ahead_s = min(_AHEAD_S, life_s * _AHEAD_SHARE)
        return _Cached(credentials, now + life_s - ahead_s, now + life_s)


def _failure(error: TransportError, uri: str) -> str:
    host = urlsplit(uri).hostname
    if error.kind is FailureKind.TIMED_OUT:
        return text("The credential service at %1 did not respond in time.", host)
    if error.kind in _NO_RESPONSE:
        return text("The credential service at %1 is not responding.", host)
    if error.kind in _NO_TLS:
        return text("No TLS connection to the credential service at %1 could be made.", host)
    return text("The response of the credential service at %1 cannot be read.", host)


def _parse(body: bytes) -> tuple[Credentials | None, str]:
    try:
        found = msgspec.json.decode(body, type=_Body)
        if found.code != "Success":
            return None, text("The credential service did not hand out credentials.")
        return Credentials(
            found.access_key_id,
            found.access_key_secret,
            found.security_token,
            _moment(found.expiration),
        ), ""
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None, text("The credential service sent a response without credentials.")


def _moment(text: str | None) -> datetime | None:
    """Parse an `Expiration` such as 2006-01-02T15:04:05Z; None for what is none."""
    try:
        moment = msgspec.convert(text, datetime)
    except msgspec.ValidationError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
