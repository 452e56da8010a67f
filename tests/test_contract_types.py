"""The OpenAPI file and the browser's types have the fields of the REST contract's struct."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import yaml

import jupyter_dsw
from jupyter_dsw.reading import Contract

SCRIPT = Path(__file__).parents[1] / "labextension" / "scripts" / "contract_types.py"
OPENAPI = Path(jupyter_dsw.__file__).parent / "server" / "rest-api.yml"
# Names in the OpenAPI file that differ from those of the structs.
DESCRIBED_AS = {"Contract": "Reading", "ContractError": "Error"}


def test_the_types_of_the_contract_are_up_to_date() -> None:
    check = subprocess.run(
        [sys.executable, str(SCRIPT), "--check"], capture_output=True, text=True, check=False
    )
    assert check.returncode == 0, check.stderr


def shape(schema: dict[str, Any]) -> Any:
    """What a JSON Schema allows, however it is written: types, values and references."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return {DESCRIBED_AS.get(name, name)}
    if "properties" in schema:
        return {name: shape(value) for name, value in schema["properties"].items()}
    if "items" in schema:
        return {("array", *sorted(shape(schema["items"])))}
    allowed = set(schema.get("enum", []))
    for option in schema.get("anyOf") or schema.get("oneOf") or []:
        allowed |= shape(option)
    types = schema.get("type", [])
    allowed |= set([types] if isinstance(types, str) else types)
    return {None if one == "null" else one for one in allowed}


def test_the_openapi_file_describes_the_struct_that_the_server_sends() -> None:
    document = yaml.safe_load(OPENAPI.read_text("utf-8"))["components"]["schemas"]
    _, structs = msgspec.json.schema_components([Contract])
    sent = {DESCRIBED_AS.get(name, name): schema for name, schema in structs.items()}
    described = {name: shape(document[name]) for name in sent}
    states = shape(document["State"])
    for name in ("IdleCountdown", "ScheduledCountdown"):
        assert described[name]["state"] == {"State"}
        described[name]["state"] = states
    assert described == {name: shape(schema) for name, schema in sent.items()}
    for name in sent:
        assert set(document[name]["required"]) == set(document[name]["properties"])
