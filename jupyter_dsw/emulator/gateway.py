"""Alibaba Cloud's gateway: access keys, the calls, verified signatures, and error responses.

The signature is ACS3-HMAC-SHA256, by "V3 request structure and signature" of the Alibaba Cloud SDK
documentation. It is written apart from the project's own signer, so that the two judge each other.
"""

from __future__ import annotations

import calendar
import hashlib
import hmac
import json
import math
import re
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes, unquote, unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CREDENTIALS_PATH = "/api/v1/credentials/0"
ALGORITHM = "ACS3-HMAC-SHA256"
TOLERANCE_S = 15 * 60
"""How far ``x-acs-date`` may be off, in seconds."""
RETRY_AFTER_MS = 30_000
"""The wait that a throttled response requests in ``x-acs-retry-after`` (milliseconds)."""

_TIME = "%Y-%m-%dT%H:%M:%SZ"
_MANDATORY = {
    "x-acs-action": "Action",
    "x-acs-version": "Version",
    "x-acs-date": "Timestamp",
    "x-acs-signature-nonce": "SignatureNonce",
    "x-acs-content-sha256": "ContentSha256",
}
_AUTHORIZATION = re.compile(
    ALGORITHM + r" +Credential=([^,\s]+), *SignedHeaders=([^,\s]+), *Signature=([0-9a-f]{64})"
)

_INSTANCES, _LIFECYCLE = "/api/v2/instances/", "/lifecycle"
_POLICIES = "/api/v2/batch/autoshutdownpolicies/query"

# HTTP status and message of each code, as in the official lists of common error codes ("Client
# errors" of the OpenAPI products). The messages of a wrong signature and of a missing workspace
# role are as seen live. `ValidationError` is one of the two codes that DSW documents.
_ERRORS = {
    "IncompleteSignature": (400, "The request signature does not conform to Aliyun standards."),
    "InvalidAccessKeyId.NotFound": (404, "Specified access key is not found or invalid."),
    "InvalidAction.NotFound": (
        404,
        "Specified api is not found, please check your url and method.",
    ),
    "InvalidSecurityToken.Expired": (400, "Specified SecurityToken is expired."),
    "InvalidSecurityToken.MismatchWithAccessKey": (
        400,
        "Specified SecurityToken mismatch with the AccessKey.",
    ),
    "InvalidTimeStamp.Expired": (400, "Specified time stamp or date value is expired."),
    "InvalidTimeStamp.Format": (400, "Specified time stamp or date value is not well formatted."),
    "NoPermissionError": (403, "No permission {} for resource: {}"),
    "SignatureDoesNotMatch": (
        400,
        (
            "Specified signature does not match our calculation. "
            "server StringToSign is [{}] server CanonicalRequest is [{}]"
        ),
    ),
    "SignatureNonceUsed": (400, "Specified signature nonce was used already."),
    "Throttling.User": (400, "Request was denied due to user flow control."),
    "UnsupportedHTTPMethod": (400, "Specified http method is not supported."),
    "ValidationError": (404, "Instance {} not found."),
}


def api_time(seconds: float) -> str:
    """Return a time, in seconds since the epoch, as Alibaba Cloud writes it."""
    return time.strftime(_TIME, time.gmtime(seconds))


class Canaries:
    """Makes unique secrets and remembers every one of them, the oldest first, in `planted`.

    Each has the word ``canary`` and 24 hexadecimal digits, in characters that JSON and URLs
    leave as they are: a text search for it finds every copy.
    """

    def __init__(self) -> None:
        self.planted: list[str] = []

    def mint(self, prefix: str = "canary-") -> str:
        """Return a new secret that starts with `prefix`."""
        secret = prefix + secrets.token_hex(12)
        self.planted.append(secret)
        return secret


@dataclass(frozen=True)
class AccessKey:
    """An access key pair; of a RAM role, with the security token and when it expires.

    `expires_at` is in seconds since the epoch by the emulator's clock.
    """

    access_key_id: str
    access_key_secret: str
    security_token: str | None = None
    expires_at: float = math.inf


