"""`jupyter dsw doctor` on the parts of the package in a Jupyter."""

from __future__ import annotations

import json
import os
import subprocess
import sysconfig
import venv
from pathlib import Path
from typing import Any

import pytest

from jupyter_dsw.cli.doctor import jupyter
from jupyter_dsw.cli.doctor.context import Context, Failed
from jupyter_dsw.kernel_endpoint import path_of
from tests.cli.terminal import dsw


def examine(**variables: str) -> dict[str, Any]:
    done = dsw("doctor", "--offline", "--json", **variables)
    return {check["name"]: check for check in json.loads(done.stdout)["checks"]}


def failed(checks: dict[str, Any]) -> list[str]:
    return [name for name, check in checks.items() if check["state"] == "failed"]


pytestmark = pytest.mark.usefixtures("environment")


@pytest.mark.parametrize(
    ("name", "check"), [("jupyter-dsw", "labextension"), ("anywidget", "anywidget")]
)
def test_a_front_end_of_another_version_is_told(tmp_path: Path, name: str, check: str) -> None:
    folder = tmp_path / "labextensions" / name
    folder.mkdir(parents=True)
    (folder / "package.json").write_text(json.dumps({"name": name, "version": "9.9.9"}))
    checks = examine(JUPYTER_PATH=str(tmp_path))
    assert failed(checks) == [check]
    assert "version 9.9.9, the Python package" in checks[check]["found"]
    assert "reload the page" in checks[check]["advice"]


def test_a_server_extension_that_was_disabled_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "jupyter_server_config.d"
    folder.mkdir()
    disabled = {"ServerApp": {"jpserver_extensions": {"jupyter_dsw": False}}}
    (folder / "jupyter_dsw.json").write_text(json.dumps(disabled))
    checks = examine(JUPYTER_CONFIG_PATH=str(tmp_path))
    assert failed(checks) == ["server extension"]
    assert "jupyter server extension enable jupyter_dsw" in checks["server extension"]["advice"]


def test_a_server_that_was_started_without_it_is_told(tmp_path: Path) -> None:
    checks = examine(JUPYTER_SERVER_URL="http://localhost:8888/", JUPYTER_RUNTIME_DIR=str(tmp_path))
    assert failed(checks) == ["server extension"]
    assert "does not run jupyter-dsw" in checks["server extension"]["found"]
    assert "Restart" in checks["server extension"]["advice"]


def test_a_runtime_folder_that_cannot_be_written_is_named() -> None:
    checks = examine(JUPYTER_SERVER_URL="http://localhost:8888/", JUPYTER_RUNTIME_DIR="/dev/null")
    assert failed(checks) == ["server extension"]
    advice = checks["server extension"]["advice"]
    assert "/dev/null cannot be written (Not a directory)" in advice
    assert "JUPYTER_RUNTIME_DIR" in advice


def test_a_runtime_folder_whose_file_system_keeps_no_modes_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_SERVER_URL", "http://localhost:8888/")
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    real = os.fstat

    def fstat(descriptor: int) -> os.stat_result:
        found = real(descriptor)
        return os.stat_result((found.st_mode | 0o755, *found[1:]))

    # As CIFS is mounted by default.
    monkeypatch.setattr(os, "fstat", fstat)
    with pytest.raises(Failed) as caught:
        jupyter._server_extension(Context(offline=True))
    assert str(tmp_path) in caught.value.advice
    assert "Set JUPYTER_RUNTIME_DIR to a folder on a local disk" in caught.value.advice


def test_what_is_wrong_with_the_connection_file_is_named(tmp_path: Path) -> None:
    os.mkfifo(path_of(tmp_path, os.getpid()), 0o600)
    checks = examine(JPY_PARENT_PID=str(os.getpid()), JUPYTER_RUNTIME_DIR=str(tmp_path))
    assert failed(checks) == ["server extension"]
    assert "is not a regular file" in checks["server extension"]["found"]


def test_the_language_pack_is_no_must() -> None:
    check = examine()["language pack"]
    assert check["state"] == "noted"
    assert "jupyterlab-language-pack-zh-CN" in check["found"]


def test_an_environment_without_the_packages_data_files_is_told(tmp_path: Path) -> None:
    # The packages can be imported there, and nothing else of them is there.
    venv.create(tmp_path / "venv", with_pip=False)
    paths = sysconfig.get_paths(vars={"base": str(tmp_path / "venv")})
    Path(paths["purelib"], "others.pth").write_text(
        f"import site; site.addsitedir({sysconfig.get_paths()['purelib']!r})\n"
    )
    done = subprocess.run(
        [
            str(tmp_path / "venv/bin/python"),
            *("-m", "jupyter_dsw.cli", "doctor", "--offline", "--json"),
        ],
        env={**os.environ, "HOME": str(tmp_path), "IPYTHONDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    checks = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    assert failed(checks) == ["server extension", "labextension", "startup magic", "anywidget"]
    assert "%load_ext jupyter_dsw" in checks["startup magic"]["advice"]
