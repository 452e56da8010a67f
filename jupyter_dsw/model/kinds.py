"""The kinds of text in GetInstance's response: what of each may be kept.

The elements of the model are declared with these types. Each is `str` for those who use it, and
carries the function that parsing uses: it gives back the text where it fits the kind, and otherwise
the text with the marker `REDACTED` in place of what does not. The marker itself fits every kind.
"""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any, TypeAlias

from jupyter_dsw.model.credential_names import (
    REDACTED,
    looks_random,
    names_credential,
    names_password,
    without_issued,
)
from jupyter_dsw.model.secrets_in_text import address, path, without_secrets

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
_LONGEST_HOSTS = 2048
# The longest run of an identifier of the platform has 21 characters; keys of services have 30.
_LONGEST_RUN = 28
_LONG_RUN = re.compile(rf"[A-Za-z0-9]{{{_LONGEST_RUN + 1},}}")


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
    blocks = _BLOCK.findall(text[:_LONGEST_HOSTS])
    return text if len(text) <= _LONGEST_HOSTS and all(map(_is_host, blocks)) else REDACTED


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
_DATE = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?"
)
_BOOLEANS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "none"})
_PLAIN = re.compile(r"[\w .,:;/+()&@*%~=<>\[\]-]{0,64}")
_MAIL = re.compile(r"[\w.+-]{1,40}@[A-Za-z0-9-]{1,40}(?:\.[A-Za-z0-9-]{1,40}){1,4}")
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def is_number(text: str) -> bool:
    """Return whether a text is a plain number."""
    return bool(_NUMBER.fullmatch(text))


def is_date_or_boolean(text: str) -> bool:
    """Return whether a text is a date or a boolean."""
    return bool(_DATE.fullmatch(text)) or text.lower() in _BOOLEANS


def free_value(text: str, name: str) -> str:
    """Keep a value that somebody wrote freely under a name, if short, plain and not random."""
    if names_credential(name):
        plain = is_date_or_boolean(text) or (is_number(text) and not names_password(name))
        return text if plain else secret(text)
    return text if is_plain(text) else secret(text)


def is_plain(text: str) -> bool:
    """Return whether a text is short, has no odd characters, and does not look random."""
    return bool(
        _PLAIN.fullmatch(text)
        and ("@" not in text or _MAIL.fullmatch(text))
        and not looks_random(text, shortest=12)
        and not _UUID.search(text)
        and without_secrets(text) == text
    )


class FreeForm(Enum):
    """What users write freely; names in it are kept, values by one of these rules."""

    VALUES = "short, plain values that do not look random"
    NAMES = "no value at all"
    MOUNT_OPTIONS = "a text of JSON, or flags: values of options that are known to be harmless"
    JSON = "a text of JSON with values as in `VALUES`"


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
Options: TypeAlias = Annotated[str, FreeForm.MOUNT_OPTIONS]
Policy: TypeAlias = Annotated[str, FreeForm.JSON]
FreeObject: TypeAlias = Annotated[Mapping[str, Any], FreeForm.VALUES]
FreeTexts: TypeAlias = Annotated[Mapping[str, str | None], FreeForm.VALUES]
NamesOnly: TypeAlias = Annotated[Mapping[str, str | None], FreeForm.NAMES]


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
_NAMES_OF_FLAGS = (".args", "options", "mountoptions", "flags")
_FLAG = re.compile(r"-{0,2}o?([A-Za-z_][\w.-]{0,63})", re.ASCII)
_FLAG_VALUE = re.compile(r"[\w.:/-]{0,64}", re.ASCII)
_BETWEEN = re.compile(r"([\s,]+)")


def option_value(text: str, name: str) -> str:
    """Keep the value of a mount option that is known to be harmless, and numbers of any other."""
    if names_credential(name):
        return free_value(text, name)
    lowered = name.lower()
    if lowered.endswith(_NAMES_OF_FLAGS):
        return flags(text)
    if lowered.startswith(_OPTION_PREFIXES) or lowered in _MOUNT_OPTIONS:
        return text if is_plain(text) else REDACTED
    return text if not text or is_number(text) or is_date_or_boolean(text) else REDACTED


def flags(text: str) -> str:
    """Keep the known ones of flags such as `-oattr_timeout=3 -oauto_cache` or `vers=3,nolock`."""
    return "".join(
        part if index % 2 or not part else _flag(part)
        for index, part in enumerate(_BETWEEN.split(text))
    )


def _flag(part: str) -> str:
    name, separator, value = part.partition("=")
    match = _FLAG.fullmatch(name)
    if match is None:
        return REDACTED
    # "-oro" and "oro": the letters that libfuse's options begin with may be the name's own.
    known = any(each.lower() in _MOUNT_OPTIONS for each in (match[1], name.lstrip("-")))
    if not separator:
        return part if known else REDACTED
    if known and _FLAG_VALUE.fullmatch(value) and not looks_random(value, shortest=12):
        return part
    odd = looks_random(name, shortest=12)
    kept = is_number(value) and not names_credential(name)
    return REDACTED if odd else f"{name}={value if kept else REDACTED}"
