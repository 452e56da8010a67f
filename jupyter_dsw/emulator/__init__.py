"""A local PAI-DSW endpoint that verifies signatures, with scenarios.

It stands in for Alibaba Cloud in the demo and in the tests, and shares only `i18n` with the rest.
"""

from __future__ import annotations

from jupyter_dsw.emulator.emulator import Emulator
from jupyter_dsw.emulator.scenarios import SCENARIOS, Scenario

__all__ = ["SCENARIOS", "Emulator", "Scenario"]
