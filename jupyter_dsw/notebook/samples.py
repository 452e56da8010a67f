"""`utilization()`: samples of CPU and GPU, from the Jupyter server or measured in this process."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import os
import time
from http.client import HTTPException
from typing import TYPE_CHECKING

import msgspec

from jupyter_dsw.clock import in_thread
from jupyter_dsw.meter import SHORTEST_WINDOW_S, Recorder, UtilizationSamples
from jupyter_dsw.notebook import connection, kernel_request
from jupyter_dsw.notebook.connection import NoServer

if TYPE_CHECKING:
    from concurrent.futures import Future

    from jupyter_dsw.meter import Utilization, UtilizationSample
    from jupyter_dsw.model.instance import Instance

# The server has them ready; it may be busy.
SERVER_TIMEOUT_S = 10.0
# NVML takes up to a second at first. A driver that hangs must not keep a stop from being seen.
MEASURING_TIMEOUT_S = 2.0

_recorder = Recorder()
_measuring: Future[None] | None = None


def _begin_anew_in_a_fork() -> None:
    # A forked child may have the recorder in the middle of a measurement.
    global _recorder, _measuring
    _recorder, _measuring = Recorder(), None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew_in_a_fork)


def utilization() -> tuple[UtilizationSample, ...]:
    """Return the CPU and GPU utilization of this container, in samples, the oldest first.

    With jupyter-dsw in the Jupyter server these are its samples of the last 24 hours, one a minute.
    Without it this process measures, in at most one sample for each reading: at the first call it
    takes a second. Each sample is of the time since the one before it:

    - `at`: its end, aware, in UTC.
    - `cpu_percent`: 0 to 100, of the cores that the container may use; None if unknown.
    - `gpu_percent`, `gpu_percents`: 0 to 100, the mean and each GPU; None and `()` if unknown.
    - `idle_minutes`: what PAI-DSW itself had counted by then, as last read; None if unknown.

    What PAI-DSW measures to find an instance idle is not documented. No call of the API is made,
    and it never raises.

    >>> import jupyter_dsw
    >>> samples = jupyter_dsw.utilization()  # doctest: +SKIP
    >>> max(sample.cpu_percent or 0 for sample in samples)  # doctest: +SKIP
    96.4
    """
    return current()[0].samples


def current() -> tuple[UtilizationSamples, bool]:
    """Return the samples, and whether the server has them."""
    try:
        return _from_server(), True
    except NoServer:
        return _measured_here(), False


def _from_server() -> UtilizationSamples:
    endpoint = connection.find()
    folder = endpoint.url.rpartition("/")[0]
    samples = dataclasses.replace(endpoint, url=f"{folder}/utilization")
    try:
        _, body, _ = kernel_request.get(samples, fresh=False, timeout_s=SERVER_TIMEOUT_S)
        return UtilizationSamples.decode(body)
    except (HTTPException, OSError, ValueError, msgspec.MsgspecError) as error:
        # One that is not responding, or of a version without samples.
        raise NoServer(type(error).__name__) from None


def latest() -> Utilization | None:
    """Return what this process measured last; measures for a second if it did not yet."""
    _measured_here()
    return _recorder.latest()


def _measured_here() -> UtilizationSamples:
    _take()
    if not _recorder.samples().samples:
        time.sleep(SHORTEST_WINDOW_S)
        _take()
    return _recorder.samples()


def _take(cores: float | None = None, idle_minutes: float | None = None) -> None:
    """Take a sample, unless one that hangs is still being taken."""
    global _measuring  # noqa: PLW0603 - one a process
    if _measuring is not None and not _measuring.done():
        return
    recorder = _recorder
    _measuring = in_thread(lambda: recorder.take(requested_cores=cores, idle_minutes=idle_minutes))
    concurrent.futures.wait([_measuring], MEASURING_TIMEOUT_S)


def measure(instance: Instance | None, idle_minutes: float | None) -> Utilization | None:
    """Measure in this process since the last reading; None at the first one."""
    requested = instance.requested_resource if instance else None
    cores = requested.cpu_cores if requested else None
    _take(cores, idle_minutes)
    return _recorder.latest()
