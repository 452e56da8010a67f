"""`jupyter dsw setup`: what it finds, what it refuses, and with which message."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from jupyter_dsw.cli import installation, main, servers, setup
from jupyter_dsw.cli.installation import Pip
from jupyter_dsw.cli.report import Failed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.environments import Environment

VERSION = installation.own_version()


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No index, and no Jupyter server of the person who runs the tests."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)


@pytest.fixture
def python(tmp_path: Path) -> str:
    """The Python of an empty environment, without pip."""
    venv.create(tmp_path / "venv", with_pip=False)
    return str(tmp_path / "venv/bin/python")


def write_wheel(folder: Path, name: str, version: str, *requirements: str) -> Path:
    """Make the wheel of an empty distribution."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    needs = "".join(f"Requires-Dist: {each}\n" for each in requirements)
    with zipfile.ZipFile(path, "w") as archive:
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}"
        archive.writestr(f"{info}/METADATA", metadata)
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


def install(python: str, *words: object) -> None:
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet"]
    subprocess.run([*pip, *map(str, words)], check=True)


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str]:
    """The exit status, and the output in one line."""
    status = main(["setup", *map(str, words)])
    return status, " ".join(capsys.readouterr().out.split())


def test_without_pip_there_the_one_of_this_environment_installs_and_removes(
    python: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep = tmp_path / "keep"
    write_wheel(keep, "helper", "1.0")
    write_wheel(keep, "jupyter-dsw", VERSION, "helper")
    before = servers.describe(python).distributions
    pip = Pip(servers.describe(python), tmp_path)
    wheel = installation.wheel(tmp_path, keep)
    plan = pip.plan(wheel, keep)
    assert plan.to_install == {"jupyter-dsw": VERSION, "helper": "1.0"}
    after = pip.install(wheel, plan)
    assert after.distributions == {**before, **plan.to_install}
    status, shown = run(capsys, "--python", python, "--remove")
    assert status == 0
    assert "helper, jupyter-dsw" in shown
    assert servers.describe(python).distributions == after.distributions
    assert run(capsys, "--python", python, "--remove", "--yes")[0] == 0
    assert servers.describe(python).distributions == before
    assert "nothing that setup has added" in run(capsys, "--python", python, "--remove")[1]


def test_where_apprise_is_here_the_server_gets_it_too(
    python: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = tmp_path / "keep"
    write_wheel(keep, "apprise", "1.9")
    extra = 'apprise>=1.9; extra == "notify"\nProvides-Extra: notify'
    write_wheel(keep, "jupyter-dsw", VERSION, extra)
    wheel = installation.wheel(tmp_path, keep)
    pip = Pip(servers.describe(python), tmp_path)
    with monkeypatch.context() as without:
        without.setattr(installation, "library_is_there", lambda: False)
        assert pip.plan(wheel, keep).to_install == {"jupyter-dsw": VERSION}
        assert "extras=''" in setup.startup_script(python, keep)
    plan = pip.plan(wheel, keep)
    assert plan.to_install == {"jupyter-dsw": VERSION, "apprise": "1.9"}
    script = setup.startup_script(python, keep)
    assert "extras='[notify]'" in script
    (tmp_path / "venv/share/jupyter").mkdir(parents=True)  # as in each environment of JupyterLab
    subprocess.run(["sh", "-c", script], check=True)
    there = servers.describe(python)
    assert there.distributions.items() >= plan.to_install.items()
    assert sorted(installation.removable(there)[0]) == ["apprise", "jupyter-dsw"]


def test_what_would_change_something_else_is_refused_by_name(
    python: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep = tmp_path / "keep"
    install(python, write_wheel(tmp_path, "helper", "1.0"))
    write_wheel(keep, "helper", "2.0")
    write_wheel(keep, "jupyter-dsw", VERSION, "helper>=2")
    before = servers.describe(python).distributions
    status, shown = run(capsys, "--python", python, "--keep-in", keep, "--yes")
    assert status == 1
    assert "would change other packages of that environment: helper 1.0 → 2.0" in shown
    assert "%dsw_info, Python code and the terminal work as before" in shown
    assert servers.describe(python).distributions == before


def test_what_others_came_to_need_stays(python: str, tmp_path: Path) -> None:
    keep = tmp_path / "keep"
    write_wheel(keep, "helper", "1.0", "deep")
    write_wheel(keep, "deep", "1.0")
    write_wheel(keep, "jupyter-dsw", VERSION, "helper")
    pip = Pip(servers.describe(python), tmp_path)
    wheel = installation.wheel(tmp_path, keep)
    pip.install(wheel, pip.plan(wheel, keep))
    install(python, write_wheel(tmp_path, "other", "1.0", "helper"))
    going, staying = installation.removable(servers.describe(python))
    assert (going, staying) == (["jupyter-dsw"], ["deep", "helper"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"version": "3.7.16"}, "That Python is 3.7.16, and jupyter-dsw needs 3"),
        ({"writable": False}, "is not writable"),
    ],
    ids=["an old Python", "read-only"],
)
def test_where_nothing_can_be_installed_the_reason_is_shown_and_what_still_works(
    python: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    change: dict[str, object],
    words: str,
) -> None:
    write_wheel(tmp_path, "jupyter-dsw", VERSION)
    real = servers.describe

    def describe(its: str) -> servers.Environment:
        found = real(its)
        return msgspec.structs.replace(found, **change) if its == python else found

    monkeypatch.setattr(servers, "describe", describe)
    status, shown = run(capsys, "--python", python, "--keep-in", tmp_path, "--yes")
    assert status == 1
    assert words in shown
    assert "→" in shown
    assert "work as before" in shown


def test_without_an_index_and_kept_wheels_that_is_the_message(
    python: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_wheel(tmp_path / "keep", "jupyter-dsw", VERSION, "helper")
    status, shown = run(capsys, "--python", python, "--keep-in", tmp_path / "keep")
    assert status == 1
    assert "pip finds no package index here" in shown
    assert "--keep-in FOLDER" in shown


def test_a_python_that_cannot_be_run_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    status, shown = run(capsys, "--python", "/no/python")
    assert status == 1
    assert "cannot be run: /no/python" in shown
    assert "--python PATH" in shown


def test_a_source_checkout_cannot_be_copied(tmp_path: Path) -> None:
    with pytest.raises(Failed) as caught:
        installation.wheel(tmp_path, None)
    assert "--keep-in" in caught.value.advice


def test_the_packed_wheel_has_what_the_built_one_has(
    other_environment: Environment, distributions: tuple[Path, Path], tmp_path: Path
) -> None:
    pack = (
        "import pathlib, sys; from jupyter_dsw.cli import installation;"
        "print(installation.wheel(pathlib.Path(sys.argv[1]), None))"
    )
    packed = Path(other_environment.run("python", "-c", pack, tmp_path).strip())
    assert packed.name == distributions[1].name
    with zipfile.ZipFile(packed) as one, zipfile.ZipFile(distributions[1]) as other:
        assert sorted(one.namelist()) == sorted(other.namelist())
        names = [name for name in one.namelist() if not name.endswith("/RECORD")]
        assert all(one.read(name) == other.read(name) for name in names)


@contextmanager
def listening(python: str) -> Iterator[tuple[int, int]]:
    """The process ID and the port of something that listens, run by this Python."""
    script = (
        "import socket, sys\nserver = socket.create_server(('127.0.0.1', 0))\n"
        "print(server.getsockname()[1], flush=True)\ninput()"
    )
    command = [python, "-c", script]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        yield process.pid, int(process.stdout.readline())
        process.communicate(b"\n")


@pytest.fixture
def server(python: str) -> Iterator[tuple[int, int]]:
    """The same, run by that environment."""
    with listening(python) as started:
        yield started


def write_runtime_file(folder: Path, pid: int, port: int) -> None:
    """Write what a Jupyter server writes at its start."""
    found = {"pid": pid, "port": port, "url": f"http://127.0.0.1:{port}/dsw-1/?token=secret"}
    (folder / f"jpserver-{pid}.json").write_bytes(msgspec.json.encode(found))


def test_the_server_that_started_this_kernel_is_found_with_the_python_of_its_environment(
    python: str, server: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JPY_PARENT_PID", str(server[0]))
    found = servers.find()
    assert (found.python, found.pid) == (python, server[0])
    assert found.found_by == "it started this kernel"


def test_a_terminals_server_is_found_by_its_address_and_its_token_is_not_kept(
    python: str, server: tuple[int, int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pid, port = server
    write_runtime_file(tmp_path, *server)
    # A server that was killed leaves its file, and another process gets its ID.
    write_runtime_file(tmp_path, os.getpid(), port + 1)
    monkeypatch.setenv("JUPYTER_SERVER_URL", f"http://localhost:{port}/dsw-1/")
    found = servers.find()
    address = f"http://127.0.0.1:{port}/dsw-1/"
    assert (found.python, found.pid, found.url) == (python, pid, address)
    assert found.found_by == "it is the one of JUPYTER_SERVER_URL"
    monkeypatch.delenv("JUPYTER_SERVER_URL")
    assert servers.find().found_by == "it is the only one of this user"


def test_without_a_runtime_file_it_is_found_by_the_port(
    python: str, server: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_SERVER_PORT", str(server[1]))
    found = servers.find()
    assert (found.python, found.pid) == (python, server[0])
    assert found.found_by == f"it listens on port {server[1]}"


def test_between_servers_of_several_environments_the_person_chooses(
    python: str, server: tuple[int, int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_runtime_file(tmp_path, *server)
    with listening(sys.executable) as other:
        write_runtime_file(tmp_path, *other)
        with pytest.raises(servers.NoServer) as caught:
            servers.find()
        status, shown = run(capsys)
    both = ", ".join(sorted([python, sys.executable]))
    assert caught.value.message == f"Several Jupyter servers of this user are running: {both}."
    assert status == 1
    assert "Several Jupyter servers of this user are running: " in shown


def test_before_it_starts_the_platforms_jupyterlab_is_found_by_its_folder(
    tmp_path: Path,
) -> None:
    with pytest.raises(servers.NoServer, match="No Jupyter server"):
        servers.find(tmp_path)
    bin_folder = tmp_path / "etc/dsw/cache/pre-install/plugins/jupyter-lab/v3.6.5/venv/bin"
    bin_folder.mkdir(parents=True)
    (bin_folder / "python").touch()
    assert servers.find(tmp_path).python == str(bin_folder / "python")


def test_the_startup_script_of_an_empty_folder_comes_with_what_to_do_first(
    python: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["setup", "--python", python, "--startup-script", "--keep-in", str(tmp_path)]
    assert main(command) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("#!/bin/sh\n")
    assert "Keep the wheels first" in printed.err
    write_wheel(tmp_path, "jupyter-dsw", VERSION)
    assert main(command) == 0
    assert capsys.readouterr().err == ""


def test_the_startup_script_quotes_everything_and_never_fails(tmp_path: Path) -> None:
    odd = Path("/mnt/$(touch hacked)/`id`; exit 1\n'\"")
    script = setup.startup_script("/no/such/python", odd)
    script = script.replace(f"kernel_python={sys.executable}", "kernel_python=/no/kernel")
    done = subprocess.run(
        ["sh", "-eu", "-c", f'{script}\nprintf %s "$keep"'],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.endswith(str(odd))
    assert "the environment of JupyterLab was not found" in done.stdout
    assert list(tmp_path.iterdir()) == []
