"""Secrets are gone after parsing, what people need is still there."""

from __future__ import annotations

import base64
import json
import random
import string
from pathlib import Path
from typing import Any, get_args

import hypothesis
import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jupyter_dsw.model.instance import Instance, parse_instance
from jupyter_dsw.model.kinds import address, free_value, path, until_clean, without_secrets
from jupyter_dsw.model.parsing import readers
from jupyter_dsw.model.secrets_in_text import REDACTED, names_credential
from jupyter_dsw.reading import Reading
from jupyter_dsw.render.html import to_html
from jupyter_dsw.render.text import to_text
from jupyter_dsw.render.view import view_model
from jupyter_dsw.upstream.settings import Source
from tests.model.responses import ELEMENTS, example, instance, put, top_of
from tests.model.secrets_of_services import (
    ALWAYS,
    BY_ITS_LOOKS,
    DIALECTS,
    HARMLESS_NAMES,
    MESSAGES,
    NAMES_OF_CREDENTIALS,
    PEM,
    SERVICES,
    USER,
    image_auth,
    options,
)

TRIES = 25
SOLID = string.ascii_letters + string.digits + "+/=_-!$%^&*.,;~:"
# No plain numbers, dates or booleans: those stay under the name of a token.
ANY_SECRET = st.text(SOLID, min_size=14, max_size=40).filter(lambda s: not s[0].isdigit())


def everything_shown(read: Instance) -> str:
    reading = Reading(source=Source(), next_read=60.0, instance=read)
    model = view_model(reading, ["all"], now=0.0)
    wire = read.to_wire()
    auth = read.image_auth or ""
    decoded = "" if auth in {"", REDACTED} else base64.b64decode(auth).decode()
    shown = [*_texts(wire), repr(read), to_text(model, width=1000), to_html(model)]
    return "\n".join([*shown, decoded, json.dumps(wire, ensure_ascii=False)])


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for pair in value.items() for each in pair for text in _texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    return [str(value)]


def structs(kind: type[msgspec.Struct] = Instance) -> set[type[msgspec.Struct]]:
    found = {kind}
    for field in msgspec.structs.fields(kind):
        found |= {each for struct in _structs_in(field.type) for each in structs(struct)}
    return found


def _structs_in(annotation: Any) -> list[type[msgspec.Struct]]:
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return [annotation]
    return [struct for argument in get_args(annotation) for struct in _structs_in(argument)]


def test_every_text_of_the_model_has_a_kind() -> None:
    assert len(structs()) > 20
    for struct in structs():
        assert set(readers(struct)) == set(struct.__struct_encode_fields__)


def test_a_text_without_a_kind_is_an_error() -> None:
    class Careless(msgspec.Struct):
        name: str | None = None

    with pytest.raises(TypeError, match="name needs a kind"):
        readers(Careless)


@settings(max_examples=300, deadline=None)
@given(place=st.sampled_from(ALWAYS), secret=ANY_SECRET)
def test_no_secret_survives_where_secrets_are(place: tuple[str, Any], secret: str) -> None:
    where, made_of = place
    read = parse_instance(put(example(), where, made_of(secret)))
    shown = everything_shown(read)
    # What is there without the secret as well is no leak: hypothesis likes words of this file.
    assume(secret not in everything_shown(parse_instance(put(example(), where, made_of("0" * 14)))))
    assert secret not in shown
    assert json.dumps(secret)[1:-1] not in shown
    assert any(name.startswith(top_of(where)) for name in read.redacted)


@pytest.mark.parametrize("service", SERVICES)
def test_no_secret_of_a_service_survives_anywhere(service: str) -> None:
    chance = random.Random(service)
    plain: list[tuple[str, Any]] = [(message, str) for message in MESSAGES]
    for where, made_of in (*ALWAYS, *BY_ITS_LOOKS, *plain):
        for _ in range(3):
            secret = SERVICES[service](chance)
            read = parse_instance(put(example(), where, made_of(secret)))
            # All that is shown is made of these two.
            assert secret not in json.dumps(read.to_wire()) + repr(read), (where, secret)
            assert any(name.startswith(top_of(where)) for name in read.redacted), where
            assert not any(secret in name for name in (*read.redacted, *read.unreadable))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_no_secret_survives_in_a_message_however_it_is_written(dialect: str) -> None:
    chance = random.Random(dialect)
    secrets = [make(chance) for make in SERVICES.values()]
    secrets += ["hunter2", "Swordf1sh!", "correct-horse-7", "p455w0rd,.;", "Tr0ub4dor&3"]
    for secret in secrets:
        message = DIALECTS[dialect].format(secret)
        clean = without_secrets(message)
        assert secret not in clean
        assert without_secrets(clean) == clean
        where = chance.choice(MESSAGES)
        read = parse_instance(put(example(), where, message))
        assert secret not in everything_shown(read)
        assert any(name.startswith(top_of(where)) for name in read.redacted)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("element", ["Labels", "Tags", "MigrationOptions", "Datasets"])
