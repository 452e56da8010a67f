"""Checks of this Jupyter: that each part of the package is where Jupyter looks for it."""

from __future__ import annotations

import json
import os
from importlib.metadata import PackageNotFoundError, version
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_dsw.cli.doctor.context import Failed, Noted, Step
from jupyter_dsw.i18n import Text, joined, text
from jupyter_dsw.kernel_endpoint import UnusableFile, check_folder
from jupyter_dsw.notebook import connection

if TYPE_CHECKING:
    from jupyter_dsw.cli.doctor.context import Context

_REINSTALL = text(
    "Install it again in the environment of JupyterLab: pip install --force-reinstall %1; then "
    "reload the page."
)
_LANGUAGE_PACK = "jupyterlab-language-pack-zh-CN"


def _server_extension(_: Context) -> Text:
    from jupyter_core.paths import jupyter_config_path
    from jupyter_server.extension.config import ExtensionConfigManager

    manager = ExtensionConfigManager(read_config_path=jupyter_config_path())
    if not manager.enabled("jupyter_dsw"):
        raise Failed(
            text("It is not enabled in this Jupyter."),
            text("jupyter server extension enable jupyter_dsw; then restart the Jupyter server."),
        )
    if not (os.environ.get(connection.SERVER_PID) or os.environ.get(connection.SERVER_URL)):
        return text("enabled")
    try:
        connection.find()
    except connection.NoServer as none:
        message = text("It is enabled, but does not respond here. %1.", none.why)
        raise Failed(message, _advice()) from None
    return text("enabled, and running in the Jupyter server of this terminal")


def _advice() -> Text:
    """Return what helps a server whose connection file cannot be used."""
    folder = connection.runtime_folder()
    try:
        check_folder(folder)
    except UnusableFile:
        return text(
            "The file system of Jupyter's runtime folder %1 does not keep owner and mode of files. "
            "Set JUPYTER_RUNTIME_DIR to a folder on a local disk and restart the Jupyter server.",
            folder,
        )
    except OSError as error:
        return text(
            "Jupyter's runtime folder %1 cannot be written (%2). Mend that, or set "
            "JUPYTER_RUNTIME_DIR to another folder, and restart the Jupyter server.",
            folder,
            error.strerror,
        )
    return text("Restart the Jupyter server.")


def _labextension(_: Context) -> Text:
    installed, own = _labextension_version("jupyter-dsw"), _version("jupyter-dsw")
    if installed is None:
        raise Failed(text("JupyterLab does not find it."), _REINSTALL.filled("jupyter-dsw"))
    if installed != own:
        message = text("It is version %1, the Python package %2.", installed, own)
        raise Failed(message, _REINSTALL.filled("jupyter-dsw"))
    return text("version %1, as the Python package", installed)


def _magic(_: Context) -> Text:
    from IPython.core.application import ENV_CONFIG_DIRS, SYSTEM_CONFIG_DIRS

    for folder in chain(ENV_CONFIG_DIRS, SYSTEM_CONFIG_DIRS):
        path = Path(folder) / "startup" / "50-jupyter-dsw.py"
        if path.is_file():
            return text("%dsw_info is there in every kernel of this environment (%1)", path)
    raise Failed(
        text("No kernel of this environment has %dsw_info by itself."),
        text(
            "Install it again in the environment of JupyterLab: pip install --force-reinstall "
            "jupyter-dsw; or run %load_ext jupyter_dsw in the notebook."
        ),
    )


def _anywidget(_: Context) -> Text:
    installed, python = _labextension_version("anywidget"), _version("anywidget")
    if installed is None:
        raise Failed(
            text("JupyterLab does not find its front end."), _REINSTALL.filled("anywidget")
        )
    # The Python side accepts any patch of its own minor version.
    if installed.split(".")[:2] != python.split(".")[:2]:
        message = text("Its front end is version %1, the Python package %2.", installed, python)
        raise Failed(message, _REINSTALL.filled("anywidget"))
    return text("front end %1, Python package %2", installed, python)


def _language_pack(_: Context) -> Noted:
    try:
        return Noted(joined(" ", (_LANGUAGE_PACK, version(_LANGUAGE_PACK))))
    except PackageNotFoundError:
        return Noted(text("not installed; for Chinese: pip install %1", _LANGUAGE_PACK))


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return text("not installed")


def _labextension_version(name: str) -> str | None:
    """Return the version of the prebuilt extension that JupyterLab loads: the first of several."""
    from jupyter_core.paths import jupyter_path

    for folder in jupyter_path("labextensions"):
        path = Path(folder) / name / "package.json"
        try:
            return str(json.loads(path.read_text(encoding="utf-8")).get("version"))
        except (OSError, ValueError, AttributeError):
            continue
    return None


STEPS: tuple[Step, ...] = (
    Step(text("server extension"), _server_extension),
    Step("labextension", _labextension),
    Step(text("startup magic"), _magic),
    Step("anywidget", _anywidget),
    Step(text("language pack"), _language_pack),
)
