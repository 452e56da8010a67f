"""Each asker is told of errors in the language that the request accepts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_dsw.emulator import Emulator

PEOPLE = "jupyter-dsw/v1/instance"
KERNELS = "jupyter-dsw/v1/kernel/instance"


async def test_an_answer_without_words_is_in_no_language(jp_fetch: Any) -> None:
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
    told = {}
    for accepted in ("zh-CN,zh;q=0.9", "en", ""):
        headers = {"X-Jupyter-DSW-Kernel-Token": connection["token"], "Accept-Language": accepted}
        response = await jp_fetch(endpoint, headers=headers, raise_error=False)
        assert response.code == 403
        answer = json.loads(response.body)
        contract(answer)
        told[response.headers["Content-Language"]] = answer["error"]
        assert "Accept-Language" in response.headers["Vary"]
    assert emulator.calls == 1
    assert told["zh-CN"]["message"].startswith("没有读取实例的权限（NoPermissionError）：")
    assert told["zh-CN"]["advice"].startswith("请联系 PAI 工作空间的管理员")
    assert told["en"]["message"].startswith("Reading the instance is not permitted (NoPerm")
    assert told["zh-CN"]["code"] == told["en"]["code"] == "Denied"