def test_no_secret_survives_in_what_people_write_however_it_is_written(
    element: str, dialect: str
) -> None:
    for secret in ("hunter2zz", "Swordf1sh!"):
        written = DIALECTS[dialect].format(secret)
        value: Any = {
            "Labels": [{"Key": "note", "Value": written}],
            "Tags": [{"TagKey": written, "TagValue": ""}],
            "MigrationOptions": {"note": [written]},
            "Datasets": [{"Options": options(note=written)}, {"Options": written}],
        }[element]
        read = instance(**{element: value})
        assert secret not in everything_shown(read)
        assert any(name.startswith(element) for name in read.redacted)
        assert not any(secret in name for name in read.redacted)


@pytest.mark.parametrize("block", PEM)
@pytest.mark.parametrize("where", [*MESSAGES, "UserVpc.ForwardInfos[].SSHPublicKey", "UserName"])
def test_private_keys_go(where: str, block: str) -> None:
    chance = random.Random(where)
    body = base64.b64encode(chance.randbytes(48)).decode()
    for kind in ("RSA", "OPENSSH", "EC", "ENCRYPTED"):
        read = parse_instance(put(example(), where, f"before\n{block.format(kind, body)}"))
        assert body not in everything_shown(read)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("run --api-key=hunter2 --verbose", f"run --api-key={REDACTED}"),
        ("密码是hunter2，请修改", f"密码是{REDACTED}"),
        ('{"host":"db","password":"a b","port":1}', f'{{"host":"db","password":"{REDACTED}'),
        ("the key:\n-----BEGIN RSA PRIVATE KEY-----\nx", f"the key:\n{REDACTED}"),
        ("my LTAI5tQxRandomLetters99 is old", f"my {REDACTED} is old"),
    ],
)
def test_what_stands_before_a_secret_stays_and_what_follows_a_named_one_goes(
    text: str, kept: str
) -> None:
    assert without_secrets(text) == kept


DIGEST = "sha256:" + "0a" * 32
# As they are shown to people, by Kubernetes, containerd, Docker and PAI-DSW.
HARMLESS_MESSAGES = (
    (Path(__file__).parent / "harmless-messages.txt").read_text("utf-8").splitlines()
)


@pytest.mark.parametrize("text", HARMLESS_MESSAGES)
def test_ordinary_reasons_are_left_alone(text: str) -> None:
    assert without_secrets(text) == text
    assert instance(ReasonMessage=text).reason_message == text


@pytest.mark.parametrize("name", NAMES_OF_CREDENTIALS)
def test_names_of_credentials_are_known(name: str) -> None:
    assert names_credential(name)
    assert free_value("hunter", name) == REDACTED


@pytest.mark.parametrize("name", HARMLESS_NAMES)
def test_harmless_names_are_left_alone(name: str) -> None:
    assert not names_credential(name)


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("token_limit", "4096", True),
        ("token", "4096", True),
        ("tokenExpires", "2026-11-26T12:00:00Z", True),
        ("use_auth", "true", True),
        ("auth", "plain", False),
        ("password", "123456", False),
        ("pin", "2026", False),
    ],
)
def test_under_the_name_of_a_credential_only_numbers_dates_and_booleans_stay(
    name: str, value: str, kept: bool
) -> None:
    assert free_value(value, name) == (value if kept else REDACTED)
    number = instance(MigrationOptions={name: 123456}).migration_options[name]
    assert number == (REDACTED if name in {"password", "pin"} else 123456)


