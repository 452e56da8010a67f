"""What looks like a credential, and texts with such parts taken out.

When in doubt, it is one: a shown secret is worse than a missing word.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["text", "address", "path"]
"""What a string is: words, one URL perhaps without its scheme, or a path or image name."""

REDACTED = "<redacted>"
"""Stands where a secret was."""

_KEY = re.compile(
    r"passw|passphrase|passcode|pwd|secret|token(?!iz)|credential|signature|cookie|keytab"
    r"|(?<!un)auth(?!or(?!i[sz]))"
    r"|access(?:key|id)|(?:api|app|private|priv|account|encryption|master|shared|signing|ssh|rsa)key"
    r"|密码|口令|密钥|令牌|凭证|凭据"
)
_KEY_WORD = frozenset(
    {"ak", "sk", "aksk", "pass", "pw", "sig", "sign", "session", "sessionid", "jwt", "bearer"}
    | {"auth", "cred", "creds", "sas"}
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+")
_SEPARATOR = re.compile(r"[\W_]+")
_MAX_KEY = 200

_VALUES = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}-----|\Z)"
    r"|(?<![A-Za-z0-9])(?:LTAI[A-Za-z0-9]{8,}|(?:STS|TMP)\.[A-Za-z0-9]{6,})"
    r"|(?<![A-Za-z0-9])CAIS[A-Za-z0-9+/=]{20,}"
    r"|(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{12,}"
    r"|(?<![\w-])(?:eyJ[\w-]{5,}\.[\w.-]{5,}|sk-[\w-]{16,}|xox[a-z]-[\w-]{10,})"
    r"|(?<![\w-])(?:hf_|gh[a-z]_|glpat-|github_pat_)[\w-]{16,}"
)
# How one of these begins: searching for that first is six times as quick.
_VALUE_STARTS = re.compile(
    r"-----BEGIN|LTAI|STS\.|TMP\.|CAIS|A[KS]IA|eyJ|sk-|xox|hf_|gh[a-z]_|glpat-|github_pat_"
)
_BEARER = re.compile(r"\b(bearer\s+)(?!<redacted>)\S+", re.IGNORECASE)
_XML = re.compile(r"<([\w.\-]{1,80})>([^<>]+)(?=</)")

_PAIR = re.compile(r"(?<![\w.\-])([\w.\-]+)(?:[\"'\\\]]*\s*([=:：])[=:>]*\s*|\s+(?=\S))")
_VALUE = re.compile(r"(?P<quote>\\*[\"'])(?:(?!(?P=quote))[\s\S])*(?P=quote)?|\S+")
_REST_OF_LINE = re.compile(r"[^\r\n]+")
_TAKES_LINE = re.compile(r"auth|cookie", re.IGNORECASE)
_LONG = re.compile(r"[\"']?([A-Za-z0-9+/=_\-]{16,})")
_RANDOM_WORD = re.compile(r"[\"']?(?=\S{0,200}\d)(?=\S{0,200}[A-Za-z])[\w+/=.\-]{6,}")
# "the password is X", "StringToSign is [X]", but not "the token is expired".
_SAID = re.compile(
    r"\b([\w.\-]+)(\s+(?:is|was|be)\s*[:=]?\s+)"
    r"(?!(?:an?|the|not|no|now|too|only|being|set|unset|missing|required|needed|invalid|wrong|expired"
    r"|empty|incorrect|unknown|denied|rejected|refused|revoked|disabled|used|null|none)\b|<redacted>)"
    r"(\"[^\"]*\"?|'[^']*'?|\[[^\]]*\]?|\S+)",
    re.IGNORECASE,
)
# As `mount -o user=name%password` has it.
_USER_PERCENT = re.compile(r"(\buser(?:name)?=[^\s,%]+%)(?!<redacted>)[^\s,]+", re.IGNORECASE)

_URL_TEXT = re.compile(r"[^\s\"<>`]+")
# Others are a login's name: `name://…@host` has a password that begins with slashes.
_SCHEME = re.compile(
    r"(?<![A-Za-z0-9.\-])(?:[a-z]+\+)?(?:https?|wss?|s?ftp|ftps|ssh|git|file|oss|nas|cpfs|s3|hdfs"
    r"|docker|oci|tcp|redis|mysql|postgres(?:ql)?|mongodb)\Z",
    re.IGNORECASE,
)
_QUERY = re.compile(r"[?#]|;(?=[\w.\-]+=)")
_HOST = re.compile(r"(?:\[[^\]]*\]|[^:]*)(?::\d{0,5})?")
_DIGEST = re.compile(r"@sha(?:256|512):")
_SPACE = re.compile(r"\s")
_MAX_PASSES = 4
# Without a space, a separator or an @ there is no sentence, pair or URL in it; and a date's colons
# are behind no name. Nearly all texts of an answer are such: the patterns above are slow on them.
_ONE_WORD = re.compile(r"[\w.\-/+,]*|[\dTZ:.+\-]*")


def is_credential_key(key: str) -> bool:
    """Whether a name says that its value is a credential: `password`, `ossAccessKeyId`, `ak` …

    Case and separators do not matter. `-opasswd` and `-oak`, as in mount options, count as well.
    """
    plain = unicodedata.normalize("NFKC", key[:_MAX_KEY])
    if plain.startswith("-o") and is_credential_key(plain[2:]):
        return True
    if _KEY.search(_SEPARATOR.sub("", plain).lower()):
        return True
    return any(word.lower() in _KEY_WORD for word in _WORD.findall(plain))


def without_credentials(text: str, kind: Kind = "text") -> str:
    """Take out of a text what looks like a credential.

    Userinfo, query and fragment of URLs go without a trace; other secrets leave the marker behind.
    Doing it again changes nothing.

    Args:
        text: any string of the answer, or a name in it.
        kind: what it is. In addresses and paths a colon is before a port or an image's tag, never
            before a secret; in paths `?`, `#` and `@` mean nothing.
    """
    if _ONE_WORD.fullmatch(text) and not _VALUE_STARTS.search(text):
        return text
    for _ in range(_MAX_PASSES):
        before, text = text, _one_pass(text, kind)
        if text == before:
            return text
    return REDACTED


def _one_pass(text: str, kind: Kind) -> str:
    if kind == "address":
        text = _cut(_without_userinfo(text))
    elif "://" in text or (kind == "text" and "@" in text):
        text = _URL_TEXT.sub(lambda match: _without_url_secrets(match[0]), text)
    if _VALUE_STARTS.search(text):
        text = _VALUES.sub(REDACTED, text)
    if "%" in text:
        text = _USER_PERCENT.sub(rf"\1{REDACTED}", text)
    if _SPACE.search(text):
        text = _BEARER.sub(rf"\1{REDACTED}", text)
        if kind == "text":
            text = _SAID.sub(_without_said_secret, text)
    if "</" in text:
        text = _XML.sub(_without_xml_secret, text)
    return _without_pairs(text, colons=kind == "text")


def _without_url_secrets(word: str) -> str:
    if "@" in word:
        word = _without_userinfo(word)
    head, separator, rest = word.partition("://")
    return head + separator + _cut(rest)


def _cut(url: str) -> str:
    return _QUERY.split(url, maxsplit=1)[0]


def _without_userinfo(word: str) -> str:
    head, separator, rest = word.partition("://")
    if not _SCHEME.search(head):
        head, separator, rest = "", "", word
    digest = _DIGEST.search(rest)
    searched = rest[: digest.start()] if digest else rest
    end = _end_of_userinfo(searched) if separator else _end_of_login(searched)
    return head + separator + rest[end + 1 :]


def _end_of_userinfo(rest: str) -> int:
    """Find the @ after the userinfo of a URL's part behind `://`; -1 without one."""
    path = _cut(rest)
    authority = path.partition("/")[0]
    if ":" not in authority:
        return authority.rfind("@")
    # Slashes and such inside a password leave an authority that is no host and port.
    return (path if "@" in authority or _HOST.fullmatch(authority) else rest).rfind("@")