class CredentialService:
    """Hands out short-lived keys of a RAM role; `keys` has every one by its id, expired or not.

    A key lives `lifetime_s` seconds. Once half of that is over, the next to ask gets a new one;
    the old one is good until it expires. One long-lived key pair without a token, `static`, is
    there besides.
    """

    def __init__(self, canaries: Canaries, lifetime_s: float) -> None:
        self._canaries = canaries
        self._lifetime_s = lifetime_s
        self.static = AccessKey(canaries.mint("LTAIcanary"), canaries.mint())
        self.keys = {self.static.access_key_id: self.static}
        self._current: AccessKey | None = None

    def response(self, now: float) -> dict[str, str]:
        """Return what the credential service in a DSW instance returns."""
        key = self._current
        if key is None or now >= key.expires_at - self._lifetime_s / 2:
            self._current = key = self._new_key(now)
        return {
            "Code": "Success",
            "AccessKeyId": key.access_key_id,
            "AccessKeySecret": key.access_key_secret,
            "SecurityToken": key.security_token or "",
            "Expiration": api_time(key.expires_at),
        }

    def _new_key(self, now: float) -> AccessKey:
        mint = self._canaries.mint
        key = AccessKey(mint("STS.canary"), mint(), mint("CAIScanary"), now + self._lifetime_s)
        self.keys[key.access_key_id] = key
        return key


class ErrorResponse(Exception):
    """The gateway's error response with this code, `values` filled into its message."""

    def __init__(self, code: str, *values: str) -> None:
        super().__init__(code)
        self.code = code
        # Whatever is missing has a code of its own, MissingAction for one.
        missing = f"{code.removeprefix('Missing')} is mandatory for this action."
        self.status, message = _ERRORS.get(code, (400, missing))
        self.message = message.format(*values)
        throttled = code == "Throttling.User"
        self.headers = (("x-acs-retry-after", str(RETRY_AFTER_MS)),) if throttled else ()

    def body(self, request_id: str, host: str) -> dict[str, str]:
        """Return its JSON body."""
        recommend = f"https://api.aliyun.com/troubleshoot?q={self.code}&product=pai-dsw"
        return {
            "RequestId": request_id,
            "HostId": host,
            "Code": self.code,
            "Message": self.message,
            "Recommend": f"{recommend}&requestId={request_id}",
        }


