"""Secrets are gone after parsing, what people need is still there."""

from __future__ import annotations

import base64
import json
import string
from typing import Any, get_args

import hypothesis
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jupyter_dsw.instance import (
    REDACTED,
    Instance,
    View,
    instance_from_wire,
    is_credential_key,
    parse_instance,
    to_html,
    to_text,
    without_credentials,
)
from jupyter_dsw.instance.credential_like import Kind
from tests.instance.answers import ELEMENTS, example, instance, put, top_of

USER = "CredentialConfig.Configs[].Roles[].UserInfo"
SOLID = string.ascii_letters + string.digits + "+/=_-!$%^&*.,;~:"
SECRETS = st.text(SOLID, min_size=14, max_size=40)


def _auth(password: str, user: str = "aliyun") -> str:
    return base64.b64encode(f"{user}:{password}".encode()).decode()


def _options(**options: Any) -> str:
    return json.dumps({"fs.oss.download.thread.concurrency": "10", **options})


# Where a secret may stand: the element, and the element's value made of the secret.
IMAGE_OF_A_LOGIN: tuple[str, Any] = (
    "ImageUrl",
    lambda s: f"user:{s}@registry.cn-shanghai.aliyuncs.com/pai/tf:1",
)
PLACES: tuple[tuple[str, Any], ...] = (
    ("ServiceConfig.JupyterServerPassword", str),
    ("ServiceConfig.JupyterServerAuth", str),
    ("ServiceConfig.CodeServerPassword", str),
    ("ServiceConfig.CodeServerAuth", str),
    (f"{USER}.SecurityToken", str),
    (f"{USER}.AccessKeyId", str),
    ("ImageAuth", str),
    ("ImageAuth", _auth),
    ("ImageAuth", lambda s: base64.b64encode(s.encode()).decode()),
    ("EnvironmentVariables", lambda s: {"ANYTHING": s, "B": [s], "C": {"d": s}}),
    ("Datasets[].Options", str),
    ("Datasets[].Options", lambda s: _options(**{"fs.oss.accessKeySecret": s})),
    ("Datasets[].Options", lambda s: _options(deep=[{"more": {"Pass-Word": s}}])),
    ("Datasets[].Options", lambda s: _options(**{"fs.args": f"-oro -opasswd={s} -oattr=3"})),
    ("Datasets[].Options", lambda s: _options(**{"fs.args": f"-oak={s}"})),
    ("Datasets[].Options", lambda s: _options(inner=_options(token=s))),
    ("Datasets[].Options", lambda s: _options(url=f"oss://id:{s}@bucket/path")),
    ("Datasets[].Options", lambda s: f'{{"password": {json.dumps(s)}, "password": ""}}'),
    ("Datasets[].Options", lambda s: f'{{"password": {json.dumps(s)}'),
    ("DynamicMount.MountPoints[].Options", lambda s: _options(secretKey=s)),
    ("Datasets[].Uri", lambda s: f"oss://id:{s}@bucket.oss-cn-shanghai.aliyuncs.com/data/"),
    ("Datasets[].Uri", lambda s: f"oss://bucket/data/?security-token={s}"),
    ("InstanceUrl", lambda s: f"https://dsw.data.aliyun.com/notebook.htm?x={s}#/"),
    ("JupyterlabUrl", lambda s: f"https://dsw-gateway.aliyun.com/lab/#{s}"),
    ("WebIDEUrl", lambda s: f"https://user:{s}@dsw-gateway.aliyun.com/ide/"),
    IMAGE_OF_A_LOGIN,
    ("ImageUrl", lambda s: f"registry.cn-shanghai.aliyuncs.com/pai/tf:1?auth={s}"),
    ("ReasonMessage", lambda s: f'Get "https://registry/v2/?Signature={s}": denied'),
    ("ReasonMessage", lambda s: f"cannot mount oss://id:{s}@bucket/ for you"),
    ("ReasonMessage", lambda s: f"docker login --password {s} failed"),
    ("ReasonMessage", lambda s: f"Authorization: Basic {s}"),
    ("ReasonMessage", lambda s: f"sent Bearer {s} in vain"),
    ("ReasonMessage", lambda s: f"{{'password': '{s}'}}"),
    ("ReasonMessage", lambda s: f"access key = {s}"),
    ("ReasonMessage", lambda s: f"<Error><SecurityToken>{s}</SecurityToken></Error>"),
    ("ReasonMessage", lambda s: f"-----BEGIN RSA PRIVATE KEY-----\n{s}\n-----END"),
    ("Labels", lambda s: [{"Key": "stsTokenOwner", "Value": s}]),
    ("Labels", lambda s: [{"Key": "harmless", "Value": f"password={s}"}]),
    ("Tags", lambda s: [{"TagKey": "API-KEY", "TagValue": s}]),
    ("MigrationOptions", lambda s: {"a": [{"credentials": {"x": s}}, f"token: {s}"]}),
    ("MigrationOptions", lambda s: {"a": [{"Name": "ak", "Value": s}], "sk": [s]}),
    ("AccessRestrictionRules", lambda s: {"cookie": s}),
    ("LatestSnapshot.ReasonMessage", lambda s: f"密码：{s}"),
    ("InstanceSnapshotList[].RepositoryUrl", lambda s: f"https://cr.aliyun.com/?t={s}"),
    ("CredentialConfig.Configs[].Roles[].Policy", lambda s: _options(AccessKeySecret=s)),
    ("UserVpc.ForwardInfos[].ConnectInfo.Message", lambda s: f"secret={s}"),
)


