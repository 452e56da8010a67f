"""`python -m ci.pins` renews the versions that CI uses of its tools: the newest that go together.

They hold for the Python that writes them, which is the one of CI. Others take what suits them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PINS = Path(__file__).parent / "constraints.txt"
HEAD = """\
# The versions of all tools and dependencies that CI checks and tests with. Written by `make pins`.
# For the Python of CI only: under another one the newest that suits it are taken.
"""


def resolved(*requirements: str) -> dict[str, str]:
    """Return what pip would install into an empty environment: versions by canonical name."""
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet"]
    report = subprocess.run(
        [*command, "--report", "-", *requirements],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    metadata: list[dict[str, Any]] = [
        each["metadata"] for each in json.loads(report.stdout)["install"]
    ]
    versions = sorted((canonicalize_name(each["name"]), each["version"]) for each in metadata)
    return {name: version for name, version in versions if name != "jupyter-dsw"}


def write(versions: dict[str, str]) -> None:
    """Write the constraints."""
    marker = f'python_version == "{sys.version_info[0]}.{sys.version_info[1]}"'
    lines = [f"{name}=={version} ; {marker}\n" for name, version in versions.items()]
    PINS.write_text(HEAD + "".join(lines), "utf-8")


if __name__ == "__main__":
    write(resolved("pip", "--editable", ".[dev]"))
