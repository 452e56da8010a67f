"""What a new user has: an image with JupyterLab, an empty home, no Node and no browser."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.installed import Environment

ABSENT = ("node", "npm", "npx", "corepack", "yarn", "chrom", "google-chrome")
KEPT = ("PIP_", "SSL_", "REQUESTS_CA_BUNDLE", "LANG")


def image(environment: Environment, prefix: Path) -> Environment:
    """Copy an environment, and take this project out of the copy, as a person does."""
    made = copy(environment, prefix)
    made.run("python", "-m", "pip", "uninstall", "--quiet", "--yes", "jupyter-dsw")
    return made


def copy(environment: Environment, prefix: Path) -> Environment:
    """Copy an environment to `prefix`, whose files it shares until they are replaced."""
    shutil.copytree(environment.prefix, prefix, symlinks=True, copy_function=os.link)
    for script in (prefix / "bin").iterdir():
        if script.is_file() and not script.is_symlink():
            _move(script, environment.prefix, prefix)
    return Environment(prefix)


def _move(script: Path, old: Path, new: Path) -> None:
    """Have it name its own environment; it shares the file with the original's."""
    text = script.read_bytes().replace(os.fsencode(old), os.fsencode(new))
    mode = script.stat().st_mode
    script.unlink()
    script.write_bytes(text)
    script.chmod(mode)


def variables(environment: Environment, folder: Path) -> dict[str, str]:
    """The variables of a shell in it: an empty home, and the system's tools without the absent."""
    tools, home = folder / "tools", folder / "home"
    tools.mkdir()
    home.mkdir()
    for tool in (*Path("/bin").iterdir(), *Path("/usr/bin").iterdir()):
        if not tool.name.startswith(ABSENT) and not os.path.lexists(tools / tool.name):
            (tools / tool.name).symlink_to(tool)
    kept = {name: value for name, value in os.environ.items() if name.startswith(KEPT)}
    # Only what pip downloads is shared, with the person who runs the tests.
    kept.setdefault("PIP_CACHE_DIR", os.path.expanduser("~/.cache/pip"))  # noqa: PTH111
    path = os.pathsep.join([str(environment.prefix / "bin"), str(tools)])
    return {**kept, "HOME": str(home), "PATH": path, "TMPDIR": str(folder)}
