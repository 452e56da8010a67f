"""`make release`: what a release consists of, made and checked. Nothing is uploaded.

Builds the sdist and from it the wheel, compares the sdist with what is in git, checks both as the
index does, tries the wheel in an empty environment, and writes their SHA-256 sums.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from tests.environments import ROOT, Environment, build, run

DIST = ROOT / "dist"
# What the build makes, and git does not have.
MADE = ("PKG-INFO", "jupyter_dsw/labextension/", "jupyter_dsw/notebook/static/")
# What git has, and people who build do not need: see `exclude` in pyproject.toml.
LEFT_OUT = (".ci/", "docs/pictures/")
ON_AN_INSTANCE = {"DSW_INSTANCE_ID": "dsw-0", "REGION": "cn-hangzhou"}


def main() -> None:
    """Do it; raises `SystemExit` or `AssertionError` with the reason where something is wrong."""
    if dirty := git("status", "--porcelain"):
        sys.exit(f"A release is made of what is committed. These files are not:\n{dirty}")
    shutil.rmtree(DIST, ignore_errors=True)
    sdist, wheel = build(DIST)
    compare_with_git(sdist)
    print(run(sys.executable, "-m", "twine", "check", "--strict", sdist, wheel))
    try_out(wheel)
    write_sums(sdist, wheel)


def git(*words: str) -> str:
    """Return what git prints."""
    return subprocess.run(
        ["git", *words],  # noqa: S607 - the one of the PATH
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout.strip()


def compare_with_git(sdist: Path) -> None:
    """Check that the sdist has every file of the commit, and else only what the build makes."""
    with tarfile.open(sdist) as archive:
        packed = {member.name.partition("/")[2] for member in archive if not member.isdir()}
    committed = {name for name in git("ls-files").splitlines() if not name.startswith(LEFT_OUT)}
    missing = committed - packed
    strange = {name for name in packed - committed if not name.startswith(MADE)}
    if missing or strange:
        sys.exit(f"The sdist lacks {sorted(missing)} and has {sorted(strange)} too much.")
    print(f"sdist: {len(packed)} files, all of git's and what the build made")


def try_out(wheel: Path) -> None:
    """Install the wheel into an empty environment, look at what is there, and uninstall it."""
    with tempfile.TemporaryDirectory() as folder:
        environment = Environment.create(Path(folder) / "venv")
        environment.install("jupyterlab", "ipykernel")
        before = files(environment)
        environment.install(wheel)
        print(environment.run("pip", "check"))
        listed = environment.run("jupyter", "server", "extension", "list")
        must_have(listed, r"jupyter_dsw.*enabled", r"jupyter_dsw \S+ .*OK")
        listed = environment.run("jupyter", "labextension", "list")
        must_have(listed, r"jupyter-dsw v\S+ .*enabled.*OK")
        print(environment.run("jupyter", "dsw", "doctor", "--offline", **ON_AN_INSTANCE))
        environment.run("pip", "uninstall", "--yes", "jupyter-dsw")
        if left := {name for name in files(environment) - before if "dsw" in name}:
            sys.exit(f"Uninstalling leaves {sorted(left)}.")
        print("Uninstalling leaves nothing behind.")


def must_have(listed: str, *patterns: str) -> None:
    """Print the line of each pattern; exit where one is missing."""
    for pattern in patterns:
        if not (found := re.search(pattern, listed)):
            sys.exit(f"No line {pattern!r} in:\n{listed}")
        print(found[0])


def files(environment: Environment) -> set[str]:
    """Return every file of the environment."""
    return {str(path) for path in environment.prefix.rglob("*") if path.is_file()}


def write_sums(*paths: Path) -> None:
    """Write `SHA256SUMS`, as `sha256sum --check` reads it."""
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in paths]
    (DIST / "SHA256SUMS").write_text("".join(lines))
    print("".join(lines), end="")


if __name__ == "__main__":
    main()
