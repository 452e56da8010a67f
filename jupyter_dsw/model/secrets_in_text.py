"""What looks like a secret in a text: what a name that speaks of a credential gives, and chance.

Every function is linear in its text: no pattern has a quantifier inside another one, or next to one
that takes the same characters, and each scan does bounded work a character.
"""

from __future__ import annotations

import re
import unicodedata

REDACTED = "<redacted>"
"""Stands where a secret was."""

_STRONG_PARTS = (
    "passw|passphrase|passcode|pwd|secret|private|privkey|mnemonic|contraseñ|contrasen|motdepasse"
    "|kennwort|senha|пароль|パスワード|비밀번호|密码|密碼|口令|密钥|密鑰|秘钥|私钥|私鑰|金鑰"
)
_PARTS = (
    rf"{_STRONG_PARTS}|token(?!i[sz])|credential|signature|cookie|keytab|kubeconfig"
    r"|netrc|pgpass|idrsa|connectionstring|accesskey|accessid|(?<!un)auth(?!or(?!i[sz]))|令牌|权杖|凭证|凭据|憑證"
    r"|授权码|验证码"
)
_STRONG_WORDS = frozenset({"pass", "passe", "pw", "pin", "psk", "sk", "aksk", "mima", "miyao"})
_WORDS = _STRONG_WORDS | frozenset(
    {"ak", "sig", "sign", "session", "sessionid", "jwt", "bearer", "cred", "creds", "sas", "otp"}
    | {"totp", "pat", "dsn", "webhook"}
)
# A name that ends in one of these is about a credential, and is none.
_ABOUT = frozenset(
    {"owner", "type", "mode", "policy", "expiry", "expiration", "expires", "enabled", "required"}
    | {"count", "limit", "length", "size", "age", "ttl", "timeout", "manager", "service", "server"}
    | {"operator", "controller", "provider", "store"}
)
# Keys that open nothing: "primary key", and words that end in "key" by chance.
_PLAIN_KEYS = (
    "public", "primary", "foreign", "sort", "partition", "cache", "object", "row", "hash", "index",
    "unique", "shard", "routing", "group", "tag", "label", "map", "hot", "mon", "don", "tur", "hoc",
    "joc", "whis", "turn",
)  # fmt: skip
_STRONG = re.compile(_STRONG_PARTS)
_ANY = re.compile(_PARTS)
_NAME_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+")
_NOT_IN_NAMES = re.compile(r"[\W_]+")
_LONGEST_NAME = 96


def names_credential(name: str) -> bool:
    """Return whether a name speaks of a credential: `password`, `ossAk`, `-opasswd`, `密码`.

    Case and separators do not matter. Of a long name its end decides.
    """
    plain, words = _read_name(name)
    if not words or words[-1] in _ABOUT:
        return False
    return bool(_ANY.search(plain)) or _ends_in_key(plain) or not _WORDS.isdisjoint(words)


def names_password(name: str) -> bool:
    """Return whether even a number under this name, which speaks of a credential, is a secret."""
    plain, words = _read_name(name)
    return bool(_STRONG.search(plain)) or not _STRONG_WORDS.isdisjoint(words)


def _read_name(name: str) -> tuple[str, list[str]]:
    plain = unicodedata.normalize("NFKC", name[-_LONGEST_NAME:])
    words = [word.lower() for word in _NAME_WORD.findall(plain.removeprefix("-o"))]
    return _NOT_IN_NAMES.sub("", plain).lower(), words


def _ends_in_key(plain: str) -> bool:
    before = plain.rstrip("0123456789").removesuffix("id").removesuffix("s")
    opens = before.removesuffix("key")
    return opens not in ("", before) and not opens.endswith(_PLAIN_KEYS)


