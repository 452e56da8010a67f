"""For code that runs on the instance: how long it has, and a call before it is stopped."""

from __future__ import annotations

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
from jupyter_dsw.i18n import text
from jupyter_dsw.notebook import person
from jupyter_dsw.notebook.deadlines import RungStops, nearest
from jupyter_dsw.notebook.watch import WatchThread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from typing_extensions import Self

    from jupyter_dsw.notebook.deadlines import Stop
    from jupyter_dsw.notebook.readings import Reading

    Callback: TypeAlias = "Callable[[Reading, timedelta], object]"

# One question takes 40 s at most: the server's time, then the endpoint's.
FIRST_READING_PATIENCE_S = 60.0
NONE_LEFT = timedelta(0)
NO_THREAD = text(
    "no background thread can be started: a limit of threads or processes is reached. Raise it "
    "(ulimit -u, or the container's limit of process IDs), or end what is not needed."
)

_thread = WatchThread()


def time_left(*, scheduled_only: bool = False) -> timedelta | None:
    """How long until this DSW instance is stopped: for being idle or by schedule, what is nearer.

    None where no stop is on its way (an idle timer does not run while the instance is busy), and
    where it is not known: nothing could be read, the time of the stop could not, or no background
    thread could be started. That is logged once, with the reason. Zero once the moment has passed;
    never negative. `scheduled_only` leaves the idle stop out.

    Meant for every step of a loop: it computes from the last reading, well within 2 µs. The first
    call waits for a reading and starts the background thread that renews it; after 10 minutes
    without a call that thread ends, and the next call is a first one again. It never raises, sends
    no kernel message, and does not count as activity.

    >>> import jupyter_dsw
    >>> jupyter_dsw.time_left()  # doctest: +SKIP
    datetime.timedelta(seconds=1799, microseconds=512345)
    """
    thread = _thread
    thread.asked_at = now = elapsed_seconds()
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

    One call for each stop, idle or scheduled, that comes so near: again if the stop is called off
    or put off and another comes near. Before calling, it asks for a fresh reading. The call is made
    in a thread of its own, also while the kernel is busy; two calls of one callback do not overlap.
    What the callback raises is printed, with its traceback, on stderr of the cell that set it up,
    and later calls are made all the same. So is a line if the callback calls `sys.exit()`, which
    ends the callback only, or returns a coroutine, which nobody runs. Nothing of this holds up the
    end of the interpreter: a callback that writes a file should write another one and rename it.

    The endpoint counts idleness in whole minutes, so `minutes` should not be below 2. Like
    `time_left`, the first call waits for a reading.

    It stands until it is cancelled. As a function, a context manager and a decorator:

    >>> handle = jupyter_dsw.before_stop(save, minutes=5)  # doctest: +SKIP
    >>> handle.cancel()  # doctest: +SKIP
    >>> with jupyter_dsw.before_stop(save):  # doctest: +SKIP
    ...     train()
    >>> @jupyter_dsw.before_stop(minutes=5)  # doctest: +SKIP
    ... def save(reading, time_left): ...

    Raises `TypeError` if `callback` is nothing to call, or is known to return a coroutine or a
    generator (an `async` function, a function with `yield`), `ValueError` if `minutes` is not above
    0, and `RuntimeError` if no background thread can be started.
    """
    if callback is None:
        return functools.partial(before_stop, minutes=minutes)
    _check(callback, minutes)
    handle = BeforeStop(callback, minutes)
    try:
        _thread.add(handle)
    except RuntimeError as error:
        msg = f"before_stop cannot watch for the stop: {NO_THREAD}"
        raise RuntimeError(msg) from error
    # Not for the reading alone: what has to be imported for it would take a background thread half
    # a minute while this one computes, since it gets the interpreter back every 5 ms only.
    _wait_for_a_reading(_thread)
    return handle


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
    """Whether a call of it is known to run nothing: it gives a coroutine or a generator."""
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
    import asyncio

    # A future is of something that was begun.
    awaited = inspect.isawaitable(result) and not asyncio.isfuture(result)
    return awaited or inspect.isgenerator(result) or inspect.isasyncgen(result)


class BeforeStop:
    """What `before_stop` gives back; calling it calls the callback.

    As a context manager it is cancelled at the end of the block.
    """

    def __init__(self, callback: Callback, minutes: float) -> None:
        functools.update_wrapper(self, callback, updated=())
        self.minutes = minutes
        self._callback = callback
        self._rung = RungStops(minutes * 60)
        # ipykernel keeps there which cell output belongs to.
        self._context = contextvars.copy_context()
        self._one_at_a_time = threading.Lock()
        self._cancelled = False

    def cancel(self) -> None:
        """Make no further calls; one that has begun is not interrupted."""
        self._cancelled = True
        _thread.remove(self)

    def __call__(self, reading: Reading, time_left: timedelta) -> object:
        """What the callback returns."""
        return self._callback(reading, time_left)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.cancel()

    def __repr__(self) -> str:
        state = ", cancelled" if self._cancelled else ""
        return f"<before_stop {_name(self._callback)}, {self.minutes:g} min{state}>"

    def due_at(self, stops: Iterable[Stop]) -> float | None:
        """The second from which a call is due; for the watch."""
        return self._rung.due_at(stops)

    def ring(self, reading: Reading, stops: Iterable[Stop], now: float) -> None:
        """Begin a call in a thread of its own; for the watch."""
        stop = nearest(stops)
        left = NONE_LEFT if stop is None else timedelta(seconds=stop.left_s(now))
        self._rung.add(stops, now)
        context = self._context.copy()
        try:
            threading.Thread(
                target=context.run,
                args=(self._call, reading, left),
                name="jupyter-dsw-before-stop",
                daemon=True,
            ).start()
        except RuntimeError:
            # At a limit of threads. The time left is not renewed meanwhile: the call matters more.
            context.run(self._call, reading, left)

    def _call(self, reading: Reading, left: timedelta) -> None:
        with self._one_at_a_time:
            if self._cancelled:
                return
            try:
                result = self._callback(reading, left)
            except SystemExit as error:
                self._report(
                    text(
                        "before_stop: %1 called sys.exit(%2), which ends only this callback and "
                        "not the program.",
                        _name(self._callback),
                        "" if error.code is None else repr(error.code),
                    )
                )
            except BaseException:  # noqa: BLE001 - whatever people's code raises is theirs to see
                failed = text("before_stop: %1 failed.", _name(self._callback))
                self._report(failed, traceback.format_exc())
            else:
                self._report_deferred(result)

    def _report_deferred(self, result: Any) -> None:
        """A coroutine that nobody runs may be a checkpoint that nobody writes."""
        if not _is_deferred_result(result):
            return
        if inspect.iscoroutine(result) or inspect.isgenerator(result):
            result.close()
        self._report(
            text(
                "before_stop: %1 returned a %2, and nothing of that was run. Pass a plain "
                "function; let it run async code by asyncio.run(...), or by "
                "asyncio.run_coroutine_threadsafe(...) in a loop that is running.",
                _name(self._callback),
                type(result).__name__,
            )
        )

    def _report(self, message: str, details: str = "") -> None:
        print(f"{person.translated(message)}\n{details}", end="", file=sys.stderr)


def _name(callback: Any) -> str:
    while isinstance(callback, functools.partial):
        callback = callback.func
    return getattr(callback, "__qualname__", None) or repr(callback)


def _start_anew_in_a_fork() -> None:
    """A forked process (a worker of a PyTorch DataLoader) has none of the threads, and no business
    with the callbacks, of the one that it came from."""
    global _thread  # noqa: PLW0603 - one a process
    _thread = WatchThread()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_anew_in_a_fork)
