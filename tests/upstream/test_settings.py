from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_dsw.cli import main
from jupyter_dsw.notebook import readings
from jupyter_dsw.upstream import settings
from jupyter_dsw.upstream.credentials import CredentialChain
from jupyter_dsw.upstream.errors import NoCredentials, NotConfigured
from jupyter_dsw.upstream.settings import Settings, is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

IN_DSW = {"DSW_INSTANCE_ID": "dsw-0123abcd", "REGION": "cn-hangzhou"}
SECRET = "canary-of-a-password"


def read(**variables: str) -> Settings:
    return Settings.from_environment({**IN_DSW, **variables})


def test_the_environment_of_an_instance_is_enough() -> None:
    settings = read()
    assert (settings.instance_id, settings.region) == ("dsw-0123abcd", "cn-hangzhou")
    assert settings.network == "auto"
    assert settings.endpoint is None


def test_region_wins_over_the_older_variable() -> None:
    assert read(dsw_region="cn-shanghai").region == "cn-hangzhou"
    assert read(REGION="", dsw_region="cn-shanghai").region == "cn-shanghai"


def test_the_host_name_is_never_taken_for_an_instance_id() -> None:
    with pytest.raises(NotConfigured, match="DSW_INSTANCE_ID is not set"):
        Settings.from_environment({"HOSTNAME": "dsw-0123abcd", "REGION": "cn-hangzhou"})


def test_server_options_win_where_they_are_set() -> None:
    settings = Settings.from_environment(
        IN_DSW, instance_id="dsw-other", region="", network=None, read_timeout_s=2.5
    )
    assert settings.instance_id == "dsw-other"
    assert settings.region == "cn-hangzhou"
    assert settings.network == "auto"
    assert settings.read_timeout_s == 2.5


def test_an_option_takes_precedence_over_the_variable() -> None:
    off = {**IN_DSW, "JUPYTER_DSW_STOP_POLICIES": "off"}
    assert read().stop_policies
    assert not Settings.from_environment(off).stop_policies
    assert Settings.from_environment(off, stop_policies=True).stop_policies
    assert not Settings.from_environment(IN_DSW, stop_policies=False).stop_policies


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DSW_INSTANCE_ID", "dsw-39772-6b8d7f9c5-x2x9k"),  # a pod's host name
        ("DSW_INSTANCE_ID", "dsw-0123abcd\n"),
        ("DSW_INSTANCE_ID", "dsw-0123abcd/../dsw-other"),
        ("DSW_INSTANCE_ID", "dsw-ABC"),
        ("DSW_INSTANCE_ID", "dsw-"),
        ("DSW_INSTANCE_ID", "dsw-" + "a" * 100),
        ("DSW_INSTANCE_ID", "dsw-٣"),
        ("REGION", "cn-hangzhou\n"),
        ("REGION", "cn-hangzhou.evil.example"),
        ("REGION", "evil.example/"),
        ("REGION", "cn-" + "a" * 100),
        ("REGION", "CN-HANGZHOU"),
        ("JUPYTER_DSW_NETWORK", "internet"),
        ("JUPYTER_DSW_STOP_POLICIES", "maybe"),
        ("JUPYTER_DSW_SHARING_TOKEN", "a\nb"),
        ("JUPYTER_DSW_SHARING_TOKEN", "a" * 3000),
        ("JUPYTER_DSW_SHARING_TOKEN", "\udcff"),
    ],
)
def test_a_bad_value_is_named_by_its_variable_and_not_quoted(variable: str, value: str) -> None:
    with pytest.raises(NotConfigured) as caught:
        read(**{variable: value})
    assert variable in caught.value.message
    assert value not in caught.value.message
    assert caught.value.advice


@pytest.mark.parametrize(
    "value",
    [
        "http://pai-dsw.cn-hangzhou.aliyuncs.com",
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "http://127.1:8000",
        "http://0.0.0.0:8000",
        "http://[::2]",
        f"https://user:{SECRET}@pai-dsw.cn-hangzhou.aliyuncs.com",
        f"https://host.example/?token={SECRET}",
        f"https://host.example/#{SECRET}",
        "https://host.example/prefix",
        "https://host.example:99999",
        "https://host.example:0",
        "https://host.example:port",
        "https://",
        "https://ho st.example",
        "https://host.example\n",
        "https://-host.example",
        "https://host_.example\\@evil.example",
        "https://[::1%25eth0]",
        "https://[",
        "ftp://localhost",
        "file:///etc/passwd",
        "pai-dsw.cn-hangzhou.aliyuncs.com",
        "https://host.example?",
    ],
)
def test_an_endpoint_that_is_no_safe_origin_is_refused_without_quoting_it(value: str) -> None:
    with pytest.raises(NotConfigured) as caught:
        read(JUPYTER_DSW_ENDPOINT=value)
    assert "JUPYTER_DSW_ENDPOINT" in caught.value.message
    assert SECRET not in str(caught.value)
    assert value not in caught.value.message