_ISSUED = re.compile(
    r"(?<![A-Za-z0-9])(?:LTAI|STS\.|TMP\.|CAIS|A[KSBC]IA|ACCA|AKID|AKLT|ALTAK-|AIza|ya29\.|GOCSPX-"
    r"|gh[opusr]_|github_pat_|gl[a-z]{2,5}-|sk-|[rsp]k_(?:live|test)_|whsec_|xox[a-z]-|xapp-|hf_"
    r"|api_org_|npm_|pypi-|dckr_[a-z]at_|SG\.|do[opr]_v1_|shp[a-z]{2}_|dapi|r8_|gsk_|xai-|pplx-"
    r"|hv[sbr]\.|lin_api_|ntn_|secret_|figd_|PMAK-|glsa_|glc_|NRAK-|sntrys_|AGE-SECRET-KEY-|eyJ"
    r"|[0-9]{8,10}:AA|nvapi-|pcsk_|sbp_|dp\.[a-z]{2}\.|ATATT|ATCTT|jina_|lsv2_|key-|tskey-|fw_|ms-)"
    r"[A-Za-z0-9_\-.+=]{6,}"
)
_ONLY_IN_KEYS = ("LTAI", "STS.", "TMP.", "CAIS", "AKIA", "ASIA", "eyJ")
_RUN = re.compile(r"[A-Za-z0-9]+")
# The parts of letters and digits: `ImagePull401` has 3, a random text has many.
_HUMP = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxz]{6}", re.IGNORECASE)


def without_issued(text: str) -> str:
    """Hide the credentials of known services: `LTAI…`, `sk-…`, `ghp_…`, a JWT."""
    return _ISSUED.sub(_hidden_if_issued, text)


def _hidden_if_issued(match: re.Match[str]) -> str:
    # "sk-learn-models" begins like a key, but has no long run of letters and digits.
    runs = _RUN.findall(match[0])
    issued = any(
        len(run) >= 20 or (len(run) >= 8 and not run.isalpha() and not run.isdigit())
        for run in runs
    )
    known = match[0].startswith(_ONLY_IN_KEYS)
    return REDACTED if known or issued or _is_random("".join(runs), 12) else match[0]


def looks_random(text: str, *, shortest: int) -> bool:
    """Return whether a run of letters and digits in it looks like made by chance.

    Args:
        text: any text; runs of its ASCII letters and digits are looked at one by one.
        shortest: characters of a run that changes between letters and digits. A run that has both
            cases as well may be a quarter shorter. Words, numbers, dates and masks are not random.
    """
    return any(_is_random(run, shortest) for run in _RUN.findall(text) if len(run) > 8)


