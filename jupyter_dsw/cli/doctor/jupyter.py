"""Checks of Jupyter: which server was found, and that each part is where that looks for it.

They are about the server's environment, which may be another one than that of this command.
"""

from __future__ import annotations

import os
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from IPython.core.application import ENV_CONFIG_DIRS, SYSTEM_CONFIG_DIRS

from jupyter_dsw.cli import servers
from jupyter_dsw.cli.doctor.context import Noted, Skipped, Step
from jupyter_dsw.cli.notify import configured
from jupyter_dsw.cli.report import Failed
from jupyter_dsw.files import is_on_mounted_disk
from jupyter_dsw.i18n import Text, joined, text
from jupyter_dsw.kernel_endpoint import UnusableFile, check_folder
from jupyter_dsw.notebook import connection
from jupyter_dsw.notify.settings import WrongSetting

if TYPE_CHECKING:
    from jupyter_dsw.cli.doctor.context import Context
    from jupyter_dsw.cli.servers import Environment

_REINSTALL = text(
    "Reinstall it with `%1 -m pip install --force-reinstall %2`, then reload the page of "
    "JupyterLab."
)
_LANGUAGE_PACK = "jupyterlab-language-pack-zh-cn"


def _server(context: Context) -> Text | Noted:
    if isinstance(context.server, servers.NoServer):
        return Noted(text("%1 What follows is about this environment.", context.server.message))
    try:
        found = context.jupyter
    except servers.NoServer as none:
        raise Failed(
            none.message, text("Run this again as the user who runs that server.")
        ) from None
    return text(
        "%1; JupyterLab %2 and jupyter-server %3, Python %4, in %5",
        context.server.found_by,
        _version_in(found, "jupyterlab"),
        _version_in(found, "jupyter-server"),
        found.version,
        found.prefix,
    )


def _environment(context: Context) -> Text | Noted:
    there, here = context.jupyter, context.own
    if there.prefix == here.prefix:
        return text("the server and this command use the same environment, %1", here.prefix)
    if there.jupyter_dsw is None:
        return Noted(
            text(
                "jupyter-dsw is installed in this command's environment (%1) only, not in the "
                "server's. JupyterLab has no status bar item, no side panel and no warnings.",
                here.prefix,
            ),
            text("To install it there as well: `jupyter dsw setup`"),
        )
    if there.jupyter_dsw != here.jupyter_dsw:
        raise Failed(
            text(
                "jupyter-dsw is version %1 in the server's environment, and version %2 here.",
                there.jupyter_dsw,
                here.jupyter_dsw,
            ),
            text("To install this version there: `jupyter dsw setup --yes`"),
        )
    return text(
        "This command runs in another environment, %1. Both have this version of jupyter-dsw.",
        here.prefix,
    )


def _with_jupyter_dsw(context: Context) -> Environment:
    """Return the server's environment. Raises `Skipped` if jupyter-dsw is not in it."""
    if context.jupyter.jupyter_dsw is None:
        raise Skipped(text("jupyter-dsw is not in the Jupyter server's environment"))
    return context.jupyter


def _server_extension(context: Context) -> Text:
    found = _with_jupyter_dsw(context)
    if not found.enabled:
        raise Failed(
            text("The server extension is not enabled in this Jupyter."),
            text(
                "Run `%1 -m jupyter server extension enable jupyter_dsw`, then restart the "
                "Jupyter server.",
                found.python,
            ),
        )
    if not (os.environ.get(connection.SERVER_PID) or os.environ.get(connection.SERVER_URL)):
        return text("enabled")
    try:
        connection.find()
    except connection.NoServer as none:
        message = text("The server extension is enabled, but does not respond here. %1", none.why)
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
            "Jupyter's runtime folder %1 is not writable (%2). Make it writable, or set "
            "JUPYTER_RUNTIME_DIR to another folder, and restart the Jupyter server.",
            folder,
            error.strerror,
        )
    return text("Restart the Jupyter server.")


def _labextension(context: Context) -> Text:
    found, own = _with_jupyter_dsw(context), context.own.jupyter_dsw
    installed = found.front_ends.get("jupyter-dsw")
    advice = _REINSTALL.filled(found.python, "jupyter-dsw")
    if installed is None:
        raise Failed(text("JupyterLab does not find the labextension."), advice)
    if installed != own:
        raise Failed(
            text(
                "The labextension is version %1, the Python package is version %2.", installed, own
            ),
            advice,
        )
    return text("version %1, the same as the Python package", installed)


