"""An authorizer of a server that is shared: who may not read the instance."""

from __future__ import annotations

from typing import Any

from jupyter_server.auth import Authorizer


class DeniesDSW(Authorizer):
    """Lets everybody do everything but read the instance."""

    def is_authorized(self, _handler: Any, _user: Any, _action: str, resource: str) -> bool:
        """Whether a person may."""
        return resource != "dsw"
