"""Installing this version of jupyter-dsw into another environment, by pip, and removing it again.

Nothing else in that environment changes: all that is there is pinned, and pip's plan is looked at
first. What was added is recorded, so that exactly that can be removed.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import zipfile
from base64 import urlsafe_b64encode
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from jupyter_dsw.cli import servers
from jupyter_dsw.cli.installed import canonical
from jupyter_dsw.cli.report import Failed
from jupyter_dsw.files import read_plain_file
from jupyter_dsw.i18n import text
from jupyter_dsw.notify.delivery import library_is_there

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jupyter_dsw.cli.servers import Environment

NAME = "jupyter-dsw"
# The startup script appends to it too: lines such as `msgspec==0.19.0`.
RECORD = Path("share/jupyter/jupyter-dsw-added.txt")
PIP_TIMEOUT_S = 300.0
# `--dry-run` and `--report`; `--python`.
FIRST_PIP, FIRST_PIP_FOR_OTHERS = (22, 2), (22, 3)
# What a wheel has of the folder that pip made of it; the rest is pip's own.
_METADATA = re.compile(
    r"[^/]+\.dist-info/(?:METADATA|WHEEL|entry_points\.txt|(?:licenses|sboms)/.*)"
)
# Other versions, of before PEP 440, would make pip refuse the whole file.
_VERSION = re.compile(r"[\d!.]+(?:(?:a|b|rc)\d+)?(?:\.post\d+)?(?:\.dev\d+)?(?:\+[a-z\d.]+)?")
_PIN = re.compile(r"([A-Za-z0-9._-]+)==(\S+)")
_OFFLINE = re.compile(
    r"No matching distribution|Could not find a version|ConnectionError|NewConnectionError"
    r"|Max retries|Temporary failure in name resolution|timed out|ProxyError",
    re.IGNORECASE,
)
MAX_RECORD = 1024 * 1024
_READ_ONLY = re.compile(r"Read-only file system|Permission denied|not writeable", re.IGNORECASE)
ADVICE_READ_ONLY = text(
    "Run this again as a user who may write there, or have jupyter-dsw added to the image of "
    "JupyterLab."
)
_ADVICE_OFFLINE = text(
    "Run this again where there is a network, or with --keep-in FOLDER, where this command "
    "kept the wheels before. Also check pip's index and proxy: `pip config list`"
)


@dataclass(frozen=True)
class Plan:
    """What pip would install, and from where."""

    to_install: dict[str, str]
    """The version of each, by its name."""
    options: tuple[str, ...]
    """pip's options for the index and the folder of kept wheels."""


def own_version() -> str:
    """Return the version of jupyter-dsw that runs this."""
    return distribution(NAME).version


def extras() -> str:
    """Return the extras that are installed here and that the server needs, too."""
    return "[notify]" if library_is_there() else ""


def _requirement(wheel: Path) -> str:
    # The wheel by its URL: behind a semicolon in a path pip expects a marker.
    return f"{NAME}{extras()} @ {wheel.as_uri()}"


def kept_wheel(folder: Path) -> Path:
    """Return where the wheel of this version is in a folder, if it is there."""
    return folder / f"jupyter_dsw-{own_version()}-py3-none-any.whl"


def wheel(folder: Path, kept: Path | None) -> Path:
    """Return a wheel of this version: the kept one, else one that is packed into `folder`.

    Raises `Failed`.
    """
    if kept is not None and kept_wheel(kept).is_file():
        return kept_wheel(kept)
    # Neither the index nor the wheel that it was installed from needs to be there any more.
    files = dict(_installed_files())
    if "jupyter_dsw/__init__.py" not in files:
        raise Failed(
            text("jupyter-dsw is installed here from a source folder, so it cannot be copied."),
            text(
                "Build a wheel with `pip wheel --no-deps --wheel-dir FOLDER SOURCES`, then run "
                "this again with --keep-in FOLDER."
            ),
        )
    record = f"jupyter_dsw-{own_version()}.dist-info/RECORD"
    lines = []
    packed = kept_wheel(folder)
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for inside, path in files.items():
            content = path.read_bytes()
            archive.writestr(inside, content)
            digest = urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            lines.append(f"{inside},sha256={digest},{len(content)}\n")
        archive.writestr(record, "".join([*lines, f"{record},,\n"]))
    return packed


