"""The verifier against the official worked example, and against the rules of the specification."""

from __future__ import annotations

import calendar
import hashlib

import pytest

from jupyter_dsw.emulator.gateway import (
    AccessKey,
    ErrorResponse,
    SignedRequest,
    Verifier,
    canonical_request,
    signature,
    string_to_sign,
)

KEY = AccessKey("YourAccessKeyId", "YourAccessKeySecret")
KEYS = {KEY.access_key_id: KEY}
DATE = calendar.timegm((2023, 10, 26, 10, 22, 32))
EMPTY = hashlib.sha256(b"").hexdigest()
NAMES = (
    "host",
    "x-acs-action",
    "x-acs-content-sha256",
    "x-acs-date",
    "x-acs-signature-nonce",
    "x-acs-version",
)


def signed_request(
    method: str, host: str, target: str, action: str, version: str, claimed: str
) -> SignedRequest:
    authorization = (
        f"ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders={';'.join(NAMES)},"
        f"Signature={claimed}"
    )
    headers = (
        ("Host", host),
        ("x-acs-action", action),
        ("x-acs-version", version),
        ("x-acs-date", "2023-10-26T10:22:32Z"),
        ("x-acs-signature-nonce", "3156853299f313e23d1673dc12e1703d"),
        ("x-acs-content-sha256", EMPTY),
        ("Authorization", authorization),
    )
    return SignedRequest(method, target, headers)


# "V3 request structure and signature", the worked example.
RUN_INSTANCES = signed_request(
    "POST",
    "ecs.cn-shanghai.aliyuncs.com",
    "/?ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai",
    "RunInstances",
    "2014-05-26",
    "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
)
# The same key, date and nonce, signed by the official SDK.
GET_INSTANCE = signed_request(
    "GET",
    "pai-dsw.cn-hangzhou.aliyuncs.com",
    "/api/v2/instances/dsw-730xxxxxxxxxx",
    "GetInstance",
    "2022-01-01",
    "07d7c36cafb32da1576199453e35f653643b85502b5231d11450e469b3baf1d0",
)


def test_the_canonical_request_of_the_official_example_has_the_documented_hash() -> None:
    canonical = canonical_request(RUN_INSTANCES, NAMES)
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    assert digest == "7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259"


@pytest.mark.parametrize("request_", [RUN_INSTANCES, GET_INSTANCE])
def test_the_official_signatures_are_accepted(request_: SignedRequest) -> None:
    Verifier(KEYS).verify(request_, now=DATE)


@pytest.mark.parametrize("seconds", [-901, 901])
def test_a_date_more_than_15_minutes_off_is_refused(seconds: int) -> None:
    with pytest.raises(ErrorResponse, match=r"InvalidTimeStamp\.Expired"):
        Verifier(KEYS).verify(GET_INSTANCE, now=DATE + seconds)


@pytest.mark.parametrize("seconds", [-900, 900])
def test_a_date_15_minutes_off_is_accepted(seconds: int) -> None:
    Verifier(KEYS).verify(GET_INSTANCE, now=DATE + seconds)


def test_a_nonce_is_remembered_for_as_long_as_its_date_can_be_right() -> None:
    verifier = Verifier(KEYS)
    verifier.verify(GET_INSTANCE, now=DATE - 900)
    with pytest.raises(ErrorResponse, match="SignatureNonceUsed"):
        verifier.verify(GET_INSTANCE, now=DATE + 900)


def test_a_refused_request_does_not_use_up_its_nonce() -> None:
    verifier = Verifier(KEYS)
    tampered = SignedRequest("GET", "/api/v2/instances/dsw-other", GET_INSTANCE.headers)
    with pytest.raises(ErrorResponse, match="SignatureDoesNotMatch"):
        verifier.verify(tampered, now=DATE)
    verifier.verify(GET_INSTANCE, now=DATE)


@pytest.mark.parametrize(
    ("target", "line"),
    [
        ("/a?b=2&a-b=3&a=1", "/a\na=1&a-b=3&b=2\n"),
        ("/a?x=a+b%20c%2Bd", "/a\nx=a%20b%20c%2Bd\n"),
        ("/a?x=~_.-*%7e", "/a\nx=~_.-%2A~\n"),
        ("/a?empty", "/a\nempty=\n"),
        ("/%E4%BD%A0/b%2fc", "/%E4%BD%A0/b%2Fc\n\n"),
        ("", "/\n\n"),
    ],
)
def test_path_and_query_are_encoded_and_sorted_as_specified(target: str, line: str) -> None:
    canonical = canonical_request(SignedRequest("GET", target, ()), ())
    assert canonical == f"GET\n{line}\n\n{EMPTY}"


def test_header_values_are_trimmed_and_repeated_ones_sorted_and_joined() -> None:
    headers = (("X-Acs-B", " two "), ("x-acs-b", "one"), ("X-ACS-A", "a b"))
    canonical = canonical_request(SignedRequest("GET", "/", headers), ("x-acs-b", "x-acs-a"))
    assert canonical == f"GET\n/\n\nx-acs-a:a b\nx-acs-b:one,two\n\nx-acs-a;x-acs-b\n{EMPTY}"


def test_the_signature_is_of_the_algorithm_and_the_hash_of_the_canonical_request() -> None:
    to_sign = string_to_sign(canonical_request(GET_INSTANCE, NAMES))
    assert to_sign.splitlines()[0] == "ACS3-HMAC-SHA256"
    assert signature(KEY.access_key_secret, to_sign) == (
        "07d7c36cafb32da1576199453e35f653643b85502b5231d11450e469b3baf1d0"
    )


def test_a_wrong_content_hash_is_refused_even_where_it_is_rightly_signed() -> None:
    def request(claimed: str, content: str) -> SignedRequest:
        signed = signed_request("GET", "host", "/", "GetInstance", "2022-01-01", claimed)
        headers = [header for header in signed.headers if header[0] != "x-acs-content-sha256"]
        return SignedRequest("GET", "/", (*headers, ("x-acs-content-sha256", content)))

    def verify(content: str) -> None:
        to_sign = string_to_sign(canonical_request(request("0" * 64, content), NAMES))
        claimed = signature(KEY.access_key_secret, to_sign)
        Verifier(KEYS).verify(request(claimed, content), now=DATE)

    verify(EMPTY)
    with pytest.raises(ErrorResponse, match="SignatureDoesNotMatch"):
        verify("0" * 64)
