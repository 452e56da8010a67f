"""CPU and GPU utilization of this container, measured here, without any call of the API.

CPU is the time that the container's control group (cgroup) used, as a share of the cores that it
may use. GPU is what NVIDIA's driver reports through NVML. What PAI-DSW itself measures to find an
instance idle is not documented: these figures are near it at best.

The module is not called `utilization`: importing it would hide the function of that name.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from datetime import datetime, timedelta, timezone
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import msgspec

from jupyter_dsw.cgroups import SELF, CPUGroup
from jupyter_dsw.clock import elapsed_seconds

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from jupyter_dsw.model.stops import StopRule

BETWEEN_SAMPLES_S = 60.0
KEPT_S = 24 * 3600.0
MAX_SAMPLES = int(KEPT_S / BETWEEN_SAMPLES_S)
# Of a shorter time, the CPU share is mostly that of the measurement itself.
SHORTEST_WINDOW_S = 1.0
# The driver may be loaded later, and NVML fails now and then. Its initialization takes a second.
GPU_RETRY_S = 600.0

_Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]


class Utilization(msgspec.Struct, frozen=True, kw_only=True):
    """CPU and GPU utilization of this container over the last minute or so, measured in it."""

    cpu_percent: _Percent | None = None
    """CPU time used, in percent of what `cpu_cores` cores can do in that time; None if unknown."""
    gpu_percent: _Percent | None = None
    """Mean of `gpu_percents`; None if one of them is unknown."""
    gpu_percents: tuple[_Percent | None, ...] = ()
    """GPU utilization of each GPU, as NVML reports it; empty where NVML or a GPU is missing."""
    cpu_cores: float | None = None
    """How many cores are 100 % of CPU: the quota of the cgroup, its CPU set, or the requested
    cores of the instance; None if unknown."""
    measured_for_ms: Annotated[int, msgspec.Meta(ge=0)] = 0
    """Over how many milliseconds the CPU time was measured."""


def counts_as_idle(utilization: Utilization, rule: StopRule) -> bool | None:
    """Return whether this utilization is below the thresholds of an idle stop; None if unknown.

    The rule as it is documented: the instance is idle while CPU and, on a GPU instance, GPU are
    below their thresholds. One that is not lower is enough for it to be busy.
    """
    pairs = (
        (utilization.cpu_percent, rule.cpu_percent),
        (utilization.gpu_percent, rule.gpu_percent),
    )
    below = [
        None if measured is None else measured < threshold
        for measured, threshold in pairs
        if threshold is not None
    ]
    if False in below:
        return False
    return None if None in below or not below else True


class UtilizationSample(msgspec.Struct, frozen=True, kw_only=True):
    """The utilization up to one moment, since the sample before it."""

    at: Annotated[datetime, msgspec.Meta(tz=True)]
    """The end of the measurement (UTC), by this machine's clock."""
    cpu_percent: _Percent | None = None
    """CPU time used, in percent of the cores that the container may use; None if unknown."""
    gpu_percent: _Percent | None = None
    """Mean of `gpu_percents`; None if one of them is unknown."""
    gpu_percents: tuple[_Percent | None, ...] = ()
    """GPU utilization of each GPU; empty where NVML or a GPU is missing."""
    idle_minutes: float | None = None
    """Minutes of idleness that PAI-DSW itself had counted by then, as last read; None if unknown
    or if no idle stop is set."""


class UtilizationSamples(msgspec.Struct, frozen=True, kw_only=True):
    """The samples of the last 24 hours, as the server sends them."""

    now: Annotated[datetime, msgspec.Meta(tz=True)]
    """The present moment (UTC) by the clock that the samples are dated by: a browser's may differ.
    """
    between_ms: Annotated[int, msgspec.Meta(ge=1)] = int(BETWEEN_SAMPLES_S * 1000)
    """Milliseconds from one sample to the next; where more lie between two, none were taken."""
    samples: tuple[UtilizationSample, ...] = ()
    """The oldest first."""

    def encode(self) -> bytes:
        """Return the JSON that a server sends."""
        return msgspec.json.encode(self)

    @classmethod
    def decode(cls, body: bytes) -> UtilizationSamples:
        """Return what a server sent. Raises `msgspec.MsgspecError`."""
        return msgspec.json.decode(body, type=cls)


