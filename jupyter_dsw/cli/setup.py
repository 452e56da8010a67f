"""`jupyter dsw setup`: install jupyter-dsw in the Jupyter server's environment too."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tempfile
from importlib.metadata import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_dsw.cli import installation, servers
from jupyter_dsw.cli.installation import Pip
from jupyter_dsw.cli.report import Failed, show_check, show_sentence
from jupyter_dsw.columns import escaped
from jupyter_dsw.files import is_on_mounted_disk
from jupyter_dsw.i18n import Text, text, translated

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from jupyter_dsw.cli.servers import Environment, Server

DONE, FAILED = 0, 1
JUPYTER: tuple[str, ...] = ("jupyterlab", "jupyter-server")
_ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
_EPILOG = text("""\
Without --yes it only shows what it would do. It installs nothing that would change another \
package of that environment, and --remove removes exactly what was added.

After a stop of the instance only what lies on a mounted disk is certain to be there. So keep the \
wheels on one, and paste the output of --startup-script into the startup script of the instance.

exit status:
  0  done, or it can be done
  1  it cannot be done; the output has the reason

examples:
  jupyter dsw setup
  jupyter dsw setup --yes --keep-in /mnt/workspace/.jupyter-dsw
  jupyter dsw setup --startup-script --keep-in /mnt/workspace/.jupyter-dsw
  jupyter dsw setup --remove --yes
