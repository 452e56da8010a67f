"""Virtual environments with the project as a person gets it: a wheel, built from the sdist."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
# What a new user's machine has not.
ABSENT = ("node", "npm", "npx", "corepack", "yarn", "chrom", "google-chrome")
# What it has of this one.
KEPT = ("PIP_", "SSL_", "REQUESTS_CA_BUNDLE", "LANG")


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

    def copy(self, prefix: Path) -> Environment:
        """Copy it to `prefix`, whose files it shares until they are replaced."""
        shutil.copytree(self.prefix, prefix, symlinks=True, copy_function=os.link)
        for script in (prefix / "bin").iterdir():
            if script.is_file() and not script.is_symlink():
                _move(script, self.prefix, prefix)
        return Environment(prefix)

    def copy_without_this_project(self, prefix: Path) -> Environment:
        """Copy it, and take this project out of the copy, as a person does."""
        made = self.copy(prefix)
        made.run("python", "-m", "pip", "uninstall", "--quiet", "--yes", "jupyter-dsw")
        return made

    def variables_of_a_new_user(self, folder: Path) -> dict[str, str]:
        """The variables of a shell in it: an empty home, and the system's tools but the absent."""
        tools, home = folder / "tools", folder / "home"
        tools.mkdir()
        home.mkdir()
        for tool in (*Path("/bin").iterdir(), *Path("/usr/bin").iterdir()):
            if not tool.name.startswith(ABSENT) and not os.path.lexists(tools / tool.name):
                (tools / tool.name).symlink_to(tool)
        kept = {name: value for name, value in os.environ.items() if name.startswith(KEPT)}
        # Only what pip downloads is shared, with the person who runs the tests.
        kept.setdefault("PIP_CACHE_DIR", os.path.expanduser("~/.cache/pip"))  # noqa: PTH111
        path = os.pathsep.join([str(self.prefix / "bin"), str(tools)])
        return {**kept, "HOME": str(home), "PATH": path, "TMPDIR": str(folder)}


def _move(script: Path, old: Path, new: Path) -> None:
    """Have it name its own environment; it shares the file with the original's."""
    text = script.read_bytes().replace(os.fsencode(old), os.fsencode(new))
    mode = script.stat().st_mode
    script.unlink()
    script.write_bytes(text)
    script.chmod(mode)
