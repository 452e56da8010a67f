"""The kinds of text in GetInstance's response: what of each may be kept.

The elements of the model are declared with these types. Each is `str` for those who use it, and
carries the function that parsing uses: it gives back the text where it fits the kind, and otherwise
the text with the marker `REDACTED` in place of what does not. The marker itself fits every kind.
"""

from __future__ import annotations

import base64
import functools
import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, NamedTuple, TypeAlias

from jupyter_dsw.model.secrets_in_text import (
    CLOSING,
    REDACTED,
    UUID,
    looks_random,
    names_credential,
    names_password,
    without_issued,
    without_values,
)

_IDENTIFIER = re.compile(r"[\w.*:/@+-]{0,128}", re.ASCII)
_WORDS = re.compile(r"[A-Za-z0-9][\w .|,*/()+-]{0,127}", re.ASCII)
_QUANTITY = re.compile(r"[+-]?[0-9][0-9.,]{0,24} ?[A-Za-z/%]{0,8}")
_BLOCK = re.compile(r"[^\s,;\"'\[\]]+")
_HOST = re.compile(r"[A-Za-z0-9*][\w.*-]{0,252}(?::\d{1,5})?", re.ASCII)
_PUBLIC_KEY = re.compile(
    r"(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp\d{3}|sk-[a-z0-9-]{7,20}@openssh\.com)"
    r" AAAA[A-Za-z0-9+/=*]{0,2048}"
)
_USER = re.compile(r"[\w.@+*-]{1,128}")
# The longest run of an identifier of the platform has 21 characters; keys of services have 30.
_LONG_RUN = re.compile(r"[A-Za-z0-9]{29,}")
# Of an address, and of a list of hosts.
_LONGEST = 2048
# No text is known that takes more than three.
_MOST_SCANS = 8


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
    before, key, _ = text.partition("-----BEGIN")
    if key:
        text = before + REDACTED
    if "@" in text or "://" in text:
        text = _WORD.sub(_without_login, text)
    if "%" in text or "-u" in text:
        text = _OPTION.sub(rf"\1{REDACTED}", text)
    return without_values(text, colons=True)


@until_clean
def path(text: str) -> str:
    """Take the secrets out of a path or an image's name, segment by segment."""
    return "/".join(without_values(segment, colons=False) for segment in text.split("/"))


@until_clean
def address(text: str) -> str:
    """Keep scheme, host, port and path of an address; `REDACTED` for what is none.

    The scheme may be missing, as in a registry's addresses. Userinfo, query and fragment go without
    a trace.
    """
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "", text
    if len(text) > _LONGEST or (separator and scheme.lower() not in _SCHEMES):
        return REDACTED
    kept = _END_OF_PATH.split(rest, maxsplit=1)[0]
    login, at, authority = kept.partition("/")[0].rpartition("@")
    way = kept[len(login + at + authority) :]
    if not (separator or at or way) and "@" not in rest:
        return without_values(kept, colons=False)  # the name of an image, or of a host
    # An @ further on ends a login too, where slashes or such are in its password.
    fits = _is_host_and_port(authority) and "@" not in rest[len(kept) :]
    if _ODD_IN_PATH.search(login + way) or not (fits and _is_version_only(way, authority, at)):
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
    return bool(fits) and not looks_random(authority, shortest=28)


def _is_version_only(way: str, authority: str, login: str) -> bool:
    """Return whether no @ of a path ends a login: `gitlab.corp:8443/group/repo@v2/x`."""
    if "@" not in way:
        return True
    named = "." in authority and not login
    return named and (":" not in authority or _AFTER_AT.search(way) is None)