class Recorder:
    """Measures when `take` is called, and keeps the samples of the last 24 hours.

    In any thread; it never raises. `clock` gives the seconds that samples are dated in.
    """

    between_s: ClassVar[float] = BETWEEN_SAMPLES_S
    """How often `take` should be called."""

    def __init__(
        self, meter: Meter | None = None, clock: Callable[[], float] = elapsed_seconds
    ) -> None:
        self._meter = meter or Meter()
        self._clock = clock
        self._measuring, self._keeping = threading.Lock(), threading.Lock()
        # Each with the second at which it was taken.
        self._kept: deque[tuple[float, Utilization, float | None]] = deque(maxlen=MAX_SAMPLES)

    def take(
        self, *, requested_cores: float | None = None, idle_minutes: float | None = None
    ) -> None:
        """Measure since the last call, and keep that unless it is too short.

        The first call only begins the measurement. It may take a second, for NVML.
        """
        with self._measuring:
            utilization = self._meter.measure(requested_cores)
            if utilization is None:
                return
            # Not while it measures: a page would wait for NVML.
            with self._keeping:
                self._kept.append((self._clock(), utilization, idle_minutes))

    def latest(self) -> Utilization | None:
        """Return the last measurement, None if there is none yet or it is no longer recent."""
        with self._keeping:
            last = self._kept[-1] if self._kept else None
        if last is None or self._clock() - last[0] > 3 * BETWEEN_SAMPLES_S:
            return None
        return last[1]

    def samples(self) -> UtilizationSamples:
        """Return the samples of the last 24 hours."""
        with self._keeping:
            kept = tuple(self._kept)
        now, wall_clock = self._clock(), datetime.now(timezone.utc).replace(microsecond=0)
        return UtilizationSamples(
            now=wall_clock,
            samples=tuple(
                UtilizationSample(
                    # Not by the wall clock at that time: it may have been set since.
                    at=wall_clock - timedelta(seconds=round(now - taken)),
                    cpu_percent=utilization.cpu_percent,
                    gpu_percent=utilization.gpu_percent,
                    gpu_percents=utilization.gpu_percents,
                    idle_minutes=idle_minutes,
                )
                for taken, utilization, idle_minutes in kept
                if now - taken <= KEPT_S
            ),
        )