CREDENTIAL_NAMES = [
    "password",
    "PassWord",
    "db_passwd",
    "PWD",
    "clientSecret",
    "security-token",
    "accessKey",
    "ACCESS_KEY_ID",
    "ak",
    "oss.sk",
    "ossAk",
    "OSS_SK",
    "credential",
    "auth",
    "JupyterServerAuth",
    "authorization",
    "signature",
    "private_key",
    "apiKey",
    "x-api-key",
    "session",
    "JSESSIONID_COOKIE",
    "-opasswd",
    "-oak",
    "ｐａｓｓｗｏｒｄ",
    "pass\u200bword",
    "密码",
]
HARMLESS_NAMES = [
    "author",
    "authority",
    "tokenizer",
    "monkey",
    "task",
    "disk",
    "break",
    "keyboard",
    "speak",
    "compass",
    "passenger",
    "design",
    "fs.oss.download.thread.concurrency",
    "fs.jindo.args",
    "SSHPublicKey",
    "oattr_timeout",
    "MountAccess",
    "unauthorized",
    "RequestId",
]
CLEANED_PARTS = (
    *[
        "password",
        "key",
        "auth",
        "token",
        "secret",
        "LTAI12345678",
        "a:b",
        "--",
        "https://",
        "<token>",
        "</token>",
    ],
    *("=", ": ", '"', "'", "\\", "@", "?", "#", " ", "\n", "Bearer ", REDACTED),
)


def _everything_said(read: Instance) -> str:
    view = View(instance=read)
    wire = read.to_wire()
    auth = read.image_auth or ""
    decoded = "" if auth in {"", REDACTED} else base64.b64decode(auth).decode()
    said = [*_texts(wire), repr(read), to_text(view, ["all"], width=1000), to_html(view, ["all"])]
    return "\n".join([*said, decoded, json.dumps(wire, ensure_ascii=False)])


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for pair in value.items() for each in pair for text in _texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    return [str(value)]


@settings(max_examples=300, deadline=None)
@given(place=st.sampled_from(PLACES), secret=SECRETS)
@hypothesis.example(place=IMAGE_OF_A_LOGIN, secret="//00000000000/")
def test_no_secret_survives_anywhere(place: tuple[str, Any], secret: str) -> None:
    path, made_of = place
    read = parse_instance(put(example(), path, made_of(secret)))
    said = _everything_said(read)
    # What is there without the secret as well is no leak: hypothesis likes words of this file.
    assume(secret not in _everything_said(parse_instance(put(example(), path, made_of("0" * 14)))))
    assert secret not in said
    assert json.dumps(secret)[1:-1] not in said
    assert any(name.startswith(top_of(path)) for name in read.redacted)


