"""What looks like a credential: names that speak of one, and values made by chance.

Every function is linear in its text: no pattern has a quantifier inside another one, or next to one
that takes the same characters.
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


def count_humps(run: str) -> int:
    """Count the parts of letters and digits: `ImagePull401` has 3, a random text has many."""
    return len(_HUMP.findall(run))


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
