"""A container with jupyter-dsw in both of its environments, and a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import browser, page  # noqa: F401 - fixtures
from tests.browser.windows import be_quiet
from tests.dsw.environment import Container
from tests.once import once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from jupyter_dsw.demo.lab import Lab
    from jupyter_dsw.emulator import Emulator


@pytest.fixture(scope="session")
def installed_template(
    dsw_template: Container,
    distributions: tuple[Path, Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Container:
    """The container after an installation into the Jupyter server's environment; to be copied."""

    def create(folder: Path) -> None:
        jupyter = dsw_template.copy(folder).jupyter
        jupyter.install(distributions[1], "jupyterlab-language-pack-zh-CN<4")

    return Container(once(tmp_path_factory, "dsw-installed", create))


@pytest.fixture
def container(installed_template: Container, tmp_path: Path) -> Container:
    return installed_template.copy(tmp_path / "container")


@pytest.fixture
def start(container: Container, emulator: Emulator) -> Iterator[Callable[[], Lab]]:
    """Start the container's Jupyter server."""
    started: list[Lab] = []

    def start() -> Lab:
        be_quiet(container.folder)
        lab = container.start(emulator)
        started.append(lab)
        lab.wait_until_it_responds()
        return lab

    yield start
    for lab in started:
        lab.stop()
