"""An instance that runs fast, so that every reading follows within a second."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jupyter_dsw.emulator import Emulator
from tests.notebook.conftest import own_thread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.canaries import Canaries

__all__ = ["own_thread"]

SPEED = 60


@pytest.fixture
def emulator(canaries: Canaries) -> Iterator[Emulator]:
    with Emulator(speed=SPEED) as running:
        canaries.emulators.append(running)
        yield running
