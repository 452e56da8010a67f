"""The folder `binder/`, run as repo2docker and mybinder.org run it.

Source: jupyterhub/repo2docker, `buildpacks/base.py`, `buildpacks/python/__init__.py` and
`buildpacks/repo2docker-entrypoint`; jupyterhub/binderhub, `helm-chart/binderhub/values.yaml`.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tarfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import requests

from jupyter_dsw.demo.lab import free_port
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.environments import Environment

PREFIX = "/user/some-binder-4x1q2z/"
TOKEN = "token-of-the-hub"
# mybinder.org's own command; without it, what is in its place is the image's.
COMMAND = "import os, sys; os.execvp('jupyter-lab', sys.argv)"
# In the front end's place: the sdist has it built, from the same tree and by the same hook. That
# it is built without a Node of the machine is what the fixture `distributions` shows.
BUILD = ("hatchling", "hatch-nodejs-version", "jupyter-builder", "hatch-jupyter-builder")


@dataclass
class Container:
    """A folder with the repository, and an environment whose base is repo2docker's."""

    repository: Path
    variables: dict[str, str]

    def run(self, *command: str) -> None:
        done = subprocess.run(
            command,
            cwd=self.repository,
            env=self.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def container(
    distributions: tuple[Path, Path],
    other_environment: Environment,
    tmp_path_factory: pytest.TempPathFactory,
) -> Container:
    """Built: the requirements, then postBuild, both in the repository's folder."""
    folder = tmp_path_factory.mktemp("container")
    with tarfile.open(distributions[0]) as sdist:
        # Without the tests, which hold what the run's watch for secrets looks for.
        members = [member for member in sdist if "/tests/" not in member.name]
        sdist.extractall(folder, members, filter="data")
    (repository,) = folder.glob("jupyter_dsw-*")
    environment = other_environment.copy_without_this_project(folder / "venv")
    environment.install(*BUILD)
    variables = environment.variables_of_a_new_user(folder)
    container = Container(repository, {**variables, "PIP_NO_BUILD_ISOLATION": "0"})
    container.run("pip", "install", "-r", "binder/requirements.txt")
    (repository / "binder/postBuild").chmod(0o755)
    container.run("./binder/postBuild")
    return container


@pytest.fixture(scope="module")
def url(container: Container) -> Iterator[str]:
    """Started: repo2docker's entrypoint puts `start` before the command."""
    start = container.repository / "binder/start"
    start.chmod(0o755)
    port = free_port()
    arguments = ["--ip=127.0.0.1", f"--port={port}"]
    for application in ("NotebookApp", "ServerApp"):
        arguments += [f"--{application}.base_url={PREFIX}", f"--{application}.token={TOKEN}"]
        arguments += [f"--{application}.trust_xheaders=True"]
    # Only here: the container's user is not root.
    arguments += ["--allow-root", "--ServerApp.open_browser=False"]
    with (container.repository.parent / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [str(start), "python3", "-c", COMMAND, *arguments],
            cwd=container.repository,
            env=container.variables,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    url = f"http://127.0.0.1:{port}{PREFIX}"
    try:
        until(lambda: server.poll() is not None or responds(url))
        assert server.poll() is None, (container.repository.parent / "server.log").read_text()
        yield url
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def responds(url: str) -> bool:
    with contextlib.suppress(requests.ConnectionError):
        return requests.get(f"{url}api", timeout=60).ok
    return False


def get(url: str, path: str = "") -> requests.Response:
    response = requests.get(url + path, params={"token": TOKEN}, timeout=60)
    response.raise_for_status()
    return response


def test_the_tour_is_what_opens_under_the_hubs_prefix(url: str) -> None:
    page = get(url)
    assert page.url.partition("?")[0] == f"{url}lab/tree/tour/tour.ipynb"
    assert "@jupyterlab/apputils-extension:announcements" in page.text
    tour = get(url, "api/contents/tour/tour.ipynb").json()["content"]
    assert any("%dsw_info" in cell["source"] for cell in tour["cells"])


def test_the_server_and_its_terminals_see_a_simulated_instance(url: str) -> None:
    reading = get(url, "jupyter-dsw/v1/instance").json()
    assert reading["instance"]["Status"] == "Running"
    assert reading["source"]["simulated"] is True


def test_the_sources_are_in_no_kernels_way(container: Container) -> None:
    assert not list((container.repository / "tour").glob("*.py"))
    assert not (container.repository / "labextension/node_modules").exists()


def test_a_container_without_the_emulator_does_not_start(container: Container) -> None:
    # Rather than JupyterLab on no instance at all.
    done = subprocess.run(
        ["/bin/bash", "binder/start", "echo", "started"],
        cwd=container.repository,
        env={**container.variables, "PATH": str(container.repository.parent / "tools")},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "started" not in done.stdout
