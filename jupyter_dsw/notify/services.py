"""The services that messages are sent to.

A service's URL is a secret as a whole: a token or a password may be anywhere in it. Only
`Service.url` has it; everything that is shown has the service's number and scheme.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterable

# As Apprise itself separates URLs: a comma may be in one.
_BETWEEN_URLS = re.compile(r"[\s,]+(?=[A-Za-z][A-Za-z0-9]{0,15}://)")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9]{0,15})://")
# As slow as a login, so that nobody tries passwords on a fingerprint; and too short to confirm one.
_ROUNDS, _FINGERPRINT_BYTES = 100_000, 3


@dataclass(frozen=True, slots=True)
class Service:
    """One service that messages are sent to. Shows nothing of its URL, and cannot be pickled."""

    number: int
    """Its place among the URLs, from 1 on."""
    scheme: str
    """What is before `://`, such as `dingtalk`; empty where the URL has none."""
    url: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.number} ({self.scheme or '?'})"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        reason = "a service cannot be pickled"
        raise TypeError(reason)

    def __deepcopy__(self, memo: object) -> Service:
        """Return the same: traitlets copies the values of options."""
        return self

    def fingerprint(self, salt: bytes) -> str:
        """Return what distinguishes this URL from others in a file, and is no way back to it."""
        digest = hashlib.pbkdf2_hmac("sha256", self.url.encode(), salt, _ROUNDS)
        return digest[:_FINGERPRINT_BYTES].hex()


def services_of(urls: Iterable[str]) -> tuple[Service, ...]:
    """Return the services of these URLs, each of which may be several, separated by spaces.

    Raises nothing: a traceback would have the URLs in it.
    """
    separate = dict.fromkeys(
        url for several in urls for url in _BETWEEN_URLS.split(several.strip(" \t\r\n,")) if url
    )
    return tuple(Service(number, _scheme(url), url) for number, url in enumerate(separate, 1))


def _scheme(url: str) -> str:
    found = _SCHEME.match(url)
    return found[1].lower() if found else ""