POLICY = '{"Version": "1", "Statement": [{"Action": "oss:Get*", "Resource": ["acs:oss:*:*:b/*"]}]}'


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("Datasets[].MountPath", "/mnt/data"),
        ("Datasets[].MountPath", "/mnt/data #1/what?/a:b@c"),
        ("Datasets[].MountPath", "/mnt/数据/secret-santa/v1:2"),
        ("Datasets[].DatasetId", "d-vsqjvsjp4orp5l1234"),
        ("Datasets[].Uri", "oss://bucket.oss-cn-shanghai-internal.aliyuncs.com/data/path/"),
        ("Datasets[].Uri", "oss://b.e/sk-learn-models/"),
        ("Datasets[].Uri", "oss://b.e/数据/My Runs/2026-11-26/"),
        ("Datasets[].Uri", "nas://29ac5-abc1.cn-hangzhou.nas.aliyuncs.com:/share/a:b"),
        ("Datasets[].Uri", "cpfs://cpfs-01.cn-wulanchabu.cpfs.aliyuncs.com/share/path"),
        ("Datasets[].Options", '{"fs.jindo.args": "-oattr_timeout=3 -oauto_cache", "a": 1}'),
        ("Datasets[].Options", '{"vers": "4.0", "nolock": "true", "rsize": "1048576"}'),
        (
            "Datasets[].Options",
            "vers=3,nolock,proto=tcp,rsize=1048576,wsize=1048576,hard,timeo=600",
        ),
        ("Datasets[].Options", '{"fs.oss.endpoint": "oss-cn-hangzhou-internal.aliyuncs.com"}'),
        ("Datasets[].Options", '{"mountMode": "dynamic"}'),
        ("ImageUrl", "registry.cn-shanghai.aliyuncs.com:5000/pai/secret-manager:v1"),
        ("ImageUrl", f"registry-vpc.cn-shanghai.aliyuncs.com/pai/tf:1@{DIGEST}"),
        ("ImageUrl", "ubuntu:22.04"),
        ("ImageName", "modelscope:1.28.0-pytorch2.6.0-gpu-py311-cu124-ubuntu22.04"),
        ("InstanceUrl", "https://gitlab.corp:8443/group/repo@v2/x"),
        ("JupyterlabUrl", "https://dsw-gateway-cn-shanghai.aliyun.com/dsw-3/lab/"),
        ("UserVpc.ForwardInfos[].SSHPublicKey", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB me@home\n"),
        ("UserVpc.ExtendedCIDRs", ["172.16.19.0/24", "fd00::/8", "10.0.0.1"]),
        ("CredentialConfig.Configs[].Roles[].RoleArn", "acs:ram::123456:role/AliyunPAIRole"),
        ("CredentialConfig.Configs[].Roles[].Policy", POLICY),
        ("Labels", [{"Key": "team", "Value": "vision: stage=2"}, {"Key": "中", "Value": "R&D 组"}]),
        ("Labels", [{"Key": "stsTokenOwner", "Value": "123xxxxxxxx"}]),
        (
            "Labels",
            [{"Key": "owner", "Value": "me@example.com"}, {"Key": "a", "Value": "2026-11-26"}],
        ),
        (
            "Tags",
            [{"TagKey": "tag1", "TagValue": "value1"}, {"TagKey": "成本", "TagValue": "4711"}],
        ),
        ("Tags", [{"TagKey": "acs:ecs:type", "TagValue": "ecs.gn7i-c16g1.4xlarge"}]),
        ("MigrationOptions", {"test": "test", "test2": 1, "image": "py36_cpu_tf1.12_ubuntu"}),
        ("Datasets[].Options", ""),
        ("ServiceConfig.CodeServerPassword", ""),
        ("UserName", "测试用户"),
        ("InstanceName", "token-classifier v2 (secret santa)"),
        ("RequestedResource.GPUType", "Tesla-V100-16G"),
    ],
)
def test_what_people_need_survives(where: str, value: Any) -> None:
    unharmed = example() | {"InstanceUrl": ""}
    read = parse_instance(put(unharmed, where, value))
    top = top_of(where)
    if top == "CredentialConfig":
        put(unharmed, f"{USER}.AccessKeyId", REDACTED)
        put(unharmed, f"{USER}.SecurityToken", REDACTED)
    assert read.to_wire()[top] == unharmed[top]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("https://u:p@dsw.data.aliyun.com/a?b#c", "https://dsw.data.aliyun.com/a"),
        ("https://gateway.aliyun.com/lab;jsessionid=1A2B3C", "https://gateway.aliyun.com/lab"),
        ("oss://b.e/a/LTAI5tQxRandomLetters99/c", f"oss://b.e/a/{REDACTED}/c"),
        ("user://00000000000/@registry.cn-shanghai.aliyuncs.com/pai", REDACTED),
        ("https://me:12345/rest-of-it@host.com/x", REDACTED),
        ("https://me:12345/v2@host.com/x", REDACTED),
        ("https://me:p?ss@host.com/x", REDACTED),
        ("https://me:p#ss@host.com/x", REDACTED),
        ("javascript:alert(1)//x/y", REDACTED),
        ("https://host.com:port/x", REDACTED),
        ("https://a.com/https://me:hunter2@b.com/", REDACTED),
        ("https://a.com\\@b.com/", REDACTED),
    ],
)
def test_an_address_keeps_host_and_path_only(text: str, kept: str) -> None:
    assert address(text) == kept
    assert address(kept) == kept


