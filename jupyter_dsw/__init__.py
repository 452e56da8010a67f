"""See your Alibaba Cloud PAI-DSW instance from inside its notebooks.

`%dsw_info` shows it in a cell, and `jupyter_dsw.read()` returns it to code. With
`jupyter_dsw.time_left()` and `jupyter_dsw.before_stop()` code saves its work before a stop.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from jupyter_dsw.model.instance import Instance
    from jupyter_dsw.notebook.before_stop import before_stop, notify_before_stop
    from jupyter_dsw.notebook.output import Reading
    from jupyter_dsw.notebook.readings import read, utilization
    from jupyter_dsw.notebook.stop_watch import time_left
    from jupyter_dsw.notebook.usage import Usage
    from jupyter_dsw.notebook.widget import Panel
    from jupyter_dsw.upstream.errors import DSWError

__all__ = [
    "DSWError",
    "Instance",
    "Panel",
    "Reading",
    "__version__",
    "before_stop",
    "load_ipython_extension",
    "notify_before_stop",
    "read",
    "time_left",
    "utilization",
]

# This module is imported by every kernel's start, by the server and by `jupyter labextension`:
# each loads only what it then uses (PEP 562).
_HOMES = {
    "DSWError": "jupyter_dsw.upstream.errors",
    "Instance": "jupyter_dsw.model.instance",
    "Panel": "jupyter_dsw.notebook.widget",
    "Reading": "jupyter_dsw.notebook.output",
    "before_stop": "jupyter_dsw.notebook.before_stop",
    "notify_before_stop": "jupyter_dsw.notebook.before_stop",
    "read": "jupyter_dsw.notebook.readings",
    "time_left": "jupyter_dsw.notebook.stop_watch",
    "utilization": "jupyter_dsw.notebook.readings",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        value = getattr(import_module(_HOMES[name]), name)
    elif name == "__version__":
        from importlib.metadata import version

        value = version("jupyter-dsw")
    else:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Register `%dsw_info` in `shell`: what `%load_ext jupyter_dsw` calls."""
    # Its decorators hide its types.
    register_magic: Any = shell.register_magic_function
    register_magic(_dsw_info, magic_kind="line", magic_name="dsw_info")
    # IPython shows for `%dsw_info?` what this returns (`IPython.core.oinspect.getdoc`).
    vars(_dsw_info)["getdoc"] = _help
    for key in ("%dsw_info", "dsw_info"):
        shell.set_hook("complete_command", _complete, str_key=key)


def _dsw_info(line: str) -> Reading | Usage | None:
    """Show this PAI-DSW instance: status, next stop, datasets, snapshots, disks."""
    from jupyter_dsw.notebook import magic

    return magic.run(line)


def _help() -> str:
    from jupyter_dsw.notebook import magic

    return magic.HELP


def _complete(_shell: Any, _event: Any) -> list[str]:
    from jupyter_dsw.notebook import magic

    return list(magic.arguments())


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    from jupyter_dsw.server.extension import DSWExtension

    return [{"module": "jupyter_dsw.server.extension", "app": DSWExtension}]


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "jupyter-dsw"}]
