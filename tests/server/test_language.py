"""Each client gets errors in the language that its request accepts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_dsw.emulator import Emulator

PEOPLE = "jupyter-dsw/v1/instance"
KERNELS = "jupyter-dsw/v1/kernel/instance"


async def test_a_reading_without_an_error_is_in_no_language(jp_fetch: Any) -> None:
    response = await jp_fetch(PEOPLE, headers={"Accept-Language": "zh-CN"})
    assert json.loads(response.body)["error"] is None
    assert not {"Content-Language", "Vary"} & set(response.headers)


@pytest.mark.parametrize("endpoint", [PEOPLE, KERNELS])
async def test_one_reading_is_reported_in_every_language(
    jp_fetch: Any,
    emulator: Emulator,
    connection: dict[str, str],
    contract: Callable[[Any], None],
    endpoint: str,
) -> None:
    emulator.scenario = "denied"
    errors = {}
    for accepted in ("zh-CN,zh;q=0.9", "en", ""):
        headers = {"X-Jupyter-DSW-Kernel-Token": connection["token"], "Accept-Language": accepted}
        response = await jp_fetch(endpoint, headers=headers, raise_error=False)
        assert response.code == 403
        reading = json.loads(response.body)
        contract(reading)
        errors[response.headers["Content-Language"]] = reading["error"]
        assert "Accept-Language" in response.headers["Vary"]
    assert emulator.calls == 1
    assert errors["zh-CN"]["message"].startswith("没有读取实例的权限（NoPermissionError）：")
    assert errors["zh-CN"]["advice"].startswith("请联系 PAI 工作空间的管理员")
    assert errors["en"]["message"].startswith("Reading the instance is not permitted (NoPerm")
    assert errors["zh-CN"]["code"] == errors["en"]["code"] == "Denied"
