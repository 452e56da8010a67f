"""A kernel speaks the language that its person chose."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import jupyter_dsw
from jupyter_dsw import i18n
from jupyter_dsw.notebook import readings

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_dsw.emulator import Emulator
    from tests.kernels import Kernel

SETTINGS = Path("@jupyterlab", "translation-extension", "plugin.jupyterlab-settings")
CHINESE = {"LANG": "zh_CN.UTF-8", "LC_ALL": "", "LC_MESSAGES": "", "LANGUAGE": ""}
AS_JUPYTERLAB_WRITES_IT = """{
    // Language
    // @jupyterlab/translation-extension:plugin
    // ****************************************

    // Language locale, e.g. "locale": "fr_FR"
    "locale": "zh_CN"
}"""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of JupyterLab's language, not there yet; the environment sets none."""
    for name in CHINESE:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("JUPYTERLAB_SETTINGS_DIR", str(tmp_path / "settings"))
    path = tmp_path / "settings" / SETTINGS
    path.parent.mkdir(parents=True)
    return path


def test_without_a_choice_it_is_the_environments(
    settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not settings.exists()
    assert i18n.of_person() == "en"
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert i18n.of_person() == "zh_CN"


@pytest.mark.parametrize(
    "content",
    [
        AS_JUPYTERLAB_WRITES_IT,
        '{"displayStringsPrefix": false, "locale": "zh_CN"}',
        "{locale: 'zh_CN', /* 'locale': 'en' */}",
        '{\n  // "locale": "en"\n  "locale" : "zh-CN",\n}',
    ],
)
def test_the_choice_in_jupyterlab_is_followed_at_once(settings: Path, content: str) -> None:
    assert i18n.of_person() == "en"
    settings.write_text(content, "utf-8")
    assert i18n.of_person() == "zh_CN"


def test_the_choice_goes_before_the_environment(
    settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    settings.write_text('{"locale": "en"}', "utf-8")
    assert i18n.of_person() == "en"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b'{"locale": "default"}',
        b'{"locale": "de_DE"}',
        b'{"locale": 7}',
        b'{"otherlocale": "en"}',
        b'{// "locale": "en"\n}',
        b"\xff\xfe\x00",
        b"[" * 200_000,
    ],
)
def test_settings_without_a_language_change_nothing(
    settings: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    settings.write_bytes(content)
    assert i18n.of_person() == "zh_CN"


def test_settings_that_cannot_be_read_change_nothing(settings: Path) -> None:
    settings.mkdir()
    assert i18n.of_person() == "en"


def test_jupyters_own_folder_is_looked_into(
    settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = settings.parents[2] / "config"
    monkeypatch.delenv("JUPYTERLAB_SETTINGS_DIR")
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(folder))
    assert i18n.of_person() == "en"
    path = folder / "lab" / "user-settings" / SETTINGS
    path.parent.mkdir(parents=True)
    path.write_text('{"locale": "zh_CN"}', "utf-8")
    assert i18n.of_person() == "zh_CN"


@pytest.mark.usefixtures("environment")
def test_a_kernel_speaks_it(start_kernel: Callable[..., Kernel], settings: Path) -> None:
    kernel = start_kernel(**CHINESE)
    shown = kernel.data("%dsw_info")
    assert "下次停机" in shown["text/plain"]
    assert "运行中" in shown["text/html"]
    assert 'lang="zh-CN"' in shown["text/html"]
    assert "您是不是要输入 'datasets'？" in kernel.text("%dsw_info datasetz")
    assert "用法：" in kernel.text("%dsw_info --help")
    settings.write_text('{"locale": "en"}', "utf-8")
    assert "Next stop" in kernel.data("%dsw_info")["text/plain"]


@pytest.mark.usefixtures("settings")
def test_what_code_raises_is_shown_in_it_and_stays_english_for_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(readings, "_monitor", None)
    monkeypatch.setattr(readings, "_last_good", None)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    with pytest.raises(jupyter_dsw.DSWError) as caught:
        jupyter_dsw.read()
    assert "未设置 DSW_INSTANCE_ID" in str(caught.value)
    assert "DSW_INSTANCE_ID is not set" in caught.value.message


@pytest.mark.usefixtures("settings")
def test_the_server_gets_a_request_in_it(
    start_lab: Any, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.scenario = "denied"
    lab = start_lab()
    monkeypatch.setenv("JPY_PARENT_PID", str(lab.process.pid))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(lab.home / "runtime"))
    monkeypatch.setattr(readings, "_last_good", None)
    for words in ("Ask an administrator", "请联系 PAI 工作空间的管理员"):
        reading = readings.current()
        assert reading.error is not None
        assert reading.error.advice.startswith(words)
        assert words in reading.to_text(1000)
        assert words in json.loads(reading.to_json())["error"]["advice"]
        monkeypatch.setenv("LANG", "zh_CN.UTF-8")
