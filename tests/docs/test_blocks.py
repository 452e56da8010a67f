"""Every code block of the documentation is something that its language takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml
from IPython.core.inputtransformer2 import TransformerManager

from docs.reference import openapi, own_traits, settings_schema
from jupyter_dsw import cli
from tests.docs.pages import (
    DOCS,
    PAGES,
    Block,
    blocks,
    blocks_of,
    commands_in,
    name_of,
)

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from pathlib import Path

CHECKED = {"python", "sh", "json", "yaml", "toml"}
# Figures, output of programs.
UNCHECKED = {"text"}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_block_names_a_language_that_is_checked(page: Path) -> None:
    names = {block.language for block in blocks_of(page) if not block.language.startswith("{")}
    assert names <= CHECKED | UNCHECKED


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_python_compiles(block: Block) -> None:
    """As IPython takes it: with `%dsw_info` in it."""
    compile(TransformerManager().transform_cell(block.text), str(block), "exec")


@pytest.mark.parametrize("block", [b for b in blocks("python") if b.runnable], ids=str)
def test_python_that_is_marked_runs(block: Block, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", block.text],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("block", blocks("sh"), ids=str)
def test_shell_is_shell(block: Block) -> None:
    done = subprocess.run(
        ["bash", "-n"], input=block.text, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def own_command_lines() -> list[tuple[str, list[str]]]:
    found = []
    for block in blocks("sh"):
        for command in commands_in(block.text):
            if command[:2] == ["jupyter", "dsw"]:
                found.append((str(block), command[2:]))
            elif command[0] == "jupyter-dsw":
                found.append((str(block), command[1:]))
    return found


def test_there_are_command_lines_of_every_command() -> None:
    assert {words[0] for _, words in own_command_lines()} >= cli.COMMANDS.keys()


@pytest.mark.parametrize(("where", "words"), own_command_lines())
def test_the_command_takes_every_command_line(where: str, words: list[str]) -> None:
    try:
        cli.parse(words)
    except SystemExit as end:
        assert end.code == 0, f"{where}: jupyter dsw {' '.join(words)}"  # noqa: PT017


@pytest.mark.parametrize("block", blocks("json", "yaml", "toml"), ids=str)
def test_data_can_be_read(block: Block) -> None:
    read: Any = {"json": json.loads, "yaml": yaml.safe_load, "toml": tomllib.loads}[block.language]
    assert read(block.text)


def examples(key: str) -> list[tuple[str, Any]]:
    """The JSON objects on the pages that have this key."""
    found = [(str(block), json.loads(block.text)) for block in blocks("json")]
    return [(where, value) for where, value in found if key in value]


def test_the_example_of_a_response_fits_the_contract() -> None:
    ((_, response),) = examples("next_read_in_ms")
    schema = {"$ref": "#/components/schemas/Reading", **openapi()}
    jsonschema.validate(response, schema)


def test_examples_of_settings_are_of_the_schema() -> None:
    lab = [value for _, value in examples("statusBar")]
    lab += [value["jupyter-dsw:plugin"] for _, value in examples("jupyter-dsw:plugin")]
    assert len(lab) >= 3
    for value in lab:
        jsonschema.validate(value, settings_schema())
        assert value.keys() <= settings_schema()["properties"].keys()


def test_examples_of_the_server_configuration_name_options_that_exist() -> None:
    found = [value["DSWExtension"] for _, value in examples("DSWExtension")]
    assert found
    for value in found:
        assert isinstance(value, dict)
        assert value.keys() <= own_traits().keys()


def test_a_block_that_is_wrong_is_found() -> None:
    wrong = ["info", "--no-such-option"]
    with pytest.raises(SystemExit):
        cli.parse(wrong)
    assert commands_in("A=1 jupyter dsw info --json >/dev/null | jq . # so\n\nb \\\n c") == [
        ["jupyter", "dsw", "info", "--json"],
        ["jq", "."],
        ["b", "c"],
    ]
    assert blocks_of(DOCS / "start.md")[0].text == "pip install jupyter-dsw\n"
