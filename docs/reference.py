"""The parts of the pages that are read out of the code, as Markdown."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from jupyter_dsw.emulator import SCENARIOS
from jupyter_dsw.server.extension import DSWExtension
from jupyter_dsw.upstream.errors import DSWError
from jupyter_dsw.upstream.settings import VARIABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from traitlets import TraitType

ROOT = Path(__file__).parents[1]
SETTINGS_SCHEMA = ROOT / "labextension" / "schema" / "plugin.json"
OPENAPI = ROOT / "jupyter_dsw" / "server" / "rest-api.yml"

# Variables without an option of the same meaning.
OTHER_VARIABLES = {
    "JUPYTER_DSW_SHARING_TOKEN": "The API's `Token`, for an instance that was shared with you. "
    "It is a secret, so there is no option for it.",
    "JUPYTER_DSW_NOTIFY": "Same as `DSWExtension.notify`, with spaces or commas between the URLs. "
    "They are secrets, and kernels inherit them.",
    "JUPYTER_DSW_NOTIFY_MINUTES": "Same as `DSWExtension.notify_minutes`: `30 10`.",
    "JUPYTER_DSW_NOTIFY_QUIET_HOURS": "Same as `DSWExtension.notify_quiet_hours`.",
    "JUPYTER_DSW_NOTIFY_STOPS_IN_QUIET_HOURS": "Same as "
    "`DSWExtension.notify_stops_in_quiet_hours`: `1` or `0`.",
    "JUPYTER_DSW_NOTIFY_LANGUAGE": "Same as `DSWExtension.notify_language`.",
    "ALIBABA_CLOUD_ACCESS_KEY_ID": "An access key. It takes precedence over the credential "
    "service.",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "The secret of that access key.",
    "ALIBABA_CLOUD_SECURITY_TOKEN": "The security token of a temporary access key.",
    "ALIBABA_CLOUD_CREDENTIALS_URI": "The credential service of the instance's RAM role; PAI-DSW "
    "sets it. A loopback address is called without a proxy.",
}


def own_traits() -> dict[str, TraitType[Any, Any]]:
    """Return the options of the server extension that are its own, not Jupyter's."""
    traits = DSWExtension.class_own_traits(config=True)
    return {name: traits[name] for name in sorted(traits)}


def environment_variables() -> dict[str, str]:
    """Return what each variable sets, by its name."""
    known = {}
    for field, names in VARIABLES.items():
        for name in names:
            if name not in OTHER_VARIABLES:
                known[name] = f"Same as `DSWExtension.{field}`."
    for field, (first, *others) in VARIABLES.items():
        for name in others:
            known[name] = f"Same as `DSWExtension.{field}`, if `{first}` is not set."
    return known | OTHER_VARIABLES


def settings_schema() -> dict[str, Any]:
    """JupyterLab's settings of the extension, as JSON Schema."""
    schema: dict[str, Any] = json.loads(SETTINGS_SCHEMA.read_text("utf-8"))
    return schema


def openapi() -> dict[str, Any]:
    """Return the REST contract."""
    contract: dict[str, Any] = yaml.safe_load(OPENAPI.read_text("utf-8"))
    return contract


def error_classes() -> list[type[DSWError]]:
    """Return every kind of error, in the order of its module."""
    return DSWError.__subclasses__()


def _traits() -> str:
    return _definitions(
        (f"`DSWExtension.{name}`", _one_line(trait.help), _about_trait(trait))
        for name, trait in own_traits().items()
    )


def _about_trait(trait: TraitType[Any, Any]) -> str:
    values = getattr(trait, "values", None)
    if values:
        kind = " or ".join(f"`{json.dumps(value)}`" for value in values)
    else:
        kind = type(trait).__name__
    return f"{kind}, default `{json.dumps(trait.default())}`"


def _environment() -> str:
    return _definitions((f"`{name}`", text) for name, text in environment_variables().items())


def _settings() -> str:
    return _definitions(
        (
            f"`{name}`",
            f"**{each['title']}.** {each.get('description', '')}".strip(),
            _about_setting(each),
        )
        for name, each in settings_schema()["properties"].items()
    )


