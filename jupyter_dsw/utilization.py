"""How busy this container is: CPU and GPU, measured here."""

from __future__ import annotations

import msgspec


class Utilization(msgspec.Struct, frozen=True, kw_only=True):
    """CPU and GPU utilization since the previous sample, measured in this container.

    What the platform measures is not documented, so its idle minutes may disagree.
    """

    cpu_percent: float | None = None
    """CPU utilization in percent of all cores of this container; None where it is not measured."""
    gpu_percent: float | None = None
    """GPU utilization in percent; None where there is no GPU, or it is not measured."""
    cpu_cores: float | None = None
    """How many cores 100 % are; None where that is not known."""
    measured_for_ms: int | None = None
    """Milliseconds over which it is the mean."""
