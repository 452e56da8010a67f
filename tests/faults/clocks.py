"""A clock that a test moves on, so that nobody waits for a back-off."""

from __future__ import annotations

import time

from jupyter_dsw.clock import elapsed_seconds


class Clock:
    """This machine's clocks, moved on by `ahead_s` seconds."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def let_pass(self, seconds: float) -> None:
        """Move on."""
        self.ahead_s += seconds

    def wall(self) -> float:
        """Seconds since the epoch."""
        return time.time() + self.ahead_s

    def monotonic(self) -> float:
        """Elapsed seconds."""
        return elapsed_seconds() + self.ahead_s
