"""`python -m ci.sbom` writes the wheel's bill of materials: CycloneDX 1.6, for `.dist-info/sboms/`.

It lists the npm packages that are in the built JavaScript, as the build itself lists them, and what
the wheel depends on. No time and no serial number is in it: it changes when what it lists does.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ci.requirements import dependencies

ROOT = Path(__file__).parent.parent
SBOM = Path(__file__).parent / "jupyter-dsw.cdx.json"
# Written by jupyter-builder: the packages of which something is in the bundle.
BUNDLED = ROOT / "jupyter_dsw" / "labextension" / "static" / "third-party-licenses.json"
_ITSELF = "pkg:pypi/jupyter-dsw@"


def document() -> dict[str, Any]:
    """Return the bill of materials of what is built now."""
    itself = _ITSELF + version("jupyter-dsw")
    bundled, needed = _bundled(), _needed()
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "library",
                "bom-ref": itself,
                "name": "jupyter-dsw",
                "version": version("jupyter-dsw"),
                "purl": itself,
                "licenses": [{"license": {"id": "BSD-3-Clause"}}],
                # What is vendored is a part of it; what is installed next to it is not.
                "components": bundled,
            }
        },
        "components": needed,
        "dependencies": [{"ref": itself, "dependsOn": [each["bom-ref"] for each in needed]}],
    }


def _bundled() -> list[dict[str, Any]]:
    packages = json.loads(BUNDLED.read_text("utf-8"))["packages"]
    return [
        {
            "type": "library",
            "bom-ref": purl,
            "name": each["name"],
            "version": each["versionInfo"],
            "purl": purl,
            "licenses": [{"license": {"id": each["licenseId"]}}],
        }
        for each in sorted(packages, key=lambda each: each["name"])
        for purl in [f"pkg:npm/{each['name'].replace('@', '%40')}@{each['versionInfo']}"]
    ]


def _needed() -> list[dict[str, Any]]:
    return [
        {
            "type": "library",
            "bom-ref": f"pkg:pypi/{each.name}",
            "name": each.name,
            "scope": "required",
            "purl": f"pkg:pypi/{each.name}",
            # Which version it is, the installation decides.
            "properties": [{"name": "python:requirement", "value": str(each)}],
        }
        for each in sorted(dependencies(), key=lambda each: each.name)
    ]


def text() -> str:
    """Return the file's content."""
    return json.dumps(document(), indent=2) + "\n"


if __name__ == "__main__":
    SBOM.write_text(text(), "utf-8")
    sys.stdout.write(f"{SBOM.relative_to(ROOT)}\n")
