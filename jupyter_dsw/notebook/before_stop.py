"""`time_left()` and `before_stop()`: for code that has to save its work before a stop."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import inspect
import math
import os
import sys
import threading
import traceback
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeAlias, overload

from jupyter_dsw.clock import elapsed_seconds
from jupyter_dsw.i18n import text, translated
from jupyter_dsw.model.stop_tracker import ReportedStops, nearest
from jupyter_dsw.notebook import output, readings
from jupyter_dsw.notebook.stop_watch import WatchThread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from typing_extensions import Self

    from jupyter_dsw.model.stop_tracker import KnownStop
    from jupyter_dsw.notebook.readings import Reading

    Callback: TypeAlias = "Callable[[Reading, timedelta], object]"

# A reading takes at most 40 s: the server's deadline, then the endpoint's.
FIRST_READING_PATIENCE_S = 60.0
NONE_LEFT = timedelta(0)
NO_THREAD = text(
    "No background thread can be started: the limit of threads or processes is reached. Raise "
    "it (ulimit -u, or the container's limit of process IDs), or end processes that you do not "
    "need."
)

_thread = WatchThread()


def time_left(*, scheduled_only: bool = False) -> timedelta | None:
    """Return how long until this DSW instance is stopped: by the nearest stop, whoever decides it.

    None if no stop is pending (an idle timer does not run while the instance is busy), and if the
    time is unknown: the instance or the time of the stop could not be read, or no background
    thread could be started. The reason is logged once. Zero once the moment has passed; never
    negative. `scheduled_only` leaves the idle stop out.

    Call it in every step of a loop: it computes from the last reading, in less than 2 µs. The first
    call waits for a reading and starts the background thread that renews it; after 10 minutes
    without a call that thread ends, and the next call waits again. It never raises, sends no kernel
    message, and does not count as activity.

    >>> import jupyter_dsw
    >>> jupyter_dsw.time_left()  # doctest: +SKIP
    datetime.timedelta(seconds=1799, microseconds=512345)
    """
    thread = _thread
    thread.last_used_at = now = elapsed_seconds()
    if not thread.current:
        _wait_for_a_reading(thread)
        now = elapsed_seconds()
    watch = thread.watch
    at = watch.scheduled_at if scheduled_only else watch.next_at
    if at is None:
        return None
    return timedelta(seconds=(at - now) * watch.speed) if at > now else NONE_LEFT


def _wait_for_a_reading(thread: WatchThread) -> None:
    try:
        read_once = thread.begin()
    except RuntimeError:
        if not sys.is_finalizing():
            thread.watch.warn_once(NO_THREAD)
        return
    read_once.wait(FIRST_READING_PATIENCE_S)


@overload
def before_stop(callback: Callback, minutes: float = 10) -> BeforeStop: ...
@overload
def before_stop(callback: None = None, minutes: float = 10) -> Callable[[Callback], BeforeStop]: ...
def before_stop(
    callback: Callback | None = None, minutes: float = 10
) -> BeforeStop | Callable[[Callback], BeforeStop]:
    """Call `callback(reading, time_left)` once this DSW instance has `minutes` left.

    One call for each stop that comes this near, whoever decides it; again if the stop is cancelled
    or put off and another comes near. The instance is read again just before. The call is made in a
    thread of its own, also while the kernel is busy; two calls of one callback do not overlap. An
    exception in the callback is printed, with its traceback, on stderr of the cell that set it up
    (before ipykernel 6.29, of the cell that ran last), and later calls are made all the same. A
    message is printed if the callback calls `sys.exit()`, which ends only the callback, or returns
    a coroutine, which is not run. The interpreter does not wait for a callback when it exits, so
    write a file under another name and then rename it.

    The endpoint counts idleness in whole minutes, so `minutes` should not be below 2. Like
    `time_left`, the first call waits for a reading.

    It lasts until it is cancelled. As a function, a context manager and a decorator:

    >>> handle = jupyter_dsw.before_stop(save, minutes=5)  # doctest: +SKIP
    >>> handle.cancel()  # doctest: +SKIP
    >>> with jupyter_dsw.before_stop(save):  # doctest: +SKIP
    ...     train()
    >>> @jupyter_dsw.before_stop(minutes=5)  # doctest: +SKIP
    ... def save(reading, time_left): ...

    Raises `TypeError` if `callback` is not callable, or is known to return a coroutine or a
    generator (an `async` function, a function with `yield`), `ValueError` if `minutes` is not
    greater than 0, and `RuntimeError` if no background thread can be started.
    """
    if callback is None:
        return functools.partial(before_stop, minutes=minutes)
    _check(callback, minutes)
    handle = BeforeStop(callback, minutes)
    try:
        _thread.add(handle)
    except RuntimeError as error:
        msg = f"before_stop cannot be set up. {NO_THREAD}"
        raise RuntimeError(msg) from error
    # Not only for the reading: importing what it needs would take a background thread half a minute
    # while this one computes, since it gets the interpreter only every 5 ms.
    _wait_for_a_reading(_thread)
    _show_once_what_would_stop()
    return handle


_shown = False


def _show_once_what_would_stop() -> None:
    """Print what would stop this kernel's work, the first time that somebody cares."""
    global _shown  # noqa: PLW0603 - once a kernel
    if _shown or not output.in_kernel():
        return
    reading = readings.last_good()
    message = reading.what_would_stop() if reading else ""
    if message:
        _shown = True
        # At once: a cell that computes would have it appear, as activity of the kernel, later.
        print(message, flush=True)


