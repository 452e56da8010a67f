"""Keep the Chinese texts up to date: `jupyter_dsw.po` is their source, programs read the JSON.

`python -m scripts.catalogue` adds the texts of Python and TypeScript to the `.po` file, removes
those that are no longer used, writes the JSON, and lists what is not translated. `--check` only
reports what is out of date or not translated.
"""

from __future__ import annotations

import ast
import io
import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "jupyter_dsw/locale/zh_CN/LC_MESSAGES"
# The function that marks a text in Python; in TypeScript it is `t` or JupyterLab's `trans.__`.
MARKER = "text"
PO_HEADER = r"""# Simplified Chinese texts of jupyter-dsw, for Python and TypeScript alike.
# %1, %2 … stand for values; they may change places.
# After a change run `python -m scripts.catalogue`.
msgid ""
msgstr ""
"Project-Id-Version: jupyter-dsw\n"
"Language: zh_CN\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: nplurals=1; plural=0;\n"

"""
# JupyterLab serves a catalogue to its pages only if it names the language like this.
JSON_HEADER = {
    "domain": "jupyter_dsw",
    "language": "zh-CN",
    "plural_forms": "nplurals=1; plural=0;",
}


def texts_of_python() -> dict[str, list[str]]:
    """Find the texts of the package, each with the folders that use it.

    Raises:
        ValueError: a text is not a literal.
    """
    found = defaultdict(list)
    for path in sorted((ROOT / "jupyter_dsw").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        for call in _marked(ast.parse(path.read_text(encoding="utf-8"))):
            template = call.args[0]
            if not isinstance(template, ast.Constant) or not isinstance(template.value, str):
                message = f"{name}:{call.lineno}: text() takes a literal, or nobody finds it"
                raise ValueError(message)
            found[template.value].append(path.parent.relative_to(ROOT).as_posix())
    return dict(found)


def _marked(tree: ast.Module) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        # A method of that name belongs to something else.
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == MARKER
        ):
            yield node


def texts_of_typescript() -> dict[str, list[str]]:
    """Find the texts of the panel, the labextension and its settings, with their folders."""
    # The Node of the virtual environment.
    node = Path(sys.executable).with_name("node")
    command = [str(node), "labextension/scripts/strings.mjs"]
    result = subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    found: dict[str, list[str]] = json.loads(result.stdout)
    return found


def updated(po: str, used: dict[str, list[str]]) -> Catalog:
    """Return the catalogue of the used texts, with the translations of `po`.

    A new text that is much like an old one gets its translation, marked as fuzzy.
    """
    catalogue = read_po(io.StringIO(po), locale="zh_CN", abort_invalid=True)
    template = Catalog()
    for english, folders in used.items():
        # Folders only: lines and files change too often to be worth a change of the catalogue.
        template.add(english, locations=[(folder, 0) for folder in folders])
    catalogue.update(template)
    for message in catalogue:
        # Babel takes `%dsw_info` and `50% full` for Python's own formats.
        message.flags &= {"fuzzy"}
    return catalogue


def as_po(catalogue: Catalog) -> str:
    """Return the `.po` file: by the alphabet, a line each, so that changes seldom conflict."""
    file = io.BytesIO()
    write_po(file, catalogue, width=0, omit_header=True, sort_output=True, ignore_obsolete=True)
    return PO_HEADER + file.getvalue().decode().rstrip("\n") + "\n"


def as_json(catalogue: Catalog) -> str:
    """Return the translations in the form that JupyterLab and jupyter-dsw read."""
    texts = {str(each.id): [str(each.string)] for each in catalogue if _is_translated(each)}
    ordered = {"": JSON_HEADER, **dict(sorted(texts.items()))}
    return json.dumps(ordered, ensure_ascii=False, indent=2) + "\n"


def problems(catalogue: Catalog) -> list[str]:
    """List the texts without a translation, and those whose translation lacks a value."""
    messages = [message for message in catalogue if message.id]
    missing = [f"not translated: {each.id}" for each in messages if not _is_translated(each)]
    others = [
        f"other placeholders in the translation: {each.id}"
        for each in messages
        if _is_translated(each) and _places(str(each.id)) != _places(str(each.string))
    ]
    return missing + others


def _is_translated(message: Message) -> bool:
    return bool(message.id and message.string and not message.fuzzy)


def _places(text: str) -> list[str]:
    return sorted(re.findall(r"%[1-9]", text))


def main(arguments: list[str], folder: Path = FOLDER) -> int:
    """Write both files, or with `--check` only compare them; returns the exit status."""
    po, result = folder / "jupyter_dsw.po", folder / "jupyter_dsw.json"
    used = texts_of_python()
    for english, folders in texts_of_typescript().items():
        used[english] = used.get(english, []) + folders
    catalogue = updated(po.read_text(encoding="utf-8"), used)
    lines = problems(catalogue)
    for path, content in ((po, as_po(catalogue)), (result, as_json(catalogue))):
        if "--check" not in arguments:
            path.write_text(content, encoding="utf-8")
        elif path.read_text(encoding="utf-8") != content:
            lines.append(f"{path.name} is out of date: run `python -m scripts.catalogue`")
    for line in lines:
        print(line, file=sys.stderr)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