def _about_setting(setting: dict[str, Any]) -> str:
    choices = [f"`{_json(each['enum'][0])}` ({each['title']})" for each in setting.get("oneOf", ())]
    if "enum" in setting:
        # Times of day, which go on as they begin.
        none, *times = (f"`{_json(value)}`" for value in setting["enum"])
        choices = [none, times[0], times[1], "…", times[-1]]
    kind = ", ".join(choices) or setting["type"]
    low, high = setting.get("minimum"), setting.get("maximum")
    limits = f", {low} to {high}" if low is not None and high is not None else ""
    return f"{kind}{limits}; default `{_json(setting['default'])}`"


def _json(value: object) -> str:
    return json.dumps(value)


def _scenarios() -> str:
    rows = ((f"`{name}`", each.description) for name, each in SCENARIOS.items())
    return _table(("scenario", "what happens"), rows)


def _errors() -> str:
    rows = ((f"`{kind.__name__}`", _doc(kind), kind.http_status) for kind in error_classes())
    return _table(("`error.code`", "meaning", "HTTP status if nothing was ever read"), rows)


def _paths() -> str:
    parts = []
    for path, verbs in openapi()["paths"].items():
        for verb, operation in verbs.items():
            parts.append(f"### {verb.upper()} {path}\n\n**{operation['summary']}.**")
            parts.append(operation.get("description", ""))
            parts.append(_parameters(operation.get("parameters", ())))
            parts.append(_responses(operation["responses"]))
    return "\n\n".join(part for part in parts if part)


def _parameters(parameters: Iterable[dict[str, Any]]) -> str:
    found = [_resolved(each) for each in parameters]
    rows = [(f"`{each['name']}`", each["in"], _one_line(each["description"])) for each in found]
    return _table(("parameter", "in", "meaning"), rows) if rows else ""


def _responses(responses: dict[str, dict[str, Any]]) -> str:
    rows = (
        (f"`{status}`", _schema_names(_resolved(each)), _one_line(_resolved(each)["description"]))
        for status, each in responses.items()
    )
    return _table(("status", "body", "meaning"), _each_text_once(rows))


def _each_text_once(rows: Iterable[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Join rows of the same meaning: they share the response in the contract."""
    shared: dict[tuple[str, str], list[str]] = {}
    for status, body, meaning in rows:
        shared.setdefault((body, meaning), []).append(status)
    return [(", ".join(statuses), *both) for both, statuses in shared.items()]


def _schema_names(response: dict[str, Any]) -> str:
    content = response.get("content", {})
    return ", ".join(f"{_type(body['schema'])}" for body in content.values()) or "none"


def _schemas() -> str:
    parts = []
    for name, schema in openapi()["components"]["schemas"].items():
        parts.append(f"### {name}\n\n{_one_line(schema.get('description', ''))}")
        if "properties" in schema:
            rows = (
                (f"`{field}`", _type(each), _one_line(each.get("description", "")))
                for field, each in schema["properties"].items()
            )
            parts.append(_table(("field", "type", "meaning"), rows))
        else:
            parts.append(f"One of: {_type(schema)}.")
    return "\n\n".join(parts)


def _type(schema: dict[str, Any]) -> str:
    """Return the type of a value, with links to the other schemas."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    options = schema.get("oneOf") or schema.get("anyOf")
    if options:
        return " or ".join(_type(each) for each in options)
    if "enum" in schema:
        return ", ".join(f"`{_json(value)}`" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"array of {_type(schema.get('items', {}))}"
    kinds = schema.get("type", "any")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    return " or ".join(kinds) + (f" ({schema['format']})" if "format" in schema else "")


def _resolved(value: dict[str, Any]) -> dict[str, Any]:
    found: Any = value
    if "$ref" in value:
        found = openapi()
        for step in value["$ref"].removeprefix("#/").split("/"):
            found = found[step]
    return dict(found)


def _definitions(entries: Iterable[tuple[str, ...]]) -> str:
    return "\n\n".join(
        "\n".join([term, *(f": {text}\n" for text in texts)]) for term, *texts in entries
    )


def _table(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    lines: list[tuple[object, ...]] = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _doc(thing: object) -> str:
    return _one_line((inspect.getdoc(thing) or "").partition("\n\n")[0])


GENERATED: dict[str, Callable[[], str]] = {
    "traits": _traits,
    "environment": _environment,
    "settings": _settings,
    "scenarios": _scenarios,
    "errors": _errors,
    "paths": _paths,
    "schemas": _schemas,
}
