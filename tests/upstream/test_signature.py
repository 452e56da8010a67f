from __future__ import annotations

import hashlib
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest
import requests
from alibabacloud_pai_dsw20220101.client import Client as OfficialClient
from alibabacloud_pai_dsw20220101.models import GetInstanceRequest
from alibabacloud_tea_openapi.models import Config
from alibabacloud_tea_openapi.utils import Utils
from darabonba.core import DaraCore
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_dsw.upstream.signing import ACS3Auth, Credentials, sign

EMPTY = hashlib.sha256(b"").hexdigest()
KEY = Credentials("YourAccessKeyId", "YourAccessKeySecret")
MOMENT = 1698315752.0  # 2023-10-26T10:22:32Z
NONCE = "3156853299f313e23d1673dc12e1703d"

VISIBLE = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=60)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
HEADER = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=40)


def prepared(url: str, auth: ACS3Auth, method: str = "GET", **kwargs: Any) -> Any:
    return requests.Session().prepare_request(requests.Request(method, url, auth=auth, **kwargs))


def official(request: Any, query: dict[str, str], key: Credentials) -> str:
    """What the official SDK signs: every header that is host, content-type or x-acs-*."""
    url = urlsplit(request.url)
    headers = {
        name.lower(): value
        for name, value in request.headers.items()
        if name.lower() in ("host", "content-type") or name.lower().startswith("x-acs-")
    }
    signed: str = Utils.get_authorization(
        SimpleNamespace(method=request.method, pathname=url.path, query=query, headers=headers),
        "ACS3-HMAC-SHA256",
        request.headers["x-acs-content-sha256"],
        key.access_key_id,
        key.access_key_secret,
    )
    return signed


def test_the_official_worked_example() -> None:
    auth = ACS3Auth(KEY, "RunInstances", "2014-05-26", clock=lambda: MOMENT, nonce=lambda: NONCE)
    request = prepared(
        "https://ecs.cn-shanghai.aliyuncs.com/",
        auth,
        "POST",
        params={
            "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
            "RegionId": "cn-shanghai",
        },
    )
    assert request.headers["Authorization"] == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;"
        "x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_the_known_signature_of_get_instance() -> None:
    auth = ACS3Auth(KEY, "GetInstance", "2022-01-01", clock=lambda: MOMENT, nonce=lambda: NONCE)
    url = "https://pai-dsw.cn-hangzhou.aliyuncs.com/api/v2/instances/dsw-730xxxxxxxxxx"
    assert (
        prepared(url, auth)
        .headers["Authorization"]
        .endswith("Signature=07d7c36cafb32da1576199453e35f653643b85502b5231d11450e469b3baf1d0")
    )


@given(
    instance=st.from_regex(r"dsw-[a-z0-9]{1,30}", fullmatch=True),
    key=st.builds(Credentials, VISIBLE, VISIBLE, st.none() | VISIBLE),
    fields=TEXT,
    token=TEXT,
    port=st.sampled_from(["", ":443", ":80", ":8443"]),
    headers=st.dictionaries(
        st.from_regex(r"x-acs-extra-[a-z0-9-]{1,12}", fullmatch=True), HEADER, max_size=3
    ),
    content_type=st.none() | st.just("application/json; charset=utf-8"),
    body=st.none() | st.binary(max_size=40),
    moment=st.integers(min_value=0, max_value=4_000_000_000),
)
@settings(deadline=None)
def test_every_request_is_signed_as_the_official_sdk_signs_it(
    instance: str,
    key: Credentials,
    fields: str,
    token: str,
    port: str,
    headers: dict[str, str],
    content_type: str | None,
    body: bytes | None,
    moment: int,
) -> None:
    query = {"Fields": fields, "Token": token}
    sent = {name: value.strip() for name, value in headers.items()}
    if content_type:
        sent["Content-Type"] = content_type
    auth = ACS3Auth(key, "GetInstance", "2022-01-01", clock=lambda: moment)
    url = f"https://pai-dsw.cn-hangzhou.aliyuncs.com{port}/api/v2/instances/{instance}"
    request = prepared(url, auth, params=query, headers=sent, data=body)
    assert request.headers["Authorization"] == official(request, query, key)


@given(instance=st.from_regex(r"dsw-[a-z0-9]{1,30}", fullmatch=True), token=TEXT, fields=TEXT)
@settings(deadline=None, max_examples=50)
def test_the_official_client_sends_the_same_signature(
    instance: str, token: str, fields: str
) -> None:
    """The whole official client, down to where it would open a connection."""
    config = Config(
        access_key_id="an-id",
        access_key_secret="a-secret",
        security_token="a-token",
        type="sts",
        endpoint="pai-dsw.cn-hangzhou.aliyuncs.com:8443",
    )
    sent: list[Any] = []

    def do_action(request: Any, _runtime: Any = None) -> Any:
        sent.append(request)
        raise ConnectionError

    with patch.object(DaraCore, "do_action", do_action), pytest.raises(Exception):  # noqa: B017, PT011
        OfficialClient(config).get_instance(instance, GetInstanceRequest(fields, token))
    (request,) = sent
    theirs = dict(request.headers)
    authorization = theirs.pop("Authorization")
    assert authorization == sign(
        "GET",
        f"/api/v2/instances/{instance}",
        [("Token", token), ("Fields", fields)],
        theirs,
        EMPTY,
        Credentials("an-id", "a-secret", "a-token"),
    )


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://host.example", "host.example"),
        ("https://host.example:443", "host.example"),
        ("http://127.0.0.1:8000", "127.0.0.1:8000"),
        ("http://[::1]:8000", "[::1]:8000"),
        ("http://localhost:80", "localhost"),
    ],
)
def test_the_host_is_signed_as_it_is_sent(origin: str, host: str) -> None:
    request = prepared(f"{origin}/", ACS3Auth(KEY, "GetInstance", "2022-01-01"))
    assert request.headers["Host"] == host


def test_the_nonce_and_the_date_are_new_each_time() -> None:
    moments = iter([MOMENT, MOMENT + 5])
    auth = ACS3Auth(KEY, "GetInstance", "2022-01-01", clock=lambda: next(moments))
    first, second = (prepared("https://host.example/", auth).headers for _ in range(2))
    assert first["x-acs-date"] == "2023-10-26T10:22:32Z"
    assert second["x-acs-date"] == "2023-10-26T10:22:37Z"
    assert first["x-acs-signature-nonce"] != second["x-acs-signature-nonce"]
    assert len(first["x-acs-signature-nonce"]) == 32
    assert first["Authorization"] != second["Authorization"]


def test_a_role_sends_and_signs_its_security_token() -> None:
    auth = ACS3Auth(Credentials("id", "secret", "token"), "GetInstance", "2022-01-01")
    headers = prepared("https://host.example/", auth).headers
    assert headers["x-acs-security-token"] == "token"
    assert "x-acs-security-token" in headers["Authorization"]