_WORD = re.compile(r"[^\s\"<>`]+")
# "user=name%password" of CIFS, "-u name:password" of curl.
_OPTION = re.compile(
    r"(\buser(?:name)?=[^\s,%]{1,64}%|(?<!\S)-u ?[^\s:]{1,64}:)(?!<redacted>)[^\s,]+"
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*\Z")


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
    body = rest.rstrip(CLOSING)
    clean = address(word[start : len(before) + 3] + body)
    return word[:start] + clean + rest[len(body) :]


def identifier(text: str) -> str:
    """Keep an ID of the platform: `d-vsqjvsjp4orp5l1234`, `acs:ram::123456:role/reader`."""
    fits = _IDENTIFIER.fullmatch(text) and not _LONG_RUN.search(text) and not _has_both_cases(text)
    return text if fits and without_issued(text) == text else REDACTED


def enumeration(text: str) -> str:
    """Keep one of a few words: `Running`, `Internal Error`, `eth0 | eth1`, `535.54.03`."""
    fits = not text or (_WORDS.fullmatch(text) and not looks_random(text, shortest=16))
    return text if fits and without_issued(text) == text else REDACTED


def quantity(text: str) -> str:
    """Keep a number, perhaps with its unit: `32`, `8Gi`."""
    return text if not text.strip() or _QUANTITY.fullmatch(text.strip()) else REDACTED


def hosts(text: str) -> str:
    """Host names, IP addresses or blocks of them: `"172.16.19.0/24","172.16.2.0/24"`."""
    return text if len(text) <= _LONGEST and all(map(_is_host, blocks_of(text))) else REDACTED


def blocks_of(text: str) -> list[str]:
    """Return each host or block of such a text, `["172.16.19.0/24", "172.16.2.0/24"]`."""
    return _BLOCK.findall(text)


def _is_host(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return identifier(text) == text and bool(_HOST.fullmatch(text))
    return True


def _has_both_cases(text: str) -> bool:
    return any(
        looks_random(run, shortest=16) and not run.islower() and not run.isupper()
        for run in re.findall(r"[A-Za-z0-9]+", text)
    )


def secret(text: str) -> str:
    """Never kept; an empty one shows that there is none."""
    return REDACTED if text else text


def public_key(text: str) -> str:
    """Keep an SSH public key with its comment; several, each on its own line."""
    return "\n".join(map(_one_public_key, text.split("\n")))


def _one_public_key(line: str) -> str:
    match = _PUBLIC_KEY.match(line)
    if not line.strip() or match is None:
        return secret(line.strip())
    comment = line[match.end() :]
    return match[0] + (without_secrets(comment) if comment[:1] in {"", " "} else REDACTED)


def login(text: str) -> str:
    """Base64 of `user:password`, of which the user is kept."""
    if not text.strip():
        return text
    try:
        decoded = base64.b64decode(text, validate=True).decode()
    except ValueError:
        return REDACTED
    user, colon, password = decoded.partition(":")
    if not colon or not _USER.fullmatch(user) or identifier(user) != user:
        return REDACTED
    if password in {"", REDACTED}:
        return text
    return base64.b64encode(f"{user}:{REDACTED}".encode()).decode()


_NUMBER = re.compile(r"[+-]?\d{1,20}(?:\.\d{1,20})?")
_DATE_OR_BOOLEAN = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?"
    r"|(?ai:true|false|yes|no|on|off|null|none)"
)
_PLAIN = re.compile(r"[\w .,:;/+()&@*%~=<>\[\]-]{0,64}")
_MAIL = re.compile(r"[\w.+-]{1,40}@[A-Za-z0-9-]{1,40}(?:\.[A-Za-z0-9-]{1,40}){1,4}")


def free_value(text: str, name: str) -> str:
    """Keep a value that somebody wrote freely under a name, if short, plain and not random."""
    if names_credential(name):
        number = _NUMBER.fullmatch(text) and not names_password(name)
        return text if number or _DATE_OR_BOOLEAN.fullmatch(text) else secret(text)
    return text if _is_plain(text) else secret(text)


def _is_plain(text: str) -> bool:
    return bool(
        _PLAIN.fullmatch(text)
        and ("@" not in text or _MAIL.fullmatch(text))
        and not looks_random(text, shortest=12)
        and not UUID.search(text)
        and without_secrets(text) == text
    )


# Mount options that are known to be harmless; of any other the name is kept, not the value.
# From the help pages on mounting OSS (JindoFS, `fs.oss.*` and libfuse's `-o…`) and NAS or CPFS, and
# from `nfs(5)` and `mount(8)`.
_MOUNT_OPTIONS = frozenset(
    """
    allow_other allow_root attr_timeout auto_cache auto_unmount big_writes default_permissions
    direct_io entry_timeout kernel_cache max_background max_idle_threads max_read max_threads
    max_write negative_timeout no_symlink noauto_cache pread readdir_size

    ac acdirmax acdirmin acl acregmax acregmin actimeo addr bg clientaddr cto fg hard intr
    local_lock lock lookupcache minorversion mountaddr mountport mountproto mountvers namlen
    nconnect nfsvers noac noacl nocto nointr nolock nordirplus noresvport nosharecache port
    proto resvport retrans retry rsize sec sharecache soft tcp timeo udp vers wsize

    async atime auto defaults dev dir_mode diratime dmask exec file_mode fmask gid noatime noauto
    nodev nodiratime noexec norelatime nostrictatime nosuid nouser relatime ro rw strictatime suid
    sync uid umask user _netdev

    mountaccess mountmode mounttype
    """.split()  # noqa: SIM905 - words to read
)
_OPTION_PREFIXES = ("fs.oss.", "fs.jindo.", "fs.nas.", "fs.cpfs.", "jindo.", "jindocache.")
_NAMES_OF_FLAGS = (".args", "options", "flags")
_FLAG = re.compile(r"-{0,2}o?([A-Za-z_][\w.-]{0,63})", re.ASCII)
_FLAG_VALUE = re.compile(r"[\w.:/-]{0,64}", re.ASCII)
_PART = re.compile(r"[^\s,]+")


def option_value(text: str, name: str) -> str:
    """Keep the value of a mount option that is known to be harmless, and numbers of any other."""
    if names_credential(name):
        return free_value(text, name)
    lowered = name.lower()
    if lowered.endswith(_NAMES_OF_FLAGS):
        return flags(text)
    if lowered.startswith(_OPTION_PREFIXES) or lowered in _MOUNT_OPTIONS:
        return text if _is_plain(text) else REDACTED
    return text if _NUMBER.fullmatch(text) or _DATE_OR_BOOLEAN.fullmatch(text) else secret(text)


def flags(text: str) -> str:
    """Keep the known ones of flags such as `-oattr_timeout=3 -oauto_cache` or `vers=3,nolock`."""
    if text.lstrip().startswith(("{", "[", '"')):
        return secret(text)  # JSON that could not be read
    return _PART.sub(_flag, text)


def _flag(part: re.Match[str]) -> str:
    name, separator, value = part[0].partition("=")
    match = _FLAG.fullmatch(name)
    if match is None:
        return REDACTED
    # "-oro" and "oro": the letters that libfuse's options begin with may be the name's own.
    known = any(each.lower() in _MOUNT_OPTIONS for each in (match[1], name.lstrip("-")))
    if not separator:
        return part[0] if known else REDACTED
    if known and _FLAG_VALUE.fullmatch(value) and not looks_random(value, shortest=12):
        return part[0]
    odd = looks_random(name, shortest=12)
    kept = _NUMBER.fullmatch(value) and not names_credential(name)
    return REDACTED if odd else f"{name}={value if kept else REDACTED}"


class FreeForm(NamedTuple):
    """What users write freely: names in it are kept, and values that `judge` keeps by their names.

    As the kind of a text it is JSON, and `no_json` judges one that is not.
    """

    judge: Callable[[str, str], str] = free_value
    no_json: Callable[[str], str] = secret


Identifier: TypeAlias = Annotated[str, identifier]
Enumeration: TypeAlias = Annotated[str, enumeration]
Quantity: TypeAlias = Annotated[str, quantity]
FilePath: TypeAlias = Annotated[str, path]
Address: TypeAlias = Annotated[str, address]
Hosts: TypeAlias = Annotated[str, hosts]
Name: TypeAlias = Annotated[str, without_secrets]
Message: TypeAlias = Annotated[str, without_secrets]
PublicKey: TypeAlias = Annotated[str, public_key]
Login: TypeAlias = Annotated[str, login]
Secret: TypeAlias = Annotated[str, secret]
Options: TypeAlias = Annotated[str, FreeForm(option_value, flags)]
Policy: TypeAlias = Annotated[str, FreeForm()]
FreeObject: TypeAlias = Annotated[Mapping[str, Any], FreeForm()]
FreeTexts: TypeAlias = Annotated[Mapping[str, str | None], FreeForm()]
NamesOnly: TypeAlias = Annotated[
    Mapping[str, str | None], FreeForm(lambda text, _name: secret(text))
]
