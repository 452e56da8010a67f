"""Every text that a person reads is in the catalogue, and nothing else is."""

from __future__ import annotations

import ast
import json
import re
import shutil
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import jupyter_dsw
from jupyter_dsw.upstream.errors import DSWError
from scripts import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(jupyter_dsw.__file__).parent
# What shows a text to people, and which of its arguments that is.
SHOWN_ARGUMENTS = {
    **dict.fromkeys((kind.__name__ for kind in DSWError.__subclasses__()), (0, 1)),
    **dict.fromkeys(("DSWError", "Failed"), (0, 1)),
    **dict.fromkeys(("Skipped", "NoServer", "Noted", "ArgumentTypeError", "translated"), (0,)),
    "print": (0,),
}
SHOWN_NAMES = {"help", "description", "epilog", "title"}
# The name of the command before its message, and the lines of a shell.
NO_WORDS = re.compile(r"jupyter dsw \w+:|jupyter dsw|export ")
WORDS = re.compile(r"[A-Za-z]{3,}")


@cache
def translations() -> dict[str, str]:
    entries = json.loads((catalogue.FOLDER / "jupyter_dsw.json").read_text("utf-8"))
    del entries[""]
    return {english: chinese for english, (chinese,) in entries.items()}


@cache
def nodes() -> tuple[tuple[str, ast.AST], ...]:
    """All of the package's code, each node with its place."""
    return tuple(
        (f"{path.relative_to(PACKAGE)}:{getattr(node, 'lineno', 0)}", node)
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
    )


def calls() -> Iterator[tuple[str, ast.Call]]:
    yield from ((place, node) for place, node in nodes() if isinstance(node, ast.Call))


def shown() -> Iterator[tuple[str, ast.AST]]:
    """The expressions that a person reads: of errors, prints, and the command line's help."""
    for place, node in nodes():
        if isinstance(node, ast.Call):
            indices = SHOWN_ARGUMENTS.get(name_of(node), ())
            yield from ((place, a) for i, a in enumerate(node.args) if i in indices)
            named = {keyword.arg: keyword.value for keyword in node.keywords}
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
            named = {node.targets[0].attr: node.value}
        else:
            continue
        if place.startswith("cli"):
            yield from ((place, named[name]) for name in SHOWN_NAMES & named.keys())


def name_of(call: ast.Call) -> str:
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the catalogue that may be changed."""
    return shutil.copytree(catalogue.FOLDER, tmp_path / "locale")


def replace(path: Path, old: str, new: str) -> None:
    content = path.read_text("utf-8")
    assert content.count(old) == 1
    path.write_text(content.replace(old, new), "utf-8")


def test_every_text_is_translated_and_used_and_the_json_is_current() -> None:
    assert catalogue.main(["--check"]) == 0
    assert len(translations()) > 600


def test_a_json_that_differs_from_the_translations_is_found_and_written_anew(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replace(folder / "jupyter_dsw.json", "镜像已保存：%1", "镜像保存了：%1")
    assert catalogue.main(["--check"], folder) == 1
    assert "jupyter_dsw.json is out of date" in capsys.readouterr().err
    assert catalogue.main([], folder) == 0
    assert catalogue.main(["--check"], folder) == 0


@pytest.mark.parametrize(
    ("translation", "problem"),
    [
        ('msgstr ""', "not translated: Image saved: %1"),
        ('msgstr "镜像保存了"', "other placeholders in the translation: Image saved: %1"),
    ],
)
def test_a_translation_that_lacks_something_is_found(
    folder: Path, capsys: pytest.CaptureFixture[str], translation: str, problem: str
) -> None:
    replace(folder / "jupyter_dsw.po", 'msgstr "镜像已保存：%1"', translation)
    assert catalogue.main([], folder) == 1
    assert problem in capsys.readouterr().err


def test_a_text_that_is_new_in_the_code_is_added_with_the_translation_of_the_nearest(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    po = folder / "jupyter_dsw.po"
    replace(po, 'msgid "Image saved: %1"', 'msgid "Image was saved: %1"')
    assert catalogue.main([], folder) == 1
    assert "not translated: Image saved: %1" in capsys.readouterr().err
    content = po.read_text("utf-8")
    assert '#, fuzzy\nmsgid "Image saved: %1"\nmsgstr "镜像已保存：%1"\n' in content
    assert "Image was saved" not in content


@pytest.mark.parametrize("mark", [*",;:!?()", "..."])
def test_chinese_has_its_own_punctuation(mark: str) -> None:
    between = re.compile(rf"[\u4e00-\u9fff]{re.escape(mark)}|{re.escape(mark)}[\u4e00-\u9fff]")
    wrong = [c for c in translations().values() if between.search(c)]
    assert wrong == []


def test_between_chinese_and_latin_letters_there_is_a_space() -> None:
    touching = re.compile(r"[\u4e00-\u9fff][A-Za-z]|[A-Za-z][\u4e00-\u9fff]")
    wrong = [c for c in translations().values() if touching.search(c)]
    assert wrong == []


def literals_in(node: ast.AST) -> Iterator[str]:
    """The literal texts of an expression that are not marked."""
    if isinstance(node, ast.Call) and name_of(node) in {catalogue.MARKER, "filled", "repr", "join"}:
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from literals_in(child)


def test_no_message_bypasses_the_catalogue() -> None:
    assert len(list(shown())) > 150
    unmarked = [
        (place, literal)
        for place, expression in shown()
        for literal in literals_in(expression)
        if WORDS.search(NO_WORDS.sub("", literal))
    ]
    assert unmarked == []
