"""What all tests share: a running emulator, and an environment that points to it."""

from __future__ import annotations

import os
import tempfile
import threading
from typing import TYPE_CHECKING, Any

import pytest
from xdist.scheduler import LoadFileScheduling

from jupyter_dsw.demo.lab import Lab, clean_environment
from jupyter_dsw.emulator import Emulator
from tests import environments
from tests.canaries import Canaries
from tests.dsw.environment import Container
from tests.leftovers import Leftovers
from tests.once import once
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path


# They ask again and again, or may ask for long.
ASKING_THREADS = {
    "jupyter-dsw-notify",
    "jupyter-dsw-watch",
    "jupyter-dsw-info",
    "jupyter-dsw-monitor",
}


@pytest.fixture(autouse=True)
def no_environment_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test may read the instance, the account or the proxies of the machine it runs on."""
    for name in list(os.environ):
        if name.startswith(("ALIBABA_CLOUD_", "JUPYTER_DSW_", "DSW_")) or name.lower() in {
            "region",
            "dsw_region",
            "jpy_parent_pid",
            "jupyter_server_url",
            "http_proxy",
            "https_proxy",
            "all_proxy",
            "no_proxy",
        }:
            monkeypatch.delenv(name)
    # Nobody's: by the usual one, `setup` and `doctor` would find a Jupyter server.
    monkeypatch.setenv("JUPYTER_SERVER_PORT", "1")


@pytest.fixture(autouse=True)
def no_thread_is_left_behind() -> Iterator[None]:
    """What a test leaves running would ask the next test's emulator."""
    yield
    until(lambda: not [t for t in threading.enumerate() if t.name in ASKING_THREADS])


class _Together(LoadFileScheduling):  # type: ignore[misc]
    """Keep the tests of a file together, for the servers that they share.

    All tests in a browser too: two browsers at once would starve a small machine.
    """

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        if "frameworks" in file:
            # What is shared is an uninterrupted run of one framework.
            return nodeid.rpartition("[")[2]
        return "in a browser" if "browser" in file else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _Together:
    """How the workers share the tests."""
    return _Together(config, log)


def pytest_configure(config: pytest.Config) -> None:
    # The tests read English, whatever the language of the person who runs them.
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        os.environ.pop(name, None)
    os.environ["LANG"] = "C.UTF-8"
    # Else a command would read from a Jupyter server of the person who runs the tests, and the
    # doctor would examine that person's settings.
    for name in ("JUPYTERLAB_SETTINGS_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR"):
        folder = tempfile.TemporaryDirectory()
        os.environ[name] = folder.name
        config.add_cleanup(folder.cleanup)
    config.pluginmanager.register(Canaries(), "canaries")
    config.pluginmanager.register(Leftovers(), "leftovers")


@pytest.fixture
def canaries(request: pytest.FixtureRequest) -> Canaries:
    """The run's watch for secrets."""
    plugin = request.config.pluginmanager.get_plugin("canaries")
    assert isinstance(plugin, Canaries)
    return plugin


@pytest.fixture
def emulator(canaries: Canaries) -> Iterator[Emulator]:
    with Emulator() as running:
        canaries.emulators.append(running)
        yield running


@pytest.fixture
def environment(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of an instance whose endpoint is the emulator; set in this process."""
    variables = emulator.environment()
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables


@pytest.fixture
def start_lab(emulator: Emulator, tmp_path: Path) -> Iterator[Callable[..., Lab]]:
    """Start a JupyterLab on the emulator's instance, with these options and variables."""
    from tests.browser.windows import be_quiet

    started: list[Lab] = []

    def start(options: Mapping[str, object] | None = None, **variables: str) -> Lab:
        environment = {**clean_environment(), **emulator.environment(), **variables}
        # So that browser tests can wait for a kernel instead of for a picture of it.
        seen = {
            "LabApp.expose_app_in_browser": True,
            "JupyterNotebookApp.expose_app_in_browser": True,
        }
        be_quiet(tmp_path)
        lab = Lab.start(tmp_path, environment, {**seen, **(options or {})})
        started.append(lab)
        lab.wait_until_it_responds()
        return lab

    yield start
    for lab in started:
        lab.stop()


@pytest.fixture(scope="session")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The sdist, and the wheel built from it."""
    folder = once(tmp_path_factory, "dist", environments.build)
    (sdist,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return sdist, wheel


@pytest.fixture(scope="session")
def other_environment(
    distributions: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> environments.Environment:
    """An environment into which nothing but the wheel, JupyterLab and a kernel were installed."""

    def create(prefix: Path) -> None:
        environment = environments.Environment.create(prefix)
        environment.install(distributions[1], "jupyterlab", "ipykernel")

    return environments.Environment(once(tmp_path_factory, "venv", create))


@pytest.fixture(scope="session")
def dsw_template(
    distributions: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> Container:
    """A container of an instance after `pip install` in a notebook; to be copied, not changed."""

    def create(folder: Path) -> None:
        Container.create(folder).image.install(distributions[1])

    return Container(once(tmp_path_factory, "dsw", create))


@pytest.fixture
def dsw_container(dsw_template: Container, tmp_path: Path) -> Container:
    """A container of an instance with jupyter-dsw in the image only; its server does not run."""
    return dsw_template.copy(tmp_path / "container")