@pytest.mark.parametrize(
    ("value", "origin", "host"),
    [
        ("https://Host.Example/", "https://host.example", "host.example"),
        ("https://host.example:443", "https://host.example", "host.example"),
        ("https://host.example:8443", "https://host.example:8443", "host.example:8443"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000", "127.0.0.1:8000"),
        ("http://127.8.9.1:80", "http://127.8.9.1", "127.8.9.1"),
        ("http://[::1]:8000/", "http://[::1]:8000", "[::1]:8000"),
        ("http://localhost:8000", "http://localhost:8000", "localhost:8000"),
    ],
)
def test_an_endpoint_is_brought_to_one_form(value: str, origin: str, host: str) -> None:
    settings = read(JUPYTER_DSW_ENDPOINT=value)
    assert settings.endpoint == origin
    assert settings.endpoint_host == host


def test_no_region_is_needed_where_the_endpoint_is_given() -> None:
    settings = Settings.from_environment(
        {"DSW_INSTANCE_ID": "dsw-1", "JUPYTER_DSW_ENDPOINT": "http://localhost:1"}
    )
    assert settings.region is None
    with pytest.raises(NotConfigured, match="REGION"):
        Settings.from_environment({"DSW_INSTANCE_ID": "dsw-1"})


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf"), 1e9])
def test_timeouts_are_seconds_above_zero(seconds: float) -> None:
    with pytest.raises(NotConfigured, match="deadline_s"):
        Settings.from_environment(IN_DSW, deadline_s=seconds)


def test_the_sharing_token_is_not_shown() -> None:
    settings = read(JUPYTER_DSW_SHARING_TOKEN=SECRET)
    assert settings.sharing_token == SECRET
    assert SECRET not in f"{settings!r} {settings}"


@given(st.text(max_size=40))
def test_only_this_machine_is_this_machine(host: str) -> None:
    if is_loopback(host):
        assert host.lower() == "localhost" or host.startswith(("127.", "::1", "[::1", "::ffff:127"))


@pytest.fixture
def first_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Set the variables of the container's first process, which this one lacks."""
    path = tmp_path / "environ"
    monkeypatch.setattr(settings, "FIRST_PROCESS", path)
    for name in ("DSW_INSTANCE_ID", "REGION", "dsw_region"):
        monkeypatch.delenv(name, raising=False)

    def write(**variables: str) -> None:
        path.write_bytes(b"".join(os.fsencode(f"{k}={v}\0") for k, v in variables.items()))

    return write


KEY = {
    "ALIBABA_CLOUD_ACCESS_KEY_ID": "id-of-the-first",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": SECRET,
}


def test_a_shell_without_them_has_the_variables_of_the_containers_first_process(
    first_process: Callable[..., None],
) -> None:
    first_process(**IN_DSW, **KEY, PASSWORD=SECRET)
    found = Settings.from_environment()
    assert (found.instance_id, found.region) == (IN_DSW["DSW_INSTANCE_ID"], IN_DSW["REGION"])
    assert CredentialChain().get().access_key_id == "id-of-the-first"
    assert settings.of_first_process(["REGION"]) == IN_DSW


def test_of_what_the_shell_has_itself_nothing_is_taken_from_there(
    first_process: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    first_process(**IN_DSW, **KEY)
    monkeypatch.setenv("REGION", "cn-beijing")
    assert Settings.from_environment().region == "cn-beijing"
    # Half a key is a mistake, and not completed by another identity's.
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "own")
    with pytest.raises(NoCredentials, match="_SECRET is not"):
        CredentialChain().get()
    monkeypatch.setenv("DSW_INSTANCE_ID", "dsw-own")
    monkeypatch.delenv("REGION")
    with pytest.raises(NotConfigured, match="REGION is not set"):
        Settings.from_environment()


def test_a_first_process_of_no_instance_is_not_used(first_process: Callable[..., None]) -> None:
    first_process(REGION="cn-hangzhou", **KEY)
    assert settings.of_first_process(["REGION", *KEY]) == {}
    with pytest.raises(NotConfigured, match="does not look like a PAI-DSW instance"):
        Settings.from_environment()


def test_where_it_may_not_be_read_the_shell_lacks_the_variables(
    first_process: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del first_process
    monkeypatch.setattr(settings, "PLATFORM_FOLDER", tmp_path)
    with pytest.raises(NotConfigured, match="This shell lacks the instance's variables") as caught:
        Settings.from_environment()
    assert "SSH, cron and sudo" in caught.value.advice


def test_what_was_read_there_is_shown_as_such(
    first_process: Callable[..., None],
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    first_process(**environment)
    for name in environment:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(readings, "_monitor", None)
    assert main(["info"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "directly from the API, with the variables of the container's first process" in shown
    assert main(["doctor"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "DSW_INSTANCE_ID of the container's first process" in shown
