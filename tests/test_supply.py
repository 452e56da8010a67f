"""What the wheel is made of is written down, and what it is checked with is pinned."""

from __future__ import annotations

import json
import re
import zipfile
from importlib.metadata import requires
from subprocess import CompletedProcess
from typing import TYPE_CHECKING

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ci import audit, pins, requirements, sbom

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

SCHEMAS = "jupyter_dsw/server/event_schemas/"


def test_the_bill_of_materials_is_that_of_what_is_built() -> None:
    assert sbom.SBOM.read_text("utf-8") == sbom.text(), "run `make sbom`"


def test_the_bill_of_materials_is_valid_cyclonedx() -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(sbom.text()) is None
    broken = sbom.text().replace('"type": "library"', '"type": "book"')
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(broken) is not None


def test_the_bill_of_materials_names_what_is_bundled_and_what_is_needed() -> None:
    document = sbom.document()
    # Who bundles something else changes this.
    bundled = document["metadata"]["component"]["components"]
    assert [each["name"] for each in bundled] == ["lit-html"]
    needed = {each["name"] for each in document["components"]}
    assert needed == {
        "anywidget",
        "ipywidgets",
        "jupyter-server",
        "msgspec",
        "requests",
        "tornado",
    }


def test_the_bill_of_materials_would_name_what_the_build_lists_as_bundled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = {"name": "@scope/part", "versionInfo": "1.2.3", "licenseId": "MIT"}
    licenses = tmp_path / "third-party-licenses.json"
    licenses.write_text(json.dumps({"packages": [package]}))
    monkeypatch.setattr(sbom, "BUNDLED", licenses)
    (bundled,) = sbom.document()["metadata"]["component"]["components"]
    assert bundled["purl"] == "pkg:npm/%40scope/part@1.2.3"
    assert bundled["licenses"] == [{"license": {"id": "MIT"}}]
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(sbom.text()) is None


def test_the_wheel_has_its_bill_of_materials_and_the_schemas_of_its_events(
    distributions: tuple[Path, Path],
) -> None:
    with zipfile.ZipFile(distributions[1]) as wheel:
        names = wheel.namelist()
        (inside,) = [name for name in names if ".dist-info/sboms/" in name]
        assert wheel.read(inside).decode() == sbom.SBOM.read_text("utf-8")
    assert len([name for name in names if name.startswith(SCHEMAS)]) == 3


def test_whatever_the_package_requires_has_a_lowest_version() -> None:
    for each in requirements.dependencies():
        assert each.specifier.contains(requirements.lowest(each))


def pinned() -> dict[str, Requirement]:
    lines = pins.PINS.read_text("utf-8").splitlines()
    found = [Requirement(line) for line in lines if not line.startswith("#")]
    return {canonicalize_name(each.name): each for each in found}


def test_a_pin_is_one_version_for_one_python_and_names_no_place() -> None:
    for each in pinned().values():
        assert re.fullmatch(r"==[\w.!]+", str(each.specifier))
        assert re.fullmatch(r'python_version == "3\.\d+"', str(each.marker))
        assert each.url is None
    assert "://" not in pins.PINS.read_text("utf-8")


def test_all_that_the_developers_extra_names_is_pinned() -> None:
    named = {
        canonicalize_name(Requirement(line).name)
        for line in requires("jupyter-dsw") or ()
        if Requirement(line).marker is None or "extra" in str(Requirement(line).marker)
    }
    assert named - {"jupyter-dsw"} <= set(pinned()), "run `make pins`"


def prints(name: str, output: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command that queries a database print this."""
    done = CompletedProcess([name], 1, output, "no route to host\nmore")
    monkeypatch.setattr(audit, "_run", lambda *_, **__: done)
    monkeypatch.setattr(audit, "resolved", lambda *_: {"requests": "2.19.0"})


def test_an_audit_reports_what_is_known(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    vulnerability = {"id": "CVE-1", "fix_versions": ["2.20.0"]}
    package = {"name": "requests", "version": "2.19.0", "vulns": [vulnerability]}
    prints("pip-audit", json.dumps({"dependencies": [package]}), monkeypatch)
    assert audit.python_packages() == audit.FOUND
    assert "requests 2.19.0: CVE-1, fixed in: 2.20.0" in capsys.readouterr().out


def test_an_audit_that_could_not_ask_does_not_pass(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    skipped = {"name": "requests", "skip_reason": "Dependency not found on PyPI"}
    for output in ("", json.dumps({"dependencies": [skipped]})):
        prints("pip-audit", output, monkeypatch)
        assert audit.python_packages() == audit.UNREACHABLE
    prints("jlpm", "", monkeypatch)
    assert audit.npm_packages() == audit.UNREACHABLE
    assert "could not be queried about all packages" in capsys.readouterr().out
