"""Checks of this Jupyter: that each part of the package is where Jupyter looks for it."""

from __future__ import annotations

import json
import os
from importlib.metadata import PackageNotFoundError, version
from itertools import chain
from pathlib import Path

from jupyter_dsw.cli.doctor.check import Noted, Step, Wrong
from jupyter_dsw.notebook import connection

_REINSTALL = "Install it again in the environment of JupyterLab: pip install --force-reinstall"
_LANGUAGE_PACK = "jupyterlab-language-pack-zh-CN"


def _server_extension(_: object) -> str:
    from jupyter_core.paths import jupyter_config_path
    from jupyter_server.extension.config import ExtensionConfigManager

    manager = ExtensionConfigManager(read_config_path=jupyter_config_path())
    if not manager.enabled("jupyter_dsw"):
        message = "It is not enabled in this Jupyter."
        advice = "jupyter server extension enable jupyter_dsw; then restart the Jupyter server."
        raise Wrong(message, advice)
    if not (os.environ.get(connection.SERVER_PID) or os.environ.get(connection.SERVER_URL)):
        return "enabled"
    try:
        connection.find()
    except connection.NoServer as none:
        message = f"It is enabled, but {none}."
        raise Wrong(message, "Restart the Jupyter server.") from None
    return "enabled, and running in the Jupyter server of this terminal"


def _labextension(_: object) -> str:
    installed, own = _labextension_version("jupyter-dsw"), _version("jupyter-dsw")
    if installed is None:
        message = "JupyterLab does not find it."
        raise Wrong(message, f"{_REINSTALL} jupyter-dsw; then reload the page.")
    if installed != own:
        message = f"It is version {installed}, the Python package {own}."
        raise Wrong(message, f"{_REINSTALL} jupyter-dsw; then reload the page.")
    return f"version {installed}, as the Python package"


def _magic(_: object) -> str:
    from IPython.core.application import ENV_CONFIG_DIRS, SYSTEM_CONFIG_DIRS

    for folder in chain(ENV_CONFIG_DIRS, SYSTEM_CONFIG_DIRS):
        path = Path(folder) / "startup" / "50-jupyter-dsw.py"
        if path.is_file():
            return f"%dsw_info is there in every kernel of this environment ({path})"
    message = "No kernel of this environment has %dsw_info by itself."
    raise Wrong(message, f"{_REINSTALL} jupyter-dsw; or run %load_ext jupyter_dsw in the notebook.")


def _anywidget(_: object) -> str:
    installed, python = _labextension_version("anywidget"), _version("anywidget")
    if installed is None:
        message = "JupyterLab does not find its front end."
        raise Wrong(message, f"{_REINSTALL} anywidget; then reload the page.")
    # The Python side asks for any patch of its own minor version.
    if installed.split(".")[:2] != python.split(".")[:2]:
        message = f"Its front end is version {installed}, the Python package {python}."
        raise Wrong(message, f"{_REINSTALL} anywidget; then reload the page.")
    return f"front end {installed}, Python package {python}"


def _language_pack(_: object) -> str:
    try:
        return Noted(f"{_LANGUAGE_PACK} {version(_LANGUAGE_PACK)}")
    except PackageNotFoundError:
        return Noted(f"not installed; for Chinese: pip install {_LANGUAGE_PACK}")


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "not installed"


def _labextension_version(name: str) -> str | None:
    """The version of the prebuilt extension that JupyterLab would load: of several the first."""
    from jupyter_core.paths import jupyter_path

    for folder in jupyter_path("labextensions"):
        path = Path(folder) / name / "package.json"
        try:
            return str(json.loads(path.read_text(encoding="utf-8")).get("version"))
        except (OSError, ValueError, AttributeError):
            continue
    return None


STEPS: tuple[Step[object], ...] = (
    Step("server extension", _server_extension),
    Step("labextension", _labextension),
    Step("startup magic", _magic),
    Step("anywidget", _anywidget),
    Step("language pack", _language_pack),
)
