"""Over HTTP: what is not signed as it must be gets the gateway's errors, and no instance."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import SimpleNamespace

    from jupyter_dsw.emulator import Emulator

Call = Any  # the fixture's Callable[..., Reply]


def test_a_rightly_signed_request_gets_the_instance(emulator: Emulator, call: Call) -> None:
    reply = call(emulator)
    assert (reply.status, reply.json["InstanceId"]) == (200, emulator.instance_id)
    assert (emulator.calls, emulator.accepted) == (1, 1)


def test_an_error_response_has_the_gateways_shape(emulator: Emulator, call: Call) -> None:
    reply = call(emulator, sign=False)
    assert set(reply.json) == {"RequestId", "HostId", "Code", "Message", "Recommend"}
    assert reply.headers["x-acs-request-id"] == reply.json["RequestId"]
    assert reply.headers["X-Jupyter-DSW-Emulator"] == "1"
    assert reply.headers["Date"]
    assert (emulator.calls, emulator.accepted) == (1, 0)


def another_instance(request: SimpleNamespace) -> None:
    request.target += "0"


def another_query(request: SimpleNamespace) -> None:
    request.target = request.target.replace("Token=mine", "Token=yours")


def more_query(request: SimpleNamespace) -> None:
    request.target += "&Fields=all"


def another_action(request: SimpleNamespace) -> None:
    request.headers["x-acs-action"] = "DeleteInstance"


def another_nonce(request: SimpleNamespace) -> None:
    request.headers["x-acs-signature-nonce"] = "0" * 32


def another_signed_header(request: SimpleNamespace) -> None:
    request.headers["user-agent"] = "another"


def another_content_type(request: SimpleNamespace) -> None:
    request.headers["content-type"] = "text/plain"


def an_unsigned_acs_header(request: SimpleNamespace) -> None:
    request.headers["x-acs-late"] = "added after signing"


def without_a_signed_header(request: SimpleNamespace) -> None:
    del request.headers["user-agent"]


def another_body(request: SimpleNamespace) -> None:
    request.body = b"{}"


def another_body_and_its_hash(request: SimpleNamespace) -> None:
    request.body = b"{}"
    request.headers["x-acs-content-sha256"] = hashlib.sha256(b"{}").hexdigest()


def another_signature(request: SimpleNamespace) -> None:
    request.headers["Authorization"] = request.headers["Authorization"][:-64] + "0" * 64


def an_unsigned_host(request: SimpleNamespace) -> None:
    request.headers["Authorization"] = request.headers["Authorization"].replace(";host;", ";")


@pytest.mark.parametrize(
    "tamper",
    [
        another_instance,
        another_query,
        more_query,
        another_action,
        another_nonce,
        another_signed_header,
        another_content_type,
        an_unsigned_acs_header,
        without_a_signed_header,
        another_body,
        another_body_and_its_hash,
        another_signature,
        an_unsigned_host,
    ],
)
def test_a_tampered_request_is_refused(
    emulator: Emulator, call: Call, tamper: Callable[[SimpleNamespace], None]
) -> None:
    signed = {
        "query": {"Token": "mine"},
        "headers": {"user-agent": "test", "content-type": "application/json"},
    }
    assert call(emulator, **signed).status == 200
    reply = call(emulator, **signed, tamper=tamper)
    assert (reply.status, reply.code) == (400, "SignatureDoesNotMatch")
    assert emulator.accepted == 1


def test_the_response_to_a_wrong_signature_has_all_that_was_to_be_signed(
    emulator: Emulator, call: Call
) -> None:
    message = call(emulator, tamper=another_signature).json["Message"]
    assert "server StringToSign is [ACS3-HMAC-SHA256\n" in message
    assert f"server CanonicalRequest is [GET\n/api/v2/instances/{emulator.instance_id}\n" in message
    assert any(f"x-acs-security-token:{secret}\n" in message for secret in emulator.secrets)


def test_a_malformed_date_is_refused(emulator: Emulator, call: Call) -> None:
    reply = call(emulator, headers={"x-acs-date": "Mon, 23 Nov 2026 21:00:00 GMT"})
    assert (reply.status, reply.code) == (400, "InvalidTimeStamp.Format")


def test_a_nonce_is_good_for_one_request(emulator: Emulator, call: Call) -> None:
    once = {"x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d"}
    assert call(emulator, headers=once).status == 200
    reply = call(emulator, headers=once)
    assert (reply.status, reply.code) == (400, "SignatureNonceUsed")


def test_an_unknown_key_is_refused(emulator: Emulator, call: Call) -> None:
    reply = call(emulator, key={"AccessKeyId": "LTAIunknown", "AccessKeySecret": "secret"})
    assert (reply.status, reply.code) == (404, "InvalidAccessKeyId.NotFound")


def test_the_wrong_secret_is_refused(emulator: Emulator, call: Call, get: Call) -> None:
    key = {**get(emulator.credentials_uri).json, "AccessKeySecret": "wrong"}
    assert call(emulator, key=key).code == "SignatureDoesNotMatch"


def test_a_roles_key_needs_its_own_security_token(
    emulator: Emulator, call: Call, get: Call
) -> None:
    key = get(emulator.credentials_uri).json
    assert call(emulator, without=("x-acs-security-token",)).code == "MissingSecurityToken"
    foreign = call(emulator, key={**key, "SecurityToken": "another"})
    assert foreign.code == "InvalidSecurityToken.MismatchWithAccessKey"


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("x-acs-action", "MissingAction"),
        ("x-acs-version", "MissingVersion"),
        ("x-acs-date", "MissingTimestamp"),
        ("x-acs-signature-nonce", "MissingSignatureNonce"),
        ("x-acs-content-sha256", "MissingContentSha256"),
    ],
)
def test_the_common_headers_are_mandatory(
    emulator: Emulator, call: Call, header: str, code: str
) -> None:
    assert call(emulator, without=(header,)).code == code


@pytest.mark.parametrize(
    "authorization", ["", "acs LTAI:abc", "ACS3-HMAC-SHA256 Credential=a,Signature=b"]
)
def test_another_authorization_is_refused(
    emulator: Emulator, call: Call, authorization: str
) -> None:
    reply = call(emulator, sign=False, headers={"Authorization": authorization})
    assert (reply.status, reply.code) == (400, "IncompleteSignature")


@pytest.mark.parametrize(
    "request_",
    [
        {"headers": {"x-acs-action": "ListInstances"}},
        {"headers": {"x-acs-version": "2021-01-01"}},
        {"path": "/api/v2/instances"},
    ],
)
def test_there_is_no_other_action(emulator: Emulator, call: Call, request_: dict[str, Any]) -> None:
    reply = call(emulator, **request_)
    assert (reply.status, reply.code) == (404, "InvalidAction.NotFound")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_there_is_no_other_method(emulator: Emulator, call: Call, method: str) -> None:
    reply = call(emulator, method=method)
    assert (reply.status, reply.code) == (400, "UnsupportedHTTPMethod")


def test_another_instance_is_not_found(emulator: Emulator, call: Call) -> None:
    reply = call(emulator, path="/api/v2/instances/dsw-another")
    assert (reply.status, reply.code) == (404, "ValidationError")


def test_sharing_token_and_fields_are_signed_and_change_nothing(
    emulator: Emulator, call: Call
) -> None:
    reply = call(emulator, query={"Token": "WUzWCMr325+/=~ 你", "Fields": "Status,Datasets"})
    assert reply.status == 200
    assert set(reply.json) == set(emulator.response())