def _magic(_: Context) -> Text:
    for folder in chain(ENV_CONFIG_DIRS, SYSTEM_CONFIG_DIRS):
        path = Path(folder) / "startup" / "50-jupyter-dsw.py"
        if path.is_file():
            return text("every kernel of this environment has %dsw_info (%1)", path)
    raise Failed(
        text("Kernels of this environment do not load %dsw_info automatically."),
        text(
            "Reinstall it in the environment of the kernel with `pip install --force-reinstall "
            "jupyter-dsw`, or run `%load_ext jupyter_dsw` in the notebook."
        ),
    )


def _anywidget(context: Context) -> Text:
    found = _with_jupyter_dsw(context)
    installed, python = found.front_ends.get("anywidget"), _version_in(context.own, "anywidget")
    advice = _REINSTALL.filled(found.python, "anywidget")
    if installed is None:
        raise Failed(text("JupyterLab does not find the front end of anywidget."), advice)
    # The Python side accepts any patch of its own minor version.
    if installed.split(".")[:2] != python.split(".")[:2]:
        message = text(
            "The front end of anywidget is version %1, its Python package is version %2.",
            installed,
            python,
        )
        raise Failed(message, advice)
    return text("front end %1, Python package %2", installed, python)


def _cells(context: Context) -> Text | Noted:
    there = context.jupyter.front_ends
    if "jupyter-dsw" in there:
        return text("a live panel, shown by the labextension")
    if {"anywidget", "@jupyter-widgets/jupyterlab-manager"} <= there.keys():
        return text("a live panel, shown by anywidget")
    return Noted(text("HTML: JupyterLab has neither the labextension nor anywidget's front end"))


def _after_a_stop(context: Context) -> Noted:
    prefixes = dict.fromkeys((context.own.prefix, context.jupyter.prefix))
    advice: Text | str = ""
    if not all(map(is_on_mounted_disk, prefixes)):
        advice = text("To install it at each start: `jupyter dsw setup --startup-script`")
    return Noted(joined(" ", map(servers.disk_sentence, prefixes)), advice)


def _language_pack(context: Context) -> Noted:
    installed = context.jupyter.distributions.get(_LANGUAGE_PACK)
    name = "jupyterlab-language-pack-zh-CN"
    if installed:
        return Noted(joined(" ", (name, installed)))
    return Noted(text("not installed; for JupyterLab in Chinese: pip install %1", name))


def _version_in(environment: Environment, distribution: str) -> str:
    return environment.distributions.get(distribution) or text("not installed")


NVIDIA_DRIVER = Path("/proc/driver/nvidia/version")
_SERVER, _ENVIRONMENT = text("Jupyter server"), text("environment")
_HERE = (_SERVER, _ENVIRONMENT)


def _messages(context: Context) -> Text | Noted:
    try:
        settings = configured()
    except WrongSetting as wrong:
        raise Failed(wrong.message, text("Correct that, then run this again.")) from None
    if not settings.services:
        return Noted(text("no service is set; `jupyter dsw notify --help` describes them"))
    services = ", ".join(map(str, settings.services))
    if "apprise" not in context.jupyter.distributions:
        raise Failed(
            text("Nothing is sent to %1: the server's environment has no apprise.", services),
            text("Install it: `%1 -m pip install apprise`", context.jupyter.python),
        )
    return text("%1; `jupyter dsw notify --test` sends a test", services)


def _gpu(context: Context) -> Text | Noted:
    """Whether GPU utilization can be measured where the samples are taken."""
    if not NVIDIA_DRIVER.exists():
        return Noted(text("no NVIDIA driver here"))
    found = context.jupyter.distributions.get("nvidia-ml-py")
    if found is None:
        return Noted(
            text(
                "GPU utilization is unknown: the server's environment has no nvidia-ml-py; "
                "install it with `%1 -m pip install nvidia-ml-py`",
                context.jupyter.python,
            )
        )
    return text("measured with nvidia-ml-py %1", found)


STEPS: tuple[Step, ...] = (
    Step(_SERVER, _server),
    Step(_ENVIRONMENT, _environment, (_SERVER,)),
    Step(text("server extension"), _server_extension, _HERE),
    Step(text("labextension"), _labextension, _HERE),
    Step(text("startup magic"), _magic),
    Step("anywidget", _anywidget, _HERE),
    Step(text("cells"), _cells, (_SERVER,)),
    Step(text("language pack"), _language_pack, (_SERVER,)),
    Step(text("after a stop"), _after_a_stop, (_SERVER,)),
    Step(text("messages"), _messages, (_SERVER,)),
    Step("GPU", _gpu, (_SERVER,)),
)