class Meter:
    """Measures this container between two calls.

    `clock` counts the time in which the machine is awake, as CPU time does. `self_folder` is
    `/proc/self`, `machine_cores` the machine's own, and `gpus` gives the percent of each GPU.
    """

    def __init__(
        self,
        self_folder: Path = SELF,
        *,
        machine_cores: float | None = None,
        gpus: Callable[[], tuple[float | None, ...]] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._self_folder = self_folder
        self._machine_cores = machine_cores or os.cpu_count()
        self._gpus = gpus or Gpus().percents
        self._clock = clock
        self._group: CPUGroup | None = None
        self._begun: tuple[float, float | None] | None = None

    def measure(self, requested_cores: float | None = None) -> Utilization | None:
        """Return the utilization since the last call that returned one, or the first one.

        None at the first call, and where less than a second has passed. `requested_cores` are
        those of the instance: 100 % where the cgroup sets no limit.
        """
        now = self._clock()
        if self._begun is not None and now - self._begun[0] < SHORTEST_WINDOW_S:
            return None
        used_s, cores = self._cpu(requested_cores)
        begun, self._begun = self._begun, (now, used_s)
        if begun is None:
            self._gpus()  # from here on
            return None
        gpus = self._gpus()
        return Utilization(
            cpu_percent=_share(begun[1], used_s, cores, now - begun[0]),
            gpu_percent=mean_of_gpus(gpus),
            gpu_percents=gpus,
            cpu_cores=cores,
            measured_for_ms=round((now - begun[0]) * 1000),
        )

    def _cpu(self, requested_cores: float | None) -> tuple[float | None, float | None]:
        """Return the seconds of CPU time used so far, and the cores that are 100 %."""
        group = self._group or CPUGroup.find(self._self_folder)
        used_s = group.used_s() if group else None
        if used_s is None:
            # It vanished, or this process was moved: look again the next time. A counter of
            # another group has nothing to do with this one's.
            self._group = None
            return None, None
        self._group = group
        return used_s, group.cores(self._machine_cores, requested_cores) if group else None


def _share(
    before_s: float | None, after_s: float | None, cores: float | None, window_s: float
) -> float | None:
    """Return the percent of CPU between two readings of the counter; None where that is unknown."""
    if before_s is None or after_s is None or not cores or window_s <= 0:
        return None
    if after_s < before_s:
        return None  # another counter: the cgroup was made anew
    # A burst, or a limit that was just lowered, would be more than all.
    return min(100.0, round((after_s - before_s) / window_s / cores * 100, 2))


def mean_of_gpus(percents: tuple[float | None, ...]) -> float | None:
    """Return the mean over GPUs: as CPU is a share of all cores; the most careful reading.

    One busy GPU of eight may or may not keep an instance alive: that is not documented, and below
    the threshold by mean is below it earlier than by the highest.
    """
    known = [each for each in percents if each is not None]
    return round(sum(known) / len(known), 2) if known and len(known) == len(percents) else None


class Gpus:
    """The GPUs by NVML, through the optional package nvidia-ml-py.

    Nothing is imported before the first use, and a failure leaves the GPUs unknown.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._nvml: Any = None
        self._devices: tuple[Any, ...] = ()
        self._seen: list[int] = []
        self._retry_at = float("-inf")

    def percents(self) -> tuple[float | None, ...]:
        """Return each GPU's utilization since the last call; empty where there is none known."""
        if self._nvml is None and self._clock() >= self._retry_at:
            self._retry_at = self._clock() + GPU_RETRY_S
            self._begin()
        return tuple(self._percent(number) for number in range(len(self._devices)))

    def _begin(self) -> None:
        try:
            nvml: Any = import_module("pynvml")
            nvml.nvmlInit()
            count = min(int(nvml.nvmlDeviceGetCount()), 64)
            self._devices = tuple(map(nvml.nvmlDeviceGetHandleByIndex, range(count)))
        except Exception:  # noqa: BLE001 - no driver, no package, an older one: unknown all the same
            return
        self._seen = [0] * count
        self._nvml = nvml

    def _percent(self, number: int) -> float | None:
        mean = self._mean_of_kept(number)
        if mean is not None:
            return mean
        try:
            # Of the last second at most.
            rates = self._nvml.nvmlDeviceGetUtilizationRates(self._devices[number])
            return _within(float(rates.gpu))
        except Exception:  # noqa: BLE001 - a slice of a GPU (MIG) has none; a driver may be gone
            return None

    def _mean_of_kept(self, number: int) -> float | None:
        """Return the mean of the values that NVML kept since the last call.

        They are of the last 20 s or so, several a second: training that waits for its data every
        few steps is not mistaken for idleness. None for a GPU that keeps none.
        """
        device, nvml = self._devices[number], self._nvml
        try:
            kind = nvml.NVML_GPU_UTILIZATION_SAMPLES
            _, samples = nvml.nvmlDeviceGetSamples(device, kind, self._seen[number])
            values = [int(each.sampleValue.uiVal) for each in samples]
            self._seen[number] = max(int(each.timeStamp) for each in samples)
            return _within(sum(values) / len(values))
        except Exception:  # noqa: BLE001 - old GPUs keep none, and there may be no new ones
            return None


def _within(percent: float) -> float | None:
    return round(percent, 2) if 0 <= percent <= 100 else None
