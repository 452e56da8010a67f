"""How this project names itself to the services it asks."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

import requests


def user_agent() -> str:
    """The `User-Agent`: this project, then what it stands on, each with its version."""
    try:
        own = version("jupyter-dsw")
    except PackageNotFoundError:  # run from a source tree
        own = "0"
    return f"jupyter-dsw/{own} python-requests/{requests.__version__}"
