"""Where the readings and the utilization of this process come from.

They come from the Jupyter server on the same machine. Where there is none, this process calls the
API, and measures.
"""

from __future__ import annotations

import concurrent.futures
import os
import threading
import time
from typing import TYPE_CHECKING

import msgspec

from jupyter_dsw import i18n
from jupyter_dsw import reading as base
from jupyter_dsw.clock import elapsed_seconds, in_thread
from jupyter_dsw.i18n import joined, text
from jupyter_dsw.meter import SHORTEST_WINDOW_S, Recorder, UtilizationSamples
from jupyter_dsw.monitor import Monitor
from jupyter_dsw.notebook import connection
from jupyter_dsw.notebook.connection import NoServer
from jupyter_dsw.notebook.output import VIA_SERVER, Reading
from jupyter_dsw.upstream import errors
from jupyter_dsw.upstream.client import Client
from jupyter_dsw.upstream.settings import Settings, of_first_process

if TYPE_CHECKING:
    from concurrent.futures import Future

    from jupyter_dsw.meter import Utilization, UtilizationSample

# The server's own deadline for a reading is 15 s unless `DSWExtension.deadline_s` is set;
# more than that, so that its own message arrives.
SERVER_TIMEOUT_S = 25.0
# The server has samples ready; it may be busy.
SAMPLES_TIMEOUT_S = 10.0
# NVML takes up to a second at first. A driver that hangs must not keep a stop from being seen.
MEASURING_TIMEOUT_S = 2.0

_last_good: Reading | None = None
_monitor: Monitor | None = None
_monitor_lock = threading.Lock()
_recorder = Recorder()
_measuring: Future[None] | None = None


def _begin_anew_in_a_fork() -> None:
    """Forget what a thread of the parent was at: a forked child (a data loader's worker) has none.

    It would wait for ever for a response that was on its way, or for a measurement.
    """
    global _monitor, _monitor_lock, _recorder, _measuring
    _monitor, _monitor_lock = None, threading.Lock()
    _recorder, _measuring = Recorder(), None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew_in_a_fork)


def read(*, fresh: bool = False) -> Reading:
    """Return the current reading of the DSW instance that this code runs on.

    It comes from the Jupyter server on the same machine; without one, directly from the API. A
    reading that is still fresh is returned again; `fresh=True` requests a new one (at most one
    every 5 s). If the last attempt failed, the last good reading comes back with its `error` set.

    Raises `DSWError`, whose `advice` is what to do, if there never was a good reading.
    Blocks for at most 25 s for the server, and 15 s more where that does not respond.

    >>> import jupyter_dsw
    >>> reading = jupyter_dsw.read()  # doctest: +SKIP
    >>> reading.instance.datasets[0].mount_path  # doctest: +SKIP
    '/mnt/data'
    """
    reading = current(fresh=fresh)
    if reading.instance is None and reading.error is not None:
        problem = reading.error
        known = {kind.__name__: kind for kind in errors.DSWError.__subclasses__()}
        kind = known.get(problem.code, errors.DSWError)
        error = kind(problem.message, problem.advice, request_id=problem.request_id)
        error.language = i18n.of_person()
        raise error
    return reading


def current(*, fresh: bool = False) -> Reading:
    """Return what `read` returns; instead of raising, a reading with only its `error`."""
    try:
        return _with_last_good(_from_server(fresh=fresh))
    except NoServer as none:
        why = none.why
    # Outside of `except`: what is raised from here on does not have the server's exception as its
    # context.
    return _with_last_good(_from_api(why, fresh=fresh))


def last_good() -> Reading | None:
    """Return the last reading with an instance that this process got, without requesting one."""
    return _last_good


def _with_last_good(reading: Reading) -> Reading:
    """Return `reading`; where it has no instance, with the last one that this process got.

    A server that was just started may never have read one.
    """
    global _last_good  # noqa: PLW0603 - one a process, as the monitor
    last, instance_id = _last_good, reading.source.instance_id
    if reading.instance is not None:
        if last is not None and last.instance == reading.instance:
            # IPython keeps the values of all cells: they share what is large.
            reading = msgspec.structs.replace(reading, instance=last.instance)
        _last_good = reading
        return reading
    if last is None or instance_id not in (None, last.source.instance_id):
        return reading
    return msgspec.structs.replace(
        last,
        source=reading.source if instance_id else last.source,
        next_read=reading.next_read,
        error=reading.error,
        via=reading.via,
    )


def _from_server(*, fresh: bool) -> Reading:
    status, body, written = connection.request(fresh=fresh, timeout_s=SERVER_TIMEOUT_S)
    try:
        # An error of the contract is a reading too; an error response of Jupyter's own is none.
        return Reading.of(base.Contract.decode(body).to_reading(written), via=VIA_SERVER)
    except (ValueError, msgspec.MsgspecError):
        msg = text(
            "The Jupyter server of this kernel or terminal sent an error response (HTTP %1).",
            status,
        )
        raise NoServer(msg) from None


def _from_api(why_no_server: str, *, fresh: bool) -> Reading:
    reading = _own_monitor().read(fresh=fresh).result()
    _measure(**base.known_for_sample(reading, elapsed_seconds()))
    reading = msgspec.structs.replace(reading, utilization=_recorder.latest())
    if reading.instance is None and reading.error is not None:
        # Both reasons, so that a person knows which way to mend.
        failed = text("Calling the API directly failed, too. %1", reading.error.message)
        message = joined(" ", (why_no_server, failed))
        error = msgspec.structs.replace(reading.error, message=message)
        reading = msgspec.structs.replace(reading, error=error)
    via = text("directly from the API")
    if of_first_process(()):
        via = text("directly from the API, with the variables of the container's first process")
    return Reading.of(reading, via=via)


def _own_monitor() -> Monitor:
    global _monitor  # noqa: PLW0603 - one a process, made at its first use
    with _monitor_lock:
        if _monitor is None:
            _monitor = Monitor(Client(Settings.from_environment))
        return _monitor


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
    return samples()[0].samples


def samples() -> tuple[UtilizationSamples, bool]:
    """Return the samples of CPU and GPU, and whether they are the server's."""
    try:
        _, body, _ = connection.request("utilization", timeout_s=SAMPLES_TIMEOUT_S)
        return UtilizationSamples.decode(body), True
    except (NoServer, ValueError, msgspec.MsgspecError):  # or one of a version without samples
        return _measured_here(), False


def utilization_here() -> Utilization | None:
    """Return what this process measured last; measures for a second if it did not yet."""
    _measured_here()
    return _recorder.latest()


def _measured_here() -> UtilizationSamples:
    _measure()
    if not _recorder.samples().samples:
        time.sleep(SHORTEST_WINDOW_S)
        _measure()
    return _recorder.samples()


def _measure(**known: float | None) -> None:
    """Take a sample, unless one that hangs is still being taken."""
    global _measuring  # noqa: PLW0603 - one a process
    if _measuring is not None and not _measuring.done():
        return
    recorder = _recorder
    _measuring = in_thread(lambda: recorder.take(**known))
    concurrent.futures.wait([_measuring], MEASURING_TIMEOUT_S)
