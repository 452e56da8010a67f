"""A Jupyter server in this process, as the server's tests have it."""

from __future__ import annotations

from pytest_jupyter.pytest_tornasync import *  # noqa: F403 - its hooks for coroutines

from tests.server.conftest import *  # noqa: F403
