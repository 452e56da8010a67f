"""`jupyter dsw doctor` on the parts of the package in a Jupyter."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from jupyter_dsw.cli import main, servers
from jupyter_dsw.kernel_endpoint import path_of
from jupyter_dsw.notebook import readings
from tests.cli.terminal import dsw

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_dsw.emulator import Emulator


def examine(**variables: str) -> dict[str, Any]:
    done = dsw("doctor", "--offline", "--json", **variables)
    return {check["name"]: check for check in json.loads(done.stdout)["checks"]}


def failed(checks: dict[str, Any]) -> list[str]:
    return [name for name, check in checks.items() if check["state"] == "failed"]


pytestmark = pytest.mark.usefixtures("environment", "alone")


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No Jupyter server of the person who runs the tests."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))


@pytest.fixture
def server_of(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Have the server's environment be another one, described like this."""

    def describe(**changes: Any) -> None:
        real = servers.describe

        def describe(python: str) -> servers.Environment:
            found = real(sys.executable)
            return msgspec.structs.replace(found, **changes) if python == "/there" else found

        found = servers.Server("/there", "it started this kernel", 42, "http://localhost:8088/x/")
        monkeypatch.setattr(servers, "find", lambda: found)
        monkeypatch.setattr(servers, "describe", describe)

    return describe


VERSIONS = {"jupyterlab": "3.6.5", "jupyter-server": "2.7.0"}


