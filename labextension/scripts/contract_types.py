"""Writes the TypeScript types of the REST contract: `contract.ts` and `elements.ts` of `src/panel`.

The reading comes from the OpenAPI file that ships with the server extension, the instance in it
from the JSON Schema of the Python model. `--check` writes nothing, and fails where the file is
out of date.
"""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path
from typing import Any

import msgspec
import yaml

import jupyter_dsw
from jupyter_dsw.model.instance import Instance

PANEL = Path(__file__).parents[1] / "src" / "panel"
CONTRACT = Path(jupyter_dsw.__file__).parent / "server" / "rest-api.yml"
# Names that mean something else in the browser.
NAMES = {
    "Error": "Problem",
    "State": "CountdownState",
    "InstanceSnapshot": "Snapshot",
}
PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean"}
CONTRACT_HEAD = """\
// Written by scripts/contract_types.py from the server extension's rest-api.yml: change that, and
// run it.

/** Any JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [name: string]: Json | undefined;
}
"""
ELEMENTS_HEAD = """\
// Written by scripts/contract_types.py from the Python model: change that, and run it.
import type { JsonObject } from './contract.ts';
"""


def contract() -> str:
    """Return the types of the REST contract."""
    schemas = yaml.safe_load(CONTRACT.read_text("utf-8"))["components"]["schemas"]
    # Jupyter's own error responses are not ours to describe.
    del schemas["Refusal"]
    return "\n".join([CONTRACT_HEAD, *_declarations(schemas)])


def elements() -> str:
    """Return the types of GetInstance's elements."""
    _, schemas = msgspec.json.schema_components([Instance], ref_template="{name}")
    # What has its default is left out of the response.
    for schema in schemas.values():
        schema["properties"] = {
            name: _without_null(value)
            for name, value in schema["properties"].items()
            # Bookkeeping of the parser, not part of the wire form.
            if name not in {"redacted", "unreadable"}
        }
    return "\n".join([ELEMENTS_HEAD, *_declarations(schemas)])


def _declarations(schemas: dict[str, Any]) -> list[str]:
    return [_declaration(name, schema) for name, schema in schemas.items()]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    options = [one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"]
    return options[0] if len(options) == 1 else {"anyOf": options}


def _declaration(name: str, schema: dict[str, Any]) -> str:
    name = NAMES.get(name, name)
    comment = _comment(schema, "")
    if "properties" not in schema:
        return f"{comment}export type {name} = {_type(schema)};\n"
    required = schema.get("required", [])
    members = "".join(
        f"{_comment(value, '  ')}  readonly {key}{mark}: {_type(value)};\n"
        for key, value in schema["properties"].items()
        for mark in ["" if key in required else "?"]
    )
    return f"{comment}export interface {name} {{\n{members}}}\n"


def _comment(schema: dict[str, Any], indent: str) -> str:
    text = " ".join(schema.get("description", "").split())
    line = f"{indent}/** {text} */\n"
    if not text or len(line) <= 101:
        return line if text else ""
    lines = textwrap.wrap(text, 97 - len(indent))
    return "\n".join([f"{indent}/**", *(f"{indent} * {one}" for one in lines), f"{indent} */\n"])


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return NAMES.get(name, name)
    if "enum" in schema:
        return " | ".join("null" if one is None else f"'{one}'" for one in schema["enum"])
    options = schema.get("anyOf") or schema.get("oneOf")
    if options:
        return " | ".join(map(_type, options))
    kind = schema.get("type")
    if isinstance(kind, list):
        return " | ".join(_type({**schema, "type": one}) for one in kind)
    if kind == "array":
        return f"readonly {_type(schema['items'])}[]"
    if kind == "object":
        return "JsonObject"
    return PLAIN.get(kind or "", "null" if kind == "null" else "Json")


def main() -> None:
    """Write the modules, or check them."""
    for name, text in [("contract.ts", contract()), ("elements.ts", elements())]:
        target = PANEL / name
        if "--check" not in sys.argv:
            target.write_text(text, "utf-8")
        elif target.read_text("utf-8") != text:
            sys.exit(f"{name} is out of date: run labextension/scripts/contract_types.py")


if __name__ == "__main__":
    main()
