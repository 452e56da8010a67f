"""`python -m ci.audit`: known vulnerabilities of what the wheel installs, and of the npm packages.

Both ask databases on the internet, of PyPI and of the npm registry. The exit status is 0 if both
know of nothing, 1 if something was found, 2 if one could not be queried.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from ci.pins import ROOT, resolved

FOUND, UNREACHABLE = 1, 2
PYPI = "PyPI's database of vulnerabilities"
NPM = "The npm registry's database of vulnerabilities"


def python_packages() -> int:
    """Ask PyPI's database about the newest versions that the wheel would install."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "requirements.txt"
        wanted.write_text("".join(f"{n}=={v}\n" for n, v in resolved(".").items()), "utf-8")
        done = _run(
            sys.executable, "-m", "pip_audit", "--requirement", wanted, "--no-deps",
            "--disable-pip", "--progress-spinner", "off", "--format", "json",
        )  # fmt: skip
    try:
        packages: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except ValueError:
        return _unreachable(PYPI, done.stderr)
    unknown = [each["name"] for each in packages if "skip_reason" in each]
    found = [(each, one) for each in packages for one in each.get("vulns", ())]
    for each, one in found:
        fixed = ", ".join(one["fix_versions"]) or "none"
        print(f"{each['name']} {each['version']}: {one['id']}, fixed in: {fixed}")
    print(f"Python: {len(packages) - len(unknown)} packages, {len(found)} known vulnerabilities.")
    if unknown:
        return _unreachable(PYPI, f"not in it: {', '.join(unknown)}")
    return FOUND if found else 0


def npm_packages() -> int:
    """Ask the npm registry's database about all that builds and tests the front end."""
    done = _run("jlpm", "npm", "audit", "--all", "--recursive", "--json", cwd=ROOT / "labextension")
    try:
        report = json.loads(done.stdout)
        advisories: dict[str, dict[str, Any]] = report["advisories"]
    except (ValueError, KeyError, TypeError):
        return _unreachable(NPM, done.stdout or done.stderr)
    for one in advisories.values():
        print(f"{one['module_name']} {one['vulnerable_versions']}: {one['title']} ({one['url']})")
    print(f"npm: {len(advisories)} known vulnerabilities.")
    return FOUND if advisories else 0


def _run(*command: object, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    words = [str(word) for word in command]
    # The environment's own jlpm and node.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path}
    return subprocess.run(
        words, cwd=cwd, env=environment, check=False, capture_output=True, text=True
    )


def _unreachable(database: str, output: str) -> int:
    first = output.strip().partition("\n")[0][:300]
    print(f"{database} could not be queried about all packages: nothing is known of the rest.")
    print(f"  {first}")
    return UNREACHABLE


if __name__ == "__main__":
    sys.exit(max(python_packages(), npm_packages()))
