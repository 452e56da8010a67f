"""What the tests of the terminal command share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jupyter_dsw.emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.canaries import Canaries


@pytest.fixture
def emulator(canaries: Canaries) -> Iterator[Emulator]:
    """As everywhere, with a `slow` that is slow for a moment only."""
    with Emulator(slow_s=0.2) as running:
        canaries.emulators.append(running)
        yield running