@settings(max_examples=100, deadline=None)
@given(place=st.sampled_from(PLACES), secret=SECRETS)
def test_redacting_again_changes_nothing_and_names_nothing(
    place: tuple[str, Any], secret: str
) -> None:
    path, made_of = place
    read = parse_instance(put(example(), path, made_of(secret)))
    again = parse_instance(read.to_wire())
    assert again.to_wire() == read.to_wire()
    assert again.redacted == ()


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(CLEANED_PARTS),
        max_size=12,
    ).map("".join)
)
def test_cleaning_a_clean_text_changes_nothing(text: str) -> None:
    for kind in get_args(Kind):
        once = without_credentials(text, kind)
        assert without_credentials(once, kind) == once


@pytest.mark.parametrize(
    "text",
    [
        "LTAI5tQxRandomLetters99",
        "STS.NUExampleExample12345",
        "CAISxwJ1q6Ft5B2yfSjIr5bkOdiCpbl",
        "AKIAIOSFODNN7EXAMPLE",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        "sk-0123456789abcdef0123",
        "hf_0123456789abcdefghij",
    ],
)
def test_values_that_look_like_credentials_go_wherever_they_stand(text: str) -> None:
    assert without_credentials(text) == REDACTED
    read = instance(
        InstanceName=f"my {text}", Labels=[{"Key": "a", "Value": text}], MigrationOptions={text: 1}
    )
    assert text not in _everything_said(read)


@pytest.mark.parametrize(
    "text",
    [
        "the password is hunter2",
        "the password is 'my hunter2' here",
        "server StringToSign is [GET hunter2] here",
        "the token abc123def is of another account",
        "AccessKeySecret Xy12345z does not match",
        "pw s3cret99",
        "vers=3.0,user=me%hunter2,uid=0",
        "https://gateway.aliyun.com/lab;jsessionid=1A2B3C",
    ],
)
def test_credentials_told_in_prose_and_mount_options_go(text: str) -> None:
    clean = without_credentials(text)
    for secret in ("hunter2", "abc123def", "Xy12345z", "s3cret99", "1A2B3C"):
        assert secret not in clean
    assert without_credentials(clean) == clean


@pytest.mark.parametrize(
    "text",
    [
        "the token is expired",
        "No permission: a token is required",
        "The token expired at 2026-11-23",
        "Authorization failed for user 1612285282502147",
    ],
)
def test_words_about_credentials_are_left_alone(text: str) -> None:
    assert without_credentials(text) == text


def test_a_long_random_string_after_key_goes() -> None:
    assert without_credentials("key=a1b2c3d4e5f6g7h8i9") == f"key={REDACTED}"
    assert without_credentials("primary key: id, name") == "primary key: id, name"


@pytest.mark.parametrize("key", CREDENTIAL_NAMES)
def test_names_of_credentials_are_known(key: str) -> None:
    assert is_credential_key(key)


@pytest.mark.parametrize("key", HARMLESS_NAMES)
def test_harmless_names_are_left_alone(key: str) -> None:
    assert not is_credential_key(key)


