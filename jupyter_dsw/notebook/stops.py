"""For code that runs on the instance: how long it has, and a call before it is stopped."""

from __future__ import annotations

import contextvars
import functools
import inspect
import logging
import math
import os
import sys
import threading
import traceback
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeAlias, overload

from jupyter_dsw.clock import elapsed_seconds
from jupyter_dsw.language import text
from jupyter_dsw.notebook import person
from jupyter_dsw.notebook.deadlines import Heeded, nearest
from jupyter_dsw.notebook.watch import WatchThread

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Self

    from jupyter_dsw.notebook.deadlines import Deadlines
    from jupyter_dsw.notebook.reading import Reading

    Callback: TypeAlias = "Callable[[Reading, timedelta], object]"

log = logging.getLogger(__name__)

# One question takes 40 s at most: the server's time, then the endpoint's.
FIRST_READING_PATIENCE_S = 60.0
NONE_LEFT = timedelta(0)

_thread = WatchThread()


def time_left(*, scheduled_only: bool = False) -> timedelta | None:
    """How long until this DSW instance is stopped: for being idle or by schedule, what is nearer.

    None where no stop is on its way (an idle timer does not run while the instance is busy), and
    where nothing could be read at all, which is logged once. Zero once the moment has passed; never
    negative. `scheduled_only` leaves the idle stop out.

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
    return timedelta(seconds=at - now) if at > now else NONE_LEFT


def _wait_for_a_reading(thread: WatchThread) -> None:
    try:
        thread.begin().wait(FIRST_READING_PATIENCE_S)
    except RuntimeError as error:  # the interpreter is ending
        log.debug("No thread for the time left: %s", error)


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
    and later calls are made all the same. Nothing of this holds up the end of the interpreter: a
    callback that writes a file should write another one and rename it.

    The endpoint counts idleness in whole minutes, so `minutes` should not be below 2. Like
    `time_left`, the first call waits for a reading.

    It stands until it is cancelled. As a function, a context manager and a decorator:

    >>> handle = jupyter_dsw.before_stop(save, minutes=5)  # doctest: +SKIP
    >>> handle.cancel()  # doctest: +SKIP
    >>> with jupyter_dsw.before_stop(save):  # doctest: +SKIP
    ...     train()
    >>> @jupyter_dsw.before_stop(minutes=5)  # doctest: +SKIP
    ... def save(reading, time_left): ...

    Raises `TypeError` if `callback` is nothing to call or an `async` function, `ValueError` if
    `minutes` is not above 0.
    """
    if callback is None:
        return functools.partial(before_stop, minutes=minutes)
    _check(callback, minutes)
    handle = BeforeStop(callback, minutes)
    _thread.add(handle)
    # Not for the reading alone: what has to be imported for it would take a background thread half
    # a minute while this one computes, since it gets the interpreter back every 5 ms only.
    _wait_for_a_reading(_thread)
    return handle


def _check(callback: Any, minutes: float) -> None:
    if not callable(callback) or inspect.iscoroutinefunction(callback):
        msg = f"before_stop needs a plain function to call, not {callback!r}"
        raise TypeError(msg)
    if not 0 < minutes < math.inf:
        msg = f"before_stop needs minutes above 0, not {minutes!r}"
        raise ValueError(msg)


class BeforeStop:
    """What `before_stop` gives back; calling it calls the callback.

    As a context manager it is cancelled at the end of the block.
    """

    def __init__(self, callback: Callback, minutes: float) -> None:
        functools.update_wrapper(self, callback, updated=())
        self.minutes = minutes
        self._callback = callback
        self._heeded = Heeded(minutes * 60)
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

    def due_at(self, deadlines: Deadlines) -> float | None:
        """The second (`elapsed_seconds`) from which a call is due; for the watch."""
        return self._heeded.due_at(deadlines)

    def ring(self, reading: Reading, deadlines: Deadlines, now: float) -> None:
        """Begin a call in a thread of its own; for the watch."""
        stop = nearest(deadlines)
        left = NONE_LEFT if stop is None else timedelta(seconds=max(0.0, deadlines[stop] - now))
        threading.Thread(
            target=self._context.copy().run,
            args=(self._call, reading, left),
            name="jupyter-dsw-before-stop",
            daemon=True,
        ).start()
        self._heeded.heed(deadlines, now)

    def _call(self, reading: Reading, left: timedelta) -> None:
        with self._one_at_a_time:
            if self._cancelled:
                return
            try:
                self._callback(reading, left)
            except Exception:  # noqa: BLE001 - whatever people's code raises is theirs to see
                told = person.said(text("before_stop: %1 failed.", _name(self._callback)))
                print(f"{told}\n{traceback.format_exc()}", end="", file=sys.stderr)


def _name(callback: Any) -> str:
    return getattr(callback, "__qualname__", None) or repr(callback)


def _start_anew_in_a_fork() -> None:
    """A forked process (a worker of a PyTorch DataLoader) has none of the threads, and no business
    with the callbacks, of the one that it came from."""
    global _thread  # noqa: PLW0603 - one a process
    _thread = WatchThread()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_anew_in_a_fork)
