"""Takes secrets out of messages, paths and addresses, in few scans of bounded work a character.

A message keeps its words, image names, digests and addresses (host and path); what follows a name
that speaks of a credential, and what looks like one, is hidden.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from jupyter_dsw.model.credential_names import (
    REDACTED,
    count_humps,
    looks_random,
    names_credential,
    names_password,
    without_issued,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_LONGEST_ADDRESS = 2048
# No text is known that takes more than three.
_MOST_SCANS = 8
# In messages, names and paths, where identifiers are to be expected.
_RANDOM_FROM = 20
_RANDOM_HOST_FROM = 28


def until_clean(scan: Callable[[str], str]) -> Callable[[str], str]:
    """Scan a text again until nothing changes, so that a clean text stays as it is.

    What one scan hides can make a login or a name of what stood in front of it. A text that is
    still not clean after `_MOST_SCANS` is hidden as a whole.
    """

    @functools.wraps(scan)
    def clean(text: str) -> str:
        for _ in range(_MOST_SCANS):
            before, text = text, scan(text)
            if text == before:
                return text
        return REDACTED

    return clean


@until_clean
def without_secrets(text: str) -> str:
    """Take the secrets out of a message; what stays is kept as it is."""
    if "-----BEGIN" in text:
        text = _without_keys(text)
    if "@" in text or "://" in text:
        text = _WORD.sub(_without_login, text)
    if "%" in text or "-u" in text:
        text = _OPTION.sub(rf"\1{REDACTED}", text)
    return _without_values(text, colons=True)


@until_clean
def path(text: str) -> str:
    """Take the secrets out of a path or an image's name, segment by segment."""
    return "/".join(_without_values(segment, colons=False) for segment in text.split("/"))


@until_clean
def address(text: str) -> str:
    """Keep scheme, host, port and path of an address; `REDACTED` for what is none.

    The scheme may be missing, as in a registry's addresses. Userinfo, query and fragment go without
    a trace.
    """
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "", text
    if len(text) > _LONGEST_ADDRESS or (separator and scheme.lower() not in _SCHEMES):
        return REDACTED
    kept = _END_OF_PATH.split(rest, maxsplit=1)[0]
    login, at, authority = kept.partition("/")[0].rpartition("@")
    way = kept[len(login + at + authority) :]
    if not (separator or at or way) and "@" not in rest:
        return _without_values(kept, colons=False)  # the name of an image, or of a host
    # An @ further on ends a login too, where slashes or such are in its password.
    fits = _is_host_and_port(authority) and "@" not in rest[len(kept) :]
    odd = _ODD_IN_PATH.search(login + way) or not _is_version_only(way, authority, at)
    if odd or not fits:
        return REDACTED
    return scheme + separator + authority + path(way)


_SCHEMES = frozenset(
    {"http", "https", "ws", "wss", "ftp", "sftp", "ssh", "git", "git+https", "git+ssh", "file"}
    | {"oss", "nas", "cpfs", "bmcpfs", "s3", "hdfs", "gs", "jfs", "pai", "odps", "maxcompute"}
    | {"docker", "oci", "tcp", "udp", "redis", "mysql", "postgresql", "mongodb", "unix"}
)
_END_OF_PATH = re.compile(r"[?#;]")
_AUTHORITY = re.compile(r"(?:\[[0-9A-Fa-f:.]{2,45}\]|[\w.*-]{0,253})(?::\d{0,5})?")
_ODD_IN_PATH = re.compile(r"[\\\"`\x00-\x1f\x7f]|://")
_AFTER_AT = re.compile(r"@(?!v?\d|sha(?:256|512):)")


def _is_host_and_port(authority: str) -> bool:
    fits = _AUTHORITY.fullmatch(authority) and without_issued(authority) == authority
    return bool(fits) and not looks_random(authority, shortest=_RANDOM_HOST_FROM)


def _is_version_only(way: str, authority: str, login: str) -> bool:
    """Return whether no @ of a path ends a login: `gitlab.corp:8443/group/repo@v2/x`."""
    if "@" not in way:
        return True
    named = "." in authority and not login
    return named and (":" not in authority or _AFTER_AT.search(way) is None)


_END_OF_KEY = "-----END"


def _without_keys(text: str) -> str:
    """Hide blocks such as `-----BEGIN PGP PRIVATE KEY BLOCK-----`; one without end, to the end."""
    kept, done = [], 0
    while (begin := text.find("-----BEGIN", done)) >= 0:
        kept += [text[done:begin], REDACTED]
        end = text.find(_END_OF_KEY, begin)
        close = text.find("-----", end + len(_END_OF_KEY)) if end >= 0 else -1
        done = close + 5 if close >= 0 else len(text)
    return "".join([*kept, text[done:]])