@settings(max_examples=200, deadline=None)
@given(place=st.sampled_from(ALWAYS), secret=ANY_SECRET)
def test_redacting_again_changes_nothing_and_names_nothing(
    place: tuple[str, Any], secret: str
) -> None:
    where, made_of = place
    read = parse_instance(put(example(), where, made_of(secret)))
    again = parse_instance(read.to_wire())
    assert again.to_wire() == read.to_wire()
    assert again.redacted == ()


PARTS = (
    *(
        "password",
        "key",
        "auth",
        "token",
        "secret",
        "LTAI12345678",
        "a:b",
        "--",
        "https://",
        "密码",
    ),
    *("<token>", "</token>", "是", "is ", "Basic ", "x1y2z3", "null", "ab12", "|", "[", "]", "sk-"),
    *(
        "=",
        ": ",
        '"',
        "'",
        "\\",
        "@",
        "?",
        "#",
        " ",
        "\n",
        "Bearer ",
        REDACTED,
        "/",
        "a.b",
        "-----BEGIN",
    ),
)


@settings(max_examples=3000, deadline=None)
@given(st.lists(st.sampled_from((*PARTS, *string.punctuation)), max_size=12).map("".join))
@hypothesis.example('password: "')
# What is hidden first makes a login, or a name that speaks of a credential, of what is before it.
@hypothesis.example("a:b@https://[")
@hypothesis.example(".Bearer 7密码=@")
@hypothesis.example("@密码x1y2z3")
def test_cleaning_a_clean_text_changes_nothing(text: str) -> None:
    for clean in (without_secrets, path, address):
        once = clean(text)
        assert clean(once) == once


def test_a_text_that_never_comes_out_clean_is_hidden_as_a_whole() -> None:
    clean = until_clean(lambda text: f"{text}x")
    assert clean("note") == REDACTED


def test_the_user_of_a_private_image_stays() -> None:
    read = instance(ImageAuth=image_auth("hunter2hunter2"))
    assert read.image_auth == image_auth(REDACTED)
    assert instance(ImageAuth="not base64").image_auth == REDACTED
    assert (
        instance(ImageAuth=image_auth("x", user="LTAI5tQxRandomLetters99")).image_auth == REDACTED
    )


def test_names_of_environment_variables_stay() -> None:
    read = instance(EnvironmentVariables={"HOME": "/root", "EMPTY": "", "NUMBER": 7})
    assert read.environment_variables == {"HOME": REDACTED, "EMPTY": "", "NUMBER": REDACTED}
    assert read.redacted[1:3] == ("EnvironmentVariables.HOME", "EnvironmentVariables.NUMBER")


def test_the_place_of_a_secret_inside_options_is_named() -> None:
    read = parse_instance({"Datasets": [{"Options": options(**{"fs.oss.accessKeySecret": "x"})}]})
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


def test_a_credential_in_a_name_goes_and_is_named() -> None:
    read = parse_instance({"EnvironmentVariables": {"LTAI5tQxRandomLetters99": ""}})
    assert read.environment_variables == {REDACTED: ""}
    assert read.redacted == (f"EnvironmentVariables.{REDACTED}",)


def test_what_the_other_side_removed_is_still_named() -> None:
    before = instance()
    after = parse_instance(before.to_wire(), before.redacted, ("Priority",))
    assert after.redacted == before.redacted
    assert after.unreadable == ("Priority",)


def test_few_random_values_pass_for_plain_ones() -> None:
    chance = random.Random(11)
    for service, make in SERVICES.items():
        missed = [s for s in (make(chance) for _ in range(200)) if free_value(s, "note") == s]
        assert len(missed) <= 2, service


def test_the_elements_of_the_page_all_have_a_place_in_these_tests_or_a_kind() -> None:
    strings = {where for where, kind in ELEMENTS if kind == "string"}
    secret = "sk-" + "0123456789abcdef" * 2
    for where in sorted(strings):
        read = parse_instance(put(example(), where, secret))
        assert secret not in everything_shown(read), where