def _check(callback: Any, minutes: float) -> None:
    if not callable(callback):
        msg = f"before_stop needs a function to call, not {callback!r}"
        raise TypeError(msg)
    if _is_deferred(callback):
        msg = (
            f"before_stop calls a plain function, and nobody would run what {_name(callback)} "
            "returns. Pass a plain function; let it run async code by asyncio.run(...), or by "
            "asyncio.run_coroutine_threadsafe(...) in a loop that is running."
        )
        raise TypeError(msg)
    if not 0 < minutes < math.inf:
        msg = f"before_stop needs minutes above 0, not {minutes!r}"
        raise ValueError(msg)


def _is_deferred(callback: Any) -> bool:
    """Return whether a call is known to run nothing, but to return a coroutine or a generator."""
    while isinstance(callback, functools.partial):
        callback = callback.func
    # Of an object its `__call__`; a class is called by its metaclass.
    candidates = (callback, type(callback).__call__)
    kinds = (
        inspect.iscoroutinefunction,
        inspect.isasyncgenfunction,
        inspect.isgeneratorfunction,
    )
    return any(kind(candidate) for kind in kinds for candidate in candidates)


def _is_deferred_result(result: Any) -> bool:
    # A future belongs to something that has been started.
    awaited = inspect.isawaitable(result) and not asyncio.isfuture(result)
    return awaited or inspect.isgenerator(result) or inspect.isasyncgen(result)


class BeforeStop:
    """The handle that `before_stop` returns; calling it calls the callback.

    As a context manager it is cancelled at the end of the block.
    """

    def __init__(self, callback: Callback, minutes: float) -> None:
        functools.update_wrapper(self, callback, updated=())
        self.minutes = minutes
        self._callback = callback
        self._reported = ReportedStops(minutes * 60)
        # It contains the cell to which ipykernel attributes output.
        self._context = contextvars.copy_context()
        self._one_at_a_time = threading.Lock()
        self._cancelled = False

    def cancel(self) -> None:
        """Make no further calls; one that has begun is not interrupted."""
        self._cancelled = True
        _thread.remove(self)

    def __call__(self, reading: Reading, time_left: timedelta) -> object:
        """Call the callback and return its result."""
        return self._callback(reading, time_left)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.cancel()

    def __repr__(self) -> str:
        state = ", cancelled" if self._cancelled else ""
        return f"<before_stop {_name(self._callback)}, {self.minutes:g} min{state}>"

    def due_at(self, stops: Iterable[KnownStop]) -> float | None:
        """Return the second from which a call is due; for `Watch`."""
        return self._reported.due_at(stops)

    def report(self, reading: Reading, stops: Iterable[KnownStop], now: float) -> None:
        """Start a call in a thread of its own; for `Watch`."""
        stop = nearest(stops)
        left = NONE_LEFT if stop is None else timedelta(seconds=stop.left_s(now))
        self._reported.add(stops, now)
        context = self._context.copy()
        try:
            threading.Thread(
                target=context.run,
                args=(self._call, reading, left),
                name="jupyter-dsw-before-stop",
                daemon=True,
            ).start()
        except RuntimeError:
            # At a limit of threads. The time left is not renewed until the callback returns.
            context.run(self._call, reading, left)

    def _call(self, reading: Reading, left: timedelta) -> None:
        with self._one_at_a_time:
            if self._cancelled:
                return
            try:
                result = self._callback(reading, left)
            except SystemExit as error:
                self._print(
                    text(
                        "before_stop: %1 called sys.exit(%2). This ends the callback only, not the "
                        "program.",
                        _name(self._callback),
                        "" if error.code is None else repr(error.code),
                    )
                )
            except BaseException:  # noqa: BLE001 - whatever the callback raises is shown to the person
                failed = text("before_stop: %1 failed.", _name(self._callback))
                self._print(failed, traceback.format_exc())
            else:
                self._report_deferred(result)

    def _report_deferred(self, result: Any) -> None:
        """Report a coroutine that is not run: it may be a checkpoint that is not written."""
        if not _is_deferred_result(result):
            return
        if inspect.iscoroutine(result) or inspect.isgenerator(result):
            result.close()
        self._print(
            text(
                "before_stop: the result of %1 (%2) was not run. Pass a plain function. It can "
                "run async code with asyncio.run(...), or with "
                "asyncio.run_coroutine_threadsafe(...) in a running loop.",
                _name(self._callback),
                type(result).__name__,
            )
        )

    def _print(self, message: str, details: str = "") -> None:
        print(f"{translated(message)}\n{details}", end="", file=sys.stderr)


def _name(callback: Any) -> str:
    while isinstance(callback, functools.partial):
        callback = callback.func
    return getattr(callback, "__qualname__", None) or repr(callback)


def _start_anew_in_a_fork() -> None:
    """Forget the parent's threads and callbacks in a forked process (a DataLoader's worker)."""
    global _thread  # noqa: PLW0603 - one a process
    _thread = WatchThread()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_anew_in_a_fork)
