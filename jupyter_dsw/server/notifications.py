"""The URLs of notifications among the server's options, where nothing shows them."""

from __future__ import annotations

import os
from itertools import chain
from typing import TYPE_CHECKING, Any

from traitlets import TraitError, TraitType

from jupyter_dsw.notify.services import Service, services_of

if TYPE_CHECKING:
    _Base = TraitType[tuple[Service, ...], Any]
else:
    _Base = TraitType  # before traitlets 5.10 without parameters


class ServiceURLs(_Base):
    """A list of URLs, or one text with several. Neither value nor error shows a part of them."""

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


def hide_urls(server: Any, name: str) -> None:
    """Remove `NAME.notify` from the configurations, which are shown and passed on.

    Its trait has taken the URLs over, and shows nothing of them.
    """
    for app in chain([server], *server.extension_manager.extension_apps.values()):
        app.config.get(name, {}).pop("notify", None)


def are_wanted(services: tuple[Service, ...]) -> bool:
    """Return whether the options or the environment name a service. May read a file."""
    if services or os.environ.get("JUPYTER_DSW_NOTIFY"):
        return True
    if os.environ.get("DSW_INSTANCE_ID"):  # then the first process's are not used
        return False
    from jupyter_dsw.notify.settings import (  # noqa: PLC0415 - with msgspec
        services_of_environment,
    )

    return bool(services_of_environment())
