"""One JupyterHub for all of this folder: users with an instance of their own, and a guest."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jupyter_dsw.emulator import Emulator
from tests.browser.conftest import browser, page  # noqa: F401 - fixtures
from tests.hub import proxy
from tests.hub.hub import Hub, Person

if TYPE_CHECKING:
    from collections.abc import Iterator

USERS = ("first", "second")
SHARING = {
    "ServerApp": {"authorizer_class": "tests.browser.denies_dsw.DeniesDSWToGuests"},
}


@pytest.fixture(scope="package")
def emulators(request: pytest.FixtureRequest) -> Iterator[dict[str, Emulator]]:
    """The endpoint of each user's instance."""
    watch = request.config.pluginmanager.get_plugin("canaries")
    assert watch is not None
    with Emulator() as first, Emulator("scheduled") as second:
        watch.emulators += [first, second]
        for name, emulator in zip(USERS, (first, second), strict=True):
            # At rest: while an image is being saved, a reading is fresh for 10 s only.
            emulator.change(
                InstanceName=f"the {name} instance", InstanceSnapshotList=[], LatestSnapshot=None
            )
        yield dict(zip(USERS, (first, second), strict=True))


@pytest.fixture(scope="package")
def hub(emulators: dict[str, Emulator], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    if not proxy.SCRIPT.exists():
        pytest.fail(f"No {proxy.NAME}: run `make hub`.")
    environments = {name: emulator.environment() for name, emulator in emulators.items()}
    environments["leaving"] = environments["guest"] = environments["first"]
    root = os.fspath(Path(__file__).parents[2])
    environments["sharing"] = {**environments["first"], "PYTHONPATH": root}
    home = tmp_path_factory.mktemp("hub")
    settings = home / "sharing" / ".jupyter"
    settings.mkdir(parents=True)
    (settings / "jupyter_server_config.json").write_text(json.dumps(SHARING))
    running = Hub.start(home, environments)
    try:
        running.wait_until_it_responds()
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="package")
def first(hub: Hub) -> Person:
    return Person.sign_in(hub, "first")


@pytest.fixture(scope="package")
def second(hub: Hub) -> Person:
    return Person.sign_in(hub, "second")