def checks_here(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    main(["doctor", "--offline", "--json"])
    return {check["name"]: check for check in json.loads(capsys.readouterr().out)["checks"]}


def test_a_kernel_only_installation_is_named_as_such_and_fails_nothing(
    server_of: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    server_of(prefix="/there", python="/there", distributions=VERSIONS, front_ends={})
    checks = checks_here(capsys)
    assert failed(checks) == []
    assert "JupyterLab 3.6.5 and jupyter-server 2.7.0" in checks["Jupyter server"]["found"]
    assert "in /there" in checks["Jupyter server"]["found"]
    assert "only, not in the server's" in checks["environment"]["found"]
    assert "jupyter dsw setup" in checks["environment"]["advice"]
    for name in ("server extension", "labextension", "anywidget"):
        assert checks[name]["state"] == "skipped"
    assert checks["cells"]["found"].startswith("HTML")
    assert "/there is not on a mounted disk" in checks["after a stop"]["found"]


def test_another_version_in_the_servers_environment_is_a_failure(
    server_of: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    server_of(prefix="/there", distributions={**VERSIONS, "jupyter-dsw": "9.9.9"})
    checks = checks_here(capsys)
    assert failed(checks) == ["environment"]
    assert (
        "jupyter-dsw is version 9.9.9 in the server's environment" in checks["environment"]["found"]
    )
    assert "jupyter dsw setup --yes" in checks["environment"]["advice"]


@pytest.mark.parametrize(
    ("front_ends", "words"),
    [
        ({"jupyter-dsw": "0.1.0"}, "by the labextension"),
        ({"anywidget": "1", "@jupyter-widgets/jupyterlab-manager": "1"}, "by anywidget"),
        ({"anywidget": "1"}, "HTML"),
        ({"@jupyter-widgets/jupyterlab-manager": "1"}, "HTML"),
    ],
)
def test_what_a_cell_can_show_depends_on_the_servers_front_ends(
    server_of: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
    front_ends: dict[str, str],
    words: str,
) -> None:
    server_of(prefix="/there", front_ends=front_ends)
    assert words in checks_here(capsys)["cells"]["found"]


@pytest.mark.parametrize(
    ("has_driver", "packages", "words"),
    [
        (False, {}, "no NVIDIA driver here"),
        (True, {}, "install it with `/there/python -m pip install nvidia-ml-py`"),
        (True, {"nvidia-ml-py": "13.1"}, "measured with nvidia-ml-py 13.1"),
    ],
)
def test_with_a_driver_the_server_needs_a_package_to_measure_gpus(
    server_of: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    has_driver: bool,
    packages: dict[str, str],
    words: str,
) -> None:
    driver = tmp_path / "version"
    if has_driver:
        driver.write_text("NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.127.08")
    monkeypatch.setattr("jupyter_dsw.cli.doctor.jupyter.NVIDIA_DRIVER", driver)
    server_of(prefix="/there", python="/there/python", distributions={**VERSIONS, **packages})
    assert words in checks_here(capsys)["GPU"]["found"]


def test_the_report_has_what_is_not_known_of_the_platform_and_no_value_of_the_account(
    server_of: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
    emulator: Emulator,
    environment: dict[str, str],
) -> None:
    server_of(prefix=f"/opt/{emulator.instance_id}/venv", distributions=VERSIONS, front_ends={})
    main(["doctor", "--report"])
    report = capsys.readouterr().out
    for row in (
        "| server: jupyterlab | 3.6.5 |",
        "| server: prefix | /opt/dsw-…/venv |",
        "| server: has a base URL | yes |",
        "| front end: anywidget | not found |",
        "| GetInstance | permitted |",
        "| QueryAutoShutdownPolicies | permitted |",
        "| GetLifecycle | permitted |",
        "| permission | ok |",
    ):
        assert row in report
    assert "DSW_INSTANCE_ID, REGION" in report
    elements = re.findall(r"elements that are filled \| (.*) \|", report)[0].split(", ")
    assert {"InstanceId", "IdleInstanceCuller.MaxIdleTimeInMinutes", "Datasets[].Uri"} <= set(
        elements
    )
    instance = readings.current().instance
    assert instance is not None
    values = {instance.instance_id, instance.instance_name, instance.user_id, instance.workspace_id}
    values |= {*environment.values(), str(Path.home()), os.uname().nodename}
    assert not [value for value in values if value and len(value) > 3 and value in report]


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(
    ("scenario", "outcome"),
    [("extra-denied", "refused: Denied"), ("extra-unknown", "refused: NotConfigured")],
)
def test_the_report_shows_which_calls_are_permitted(
    emulator: Emulator, capsys: pytest.CaptureFixture[str], scenario: str, outcome: str
) -> None:
    emulator.scenario = scenario
    main(["doctor", "--report"])
    report = capsys.readouterr().out
    assert "| GetInstance | permitted |" in report
    assert f"| QueryAutoShutdownPolicies | {outcome} |" in report
    assert f"| GetLifecycle | {outcome} |" in report


@pytest.mark.parametrize(
    ("name", "check"), [("jupyter-dsw", "labextension"), ("anywidget", "anywidget")]
)
def test_a_front_end_of_another_version_is_reported(tmp_path: Path, name: str, check: str) -> None:
    folder = tmp_path / "labextensions" / name
    folder.mkdir(parents=True)
    (folder / "package.json").write_text(json.dumps({"name": name, "version": "9.9.9"}))
    checks = examine(JUPYTER_PATH=str(tmp_path))
    assert failed(checks) == [check]
    assert "is version 9.9.9, " in checks[check]["found"]
    assert "reload the page" in checks[check]["advice"]


def test_a_server_extension_that_was_disabled_is_reported(tmp_path: Path) -> None:
    folder = tmp_path / "jupyter_server_config.d"
    folder.mkdir()
    disabled = {"ServerApp": {"jpserver_extensions": {"jupyter_dsw": False}}}
    (folder / "jupyter_dsw.json").write_text(json.dumps(disabled))
    checks = examine(JUPYTER_CONFIG_PATH=str(tmp_path))
    assert failed(checks) == ["server extension"]
    assert "jupyter server extension enable jupyter_dsw" in checks["server extension"]["advice"]


def test_a_server_that_was_started_without_it_is_reported(tmp_path: Path) -> None:
    checks = examine(JUPYTER_SERVER_URL="http://localhost:8888/", JUPYTER_RUNTIME_DIR=str(tmp_path))
    assert failed(checks) == ["server extension"]
    assert "does not run jupyter-dsw" in checks["server extension"]["found"]
    assert "Restart" in checks["server extension"]["advice"]


def test_a_runtime_folder_that_cannot_be_written_is_named() -> None:
    checks = examine(JUPYTER_SERVER_URL="http://localhost:8888/", JUPYTER_RUNTIME_DIR="/dev/null")
    assert failed(checks) == ["server extension"]
    advice = checks["server extension"]["advice"]
    assert "/dev/null is not writable (Not a directory)" in advice
    assert "JUPYTER_RUNTIME_DIR" in advice


def test_a_runtime_folder_whose_file_system_keeps_no_modes_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JUPYTER_SERVER_URL", "http://localhost:8888/")
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    real = os.fstat

    def fstat(descriptor: int) -> os.stat_result:
        found = real(descriptor)
        return os.stat_result((found.st_mode | 0o755, *found[1:]))

    # As CIFS is mounted by default.
    monkeypatch.setattr(os, "fstat", fstat)
    check = checks_here(capsys)["server extension"]
    assert check["state"] == "failed"
    assert str(tmp_path) in check["advice"]
    assert "Set JUPYTER_RUNTIME_DIR to a folder on a local disk" in check["advice"]


def test_what_is_wrong_with_the_connection_file_is_named(tmp_path: Path) -> None:
    os.mkfifo(path_of(tmp_path, os.getpid()), 0o600)
    checks = examine(JPY_PARENT_PID=str(os.getpid()), JUPYTER_RUNTIME_DIR=str(tmp_path))
    assert failed(checks) == ["server extension"]
    assert "is not a regular file" in checks["server extension"]["found"]


def test_the_language_pack_is_no_must() -> None:
    check = examine()["language pack"]
    assert check["state"] == "noted"
    assert "jupyterlab-language-pack-zh-CN" in check["found"]


def test_an_environment_without_the_packages_data_files_is_reported(tmp_path: Path) -> None:
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
