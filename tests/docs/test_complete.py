"""Nothing that a person can set, type, call or catch is left out of the documentation."""

from __future__ import annotations

import argparse
import re
from importlib import import_module
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

import jupyter_dsw
from docs.reference import error_classes, openapi, own_traits, settings_schema
from jupyter_dsw.cli import COMMANDS
from jupyter_dsw.emulator import SCENARIOS
from jupyter_dsw.notebook.magic import arguments
from jupyter_dsw.render.view import SECTIONS
from scripts.catalogue import texts_of_python, texts_of_typescript
from tests.docs.pages import DOCS, ROOT, section
from tests.docs.site import Html

if TYPE_CHECKING:
    from pathlib import Path

# The page of each command.
PAGE_OF = dict.fromkeys(COMMANDS, "terminal") | {"demo": "demo", "emulator": "demo"}
SECTION_OF = {"demo": "The demo", "emulator": "The endpoint alone"}
VARIABLES = re.compile(r'"((?:JUPYTER_DSW|ALIBABA_CLOUD|DSW)_[A-Z_]+)"')


@pytest.fixture(scope="module")
def configuration(site: Path) -> str:
    return Html(site / "configuration.html").text


@pytest.fixture(scope="module")
def api(site: Path) -> Html:
    return Html(site / "api.html")


@pytest.fixture(scope="module")
def rest(site: Path) -> Html:
    return Html(site / "rest.html")


def options_of(command: str) -> list[str]:
    parser = argparse.ArgumentParser()
    import_module(f"jupyter_dsw.cli.{command}").add_arguments(parser)
    found = [name for action in parser._actions for name in action.option_strings]
    return [name for name in found if name.startswith("--") and name != "--help"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_each_of_its_options(command: str) -> None:
    assert f"`jupyter dsw {command}`" in (DOCS / "terminal.md").read_text("utf-8")
    page = DOCS / f"{PAGE_OF[command]}.md"
    text = section(page, SECTION_OF.get(command, f"`{command}`"))
    assert options_of(command)
    missing = [name for name in options_of(command) if not re.search(rf"{name}\b", text)]
    assert missing == []


def test_every_word_of_the_magic() -> None:
    text = (DOCS / "cell.md").read_text("utf-8")
    assert set(SECTIONS) <= set(arguments())
    assert [word for word in arguments() if word not in text] == []


def test_every_option_of_the_server_extension(configuration: str) -> None:
    assert len(own_traits()) >= 8
    for name, trait in own_traits().items():
        assert f"DSWExtension.{name}" in configuration
        assert trait.help
        assert " ".join(trait.help.replace("`", "").split()) in configuration


def test_every_variable_of_the_environment(configuration: str) -> None:
    """Those that this project reads or sets, by the strings in its code."""
    sources = [path for path in (ROOT / "jupyter_dsw").rglob("*.py") if "emulator" not in str(path)]
    found = {name for path in sources for name in VARIABLES.findall(path.read_text("utf-8"))}
    assert {"JUPYTER_DSW_ENDPOINT", "DSW_INSTANCE_ID"} <= found
    terminal = (DOCS / "terminal.md").read_text("utf-8")
    assert [name for name in found if name not in configuration + terminal] == []
    assert "dsw_region" in configuration


def test_every_setting_of_jupyterlab(configuration: str) -> None:
    for name, setting in settings_schema()["properties"].items():
        assert (
            f"{name} {setting['title']}. {setting.get('description', '')}".strip() in configuration
        )


def test_every_command_of_jupyterlab() -> None:
    tokens = (ROOT / "labextension/src/lab/tokens.ts").read_text("utf-8")
    ids = re.findall(r"'(jupyter-dsw:[a-z-]+)'", tokens.partition("CommandIDs")[2])
    text = (DOCS / "window.md").read_text("utf-8")
    assert len(ids) >= 7
    assert [name for name in ids if f"`{name}`" not in text] == []


def test_every_plugin_of_jupyterlab() -> None:
    sources = (ROOT / "labextension/src/lab/plugins").glob("*.ts")
    found = [re.findall(r"(?:id:|ID =) '(jupyter-dsw:\w+)'", path.read_text()) for path in sources]
    assert all(found)
    text = section(DOCS / "administrators.md", "Turn features off")
    assert [name for names in found for name in names if f"| `{name}` |" not in text] == []


def test_every_message_that_start_quotes_exists() -> None:
    messages = texts_of_python().keys() | texts_of_typescript().keys()
    quoted = re.findall(r'^\| "([^"]+)" \|', (DOCS / "start.md").read_text("utf-8"), re.MULTILINE)
    assert len(quoted) > 3
    for text in quoted:
        parts = text.split("…")
        assert any(all(part.strip() in message for part in parts) for message in messages), text


def test_every_public_name(api: Html) -> None:
    assert {f"jupyter_dsw.{name}" for name in jupyter_dsw.__all__} <= api.anchors


def structs(kind: Any) -> set[type]:
    """`kind` and the structs in it."""
    found: set[type] = set()
    waiting = [msgspec.inspect.type_info(kind)]
    while waiting:
        info = waiting.pop()
        if isinstance(info, msgspec.inspect.StructType) and info.cls not in found:
            found.add(info.cls)
            waiting += [field.type for field in info.fields]
        for part in ("types", "item_types"):
            waiting += getattr(info, part, ())
        waiting += [
            getattr(info, part) for part in ("item_type", "value_type") if hasattr(info, part)
        ]
    return found


def test_every_element_of_the_instance_and_of_a_reading(api: Html) -> None:
    known = structs(jupyter_dsw.Instance) | structs(jupyter_dsw.Reading)
    assert len(known) > 20
    for kind in known:
        anchors = {anchor for anchor in api.anchors if f".{kind.__name__}." in anchor}
        fields = {field.name for field in msgspec.structs.fields(kind)}
        assert fields <= {anchor.rpartition(".")[2] for anchor in anchors}, kind


def test_every_error(api: Html, rest: Html) -> None:
    assert len(error_classes()) >= 12
    for kind in error_classes():
        assert f"jupyter_dsw.upstream.errors.{kind.__name__}" in api.anchors
        assert kind.__name__ in rest.text


def test_every_path_and_every_field_of_the_contract(rest: Html) -> None:
    for path in openapi()["paths"]:
        assert path in rest.text
    for name, schema in openapi()["components"]["schemas"].items():
        assert name.lower() in rest.anchors
        for field in schema.get("properties", {}):
            assert field in rest.text


def test_every_scenario_of_the_emulator(site: Path) -> None:
    text = Html(site / "demo.html").text
    assert [
        each for each in SCENARIOS.values() if f"{each.name} {each.description}" not in text
    ] == []
