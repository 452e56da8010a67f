"""The PAI-DSW endpoint: settings, credentials, signature, client, errors. Knows HTTP only."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_dsw.upstream.client import Client
    from jupyter_dsw.upstream.response import InstanceResponse
    from jupyter_dsw.upstream.settings import Settings, Source


class LazyClient:
    """A `Client` that is made at its first call, in that call's thread.

    Importing it takes longer than all else that the extension does at a server's start, most of it
    `requests`; and a server whose instance nobody looks at never needs it.
    """

    def __init__(self, load_settings: Callable[[], Settings]) -> None:
        self._load_settings = load_settings
        self._client: Client | None = None

    def get_instance(self) -> InstanceResponse:
        """As the client's."""
        if self._client is None:
            from jupyter_dsw.upstream.client import Client

            self._client = Client(self._load_settings)
        return self._client.get_instance()

    @property
    def source(self) -> Source:
        """As the client's."""
        if self._client is None:
            from jupyter_dsw.upstream.settings import Source

            return Source()
        return self._client.source

    def close(self) -> None:
        """Close every connection, if there ever was one."""
        if self._client is not None:
            self._client.close()
