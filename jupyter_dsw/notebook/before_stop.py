"""`before_stop()` and `notify_before_stop()`: what is done before the instance is stopped."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import inspect
import math
import sys
import threading
import traceback
from typing import TYPE_CHECKING, Any, TypeAlias, overload

from jupyter_dsw.i18n import text, translated
from jupyter_dsw.notebook import output, readings, stop_watch
from jupyter_dsw.notebook.stop_watch import NO_THREAD
from jupyter_dsw.notify.settings import NotifySettings, services_of_environment
from jupyter_dsw.notify.watcher import NotStarted, Watcher
from jupyter_dsw.stop_tracker import ReportedStops

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import timedelta

    from typing_extensions import Self

    from jupyter_dsw.notebook.output import Reading

    Callback: TypeAlias = "Callable[[Reading, timedelta], object]"

NO_SERVICE = text("No service is set for messages: set JUPYTER_DSW_NOTIFY to the URL of a service.")


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
        stop_watch.watch_thread.add(handle)
    except RuntimeError as error:
        msg = f"before_stop cannot be set up. {NO_THREAD}"
        raise RuntimeError(msg) from error
    # Not only for the reading: importing what it needs would take a background thread half a minute
    # while this one computes, since it gets the interpreter only every 5 ms.
    stop_watch.watch_thread.wait_for_a_reading()
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
    callback = _without_partials(callback)
    # Of an object its `__call__`; a class is called by its metaclass.
    candidates = (callback, type(callback).__call__)
    kinds = (
        inspect.iscoroutinefunction,
        inspect.isasyncgenfunction,
        inspect.isgeneratorfunction,
    )
    return any(kind(candidate) for kind in kinds for candidate in candidates)


class BeforeStop:
    """The handle that `before_stop` returns; calling it calls the callback.

    As a context manager it is cancelled at the end of the block.
    """

    def __init__(self, callback: Callback, minutes: float) -> None:
        functools.update_wrapper(self, callback, updated=())
        self.minutes = minutes
        self._callback = callback
        self.reported = ReportedStops(minutes * 60)
        # It contains the cell to which ipykernel attributes output.
        self._context = contextvars.copy_context()
        self._one_at_a_time = threading.Lock()
        self._cancelled = False

    def cancel(self) -> None:
        """Make no further calls; one that has begun is not interrupted."""
        self._cancelled = True
        stop_watch.watch_thread.remove(self)

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

    def begin(self, reading: Reading, left: timedelta) -> None:
        """Begin a call in a thread of its own; for `Watch`."""
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
        if inspect.iscoroutine(result) or inspect.isgenerator(result):
            result.close()
        elif asyncio.isfuture(result):
            return  # it belongs to something that has been started
        elif not (inspect.isawaitable(result) or inspect.isasyncgen(result)):
            return
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
    callback = _without_partials(callback)
    return getattr(callback, "__qualname__", None) or repr(callback)


def _without_partials(callback: Any) -> Any:
    while isinstance(callback, functools.partial):
        callback = callback.func
    return callback


def notify_before_stop(minutes: float | Iterable[float] | None = None) -> Notifying:
    """Send a message to the services of JUPYTER_DSW_NOTIFY before this DSW instance is stopped.

    `minutes` before a stop, one number or several, up to 10; by default those of
    JUPYTER_DSW_NOTIFY_MINUTES, then 30 and 10. Messages are also sent when a stop that was reported
    is called off, when the status changes, when an image was saved or not, and when the machine
    below fails: what the Jupyter server sends, for programs that run without one. What was sent is
    recorded, so nothing is sent twice, whichever process notices it first.

    It watches in a thread of its own, until it is cancelled or the interpreter ends:

    >>> handle = jupyter_dsw.notify_before_stop(minutes=30)  # doctest: +SKIP
    >>> handle.cancel()  # doctest: +SKIP
    >>> with jupyter_dsw.notify_before_stop():  # doctest: +SKIP
    ...     train()

    Raises `ValueError` if no service is set or a setting cannot be used, and `RuntimeError` if the
    package apprise is missing (`pip install 'jupyter-dsw[notify]'`) or no thread can be started.
    """
    if minutes is not None:
        minutes = (minutes,) if isinstance(minutes, (int, float)) else tuple(minutes)
    settings = NotifySettings.of(services_of_environment(), minutes=minutes)
    if not settings.services:
        raise ValueError(translated(NO_SERVICE))
    watcher = Watcher(settings, lambda fresh: readings.current(fresh=fresh))
    try:
        watcher.start()
    except NotStarted as failure:
        raise RuntimeError(translated(failure.message)) from None
    return Notifying(watcher.close)


class Notifying:
    """The handle that `notify_before_stop` returns.

    As a context manager it is cancelled at the end of the block.
    """

    def __init__(self, close: Callable[[], None]) -> None:
        self._close = close

    def cancel(self) -> None:
        """Send nothing more; what is being sent is not interrupted."""
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.cancel()
