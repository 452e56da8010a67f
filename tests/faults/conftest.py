"""A real Jupyter server in this process, in a context that faults change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pytest_jupyter.jupyter_server import *  # noqa: F403 - its fixtures, for this folder only
from pytest_jupyter.pytest_tornasync import *  # noqa: F403 - its hooks for coroutines
from traitlets.config import Config

from tests.faults.context import Context
from tests.faults.served import NOTHING, NothingHandler, Served
from tests.upstream.certificates import Authority

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.canaries import Canaries


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def emulator_options() -> dict[str, float]:
    return {}


@pytest.fixture
def context(
    monkeypatch: pytest.MonkeyPatch,
    authority: Authority,
    canaries: Canaries,
    emulator_options: dict[str, float],
) -> Iterator[Context]:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    # A name server that does not respond must not outlast a reading.
    monkeypatch.setenv("RES_OPTIONS", "attempts:1 timeout:1")
    with Context(monkeypatch, authority, **emulator_options) as context:
        canaries.emulators.append(context.emulator)
        yield context


@pytest.fixture  # type: ignore[no-redef]
def jp_server_config(context: Context) -> Config:
    del context  # its environment must be there before the server starts
    return Config({"ServerApp": {"jpserver_extensions": {"jupyter_dsw": True}}})


@pytest.fixture
def served(context: Context, jp_serverapp: Any, jp_fetch: Any, jp_base_url: str) -> Served:
    """A server whose monitor has read nothing yet and lives by the context's clock."""
    jp_serverapp.web_app.settings["jupyter_dsw"].monitor = context.monitor()
    nothing = (f"{jp_base_url}{NOTHING}", NothingHandler)
    jp_serverapp.web_app.add_handlers(".*$", [nothing])

    async def fetch(path: str, **options: Any) -> Any:
        return await jp_fetch(path, raise_error=False, request_timeout=0, **options)

    return Served(context, fetch)