def _end_of_login(word: str) -> int:
    """Find the @ after `user:password`; -1 for mail addresses and `git@host:path`."""
    return word.rfind("@") if ":" in word.partition("@")[0] else -1


def _without_said_secret(match: re.Match[str]) -> str:
    return f"{match[1]}{match[2]}{REDACTED}" if is_credential_key(match[1]) else match[0]


def _without_xml_secret(match: re.Match[str]) -> str:
    return f"<{match[1]}>{REDACTED}" if is_credential_key(match[1]) else match[0]


def _without_pairs(text: str, *, colons: bool) -> str:
    kept: list[str] = []
    done = 0
    for match in _PAIR.finditer(text):
        if match.start() < done or not _names_secret(match, text, colons=colons):
            continue
        # What follows may have a scheme word first: "Authorization: Basic …".
        whole_line = _TAKES_LINE.search(match[1])
        value = (_REST_OF_LINE if whole_line else _VALUE).match(text, match.end())
        if value is not None:
            kept += [text[done : match.end()], _marker_for(value)]
            done = value.end()
    return "".join([*kept, text[done:]])


def _names_secret(pair: re.Match[str], text: str, *, colons: bool) -> bool:
    key, separator = pair[1], pair[2]
    if separator is None:
        told = key.startswith("--") or bool(_RANDOM_WORD.match(text, pair.end()))
        return told and is_credential_key(key)
    if separator != "=" and not colons:
        return False
    if is_credential_key(key):
        return True
    if key.lower() in {"key", "id"}:
        words = text[max(0, pair.start() - 20) : pair.end(1)].split()
        return is_credential_key("".join(words[-3:])) or _random_follows(pair, text)
    return key.lower().endswith("key") and _random_follows(pair, text)


def _random_follows(pair: re.Match[str], text: str) -> bool:
    match = _LONG.match(text, pair.end())
    return bool(match and re.search(r"\d", match[1]) and re.search(r"[A-Za-z]", match[1]))


def _marker_for(value: re.Match[str]) -> str:
    quote = (value.groupdict().get("quote")) or ""
    if quote and value[0] == quote * 2:
        return value[0]
    return f"{quote}{REDACTED}{quote}"