def _is_random(run: str, shortest: int) -> bool:
    if run.isdigit() or len(set(run)) < 5:
        return False
    if len(run) > 4 * shortest:
        return True
    humps = _HUMP.findall(run)
    if run.isalpha() and len(humps) == 1:
        return len(run) > 2.5 * shortest or (len(run) >= shortest and bool(_CONSONANTS.search(run)))
    mixed = not run.islower() and not run.isupper() and not run.isalpha()
    if len(run) < (shortest * 3 // 4 if mixed else shortest):
        return False
    islands = sum(hump.isdigit() for hump in humps[1:-1])
    if len(run) >= 24 and islands and (run.islower() or run.isupper()):
        return True
    return (4 if mixed else 3.3) * len(humps) > len(run) or islands > 1


CLOSING = ".,:;!)]}'"
"""What may stand behind the last word of a sentence or a quotation."""
# What may be a name: of ASCII and Latin letters, or of any others.
_NAME = re.compile(r"(?:--)?[^\W\u0000-\u024f]+|[A-Za-z0-9_.\-\u00c0-\u024f]+")
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
# What decides whether to hide a value, so that no character is read again and again.
_BEGINNING = re.compile(r"\S{1,64}")
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


def without_values(text: str, *, colons: bool) -> str:
    """Hide what follows a name that speaks of a credential, to the end, and what looks like one.

    Where a value ends depends on the dialect, and whoever guesses it wrong shows a part of it.
    """
    position = found = 0
    while (match := _NAME.search(text, position)) is not None:
        position = match.end()
        if not names_credential(_with_word_before(match)):
            continue
        found += 1
        start = _start_of_value(match, colons=colons) if found <= _MOST_NAMES else position
        if start is not None:
            text = text[:start] + REDACTED
            break
    return _TOKEN.sub(_without_random, without_issued(text))


def _with_word_before(name: re.Match[str]) -> str:
    """Join "access" and "key", which means nothing alone."""
    if name[0].lower() not in {"key", "keys"}:
        return name[0]
    before = name.string[max(0, name.start() - 24) : name.start()]
    return f"{before.split()[-1]}_{name[0]}" if before.strip() and before.endswith(" ") else name[0]


def _start_of_value(match: re.Match[str], *, colons: bool) -> int | None:
    """Return where the value begins that follows a name; None where there is none to hide."""
    text, begin, end = match.string, match.start(), match.end()
    if text.startswith(">", end) and begin > 0 and text.startswith("<", begin - 1):
        return end + 1 if text[end + 1 : end + 2] not in {"", "<"} else None
    end = _end(_STATED_VALUE, text, end)
    separator = _SEPARATOR.match(text, _end(_SPACES, text, _end(_CLOSE_NAME, text, end)))
    if separator is not None and separator[0] != "=" and not colons:
        return None
    start = _end(_SPACES, text, end if separator is None else separator.end())
    beginning = _BEGINNING.match(text, start)
    if beginning is None or text.startswith(REDACTED, start):
        return None
    if separator is None and not _is_secret_word(beginning[0], match[0]):
        return None
    quote = _QUOTE.match(text, start)
    if separator is not None and ("\n" in text[separator.end() : start] or text[start] in "|>"):
        return start  # a block of YAML
    if quote is not None:
        return _in_quotes(quote)
    if separator is not None and not _is_value(beginning[0], match[0], separator[0]):
        return None
    return start


def _in_quotes(quote: re.Match[str]) -> int | None:
    end = quote.string.find({"[": "]"}.get(quote[0], quote[0]), quote.end())
    inside = quote.string[quote.end() : end if end >= 0 else None]
    return None if inside in ("", REDACTED) else quote.end()


def _is_value(beginning: str, name: str, separator: str) -> bool:
    """Return whether what follows a separator is no word of a sentence: "token: not found"."""
    word = beginning.strip(CLOSING).lower()
    if word in _SCHEME_WORDS:
        return True
    if separator.startswith("="):
        return word not in {"", "null", "none", "true", "false"}
    is_key = names_password(name) and len(_WORD_OF_NAME.findall(name)) <= _HEAD_WORDS
    return word not in _SENTENCE_WORDS and (is_key or not (word.isalpha() and word.isascii()))


def _is_secret_word(beginning: str, name: str) -> bool:
    """Return whether the word behind a name, with nothing between them, is its value."""
    if name.endswith(_CONNECTORS):
        return beginning[0].isascii()
    bare = beginning.strip("\"'" + CLOSING)
    digits = any(each.isdigit() for each in bare)
    letters = any(each.isascii() and each.isalpha() for each in bare)
    return (
        name.startswith("--")
        or (digits and letters and len(bare) >= 6)
        or (digits and len(bare) >= 4 and names_password(name))
        or (name.lower() == "bearer" and bare.lower() not in _AFTER_BEARER)
    )


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    return match.end() if match else start


# In messages, names and paths, where identifiers are to be expected.
_RANDOM_FROM = 20
_TOKEN = re.compile(r"(?:sha(?:256|512):)?[A-Za-z0-9][A-Za-z0-9+/_=\-]{15,}")


def _without_random(match: re.Match[str]) -> str:
    token = match[0]
    before = match.string[max(0, match.start() - 12) : match.start()]
    if UUID.fullmatch(token) or _OF_REQUEST.search(before):
        return token
    # What base64 has besides letters and digits may cut it into short runs.
    joined = token.translate(_NOT_OF_BASE64)
    random = looks_random(token, shortest=_RANDOM_FROM) or (
        len(joined) >= _BASE64_FROM and _HUMPS_OF_BASE64 * len(_HUMP.findall(joined)) > len(joined)
    )
    return REDACTED if ":" not in token and random else token


_OF_REQUEST = re.compile(r"request.?id\W{1,2}\Z", re.IGNORECASE)
UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_NOT_OF_BASE64 = {ord(each): None for each in "+/=_-"}
_BASE64_FROM = 30
_HUMPS_OF_BASE64 = 2.8
