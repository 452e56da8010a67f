"""What a fault is, to the tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.faults.context import Context


@dataclass(frozen=True)
class Fault:
    """One fault: how to bring it about, and what is expected of it. `Context.mend` ends it."""

    name: str
    begin: Callable[[Context], object]
    code: str | None = None
    """The error's code; None where readings stay good."""
    status: int = 200
    """HTTP's status where nothing was ever read."""
    server: Literal["endpoint", "credentials", "tls"] | None = "endpoint"
    """Which server every new reading passes while the fault is on; None where there is none."""
    never_responds: bool = False
    """Whether only the deadline ends a reading."""
    emulator: Mapping[str, float] | None = None
    """Options of the emulator."""

    def __str__(self) -> str:
        return self.name
