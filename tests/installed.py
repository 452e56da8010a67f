"""The project as a person gets it: a wheel, built from the sdist, in an empty environment."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent


def run(*command: object, **environment: str) -> str:
    """What the command prints; fails with its words if it fails. No Node is on its PATH."""
    done = subprocess.run(
        [str(word) for word in command],
        env={**os.environ, "PATH": _path_without_node(), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def _path_without_node() -> str:
    folders = os.environ["PATH"].split(os.pathsep)
    return os.pathsep.join(folder for folder in folders if not (Path(folder) / "node").exists())


def build(folder: Path) -> tuple[Path, Path]:
    """Build the sdist, and from that the wheel."""
    run(sys.executable, "-m", "build", "--outdir", folder, ROOT)
    (sdist,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return sdist, wheel


@dataclass(frozen=True)
class Environment:
    """A virtual environment."""

    prefix: Path

    @classmethod
    def create(cls, prefix: Path) -> Environment:
        venv.create(prefix, with_pip=True)
        return cls(prefix)

    @property
    def python(self) -> Path:
        return self.prefix / "bin" / "python"

    def install(self, *requirements: object) -> None:
        run(self.python, "-m", "pip", "install", "--quiet", *requirements)

    def run(self, program: str, *arguments: object, **environment: str) -> str:
        """What a program of the environment prints."""
        return run(self.prefix / "bin" / program, *arguments, **environment)
