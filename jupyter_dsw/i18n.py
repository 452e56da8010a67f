"""The languages that messages are shown in: English, and Simplified Chinese from the catalogue.

Code makes a `Text`, which is its English sentence and remembers what that was made of. It is
translated where it is shown, by whoever knows who reads it.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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


def translated(message: str, language: Language) -> str:
    """Return `message` in a language, as a plain `str`; what is no `Text` stays as it is."""
    if not isinstance(message, Text):
        return message
    if language == "en":
        return str(message)
    template = _catalogue(language).get(message.template, message.template)
    return _filled(template, [translated(value, language) for value in message.values])


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
