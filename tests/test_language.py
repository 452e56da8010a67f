"""Texts in two languages, and which of them somebody reads."""

from __future__ import annotations

import copy
import pickle
from typing import TYPE_CHECKING

import pytest

from jupyter_dsw import i18n
from jupyter_dsw.i18n import (
    joined,
    of_accept_language,
    of_environment,
    of_tags,
    text,
    translated,
)
from jupyter_dsw.upstream.errors import Denied
from tests.test_imports import loaded_by

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOSTILE = "%1 %2 {0} {host} %s %(prog)s \\1 \\g<0> %%"


def test_a_text_is_its_english_sentence() -> None:
    sentence = text("%1 did not finish its response in time.", "localhost")
    assert sentence == "localhost did not finish its response in time."
    assert translated(sentence, "en") == sentence
    assert type(translated(sentence, "en")) is str
    assert translated(sentence, "zh_CN") == "localhost 未能按时完成响应。"


def test_texts_inside_a_text_are_translated_with_it() -> None:
    sentence = text("Read %1", joined(", ", (text("%1 ago", text("Memory")), "Memory")))
    assert sentence == "Read Memory ago, Memory"
    assert translated(sentence, "zh_CN") == "读取于 内存前, Memory"


def test_what_is_no_text_stays_as_it_is() -> None:
    assert translated("Memory", "zh_CN") == "Memory"
    assert translated(text("nobody has translated this"), "zh_CN") == "nobody has translated this"


@pytest.mark.parametrize("spoken", ["en", "zh_CN"])
def test_values_are_filled_in_as_they_are(spoken: i18n.Language) -> None:
    for sentence in (text("from %1", HOSTILE), text("from %1").filled(HOSTILE)):
        assert translated(sentence, spoken).endswith(f" {HOSTILE}")
    both = translated(text("%1 (%2): %3", HOSTILE, text("from %1", HOSTILE), "%1"), spoken)
    assert both.count(HOSTILE) == 2
    assert translated(joined(HOSTILE, ("a", "b")), spoken) == f"a{HOSTILE}b"


def test_a_place_without_a_value_stays() -> None:
    assert text("%1 (%2)", "one") == "one (%2)"


def test_no_space_follows_chinese_punctuation() -> None:
    sentence = joined(" ", (text("Restart the Jupyter server."), text("from %1", "a"), "b"))
    assert translated(sentence, "zh_CN") == "请重启 Jupyter 服务器。来自 a b"
    assert translated(sentence, "en") == "Restart the Jupyter server. from a b"


def test_an_error_keeps_its_translation_on_its_way_to_another_process() -> None:
    error = Denied(text("from %1", "a"), text("Restart the Jupyter server."), request_id="R-1")
    assert str(error) == "from a Restart the Jupyter server. (Request ID: R-1)"
    error.language = "zh_CN"
    for same in (error, copy.deepcopy(error), pickle.loads(pickle.dumps(error))):
        assert str(same) == "来自 a 请重启 Jupyter 服务器。（请求 ID：R-1）"
        assert same.message == "from a"


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "zh_CN.GB18030"}, "zh_CN"),
        ({"LANG": "zh"}, "zh_CN"),
        ({"LANG": "zh_SG.UTF-8"}, "zh_CN"),
        ({"LANG": "zh_TW.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN"}, "zh_CN"),
        ({"LC_MESSAGES": "zh_CN", "LC_ALL": "POSIX"}, "en"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "de:zh_CN:en"}, "zh_CN"),
        ({"LANG": "zh_CN.UTF-8", "LANGUAGE": "", "LC_ALL": ""}, "zh_CN"),
    ],
)
def test_the_environment_is_read_in_gettexts_order(environ: dict[str, str], expected: str) -> None:
    assert of_environment(environ) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", "en"),
        ("zh-CN", "zh_CN"),
        ("ZH-hans-cn", "zh_CN"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh_CN"),
        ("en-GB,en;q=0.9,zh-CN;q=0.8", "en"),
        ("en;q=0.3, zh-CN; q=0.7", "zh_CN"),
        ("fr, zh;q=0.5, en;q=0.1", "zh_CN"),
        ("zh-CN;q=0, en;q=0.1", "en"),
        ("zh-Hant-TW, zh-HK;q=0.9", "en"),
        ("*", "en"),
        (";;q=1,,=,q", "en"),
        ("de," * 100_000 + "zh-CN", "en"),
    ],
)
def test_the_response_is_in_the_language_that_the_request_accepts(
    header: str, expected: str
) -> None:
    assert of_accept_language(header) == expected


def test_a_tag_of_another_language_is_none_of_ours() -> None:
    assert of_tags(["de", "", "cs_CZ", "enm", "zha"]) is None


@pytest.fixture
def no_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(i18n, "_LOCALE", tmp_path)
    i18n._catalogue.cache_clear()
    yield
    i18n._catalogue.cache_clear()


@pytest.mark.usefixtures("no_catalogue")
def test_where_the_catalogue_is_missing_english_is_spoken() -> None:
    assert translated(text("from %1", "a"), "zh_CN") == "from a"


def test_speaking_takes_little_but_the_standard_library() -> None:
    assert loaded_by("import jupyter_dsw.i18n", "jupyter_dsw") == [
        "jupyter_dsw",
        "jupyter_dsw.files",
        "jupyter_dsw.i18n",
    ]
    assert loaded_by("import jupyter_dsw.i18n", "msgspec", "requests", "traitlets") == []