@dataclass(frozen=True)
class SignedRequest:
    """A request as it came in.

    `target` is the raw path and query of the request line; `headers` are names and values in the
    order they came, the values decoded as ISO-8859-1 (which keeps their bytes).
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """Return the value of a header as it is signed, None if it was not sent.

        The values of a repeated header are sorted and joined with commas.
        """
        values = [value.strip() for key, value in self.headers if key.lower() == name]
        return ",".join(sorted(values)) if values else None

    @property
    def path(self) -> str:
        """The raw path."""
        return self.target.partition("?")[0]


def call_of(request: SignedRequest) -> tuple[str, str, str]:
    """Return the action that a path belongs to, its HTTP method, and the instance's ID.

    Action and ID are "" where there are none.
    """
    if request.path == _POLICIES:
        return "QueryAutoShutdownPolicies", "PUT", _first_instance(request.body)
    if not request.path.startswith(_INSTANCES):
        return "", "GET", ""
    instance_id = unquote(request.path.removeprefix(_INSTANCES))
    if instance_id.endswith(_LIFECYCLE):
        return "GetLifecycle", "GET", instance_id.removesuffix(_LIFECYCLE)
    return "GetInstance", "GET", instance_id


def _first_instance(body: bytes) -> str:
    try:
        return str(json.loads(body)["InstanceIds"][0])
    except (ValueError, LookupError, TypeError):
        return ""


def canonical_request(request: SignedRequest, signed_headers: Iterable[str]) -> str:
    """Return what a signature of `request` covers, with the named headers in it."""
    path, _, query = request.target.partition("?")
    names = sorted(signed_headers)
    return "\n".join(
        [
            request.method,
            _canonical_path(path),
            _canonical_query(query),
            "".join(f"{name}:{request.header(name) or ''}\n" for name in names),
            ";".join(names),
            hashlib.sha256(request.body).hexdigest(),
        ]
    )


def string_to_sign(canonical: str) -> str:
    """Return the string to sign of a canonical request."""
    return f"{ALGORITHM}\n{hashlib.sha256(canonical.encode('iso-8859-1')).hexdigest()}"


def signature(secret: str, to_sign: str) -> str:
    """Return the signature as lower-case hexadecimal digits."""
    return hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()


class Verifier:
    """Decides whether a request is signed as it must be; remembers the nonces it saw.

    `keys` are the access keys by their ids; later ones are known too.
    """

    def __init__(self, keys: Mapping[str, AccessKey]) -> None:
        self._keys = keys
        self._nonces: set[str] = set()

    def verify(self, request: SignedRequest, now: float) -> None:
        """Return if `request` is in order; raise `ErrorResponse`, as the gateway would, otherwise.

        `now` is the endpoint's clock (seconds since the epoch).
        """
        found = _AUTHORIZATION.fullmatch(request.header("authorization") or "")
        if found is None:
            raise ErrorResponse("IncompleteSignature")
        key_id, claimed_headers, claimed_signature = found.groups()
        for name, parameter in _MANDATORY.items():
            if not request.header(name):
                raise ErrorResponse(f"Missing{parameter}")
        if abs(_date(request) - now) > TOLERANCE_S:
            raise ErrorResponse("InvalidTimeStamp.Expired")
        key = self._keys.get(key_id)
        if key is None:
            raise ErrorResponse("InvalidAccessKeyId.NotFound")
        _check_token(request, key, now)
        _check_signature(request, key, claimed_headers, claimed_signature)
        nonce = request.header("x-acs-signature-nonce") or ""
        if nonce in self._nonces:
            raise ErrorResponse("SignatureNonceUsed")
        self._nonces.add(nonce)


def _date(request: SignedRequest) -> int:
    try:
        parsed = time.strptime(request.header("x-acs-date") or "", _TIME)
    except ValueError:
        raise ErrorResponse("InvalidTimeStamp.Format") from None
    return calendar.timegm(parsed)


def _check_token(request: SignedRequest, key: AccessKey, now: float) -> None:
    token = request.header("x-acs-security-token")
    if token is None and key.security_token is not None:
        raise ErrorResponse("MissingSecurityToken")
    if token != key.security_token:
        raise ErrorResponse("InvalidSecurityToken.MismatchWithAccessKey")
    if now >= key.expires_at:
        raise ErrorResponse("InvalidSecurityToken.Expired")


def _check_signature(
    request: SignedRequest, key: AccessKey, claimed_headers: str, claimed: str
) -> None:
    sent = {name.lower() for name, _ in request.headers}
    mandatory = {
        name for name in sent if name in ("host", "content-type") or name.startswith("x-acs-")
    }
    names = sorted(mandatory | sent & set(claimed_headers.split(";")))
    canonical = canonical_request(request, names)
    to_sign = string_to_sign(canonical)
    right = signature(key.access_key_secret, to_sign)
    content = hashlib.sha256(request.body).hexdigest()
    if not (
        hmac.compare_digest(right, claimed)
        and claimed_headers == ";".join(names)
        and request.header("x-acs-content-sha256") == content
    ):
        raise ErrorResponse("SignatureDoesNotMatch", to_sign, canonical)


def _canonical_path(path: str) -> str:
    return "/".join(_encoded(segment) for segment in path.split("/")) or "/"


def _canonical_query(query: str) -> str:
    pairs = [part.partition("=") for part in query.replace("+", " ").split("&") if part]
    encoded = sorted((_encoded(name), _encoded(value)) for name, _, value in pairs)
    return "&".join(f"{name}={value}" for name, value in encoded)


def _encoded(text: str) -> str:
    # RFC 3986: everything but letters, digits and "-_.~", once, in upper-case hexadecimal.
    return quote_from_bytes(unquote_to_bytes(text.encode("iso-8859-1")), safe="~")
