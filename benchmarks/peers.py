"""Who the project is compared with, in an environment of their own: `make .venv/peers/ready`.

The project is installed there too, so that all of them are measured in the same place.
"""

from __future__ import annotations

import sys
from importlib.metadata import distributions
from pathlib import Path

FOLDER = Path(sys.prefix) / "peers"
PYTHON = FOLDER / "bin" / "python"
WHEELS = FOLDER / "wheels"
"""Of those of whom the JavaScript is measured."""
SERVER_EXTENSIONS = {
    "jupyter-resource-usage": "jupyter_resource_usage",
    "jupyter-server-proxy": "jupyter_server_proxy",
}
"""Their packages, by the names that people install."""


def wheels() -> dict[str, Path]:
    """The wheels by the names of their distributions, such as `jupyterlab_nvdashboard`."""
    return {path.name.split("-")[0]: path for path in sorted(WHEELS.glob("*.whl"))}


def versions() -> dict[str, str]:
    """Of all peers, by the names that people install."""
    (packages,) = FOLDER.glob("lib/python*/site-packages")
    found = {
        each.name: each.version
        for each in distributions(path=[str(packages)])
        if each.name.replace("_", "-") in SERVER_EXTENSIONS
    }
    found |= {name: path.name.split("-")[1] for name, path in wheels().items()}
    return {name.replace("_", "-"): version for name, version in sorted(found.items())}
