"""Installing adds and changes nothing, in the Jupyter environments that instances have."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.dsw.environment import JUNE_2024
from tests.environments import Environment
from tests.test_packaging import without_colours

if TYPE_CHECKING:
    from pathlib import Path

    from tests.dsw.environment import Container

# With the first test the environments are made.
pytestmark = pytest.mark.timeout(900)
ADDED = {"anywidget", "jupyter_dsw", "msgspec", "psygnal"}
# Those of ipywidgets, where it is not there.
WIDGETS = {"ipywidgets", "jupyterlab_widgets", "widgetsnbextension"}


def distributions_of(environment: Environment) -> dict[str, str]:
    """The distributions in an environment, with their versions."""
    listed = json.loads(environment.run("python", "-m", "pip", "list", "--format", "json"))
    return {each["name"].replace("-", "_"): each["version"] for each in listed}


def install_and_compare(environment: Environment, wheel: Path) -> set[str]:
    """Install the wheel; return what it added, after a look whether it changed anything else."""
    before = distributions_of(environment)
    environment.install(wheel)
    after = distributions_of(environment)
    assert {name: after.get(name) for name in before} == before
    assert "No broken requirements" in environment.run("python", "-m", "pip", "check")
    listed = without_colours(environment.run("jupyter", "labextension", "list"))
    assert "jupyter-dsw v0.1.0 enabled OK" in listed
    assert "jupyter_dsw enabled" in without_colours(
        environment.run("jupyter", "server", "extension", "list")
    )
    return set(after) - set(before)


def test_installing_only_adds_to_jupyterlab_3_6_of_july_2023(
    dsw_container: Container, distributions: tuple[Path, Path]
) -> None:
    added = install_and_compare(dsw_container.jupyter, distributions[1])
    assert added == ADDED | WIDGETS


def test_installing_only_adds_to_jupyterlab_4_2_of_june_2024(
    distributions: tuple[Path, Path], tmp_path: Path
) -> None:
    environment = Environment.create(tmp_path / "venv")
    environment.install("--constraint", JUNE_2024, "jupyterlab", "notebook", "ipywidgets")
    assert install_and_compare(environment, distributions[1]) == ADDED
