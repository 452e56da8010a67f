"""The official SDK's client gets its responses from the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from alibabacloud_pai_dsw20220101.client import Client
from alibabacloud_pai_dsw20220101.models import GetInstanceRequest
from alibabacloud_tea_openapi.exceptions import ClientException, ThrottlingException
from alibabacloud_tea_openapi.models import Config

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_dsw.emulator import Emulator


def sdk(emulator: Emulator, **credentials: str) -> Any:
    endpoint = emulator.url.removeprefix("http://")
    return Client(Config(protocol="http", endpoint=endpoint, **credentials))


@pytest.fixture
def with_access_key(emulator: Emulator) -> Any:
    environment = emulator.static_environment()
    return sdk(
        emulator,
        access_key_id=environment["ALIBABA_CLOUD_ACCESS_KEY_ID"],
        access_key_secret=environment["ALIBABA_CLOUD_ACCESS_KEY_SECRET"],
    )


@pytest.fixture
def with_role(emulator: Emulator, get: Callable[[str], Any]) -> Any:
    key = get(emulator.credentials_uri).json
    return sdk(
        emulator,
        access_key_id=key["AccessKeyId"],
        access_key_secret=key["AccessKeySecret"],
        security_token=key["SecurityToken"],
    )


@pytest.mark.parametrize("client_fixture", ["with_access_key", "with_role"])
def test_it_reads_the_instance(
    emulator: Emulator, client_fixture: str, request: pytest.FixtureRequest
) -> None:
    client = request.getfixturevalue(client_fixture)
    instance = client.get_instance(emulator.instance_id, GetInstanceRequest()).body
    assert instance.instance_id == emulator.instance_id
    assert instance.user_name == "测试用户"
    assert [dataset.mount_access for dataset in instance.datasets] == ["RO", "RW", "RW"]
    assert instance.idle_instance_culler.max_idle_time_in_minutes == 60
    assert emulator.accepted == 1


def test_it_sends_sharing_token_and_fields(emulator: Emulator, with_role: Any) -> None:
    request = GetInstanceRequest(token="WUzWCMr325 +/=~", fields="Status")
    assert with_role.get_instance(emulator.instance_id, request).body.status == "Running"


def test_it_understands_an_error_response(emulator: Emulator, with_role: Any) -> None:
    emulator.scenario = "denied"
    with pytest.raises(ClientException) as refused:
        with_role.get_instance(emulator.instance_id, GetInstanceRequest())
    assert refused.value.status_code == 403
    assert refused.value.code == "NoPermissionError"


def test_it_understands_how_long_it_is_throttled(emulator: Emulator, with_role: Any) -> None:
    emulator.scenario = "throttled"
    with pytest.raises(ThrottlingException) as refused:
        with_role.get_instance(emulator.instance_id, GetInstanceRequest())
    assert refused.value.retry_after == 30_000
