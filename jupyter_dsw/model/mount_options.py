"""Mount options that are known to be harmless; of any other the name is kept, not the value.

From the help pages on mounting OSS (JindoFS, `fs.oss.*` and libfuse's `-o…`) and NAS or CPFS, and
from `nfs(5)` and `mount(8)`.
"""

from __future__ import annotations

import re

from jupyter_dsw.model.credential_names import REDACTED, looks_random, names_credential
from jupyter_dsw.model.kinds import free_value, is_date_or_boolean, is_number, is_plain

_FLAGS = frozenset(
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
_PREFIXES = ("fs.oss.", "fs.jindo.", "fs.nas.", "fs.cpfs.", "jindo.", "jindocache.")
_ARGUMENTS = (".args", "options", "mountoptions", "flags")
_FLAG = re.compile(r"-{0,2}o?([A-Za-z_][\w.-]{0,63})", re.ASCII)
_FLAG_VALUE = re.compile(r"[\w.:/-]{0,64}", re.ASCII)
_BETWEEN = re.compile(r"([\s,]+)")


def option_value(text: str, name: str) -> str:
    """Keep the value of a mount option that is known to be harmless, and numbers of any other."""
    if names_credential(name):
        return free_value(text, name)
    lowered = name.lower()
    if lowered.endswith(_ARGUMENTS):
        return flags(text)
    if lowered.startswith(_PREFIXES) or lowered in _FLAGS:
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
    known = any(each.lower() in _FLAGS for each in (match[1], name.lstrip("-")))
    if not separator:
        return part if known else REDACTED
    if known and _FLAG_VALUE.fullmatch(value) and not looks_random(value, shortest=12):
        return part
    odd = looks_random(name, shortest=12)
    kept = is_number(value) and not names_credential(name)
    return REDACTED if odd else f"{name}={value if kept else REDACTED}"
