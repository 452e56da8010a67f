"""`jupyter dsw setup` in a container like that of an instance, from the kernels to JupyterLab."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.test_packaging import without_colours

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jupyter_dsw.demo.lab import Lab
    from jupyter_dsw.emulator import Emulator
    from tests.dsw.environment import Container
    from tests.environments import Environment

# The first of them makes both environments.
pytestmark = pytest.mark.timeout(600)

# Of a Python without proxies, indexes or their configuration: what is not kept is not there.
OFFLINE = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PIP_CONFIG_FILE": os.devnull}


def listing(environment: Environment) -> list[str]:
    """Return every distribution of an environment, with its version."""
    lines = environment.run("python", "-m", "pip", "list", "--format", "freeze").splitlines()
    return sorted(line for line in lines if "==" in line)


def added(before: list[str], after: list[str]) -> set[str]:
    """Return the names of what came, after a look whether anything went or changed."""
    assert set(before) <= set(after)
    return {line.partition("==")[0].replace("_", "-") for line in set(after) - set(before)}


@pytest.fixture
def lab(dsw_container: Container, emulator: Emulator) -> Iterator[Lab]:
    """The container's JupyterLab, in whose environment nothing of jupyter-dsw is."""
    started = dsw_container.start(emulator)
    yield started
    started.stop()


def test_setup_brings_it_into_jupyterlab_and_remove_restores_what_was_there(
    dsw_container: Container, emulator: Emulator, lab: Lab
) -> None:
    lab.wait_until_it_responds()
    container = dsw_container
    terminal = {**container.variables(emulator), "JUPYTER_SERVER_URL": lab.url}
    before, image = listing(container.jupyter), listing(container.image)

    shown = container.run("jupyter-dsw", "setup", **terminal)
    assert shown.returncode == 0, shown.stdout
    words = " ".join(shown.stdout.split())
    assert "JUPYTER_SERVER_URL" in words
    assert "jupyterlab 3.6.5, jupyter-server 2.7.0" in words
    assert "Nothing was changed." in shown.stdout
    assert listing(container.jupyter) == before

    done = container.run("jupyter-dsw", "setup", "--yes", **terminal)
    assert done.returncode == 0, done.stdout
    expected = {"anywidget", "ipywidgets", "jupyter-dsw", "jupyterlab-widgets", "msgspec"}
    expected |= {"psygnal", "widgetsnbextension"}
    assert added(before, listing(container.jupyter)) == expected
    assert listing(container.image) == image
    listed = without_colours(container.jupyter.run("jupyter", "labextension", "list"))
    assert "jupyter-dsw v0.1.0 enabled OK" in listed

    lab.stop()
    restarted = container.start(emulator)
    try:
        restarted.wait_until_it_responds()
        served = restarted.request("GET", "jupyter-dsw/v1/instance")
        assert served["source"]["instance_id"] == emulator.instance_id
        # As `env -i HOME=… PATH=… jupyter dsw info` in an SSH session.
        seen = container.run("jupyter-dsw", "info", "all")
        assert seen.returncode == 0, seen.stdout
        assert emulator.instance_id in seen.stdout
        assert "via the Jupyter server" in " ".join(seen.stdout.split())
    finally:
        restarted.stop()

    python = ("--python", container.jupyter.python)
    removed = container.run("jupyter-dsw", "setup", "--remove", "--yes", *python)
    assert removed.returncode == 0, removed.stdout
    assert listing(container.jupyter) == before


def test_the_startup_script_installs_what_was_kept_without_a_network_and_can_run_again(
    dsw_container: Container, tmp_path: Path
) -> None:
    container, keep = dsw_container, tmp_path / "a 'disk'; $(exit 1)"
    command = ("jupyter-dsw", "setup", "--python", container.jupyter.python, "--keep-in", keep)
    before, image = listing(container.jupyter), listing(container.image)
    installed = container.run(*command, "--yes")
    assert installed.returncode == 0, installed.stdout
    assert container.run(*command, "--remove", "--yes").returncode == 0
    script = tmp_path / "startup.sh"
    script.write_text(container.run(*command, "--startup-script").stdout)
    # As an image is after a restart.
    container.image.run("python", "-m", "pip", "uninstall", "--yes", "jupyter-dsw", "msgspec")

    def start() -> str:
        done = subprocess.run(
            ["sh", "-eu", script],
            env={"PATH": "/usr/bin:/bin", "HOME": str(container.home), **OFFLINE},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0
        return done.stdout

    assert start().count(f"was installed from the wheels in {keep}") == 2
    assert "jupyter-dsw" in added(before, listing(container.jupyter))
    assert listing(container.image) == image
    assert start().count("has jupyter-dsw 0.1.0") == 2
    assert container.run(*command, "--remove", "--yes").returncode == 0
    assert listing(container.jupyter) == before
