"""The services that messages are sent to.

A service's URL is a secret as a whole: a token or a password may be anywhere in it. Only
`Service.url` has it; everything that is shown has the service's number and scheme.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from traitlets import TraitError, TraitType

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


if TYPE_CHECKING:
    _Base = TraitType[tuple[Service, ...], Any]
else:
    _Base = TraitType  # before traitlets 5.10 without parameters


class ServiceURLs(_Base):
    """An option: a list of URLs, or one text with several. Neither value nor error shows them."""

    info_text = "a list of URLs"
    default_value: tuple[Service, ...] = ()

    def validate(self, obj: object, value: Any) -> tuple[Service, ...]:
        """Return the services of `value`. Raises `TraitError`, which does not quote it."""
        urls = [value] if isinstance(value, str) else value
        if not isinstance(urls, (list, tuple)):
            urls = [None]
        if all(isinstance(url, Service) for url in urls):
            return tuple(urls)
        if not all(isinstance(url, str) for url in urls):
            message = f"{type(obj).__name__}.{self.name} must be a list of URLs, each a text."
            raise TraitError(message)
        return services_of(urls)

    def from_string(self, s: str) -> tuple[Service, ...]:
        """Return the services of an argument of the command line."""
        return services_of([s])
