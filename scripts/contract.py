"""Writes what follows from the structs of the REST contract and of the instance.

Those are the schemas of `server/rest-api.yml`, and the TypeScript types `contract.ts` and
`elements.ts` of the panel. Descriptions are the structs' docstrings. `--check` writes nothing, and
fails where a file is out of date.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import yaml

from jupyter_dsw.meter import Utilization, UtilizationSample, UtilizationSamples
from jupyter_dsw.model.instance import Instance
from jupyter_dsw.model.sessions import Session
from jupyter_dsw.model.stops import Stop, StopRule
from jupyter_dsw.reading import Contract, ContractError
from jupyter_dsw.server.at_risk import AtRisk, Disk, Terminal
from jupyter_dsw.upstream.settings import Source

ROOT = Path(__file__).parents[1]
OPENAPI = ROOT / "jupyter_dsw" / "server" / "rest-api.yml"
PANEL = ROOT / "labextension" / "src" / "panel"
# By their names outside Python.
STRUCTS: dict[str, type[msgspec.Struct]] = {
    "Reading": Contract,
    "Stop": Stop,
    "StopRule": StopRule,
    "Session": Session,
    "Utilization": Utilization,
    "UtilizationSamples": UtilizationSamples,
    "UtilizationSample": UtilizationSample,
    "AtRisk": AtRisk,
    "Terminal": Terminal,
    "Disk": Disk,
    "Problem": ContractError,
    "Source": Source,
}
MARK = "    # From here on written by scripts/contract.py.\n"
PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean"}
HEAD = "// Written by scripts/contract.py from the Python structs: change those, and run it.\n"
JSON_TYPES = """
/** Any JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [name: string]: Json | undefined;
}
"""


def contract_schemas() -> dict[str, Any]:
    """Return the JSON Schemas of the contract: what the server sends, with every field."""
    names = {struct.__name__: name for name, struct in STRUCTS.items()}
    _, found = msgspec.json.schema_components(
        STRUCTS.values(), ref_template="#/components/schemas/{name}"
    )
    schemas = {}
    for name, struct in STRUCTS.items():
        schema = _renamed(found[struct.__name__], names)
        fields = _descriptions(struct)
        properties = {
            field: {**value, "description": fields[field]}
            for field, value in schema["properties"].items()
        }
        schemas[name] = {
            "description": _described(struct.__doc__ or ""),
            "type": "object",
            "additionalProperties": False,
            "required": list(properties),
            "properties": properties,
        }
    return schemas


def _renamed(schema: Any, names: dict[str, str]) -> Any:
    """Return `schema` with our names, and without what a sender has no use for."""
    if isinstance(schema, list):
        return [_renamed(each, names) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: value for key, value in schema.items() if key not in {"default", "title"}}
    if "$ref" in kept:
        path, _, name = kept["$ref"].rpartition("/")
        return {**kept, "$ref": f"{path}/{names[name]}"}
    return {key: _renamed(value, names) for key, value in kept.items()}


def _descriptions(struct: type[msgspec.Struct]) -> dict[str, str]:
    """Return the docstrings of the fields, own and inherited. Raises `KeyError` for none."""
    found = {}
    for kind in reversed(struct.__mro__[: struct.__mro__.index(msgspec.Struct)]):
        (definition,) = ast.parse(inspect.getsource(kind)).body
        lines = definition.body if isinstance(definition, ast.ClassDef) else []
        for line, after in pairwise(lines):
            match line, after:
                case (
                    ast.AnnAssign(target=ast.Name(id=name)),
                    ast.Expr(value=ast.Constant(value=str(text))),
                ):
                    found[name] = _described(text)
    return found


def _described(docstring: str) -> str:
    text = " ".join(docstring.partition("\n\n")[0].split())
    text = re.sub(r"\bNone\b", "null", text)
    return text[:1].upper() + text[1:]


def openapi() -> str:
    """Return the OpenAPI file with its schemas written anew."""
    head, mark, _ = OPENAPI.read_text("utf-8").partition(MARK)
    schemas = yaml.safe_dump(contract_schemas(), sort_keys=False, width=92, allow_unicode=True)
    return head + mark + textwrap.indent(schemas, "    ")


def contract_types() -> str:
    """Return the types of the REST contract."""
    return "\n".join([HEAD + JSON_TYPES, *_declarations(contract_schemas())])


def element_types() -> str:
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
    head = f"{HEAD}import type {{ JsonObject }} from './contract.ts';\n"
    return "\n".join([head, *_declarations(schemas)])


def _declarations(schemas: dict[str, Any]) -> list[str]:
    return [_declaration(name, schema) for name, schema in schemas.items()]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    options = [one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"]
    return options[0] if len(options) == 1 else {"anyOf": options}


def _declaration(name: str, schema: dict[str, Any]) -> str:
    required = schema.get("required", [])
    members = "".join(
        f"{_comment(value, '  ')}  readonly {key}{mark}: {_type(value)};\n"
        for key, value in schema["properties"].items()
        for mark in ["" if key in required else "?"]
    )
    return f"{_comment(schema, '')}export interface {_name(name)} {{\n{members}}}\n"


def _comment(schema: dict[str, Any], indent: str) -> str:
    text = " ".join(schema.get("description", "").split())
    line = f"{indent}/** {text} */\n"
    if not text or len(line) <= 101:
        return line if text else ""
    lines = textwrap.wrap(text, 97 - len(indent))
    return "\n".join([f"{indent}/**", *(f"{indent} * {one}" for one in lines), f"{indent} */\n"])


def _name(name: str) -> str:
    return "Snapshot" if name == "InstanceSnapshot" else name


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return _name(schema["$ref"].rpartition("/")[2])
    if "enum" in schema:
        return " | ".join(f"'{one}'" for one in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(map(_type, schema["anyOf"]))
    kind = schema.get("type", "")
    if kind == "array":
        item = _type(schema["items"])
        return f"readonly ({item})[]" if " | " in item else f"readonly {item}[]"
    if kind == "object":
        return "JsonObject"
    return PLAIN.get(kind, "null" if kind == "null" else "Json")


def main() -> None:
    """Write the files, or check them."""
    written = {
        OPENAPI: openapi(),
        PANEL / "contract.ts": contract_types(),
        PANEL / "elements.ts": element_types(),
    }
    for target, text in written.items():
        if "--check" not in sys.argv:
            target.write_text(text, "utf-8")
        elif target.read_text("utf-8") != text:
            sys.exit(f"{target.name} is out of date: run python -m scripts.contract")


if __name__ == "__main__":
    main()