_WORD = re.compile(r"[^\s\"<>`]+")
# "user=name%password" of CIFS, "-u name:password" of curl.
_OPTION = re.compile(
    r"(\buser(?:name)?=[^\s,%]{1,64}%|(?<!\S)-u ?[^\s:]{1,64}:)(?!<redacted>)[^\s,]+"
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*\Z")
_CLOSING = ".,:;!)]}'"


def _without_login(match: re.Match[str]) -> str:
    word = match[0]
    before, separator, rest = word.partition("://")
    if not separator:
        searched = word.partition("@sha256:")[0]
        login = searched.rpartition("@")[0]
        # "user:password@host", but not a mail address or "git@host:path".
        hidden = ":" in searched.partition("@")[0]
        return REDACTED + word[len(login) :] if login and hidden else word
    scheme = _SCHEME.search(before[-20:])
    start = len(before) - len(scheme[0]) if scheme else 0
    body = rest.rstrip(_CLOSING)
    clean = address(word[start : len(before) + 3] + body)
    return word[:start] + clean + rest[len(body) :]


# What may be a name: of ASCII and Latin letters, or of any others.
_NAME = re.compile(r"(?:--)?[^\W\u0000-\u024f]+|[A-Za-z0-9_.\-\u00c0-\u024f]+")
_LONGEST_NAME = 96
# No message speaks of credentials so often: the rest of one that does is hidden.
_MOST_NAMES = 50
_CLOSE_NAME = re.compile(r"[\"'\\\])}]{0,4}")
_SPACES = re.compile(r"\s*")
# Of a pair such as {"key": "password", "value": "…"}.
_STATED_VALUE = re.compile(
    r"[\"',;]{0,3} ?[\"']?(?:tag_?)?val(?:ue)?(?=[\"']?[ ]?[:=])", re.IGNORECASE
)
_SEPARATOR = re.compile(r"=>|:=|={1,2}|[:：＝]|(?:is|was|be)(?=[\s:=])|[是为為叫]")
_CONNECTORS = ("是", "为", "為", "叫", "如下", "设为", "改为")
_QUOTE = re.compile(r"\\?[\"'`\[]")
_QUOTE_ENDS = {"[": "]"}
_VALUE = re.compile(r"\S+")
# What decides whether to hide a value; it is read whole only when it goes, so that no character
# is read again and again.
_BEGINNING = re.compile(r"\S{1,64}")
_LINE = re.compile(r"[^\r\n]+")
_SCHEME_WORDS = frozenset({"basic", "bearer", "digest", "negotiate", "token"})
# They follow "password:" or "token is" in sentences.
_SENTENCE_WORDS = frozenset(
    {"a", "an", "the", "not", "no", "now", "too", "only", "being", "set", "unset", "missing", "or"}
    | {"required", "needed", "invalid", "wrong", "expired", "empty", "incorrect", "unknown", "and"}
    | {"denied", "rejected", "refused", "revoked", "disabled", "used", "null", "none", "true"}
    | {"false", "failed", "unable", "cannot", "error", "unexpected", "timeout", "context", "rpc"}
)
_AFTER_BEARER = _SENTENCE_WORDS | {"token", "tokens", "auth", "authentication", "is"}
_HEAD_WORDS = 4
_WORD_OF_NAME = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")


def _without_values(text: str, *, colons: bool) -> str:
    """Hide what follows names that speak of a credential, and what looks like one."""
    kept: list[str] = []
    done = position = found = 0
    while (match := _NAME.search(text, position)) is not None:
        start, position = match.span()
        name = match[0]
        if not names_credential(_with_word_before(text, start, name)):
            continue
        found += 1
        if found > _MOST_NAMES:
            kept += [text[done:position], REDACTED]
            done = len(text)
            break
        value = _value_of(text, start, position, colons=colons)
        if value is None or (name.lower() == "key" and _names_another(text, value)):
            continue  # key="password" value="…"
        kept += [text[done : value[0]], REDACTED]
        done = position = value[1]
    return _TOKEN.sub(_without_random, without_issued("".join([*kept, text[done:]])))


def _names_another(text: str, value: tuple[int, int]) -> bool:
    """Return whether a value is a name that speaks of a credential itself."""
    inside = text[value[0] : value[0] + _LONGEST_NAME]
    word = _NAME.match(inside)
    if word is None or value[1] - value[0] != len(word[0]):
        return False
    return names_credential(word[0])


def _with_word_before(text: str, start: int, name: str) -> str:
    """Join "access" and "key", which means nothing alone."""
    if name.lower() not in {"key", "keys"}:
        return name
    before = text[max(0, start - 24) : start]
    return f"{before.split()[-1]}_{name}" if before.strip() and before.endswith(" ") else name


def _value_of(text: str, begin: int, end: int, *, colons: bool) -> tuple[int, int] | None:
    """Return start and end of the value that follows a name; None where there is none to hide."""
    name = text[begin:end]
    closed = _end(_CLOSE_NAME, text, end)
    separator = _SEPARATOR.match(text, _end(_SPACES, text, closed))
    if text.startswith(">", end) and begin > 0 and text.startswith("<", begin - 1):
        return _element(text, end + 1)
    if separator is None:
        stated = _STATED_VALUE.match(text, end)
        if stated:
            return _value_of(text, begin, stated.end(), colons=colons)
        return _next_word(text, end, name)
    if separator[0] != "=" and not colons:
        return None
    start = _end(_SPACES, text, separator.end())
    if start == len(text) or text.startswith(REDACTED, start):
        return None
    if "\n" in text[separator.end() : start] or text[start] in "|>":
        return start, len(text)  # a block of YAML
    quote = _QUOTE.match(text, start)
    if quote is not None:
        return _quoted(text, quote)
    return _bare(text, start, name, separator[0])


def _element(text: str, start: int) -> tuple[int, int] | None:
    end = text.find("<", start)
    end = len(text) if end < 0 else end
    return None if end == start or text.startswith(REDACTED, start) else (start, end)


def _quoted(text: str, quote: re.Match[str]) -> tuple[int, int] | None:
    end = text.find(_QUOTE_ENDS.get(quote[0], quote[0]), quote.end())
    end = len(text) if end < 0 else end
    inside = text[quote.end() : end]
    return None if inside in ("", REDACTED) else (quote.end(), end)


def _bare(text: str, start: int, name: str, separator: str) -> tuple[int, int] | None:
    beginning = _BEGINNING.match(text, start)
    if beginning is None:
        return None
    word = beginning[0].strip(_CLOSING).lower()
    if word in _SCHEME_WORDS:
        return start, _end(_LINE, text, start)
    if separator.startswith("="):
        plain = word in {"", "null", "none", "true", "false"}
        return None if plain else (start, _end(_VALUE, text, start))
    is_key = names_password(name) and len(_WORD_OF_NAME.findall(name)) <= _HEAD_WORDS
    if word in _SENTENCE_WORDS or (word.isalpha() and word.isascii() and not is_key):
        return None
    whole = _LINE if is_key and separator in ":：" else _VALUE
    return start, _end(whole, text, start)


def _next_word(text: str, end: int, name: str) -> tuple[int, int] | None:
    start = _end(_SPACES, text, end)
    beginning = _BEGINNING.match(text, start)
    if beginning is None or text.startswith(REDACTED, start):
        return None
    connected = name.endswith(_CONNECTORS)
    if not (connected or name.startswith("--")):
        bare = beginning[0].strip("\"'" + _CLOSING)
        digits = any(each.isdigit() for each in bare)
        letters = any(each.isascii() and each.isalpha() for each in bare)
        random = digits and letters and len(bare) >= 6
        number = digits and len(bare) >= 4 and names_password(name)
        bearer = name.lower() == "bearer" and bare.lower() not in _AFTER_BEARER
        if not (random or number or bearer):
            return None
    if connected and not beginning[0].isascii():
        ascii_part = _ASCII.match(text, start)
        return ascii_part.span() if ascii_part else None
    quote = _QUOTE.match(text, start)
    return _quoted(text, quote) if quote else (start, _end(_VALUE, text, start))


_ASCII = re.compile(r"[!-~]+")


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    return match.end() if match else start


_TOKEN = re.compile(r"(?:sha(?:256|512):)?[A-Za-z0-9][A-Za-z0-9+/_=\-]{15,}")


def _without_random(match: re.Match[str]) -> str:
    token = match[0]
    before = match.string[max(0, match.start() - 12) : match.start()]
    if _UUID.fullmatch(token) or _OF_REQUEST.search(before):
        return token
    # What base64 has besides letters and digits may cut it into short runs.
    joined = token.translate(_NOT_OF_BASE64)
    random = looks_random(token, shortest=_RANDOM_FROM) or (
        len(joined) >= _BASE64_FROM and _HUMPS_OF_BASE64 * count_humps(joined) > len(joined)
    )
    return REDACTED if ":" not in token and random else token


_OF_REQUEST = re.compile(r"request.?id\W{1,2}\Z", re.IGNORECASE)
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_NOT_OF_BASE64 = {ord(each): None for each in "+/=_-"}
_BASE64_FROM = 30
_HUMPS_OF_BASE64 = 2.8
