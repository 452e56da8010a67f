"""What is installed for the Python that runs this text, printed as JSON.

Run by `servers.describe` in other environments, so it imports nothing of jupyter-dsw, and runs in
Pythons for which jupyter-dsw is too new.
"""

from __future__ import annotations

import json
import os
import re
import sys
import sysconfig
from pathlib import Path

try:
    from importlib.metadata import distributions
except ImportError:  # Python 3.7

    def distributions():  # type: ignore[no-untyped-def, no-redef]
        """Return none: this Python cannot list them."""
        return ()


FRONT_ENDS = ("jupyter-dsw", "anywidget", "@jupyter-widgets/jupyterlab-manager")
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def canonical(name: str) -> str:
    """Return the form in which names of distributions are compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def front_ends() -> dict[str, str]:
    """Return the version of each of `FRONT_ENDS` that JupyterLab loads: the first of several."""
    found: dict[str, str] = {}
    try:
        from jupyter_core.paths import jupyter_path
    except ImportError:
        return found
    for name in FRONT_ENDS:
        for folder in reversed(jupyter_path("labextensions")):
            try:
                package = Path(folder, name, "package.json").read_text("utf-8")
                found[name] = str(json.loads(package)["version"])
            except (OSError, ValueError, LookupError, TypeError):
                continue
    return found


def is_enabled() -> bool | None:
    """Return whether the server extension is enabled; None where there is no jupyter-server."""
    try:
        from jupyter_core.paths import jupyter_config_path
        from jupyter_server.extension.config import ExtensionConfigManager
    except ImportError:
        return None
    manager = ExtensionConfigManager(read_config_path=jupyter_config_path())
    return bool(manager.enabled("jupyter_dsw"))


def main() -> None:
    """Print it."""
    # Of several with one name the first counts: it is the one that is imported.
    found = {
        canonical(str(each.metadata["Name"])): each for each in reversed(list(distributions()))
    }
    requires = {
        name: [each for each in distribution.requires or () if "extra ==" not in each]
        for name, distribution in found.items()
    }
    folders = {sysconfig.get_path("purelib"), sysconfig.get_path("scripts"), sys.prefix}
    described = {
        "python": sys.executable,
        "prefix": sys.prefix,
        "version": ".".join(map(str, sys.version_info[:3])),
        "distributions": {name: each.version for name, each in found.items()},
        "requires": {
            name: [canonical(match[0]) for match in map(_NAME.match, lines) if match]
            for name, lines in requires.items()
        },
        "front_ends": front_ends(),
        "enabled": is_enabled(),
        "writable": all(os.access(folder, os.W_OK) for folder in folders),
    }
    print(json.dumps(described))


if __name__ == "__main__":
    main()
