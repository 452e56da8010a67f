"""A real Jupyter server in this process, with the extension, next to the emulator."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from pytest_jupyter.jupyter_server import *  # noqa: F403 - its fixtures, for this folder only
from pytest_jupyter.pytest_tornasync import *  # noqa: F403 - its hooks for coroutines
from traitlets.config import Config

import jupyter_dsw.server

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from jupyter_dsw.monitor import Monitor


@pytest.fixture  # type: ignore[no-redef]
def jp_server_config(
    environment: dict[str, str],
) -> Config:
    del environment  # must be set before the server starts
    return Config({"ServerApp": {"jpserver_extensions": {"jupyter_dsw": True}}})


@pytest.fixture
def monitor(jp_serverapp: Any, jp_asyncio_loop: Any) -> Monitor:
    """The server's own, as its first request makes it."""
    extension = jp_serverapp.web_app.settings["jupyter_dsw"]
    monitor: Monitor = jp_asyncio_loop.run_until_complete(extension.ready_monitor())
    return monitor


@pytest.fixture
def connection(jp_serverapp: Any) -> dict[str, str]:
    """What the server writes for its kernels."""
    (path,) = Path(jp_serverapp.runtime_dir).glob("jupyter-dsw-*.json")
    content: dict[str, str] = json.loads(path.read_text())
    return content


@pytest.fixture
def fetch_any(jp_fetch: Any) -> Callable[[str], Awaitable[Any]]:
    """Fetches a path as a logged-in person; no status raises."""

    async def fetch(path: str) -> Any:
        return await jp_fetch(path, raise_error=False)

    return fetch


@pytest.fixture(scope="session")
def contract() -> Callable[[Any], None]:
    """Raises unless its argument is a reading as the shipped OpenAPI file has it."""
    path = Path(jupyter_dsw.server.__file__).parent / "rest-api.yml"
    document = yaml.safe_load(path.read_text())
    validator = Draft202012Validator(
        {"$ref": "#/components/schemas/Reading", "components": document["components"]}
    )
    return validator.validate
