"""An access key, and what it signs: ACS3-HMAC-SHA256.

As Alibaba Cloud's "V3 request structure and signature" has it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import parse_qsl, quote, urlsplit

from requests.auth import AuthBase

from jupyter_dsw.upstream.settings import host_header

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from requests import PreparedRequest

ALGORITHM = "ACS3-HMAC-SHA256"
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


def sign(
    method: str,
    path: str,
    query: Iterable[tuple[str, str]],
    headers: Mapping[str, str],
    body_sha256: str,
    credentials: Credentials,
) -> str:
    """Return the value of the `Authorization` header.

    `path` as it is sent, percent-encoded; `query` as names and values, not encoded; `headers`
    every header to be signed; `body_sha256` in hexadecimal. Pure: same input, same signature.
    """
    signed = {name.lower(): value.strip() for name, value in headers.items()}
    names = ";".join(sorted(signed))
    canonical_request = "\n".join(
        (
            method,
            path or "/",
            "&".join(f"{_encode(name)}={_encode(value)}" for name, value in sorted(query)),
            *(f"{name}:{signed[name]}" for name in sorted(signed)),
            "",
            names,
            body_sha256,
        )
    )
    to_sign = f"{ALGORITHM}\n{_sha256(canonical_request.encode())}"
    signature = hmac.new(credentials.access_key_secret.encode(), to_sign.encode(), hashlib.sha256)
    return (
        f"{ALGORITHM} Credential={credentials.access_key_id},"
        f"SignedHeaders={names},Signature={signature.hexdigest()}"
    )


class ACS3Auth(AuthBase):
    """Signs a `requests` request: each time it is prepared, with a date and nonce of its own.

    `action` and `version` are the API's, `clock` gives seconds since the epoch, `nonce` a string
    that was never used before and that nobody can guess.
    """

    def __init__(
        self,
        credentials: Credentials,
        action: str,
        version: str,
        *,
        clock: Callable[[], float] = time.time,
        nonce: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        self._credentials = credentials
        self._action = action
        self._version = version
        self._clock = clock
        self._nonce = nonce

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Sign `request`, once it is complete but for the signature."""
        url = urlsplit(request.url or "")
        body = request.body or b""
        body_sha256 = _sha256(body.encode() if isinstance(body, str) else body)
        headers = request.headers
        # Set here, so that what is signed is what is sent.
        headers["Host"] = host_header(url)
        headers["x-acs-action"] = self._action
        headers["x-acs-version"] = self._version
        headers["x-acs-date"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self._clock()))
        headers["x-acs-signature-nonce"] = self._nonce()
        headers["x-acs-content-sha256"] = body_sha256
        if self._credentials.security_token:
            headers["x-acs-security-token"] = self._credentials.security_token
        headers["Authorization"] = sign(
            request.method or "GET",
            url.path,
            parse_qsl(url.query, keep_blank_values=True),
            {name: value for name, value in headers.items() if _is_signed(name.lower())},
            body_sha256,
            self._credentials,
        )
        return request


def _is_signed(name: str) -> bool:
    return name in ("host", "content-type") or name.startswith("x-acs-")


def _encode(text: str) -> str:
    return quote(text, safe="~")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
