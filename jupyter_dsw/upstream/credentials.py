"""Where credentials come from: the environment, the credential service, the official library.

The service, at the URL of ALIBABA_CLOUD_CREDENTIALS_URI, hands out those of a RAM role: `{"Code":
"Success", "AccessKeyId", "AccessKeySecret", "SecurityToken", "Expiration"}`. It fails now and then.
Its responses contain secrets: no error quotes them.
"""

from __future__ import annotations

import importlib
import logging
import math
import os
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timezone
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec
from requests import Request

from jupyter_dsw.clock import BOUNDED, Deadline, bounded
from jupyter_dsw.i18n import joined, text
from jupyter_dsw.upstream.errors import NoCredentials
from jupyter_dsw.upstream.failures import FailureKind, TransportError
from jupyter_dsw.upstream.settings import of_first_process, split_http_url
from jupyter_dsw.upstream.signing import Credentials
from jupyter_dsw.upstream.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_ID = "ALIBABA_CLOUD_ACCESS_KEY_ID"
_SECRET = "ALIBABA_CLOUD_ACCESS_KEY_SECRET"  # noqa: S105 - the name of a variable
_TOKEN = "ALIBABA_CLOUD_SECURITY_TOKEN"  # noqa: S105
_URI = "ALIBABA_CLOUD_CREDENTIALS_URI"
_ADVICE = text(
    "Give the instance a RAM role (PAI-DSW then sets ALIBABA_CLOUD_CREDENTIALS_URI), or set "
    "ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET."
)
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
_SERVICE_ADVICE = text(
    "Try again in a moment: the service fails now and then. If the problem persists, check that "
    "ALIBABA_CLOUD_CREDENTIALS_URI is as PAI-DSW set it and that the instance has a RAM role."
)


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

    def get(self, timeout_s: float, *, renew: bool = False) -> Credentials:
        """Return credentials, requesting new ones ahead of expiry, or now with `renew`.

        Without it cached ones are used until they really expire if the service fails. Raises
        NoCredentials.
        """
        cached = self._cached
        if renew or cached is None:
            return self._request(timeout_s)
        if self._clock() < cached.renew_at:
            return cached.credentials
        try:
            return self._request(timeout_s)
        except NoCredentials:
            if self._clock() >= cached.expires_at:
                self._cached = None
                raise
        cached.renew_at = self._clock() + _PAUSE_AFTER_FAILURE_S
        return cached.credentials

    def _request(self, timeout_s: float) -> Credentials:
        """Request credentials, in up to three tries. Raises NoCredentials."""
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
        raise NoCredentials(reason, _SERVICE_ADVICE)

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
            response = self._transport.send(Request("GET", self.uri), deadline, _TIMEOUT_S)
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


def _not_from_here(_record: logging.LogRecord) -> bool:
    """Return whether the library logs in another thread than ours.

    It logs each source without credentials, with a traceback, to stderr.
    """
    return threading.current_thread().name != BOUNDED


class CredentialChain:
    """The sources of credentials, in the order of the design, each read at the time of use.

    The environment's access key; the credential service of ALIBABA_CLOUD_CREDENTIALS_URI; every
    source of the official `alibabacloud-credentials`, where that is installed. The first that is
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
        self._official: Any = None
        logging.getLogger("credentials").addFilter(_not_from_here)

    def get(self, timeout_s: float = 5.0, *, renew: bool = False) -> Credentials:
        """Return credentials, cached ones while they last.

        With `renew` new ones: the endpoint reports the cached ones as expired. Raises
        NoCredentials.
        """
        if self._environ.get(_ID) or self._environ.get(_SECRET):
            return self._from_environment()
        uri = self._environ.get(_URI)
        if uri:
            return self._service_at(uri).get(timeout_s, renew=renew)
        return self._from_official(timeout_s, renew=renew)

    def close(self) -> None:
        """Close connections and forget all credentials."""
        if self._service is not None:
            self._service.close()
        self._service = self._official = None

    @property
    def _environ(self) -> Mapping[str, str]:
        # Not kept in the object: whoever looks at its members would see the access key.
        if self._given is not None:
            return self._given
        if any(map(os.environ.get, (_ID, _SECRET, _URI))):
            return os.environ
        # Of one process only: a key and the secret of another are of no use.
        return of_first_process((_ID, _SECRET, _TOKEN, _URI)) or os.environ

    def _from_environment(self) -> Credentials:
        for name, other in ((_ID, _SECRET), (_SECRET, _ID)):
            if not self._environ.get(name):
                raise NoCredentials(
                    text("%1 is set, but %2 is not.", other, name),
                    text("Set both, or remove both to use %1.", _URI),
                )
        try:
            return Credentials(
                self._environ[_ID], self._environ[_SECRET], self._environ.get(_TOKEN)
            )
        except ValueError:
            message = text(
                "%1, %2 or %3 has spaces or characters that are not allowed.", _ID, _SECRET, _TOKEN
            )
        raise NoCredentials(message, text("Set them again, exactly as Alibaba Cloud shows them."))

    def _service_at(self, uri: str) -> CredentialService:
        if self._service is None or self._service.uri != uri:
            if self._service is not None:
                self._service.close()
            self._service = CredentialService(uri, clock=self._clock, sleep=self._sleep)
        return self._service

    def _from_official(self, timeout_s: float, *, renew: bool) -> Credentials:
        """Return what the official library has: OIDC, profiles, the metadata service, and more."""
        if find_spec("alibabacloud_credentials") is None:
            other = text("For profiles and other sources, pip install 'jupyter-dsw[aliyun]'.")
            message = text("No Alibaba Cloud credentials are set.")
            raise NoCredentials(message, joined(" ", (_ADVICE, other)))
        if renew:
            self._official = None
        try:
            # It takes no timeout for the whole, and may call several services one after another.
            return bounded(self._found_by_official, timeout_s)
        except Exception as error:  # noqa: BLE001 - its texts may quote secrets
            slow = isinstance(error, TimeoutError)
        message = text("The library alibabacloud-credentials found no credentials.")
        if slow:
            message = text(
                "The library alibabacloud-credentials did not finish in %1 s.", f"{timeout_s:.0f}"
            )
        other = text("Or set up another source that alibabacloud-credentials supports.")
        raise NoCredentials(message, joined(" ", (_ADVICE, other)))

    def _found_by_official(self) -> Credentials:
        # By name: it is an optional extra, and heavy.
        client: Any = importlib.import_module("alibabacloud_credentials.client")
        self._official = self._official or client.Client()
        found = self._official.get_credential()
        return Credentials(found.access_key_id, found.access_key_secret, found.security_token)
