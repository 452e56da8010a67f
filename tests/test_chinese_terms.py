"""One thing has one name in Chinese: in the catalogue, the docs, the README and the demo's tour."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jupyter_dsw.cli.doctor import endpoint, jupyter
from jupyter_dsw.i18n import translated

if TYPE_CHECKING:
    from jupyter_dsw.i18n import Language

ROOT = Path(__file__).parent.parent
CATALOGUE = ROOT / "jupyter_dsw/locale/zh_CN/LC_MESSAGES/jupyter_dsw.json"
PAGES = [*(ROOT / "docs/zh").glob("*.md"), ROOT / "README.zh-CN.md"]
TOUR = ROOT / "jupyter_dsw/demo/tour.zh-CN.ipynb"
# The statuses are called as PAI's console calls them.
STATUSES = {"Stopped", "Stopping"}
# The word that is used, by a pattern of those that are not.
TERMS = {
    "停机": r"停止(?!响应)",
    "空闲": r"闲置",
    "您": r"你",
    "响应": r"应答",
    "接入点": r"服务端点",
    "Notebook": r"笔记本(?!电脑)",
    "AccessKey": r"访问密钥",
    "敏感信息": r"涉密",
    "查询结果": r"读数|读取结果",
    "忙碌": r"繁忙",
    "访问凭证": r"(?<!访问)凭证|凭据",
    "退出码": r"退出状态|退出代码",
}


def texts() -> dict[str, str]:
    """Every Chinese text by where it is."""
    catalogue = json.loads(CATALOGUE.read_text("utf-8"))
    messages = {key: one for key, (one, *_) in catalogue.items() if key and key not in STATUSES}
    return {
        **messages,
        **{path.name: path.read_text("utf-8") for path in PAGES},
        TOUR.name: TOUR.read_text("utf-8"),
    }


@pytest.mark.parametrize("term", TERMS)
def test_nothing_has_a_second_name(term: str) -> None:
    found = {
        place: [text[max(0, match.start() - 10) : match.end() + 10] for match in matches]
        for place, text in texts().items()
        if (matches := list(re.finditer(TERMS[term], text)))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("language", "page", "heading"),
    [("en", "docs", "| check | what it shows |"), ("zh_CN", "docs/zh", "| 检查 | 显示的内容 |")],
)
def test_the_docs_call_the_checks_of_doctor_as_it_does(
    language: Language, page: str, heading: str
) -> None:
    table = (ROOT / page / "terminal.md").read_text("utf-8").partition(heading)[2].partition("\n\n")
    cells = re.findall(r"^\| ([^|]+) \|", table[0], re.MULTILINE)
    steps = (*endpoint.STEPS, *jupyter.STEPS)
    names = [translated(step.name, language) for step in steps]
    assert [name for cell in cells for name in re.split("、|, ", cell)] == names
