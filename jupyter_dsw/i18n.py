"""The languages that messages are shown in: English, and Simplified Chinese from the catalogue.

Code makes a `Text`, which is its English sentence and remembers what that was made of. It is
translated where it is shown: for the person of this process, whose time zone is found here too, or
for whoever sent a request.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import time
from datetime import timedelta, timezone
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from jupyter_core.paths import jupyter_config_dir

from jupyter_dsw.files import read_plain_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import tzinfo

Language: TypeAlias = Literal["en", "zh_CN"]

TAGS: dict[Language, str] = {"en": "en", "zh_CN": "zh-CN"}
"""The languages' tags in HTTP."""

_LOCALE = Path(__file__).parent / "locale"
# As gettext has it.
_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
_PLACE = re.compile(r"%([1-9])")
_ENGLISH = re.compile(r"(?:en|c|posix)(?![a-z])", re.IGNORECASE)
# Chinese in simplified characters, unless a place or script with the others is named.
_SIMPLIFIED = re.compile(r"zh(?![a-z])(?!.*(?:hant|tw|hk|mo))", re.IGNORECASE)
_QUALITY = re.compile(r"\s*q\s*=\s*([01](?:\.\d{1,3})?)\s*", re.ASCII)
_LONGEST_HEADER = 1000
_LONGEST_SETTINGS = 64 * 1024
_SETTINGS = Path("@jupyterlab", "translation-extension", "plugin.jupyterlab-settings")
# The file is JSON with comments, and may be JSON5. Only the one value is looked for.
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_LOCALE_SETTING = re.compile(r"""(["']?)\blocale\1\s*:\s*(["'])([\w-]+)\2""")
_FULL_WIDTH = tuple("，。；：！？）")


class Text(str):
    """A sentence in English that can be translated; made by `text` and `joined`.

    To everything else it is a plain `str`. What is made of it by `str`'s own means, f-strings
    included, is one too, and stays English: nest a Text as a value of another one instead.
    """

    __slots__ = ("template", "values")
    template: str
    """The catalogue's key, with `%1` … for the values; empty where the values only follow."""
    values: tuple[str, ...]

    def filled(self, *values: object) -> Text:
        """Return the same sentence with these values: for templates that wait in a table."""
        return _made(self.template, values)


def text(template: str, *values: object) -> Text:
    """Make a sentence of its English form, in which `%1`, `%2` … stand for the values.

    `template` has to be a literal: a check in CI looks for it in the catalogue. Values are filled
    in as they are, whatever is in them; a Text among them is translated with the sentence.
    """
    return _made(template, values)


def joined(separator: str, parts: Iterable[str]) -> Text:
    """Return `separator.join(parts)`, each part and the separator still to be translated."""
    values = [value for part in parts for value in (separator, part)]
    return _made("", values[1:])


def with_suggestion(message: Text, word: str, known: Sequence[str]) -> Text:
    """Return `message`, and the one of `known` that is nearest to `word` where one is near."""
    near = difflib.get_close_matches(word.lower(), known, n=1)
    return joined(" ", (message, text("Did you mean %1?", repr(near[0])))) if near else message


def translated(message: str, language: Language | None = None) -> str:
    """Return `message` as a plain `str`, in the person's language unless another is given.

    What is no `Text` stays as it is.
    """
    if not isinstance(message, Text):
        return message
    language = language or of_person()
    if language == "en":
        return str(message)
    template = _catalogue(language).get(message.template, message.template)
    return _filled(template, [translated(value, language) for value in message.values])


def of_person() -> Language:
    """Return the language chosen in JupyterLab if it is known, else the environment's.

    It is looked up each time, so a choice takes effect with the next message.
    """
    return of_tags([_chosen_in_jupyterlab()]) or of_environment(os.environ)


def of_environment(environ: Mapping[str, str]) -> Language:
    """Return the language that the environment sets, in gettext's order; English for others."""
    wanted = next((environ[name] for name in _VARIABLES if environ.get(name)), "")
    return of_tags(wanted.split(":")) or "en"


def of_accept_language(header: str) -> Language:
    """Return the language that an `Accept-Language` prefers (RFC 9110); English for others."""
    offers = [part.partition(";") for part in header[:_LONGEST_HEADER].split(",")]
    weighed = [(_quality(parameter), tag.strip()) for tag, _, parameter in offers]
    ranked = sorted(weighed, key=lambda offer: offer[0], reverse=True)
    return of_tags(tag for quality, tag in ranked if quality > 0) or "en"


def of_tags(tags: Iterable[str]) -> Language | None:
    """Return the first language of the tags (`zh-CN`, `en_GB.UTF-8`) that messages are shown in."""
    for tag in tags:
        name = re.split("[.@]", tag, maxsplit=1)[0]
        if _SIMPLIFIED.match(name):
            return "zh_CN"
        if _ENGLISH.match(name):
            return "en"
    return None


def time_zone(region: str | None) -> tzinfo | None:
    """Return the person's time zone; None is the one that this process is set to.

    A container is at UTC unless somebody sets it. In the `region`s of China (`cn-…`) people have
    UTC+8 then; `TZ=UTC` means UTC all the same.
    """
    is_set = bool(os.environ.get("TZ")) or time.timezone != 0 or time.daylight != 0
    if not is_set and region is not None and region.startswith("cn-"):
        return timezone(timedelta(hours=8))
    return None


def _chosen_in_jupyterlab() -> str:
    folder = os.environ.get("JUPYTERLAB_SETTINGS_DIR")
    try:
        path = Path(folder or f"{jupyter_config_dir()}/lab/user-settings") / _SETTINGS
        settings = read_plain_file(path, _LONGEST_SETTINGS)[0].decode()
    except (OSError, ValueError, RuntimeError):  # no such file, or no home folder to look in
        return ""
    found = _LOCALE_SETTING.search(_COMMENT.sub("", settings))
    return found[3] if found else ""


def _quality(parameter: str) -> float:
    found = _QUALITY.fullmatch(parameter)
    return float(found[1]) if found else 1.0


def _made(template: str, values: Iterable[object]) -> Text:
    kept = tuple(value if isinstance(value, str) else str(value) for value in values)
    made = Text(_filled(template, kept))
    made.template, made.values = template, kept
    return made


def _filled(template: str, values: Iterable[str]) -> str:
    if not template:
        return _following(values)
    numbered = dict(enumerate(values, 1))
    return _PLACE.sub(lambda place: numbered.get(int(place[1]), place[0]), template)


def _following(values: Iterable[str]) -> str:
    """Return the values one after another; there is no space behind Chinese punctuation."""
    line = ""
    for value in values:
        line += "" if value == " " and line[-1:] in _FULL_WIDTH else value
    return line


@cache
def _catalogue(language: Language) -> dict[str, str]:
    path = _LOCALE / language / "LC_MESSAGES" / "jupyter_dsw.json"
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # a broken installation shows English
        return {}
    return {key: forms[0] for key, forms in entries.items() if key}