def _installed_files() -> Iterator[tuple[str, Path]]:
    """Yield the files of the installed package, each with its place in a wheel."""
    own = distribution(NAME)
    data = f"jupyter_dsw-{own.version}.data/data"
    for file in own.files or ():
        place, path = file.as_posix(), Path(str(own.locate_file(file)))
        outside = re.match(r"(?:\.\./)+((?:share|etc)/.*)", place)
        if path.suffix == ".pyc":
            continue
        if outside:
            yield f"{data}/{outside[1]}", path
        elif place.startswith("jupyter_dsw/") or _METADATA.fullmatch(place):
            yield place, path


class Pip:
    """A pip that installs into `environment`: its own, else the one of this command.

    `scratch` is a folder for files that may go afterwards. Raises `Failed` where there is no
    pip that can.
    """

    def __init__(self, environment: Environment, scratch: Path) -> None:
        self._environment = environment
        self._scratch = scratch
        if _pip_version(environment.python) >= FIRST_PIP:
            self._command = [environment.python, "-m", "pip"]
        elif _pip_version(sys.executable) >= FIRST_PIP_FOR_OTHERS:
            self._command = [sys.executable, "-m", "pip", "--python", environment.python]
        else:
            raise Failed(
                text("Neither that environment nor this one has pip 22.3 or newer."),
                text(
                    "Install it here and run this again: `%1 -m ensurepip; %1 -m pip install "
                    "--upgrade pip`",
                    sys.executable,
                ),
            )

    def plan(self, wheel: Path, kept: Path | None) -> Plan:
        """Return what it would install; nothing that is there would change.

        Raises `Failed`.
        """
        sources: list[tuple[str, ...]] = [()]
        if kept is not None:
            folder = ("--find-links", str(kept))
            sources = [("--no-index", *folder), folder]
        for options in sources:
            done, found = self._dry_run(wheel, *options, *self._pins())
            if found is not None:
                break
        else:
            # Without the pins pip plans what it would have to change.
            found = self._dry_run(wheel, *sources[-1])[1] or {}
            if not any(map(self._has, found)):
                raise _failure(done)
        changed = {name: version for name, version in found.items() if self._has(name)}
        if changed:
            raise self._would_change(changed)
        return Plan(found, options)

    def install(self, wheel: Path, plan: Plan) -> Environment:
        """Install what was planned, record it, and return the environment as it is then.

        Raises `Failed`, and `servers.NoServer` if its Python cannot be run any more.
        """
        before = self._environment.distributions
        done = self._run("install", *plan.options, *self._pins(), _requirement(wheel))
        after = servers.describe(self._environment.python)
        installed = after.distributions.items()
        added = {name: version for name, version in installed if before.get(name) != version}
        if added:
            record = Path(after.prefix, RECORD)
            record.parent.mkdir(parents=True, exist_ok=True)
            with record.open("a", encoding="utf-8") as file:
                file.writelines(f"{name}=={version}\n" for name, version in added.items())
        if done.returncode:
            raise _failure(done)
        return after

    def keep(self, folder: Path, wheel: Path, others: Mapping[str, str] | None) -> None:
        """Keep wheels in `folder`: `wheel`, and `others` or, without them, all that it needs.

        Raises `Failed`, and `OSError`.
        """
        folder.mkdir(parents=True, exist_ok=True)
        if wheel.parent != folder:
            shutil.copy(wheel, folder)
        words = ["download", "--dest", str(folder), "--find-links", str(folder), "--prefer-binary"]
        if others is None:
            done = self._run(*words, *self._pins(), _requirement(folder / wheel.name))
        elif others:
            pinned = [f"{name}=={version}" for name, version in others.items()]
            done = self._run(*words, "--no-deps", *pinned)
        else:
            return
        if done.returncode:
            raise _failure(done)

    def remove(self, names: Iterable[str]) -> None:
        """Uninstall these distributions. Raises `Failed`."""
        done = self._run("uninstall", "--yes", *names)
        if done.returncode:
            raise _failure(done)

    def _has(self, name: str) -> bool:
        return name in self._environment.distributions and name != NAME

    def _dry_run(
        self, wheel: Path, *options: str
    ) -> tuple[subprocess.CompletedProcess[str], dict[str, str] | None]:
        """Return how pip ended, and the version of each distribution that it would install."""
        report = self._scratch / "report.json"
        words = ("install", "--dry-run", "--prefer-binary", "--report", str(report))
        done = self._run(*words, *options, _requirement(wheel))
        if done.returncode:
            return done, None
        planned = [each["metadata"] for each in msgspec.json.decode(report.read_bytes())["install"]]
        return done, {canonical(each["name"]): each["version"] for each in planned}

    def _pins(self) -> tuple[str, str]:
        """Return the option that keeps all that is installed as it is."""
        pins = self._scratch / "pins.txt"
        installed = self._environment.distributions.items()
        lines = [
            f"{name}=={version}\n"
            for name, version in installed
            if name != NAME and _VERSION.fullmatch(version)
        ]
        pins.write_text("".join(lines), encoding="utf-8")
        return "--constraint", str(pins)

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        program, *command = self._command
        quick = ("--disable-pip-version-check", "--no-input", "--retries", "1")
        try:
            return servers.run(program, *command, *quick, *words, timeout_s=PIP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            raise Failed(
                text("pip did not finish in %1 s.", f"{PIP_TIMEOUT_S:.0f}"), _ADVICE_OFFLINE
            ) from None

    def _would_change(self, changed: Mapping[str, str]) -> Failed:
        before = self._environment.distributions
        shown = ", ".join(f"{name} {before[name]} → {changed[name]}" for name in sorted(changed))
        return Failed(
            text("Installing it would change other packages of that environment: %1.", shown),
            text(
                "Nothing was installed. Please report this as a bug in jupyter-dsw, with the "
                "output of `jupyter dsw doctor --report`."
            ),
        )


def recorded(environment: Environment) -> dict[str, str]:
    """Return what was added to an environment by setup or by the startup script."""
    try:
        content, _ = read_plain_file(Path(environment.prefix, RECORD), MAX_RECORD)
    except OSError:
        return {}
    lines = content.decode("utf-8", "replace").splitlines()
    return {canonical(pin[1]): pin[2] for pin in map(_PIN.fullmatch, lines) if pin}


def removable(environment: Environment) -> tuple[list[str], list[str]]:
    """Return what was added and can go, and what was added but has to stay.

    That is what has another version by now, or what something else came to need.
    """
    installed = environment.distributions
    added = recorded(environment)
    going = {name for name, version in added.items() if installed.get(name) == version}
    while needed := going & {
        need for name, needs in environment.requires.items() if name not in going for need in needs
    }:
        going -= needed
    return sorted(going), sorted(added.keys() & installed.keys() - going)


def _pip_version(python: str) -> tuple[int, ...]:
    """Return the version of a Python's pip; nothing where it has none."""
    with suppress(OSError, subprocess.SubprocessError):
        done = servers.run(python, "-m", "pip", "--version")
        found = re.match(r"pip (\d+)\.(\d+)", done.stdout)
        return (int(found[1]), int(found[2])) if found else ()
    return ()


def _failure(done: subprocess.CompletedProcess[str]) -> Failed:
    """Return what pip failed with, in its own words where they are not known."""
    errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR: ")]
    if _READ_ONLY.search(done.stderr):
        return Failed(text("That environment is not writable."), ADVICE_READ_ONLY)
    if _OFFLINE.search(done.stderr):
        return Failed(
            text("pip finds no package index here, or not all that is needed is in it."),
            _ADVICE_OFFLINE,
        )
    last = errors[-1].removeprefix("ERROR: ") if errors else text("no reason given")
    return Failed(text("pip failed: %1", last), text("Correct that, then run this again."))