""")
_WITHOUT = text(
    "Without it, %dsw_info, Python code and the terminal work as before. JupyterLab has no status "
    "bar item, no side panel and no warnings."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments to `parser`."""
    parser.usage = (
        "jupyter dsw setup [--yes] [--remove | --startup-script]\n"
        "                         [--keep-in FOLDER] [--python PATH]"
    )
    parser.description = text(
        "Installs this version of jupyter-dsw in the environment of the Jupyter server as well, "
        "for the status bar, the side panel and the warnings in JupyterLab."
    )
    parser.epilog = _EPILOG
    parser.add_argument(
        "--yes", action="store_true", help=text("do it, instead of only showing what would be done")
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--remove", action="store_true", help=text("remove what setup has added there")
    )
    what.add_argument(
        "--startup-script",
        action="store_true",
        help=text("print a script that installs it at each start of the instance"),
    )
    parser.add_argument(
        "--keep-in",
        type=Path,
        metavar="FOLDER",
        help=text("keep the wheels in this folder, on a mounted disk, and install from there"),
    )
    parser.add_argument(
        "--python",
        metavar="PATH",
        help=text("the Python of the Jupyter server, where setup does not find it"),
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit status."""
    kept: Path | None = arguments.keep_in and arguments.keep_in.expanduser().absolute()
    if arguments.startup_script:
        if kept is not None and not installation.kept_wheel(kept).is_file():
            first = text("Keep the wheels first: `jupyter dsw setup --yes --keep-in FOLDER`")
            print(escaped(translated(first)), file=sys.stderr)
        print(startup_script(_server_python(arguments.python), kept), end="")
        return DONE
    try:
        server = _server(arguments.python)
        with tempfile.TemporaryDirectory() as scratch:
            if arguments.remove:
                return _remove(server, Path(scratch), do=arguments.yes)
            return _install(server, kept, Path(scratch), do=arguments.yes)
    except servers.NoServer as none:
        advice = text(
            "Run this again in a terminal or a notebook of that JupyterLab, or name the Python "
            "that runs it: --python PATH"
        )
        show_check(text("not found"), none.message, "failed", advice)
    except Failed as failure:
        show_check(text("not possible"), failure.message, "failed", failure.advice)
    except OSError as error:
        reason = text("%1: %2", error.filename or "", error.strerror or type(error).__name__)
        show_check(
            text("not possible"), reason, "failed", text("Correct that, then run this again.")
        )
    show_sentence(_WITHOUT)
    return FAILED


def startup_script(server_python: str, kept: Path | None) -> str:
    """Return a shell script for the instance's startup script field.

    It installs this version for `server_python` and for the kernels that this command runs with,
    from the wheels in `kept` where they are there.
    """
    values = {
        "version": installation.own_version(),
        "extras": installation.extras(),
        "keep": str(kept or ""),
        "kernel_python": sys.executable,
        "server_python": server_python,
    }
    lines = [f"{name}={shlex.quote(value)}\n" for name, value in values.items()]
    body = Path(__file__).with_name("startup.sh").read_text(encoding="utf-8")
    return "".join(["#!/bin/sh\n", *lines, body])


def _server(python: str | None) -> Server:
    if python:
        return servers.Server(str(Path(python).absolute()), text("named by --python"))
    return servers.find()


def _server_python(python: str | None) -> str:
    try:
        return _server(python).python
    except servers.NoServer:
        return ""


def _install(server: Server, kept: Path | None, scratch: Path, *, do: bool) -> int:
    """Install it there, or without `do` show that; returns the exit status."""
    environment, own = servers.describe(server.python), servers.describe(sys.executable)
    _show_server(server, environment)
    wheel = installation.wheel(scratch, kept)
    to_install: dict[str, str] = {}
    if Path(environment.prefix).samefile(own.prefix):
        show_check(
            "jupyter-dsw",
            text("%1; this command runs in that environment", installation.own_version()),
        )
    else:
        there = environment.jupyter_dsw or text("not installed")
        show_check("jupyter-dsw", text("%1 there, %2 here", there, installation.own_version()))
        _check_usable(environment)
        pip = Pip(environment, scratch)
        plan = pip.plan(wheel, kept)
        to_install = plan.to_install
        show_check(text("to install"), _versions(to_install) or text("nothing, all of it is there"))
    if kept is not None:
        is_mounted = is_on_mounted_disk(kept)
        show_check(
            text("to keep"),
            text("the wheels, in %1", kept),
            advice="" if is_mounted else servers.disk_sentence(str(kept)),
        )
    if not do:
        show_sentence(text("Nothing was changed. Run this again with --yes to do it."))
        return DONE
    if to_install:
        environment = pip.install(wheel, plan)
        show_check(text("installed"), _versions(to_install), "ok")
    if kept is not None:
        others = installation.recorded(environment)
        others.pop(installation.NAME, None)
        Pip(environment, scratch).keep(kept, wheel, others)
        Pip(own, scratch).keep(kept, wheel, None)
        show_check(text("kept"), text("the wheels, in %1", kept), "ok")
    return _check(environment)


def _remove(server: Server, scratch: Path, *, do: bool) -> int:
    """Remove what setup added there, or without `do` show that; returns the exit status."""
    environment = servers.describe(server.python)
    _show_server(server, environment)
    going, staying = installation.removable(environment)
    if staying:
        reason = text("%1: needed by others, or changed since", ", ".join(staying))
        show_check(text("to leave"), reason)
    if not going:
        show_sentence(text("There is nothing that setup has added."))
        return DONE
    show_check(text("to remove"), ", ".join(going))
    if not do:
        show_sentence(text("Nothing was changed. Run this again with --yes to do it."))
        return DONE
    _check_usable(environment)
    Pip(environment, scratch).remove(going)
    Path(environment.prefix, installation.RECORD).unlink()
    show_check(text("removed"), ", ".join(going), "ok")
    show_sentence(text("Reload the page. What the server has loaded stays until it restarts."))
    return DONE


def _show_server(server: Server, environment: Environment) -> None:
    versions = environment.distributions
    place: Text | str = environment.prefix
    if server.pid is not None:
        place = text("%1 (process %2)", server.url or environment.python, server.pid)
    show_check(text("Jupyter server"), text("%1: %2", place, server.found_by))
    show_check("Python", f"{environment.version}, {environment.python}")
    known = _versions({name: versions[name] for name in JUPYTER if name in versions})
    show_check("JupyterLab", known or text("not installed"))


def _check(environment: Environment) -> int:
    """Check with the server's own tools what was installed; returns the exit status."""
    right = [
        _result(
            text("server extension"),
            _is_listed(environment, "jupyter_server.extension.serverextension", "jupyter_dsw"),
            text("It is enabled, and can be imported."),
            text(
                "Look at: `%1 -m jupyter_server.extension.serverextension list`",
                environment.python,
            ),
        ),
        _result(
            text("labextension"),
            _is_listed(environment, "jupyterlab.labextensions", "jupyter-dsw"),
            text("JupyterLab finds it, and its version is compatible."),
            text("Look at: `%1 -m jupyterlab.labextensions list`", environment.python),
        ),
        _result(
            "anywidget",
            "anywidget" in environment.front_ends,
            text("JupyterLab finds its front end."),
            text("Run this again: `jupyter dsw setup --yes`"),
        ),
    ]
    if not all(right):
        return FAILED
    show_sentence(
        text(
            "Reload the page of JupyterLab to get the front end. The server extension starts "
            "with the next start of the Jupyter server: restart it, or the instance."
        )
    )
    show_sentence(servers.disk_sentence(environment.prefix))
    return DONE


def _check_usable(environment: Environment) -> None:
    """Raise `Failed` where nothing can be installed there."""
    needed = re.search(r">=\s*(\d+)\.(\d+)", metadata(installation.NAME)["Requires-Python"])
    least = (int(needed[1]), int(needed[2])) if needed else (0, 0)
    if tuple(map(int, environment.version.split(".")[:2])) < least:
        shown = ".".join(map(str, least))
        raise Failed(
            text(
                "That Python is %1, and jupyter-dsw needs %2 or newer.", environment.version, shown
            ),
            text("It cannot be installed there until that environment has a newer Python."),
        )
    if not environment.writable:
        raise Failed(
            text("The folder %1 is not writable.", environment.prefix),
            installation.ADVICE_READ_ONLY,
        )


def _is_listed(environment: Environment, module: str, name: str) -> bool:
    """Return whether Jupyter's list of extensions has this one, and finds nothing wrong with it."""
    try:
        done = servers.run(environment.python, "-m", module, "list")
    except (OSError, subprocess.SubprocessError):
        return False
    lines = _ESCAPE.sub("", done.stdout + done.stderr).splitlines()
    words = [line.split() for line in lines]
    return any(name in each[:1] and "OK" in each for each in words)


def _result(name: str, is_right: bool, found: Text, advice: Text) -> bool:
    if is_right:
        show_check(name, found, "ok")
    else:
        show_check(name, text("It is installed, but does not work yet."), "failed", advice)
    return is_right


def _versions(distributions: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in distributions.items())
