"""The part of `%dsw_info` that runs when a kernel starts: two registrations, no import."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from jupyter_dsw.notebook.output import Reading
    from jupyter_dsw.notebook.usage import Usage

NAME = "dsw_info"


def register(shell: InteractiveShell) -> None:
    """Register `%dsw_info` and its tab completion in `shell`.

    What it needs is imported at its first use.
    """
    # Its decorators hide its types.
    register_magic: Any = shell.register_magic_function
    register_magic(dsw_info, magic_kind="line", magic_name=NAME)
    # IPython shows for `%dsw_info?` what this returns (`IPython.core.oinspect.getdoc`).
    vars(dsw_info)["getdoc"] = _help
    for key in (f"%{NAME}", NAME):
        shell.set_hook("complete_command", _complete, str_key=key)


def dsw_info(line: str) -> Reading | Usage | None:
    """Show this PAI-DSW instance: status, next stop, datasets, snapshots, disks."""
    from jupyter_dsw.notebook.magic import run

    return run(line)


def _help() -> str:
    from jupyter_dsw.notebook.magic import HELP

    return HELP


def _complete(_shell: Any, event: Any) -> list[str]:
    from jupyter_dsw.notebook.magic import arguments

    return list(arguments())
