"""Signature ACS3-HMAC-SHA256, as Alibaba Cloud's "V3 request structure and signature" has it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_plus, urlsplit

from requests.auth import AuthBase

from jupyter_dsw.upstream.settings import host_header

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from requests import PreparedRequest

    from jupyter_dsw.upstream.credentials import Credentials

ALGORITHM = "ACS3-HMAC-SHA256"


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
            _pairs(url.query),
            {name: value for name, value in headers.items() if _is_signed(name.lower())},
            body_sha256,
            self._credentials,
        )
        return request


def _is_signed(name: str) -> bool:
    return name in ("host", "content-type") or name.startswith("x-acs-")


def _pairs(query: str) -> list[tuple[str, str]]:
    pairs = (part.partition("=") for part in query.split("&") if part)
    return [(unquote_plus(name), unquote_plus(value)) for name, _, value in pairs]


def _encode(text: str) -> str:
    return quote(text, safe="~")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
