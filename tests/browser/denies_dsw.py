"""Authorizers of a server that is shared: who may not read the instance."""

from __future__ import annotations

import os
from typing import Any

from jupyter_server.auth import Authorizer


class DeniesDSW(Authorizer):
    """Lets everybody do everything but read the instance."""

    def is_authorized(self, _handler: Any, _user: Any, _action: str, resource: str) -> bool:
        """Whether a person may."""
        return resource != "dsw"


class DeniesDSWToGuests(Authorizer):
    """Lets only the owner of a JupyterHub's server read the instance."""

    def is_authorized(self, _handler: Any, user: Any, _action: str, resource: str) -> bool:
        """Whether a person may."""
        return resource != "dsw" or user.username == os.environ["JUPYTERHUB_USER"]
