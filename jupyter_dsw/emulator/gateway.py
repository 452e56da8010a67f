"""Alibaba Cloud's API gateway: it knows the calls, verifies signatures, and sends error responses.

The signature is ACS3-HMAC-SHA256, by "V3 request structure and signature" of the Alibaba Cloud SDK
documentation. It is written apart from the project's own signer, so that the two judge each other.
"""

from __future__ import annotations

import calendar
import hashlib
import hmac
import json
import re
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes, unquote, unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jupyter_dsw.emulator.credentials import AccessKey

ALGORITHM = "ACS3-HMAC-SHA256"
TOLERANCE_S = 15 * 60
"""How far ``x-acs-date`` may be off, in seconds."""

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

RETRY_AFTER_MS = 30_000
"""The wait that a throttled response requests in ``x-acs-retry-after`` (milliseconds)."""

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

    @property
    def header_names(self) -> set[str]:
        """The names of the headers that were sent, in lower case."""
        return {name.lower() for name, _ in self.headers}


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

    `find_key` gives the access key of an id, None for an unknown one.
    """

    def __init__(self, find_key: Callable[[str], AccessKey | None]) -> None:
        self._find_key = find_key
        self._lock = threading.Lock()
        self._nonces: dict[str, float] = {}

    def verify(
        self, request: SignedRequest, *, endpoint_time: float, token_time: float | None = None
    ) -> None:
        """Return if `request` is in order; raise `ErrorResponse`, as the gateway would, otherwise.

        `endpoint_time` is the endpoint's clock (seconds since the epoch); security tokens are
        judged by `token_time`, where that is another one.
        """
        key_id, claimed_headers, claimed_signature = _authorization(request)
        for name, parameter in _MANDATORY.items():
            if not request.header(name):
                raise ErrorResponse(f"Missing{parameter}")
        if abs(_date(request) - endpoint_time) > TOLERANCE_S:
            raise ErrorResponse("InvalidTimeStamp.Expired")
        key = self._find_key(key_id)
        if key is None:
            raise ErrorResponse("InvalidAccessKeyId.NotFound")
        _check_token(request, key, endpoint_time if token_time is None else token_time)
        _check_signature(request, key, claimed_headers, claimed_signature)
        self._use_nonce(request.header("x-acs-signature-nonce") or "", endpoint_time)

    def _use_nonce(self, nonce: str, now: float) -> None:
        with self._lock:
            # A request older than twice the tolerance is refused by its date.
            self._nonces = {
                seen: at for seen, at in self._nonces.items() if now - at <= 2 * TOLERANCE_S
            }
            if nonce in self._nonces:
                raise ErrorResponse("SignatureNonceUsed")
            self._nonces[nonce] = now


def _authorization(request: SignedRequest) -> tuple[str, str, str]:
    match = _AUTHORIZATION.fullmatch(request.header("authorization") or "")
    if match is None:
        raise ErrorResponse("IncompleteSignature")
    key_id, headers, claimed = match.groups()
    return key_id, headers, claimed


def _date(request: SignedRequest) -> int:
    try:
        parsed = time.strptime(request.header("x-acs-date") or "", "%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        raise ErrorResponse("InvalidTimeStamp.Format") from None
    return calendar.timegm(parsed)


def _check_token(request: SignedRequest, key: AccessKey, now: float) -> None:
    token = request.header("x-acs-security-token")
    if token is None and key.security_token is not None:
        raise ErrorResponse("MissingSecurityToken")
    if token != key.security_token:
        raise ErrorResponse("InvalidSecurityToken.MismatchWithAccessKey")
    if key.expired(now):
        raise ErrorResponse("InvalidSecurityToken.Expired")


def _check_signature(
    request: SignedRequest, key: AccessKey, claimed_headers: str, claimed: str
) -> None:
    also_signed = set(claimed_headers.split(";")) & request.header_names
    names = sorted(_headers_to_sign(request) | also_signed)
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


def _headers_to_sign(request: SignedRequest) -> set[str]:
    return {
        name
        for name in request.header_names
        if name in ("host", "content-type") or name.startswith("x-acs-")
    }


def _canonical_path(path: str) -> str:
    return "/".join(_encoded(segment) for segment in path.split("/")) or "/"


def _canonical_query(query: str) -> str:
    pairs = [part.partition("=") for part in query.replace("+", " ").split("&") if part]
    encoded = sorted((_encoded(name), _encoded(value)) for name, _, value in pairs)
    return "&".join(f"{name}={value}" for name, value in encoded)


def _encoded(text: str) -> str:
    # RFC 3986: everything but letters, digits and "-_.~", once, in upper-case hexadecimal.
    return quote_from_bytes(unquote_to_bytes(text.encode("iso-8859-1")), safe="~")