def test_of_the_pages_elements_only_the_secret_ones_sound_like_credentials() -> None:
    names = {path.split(".")[-1].removesuffix("[]") for path, _ in ELEMENTS}
    assert {name for name in names if is_credential_key(name)} == {
        "AccessKeyId",
        "CodeServerAuth",
        "CodeServerPassword",
        "CredentialConfig",
        "ImageAuth",
        "JupyterServerAuth",
        "JupyterServerPassword",
        "SecurityToken",
    }


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("Datasets[].MountPath", "/mnt/data"),
        ("Datasets[].MountPath", "/mnt/data #1/what?/a:b@c"),
        ("Datasets[].DatasetId", "d-vsqjvsjp4orp5l1234"),
        ("Datasets[].Uri", "oss://bucket.oss-cn-shanghai-internal.aliyuncs.com/data/path/"),
        ("Datasets[].Uri", "nas://29ac5-abc1.cn-hangzhou.nas.aliyuncs.com:/share/a:b"),
        ("Datasets[].Options", '{"fs.jindo.args": "-oattr_timeout=3 -oauto_cache", "a": 1}'),
        ("ImageUrl", "registry.cn-shanghai.aliyuncs.com:5000/pai/secret-manager:v1"),
        ("ImageUrl", f"registry-vpc.cn-shanghai.aliyuncs.com/pai/tf:1@sha256:{'0a' * 32}"),
        ("JupyterlabUrl", "https://dsw-gateway-cn-shanghai.aliyun.com/dsw-3/lab/"),
        ("ReasonMessage", "unauthorized: authentication required for user@example.com"),
        ("ReasonMessage", "ImagePullBackOff: timed out after 30 s (code=1045, at 12:30:01)"),
        ("UserVpc.ForwardInfos[].SSHPublicKey", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB me@home\n"),
        ("CredentialConfig.Configs[].Roles[].RoleArn", "acs:ram::123456:role/AliyunPAIRole"),
        (
            "CredentialConfig.Configs[].Roles[].Policy",
            '{"Statement": [{"Action": "oss:*", "Resource": ["acs:oss:*:*:b/*"]}]}',
        ),
        ("Labels", [{"Key": "team", "Value": "vision: stage=2"}]),
        ("Tags", [{"TagKey": "tag1", "TagValue": "value1"}]),
        ("MigrationOptions", {"test": "test", "test2": 1}),
        ("Datasets[].Options", ""),
        ("ServiceConfig.CodeServerPassword", ""),
    ],
)
def test_what_people_need_survives(path: str, value: Any) -> None:
    unharmed = example() | {"InstanceUrl": "", "Labels": []}
    read = parse_instance(put(unharmed, path, value))
    top = top_of(path)
    if top == "CredentialConfig":
        put(unharmed, f"{USER}.AccessKeyId", REDACTED)
        put(unharmed, f"{USER}.SecurityToken", REDACTED)
    assert read.to_wire()[top] == unharmed[top]


def test_a_url_keeps_what_is_before_its_query() -> None:
    read = instance(InstanceUrl="https://u:p@dsw.data.aliyun.com/notebook.htm?instance=3#/")
    assert read.instance_url == "https://dsw.data.aliyun.com/notebook.htm"


def test_the_user_of_a_private_image_stays() -> None:
    read = instance(ImageAuth=_auth("hunter2hunter2"))
    assert read.image_auth == _auth(REDACTED)
    assert instance(ImageAuth="not base64").image_auth == REDACTED
    assert instance(ImageAuth=_auth("x", user="LTAI5tQxRandomLetters99")).image_auth == REDACTED


def test_names_of_environment_variables_stay() -> None:
    read = instance(EnvironmentVariables={"HOME": "/root", "EMPTY": "", "NUMBER": 7})
    assert read.environment_variables == {"HOME": REDACTED, "EMPTY": "", "NUMBER": REDACTED}
    assert read.redacted[1:3] == ("EnvironmentVariables.HOME", "EnvironmentVariables.NUMBER")


def test_the_place_of_a_secret_inside_options_is_named() -> None:
    read = parse_instance({"Datasets": [{"Options": _options(**{"fs.oss.accessKeySecret": "x"})}]})
    assert read.redacted == ("Datasets[0].Options.fs.oss.accessKeySecret",)
    assert read.datasets[0].mount_options == {
        "fs.oss.download.thread.concurrency": "10",
        "fs.oss.accessKeySecret": REDACTED,
    }


def test_a_hostile_name_carries_nothing_into_the_list_of_removed_places() -> None:
    name = "\x1b[31m<script>\u202e" + "token=abcdefghijklmnop" + "x" * 5000
    read = instance(EnvironmentVariables={name: "secret"}, MigrationOptions={name: float("nan")})
    for place in (*read.redacted, *read.unreadable):
        assert len(place) < 300
        assert place.isprintable()
        assert "abcdefghijklmnop" not in place


def test_a_credential_in_a_name_goes_and_is_told() -> None:
    read = parse_instance({"EnvironmentVariables": {"LTAI5tQxRandomLetters99": ""}})
    assert read.environment_variables == {REDACTED: ""}
    assert read.redacted == (f"EnvironmentVariables.{REDACTED}",)


def test_what_the_other_side_removed_is_still_named() -> None:
    before = instance()
    after = instance_from_wire(before.to_wire(), before.redacted, ("Priority",))
    assert after.redacted == before.redacted
    assert after.unreadable == ("Priority",)
