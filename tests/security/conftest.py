"""Real servers, one a file, and what these use of the tests of other packages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from jupyter_dsw.demo.lab import Lab, clean_environment
from jupyter_dsw.emulator import Emulator
from tests.browser.conftest import browser, page  # noqa: F401 - fixtures
from tests.canaries import LOUD, SHARING_TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def shared_emulator(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    """One emulator for the tests of a file."""
    canaries: Any = request.config.pluginmanager.get_plugin("canaries")
    with Emulator() as running:
        canaries.emulators.append(running)
        yield running


@pytest.fixture(scope="module")
def loud_lab(shared_emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One JupyterLab for the tests of a file: strict, and it logs all it can."""
    home = tmp_path_factory.mktemp("loud")
    (home / "config").mkdir()
    (home / "config" / "jupyter_server_config.py").write_text(LOUD.format(target=""))
    environment = {
        **clean_environment(),
        **shared_emulator.environment(),
        "JUPYTER_SERVER_ALLOW_UNAUTHENTICATED_ACCESS": "0",
        "JUPYTER_DSW_SHARING_TOKEN": SHARING_TOKEN,
        "PYTHONASYNCIODEBUG": "1",
    }
    options = {"ServerApp.log_level": "DEBUG", "LabApp.expose_app_in_browser": True}
    lab = Lab.start(home, environment, options)
    try:
        lab.wait_until_it_responds()
        yield lab
    finally:
        lab.stop()
