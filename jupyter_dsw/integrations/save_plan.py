"""When a training saves before a stop: what all integrations share. It knows no framework."""

from __future__ import annotations

import logging
import math
import shutil
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

import jupyter_dsw
from jupyter_dsw.columns import escaped
from jupyter_dsw.i18n import text, translated
from jupyter_dsw.render.values import format_duration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from jupyter_dsw.notebook.before_stop import BeforeStop

T = TypeVar("T")

log = logging.getLogger(__name__)

# Between two safe points at which all ranks agree: each is a collective operation.
BETWEEN_AGREEMENTS_S = 1.0
# Steps may get slower, and the ranks agree after so many all the same.
MOST_STEPS_BETWEEN = 64
# The next save may take longer than those before, and idle time is counted in whole minutes.
TIMES_A_SAVE = 2.0
MORE_MINUTES = 1.0


class Ranks:
    """The processes of one training; by itself, of a training in one process.

    Every rank makes the same calls in the same order.
    """

    count = 1
    is_first = True
    """Whether this one decides for all."""

    def from_first(self, value: T) -> T:
        """Return the value that the first rank passed."""
        return value

    def all_of(self, value: T) -> Sequence[T]:
        """Return what each rank passed."""
        return (value,)


class SavePlan:
    """Decides at which safe point all ranks save: once before each stop.

    A safe point is where a checkpoint is whole: between two steps, or within an evaluation. The
    first rank decides, `minutes` before a stop, or earlier if the longest save so far needs that.

    Raises `ValueError` if `minutes` is not greater than 0.
    """

    def __init__(self, minutes: float, clock: Callable[[], float] = time.monotonic) -> None:
        if not 0 < minutes < math.inf:
            msg = f"SaveBeforeStop needs minutes above 0, not {minutes!r}"
            raise ValueError(msg)
        self._minutes = minutes
        self._clock = clock
        self._ranks: Ranks | None = None
        self._handle: BeforeStop | None = None
        self._is_near = threading.Event()
        self._speed = 1.0
        """How many seconds of the instance pass in one of ours: more where it is simulated."""
        self._longest_save_s = 0.0
        self._save_begun: float | None = None
        self._evaluating = False
        self._common_steps: int | None = None
        self._steps_to_agreement = 1
        self._steps_between = 1
        self._agreed_at: float | None = None

    def start(self, ranks: Ranks) -> None:
        """Begin to watch for a stop, anew if it had begun; on every rank.

        Waits for a first reading. If no thread can be started, a warning is logged, and training
        goes on.
        """
        self.close()
        self._ranks = ranks
        if ranks.is_first:
            self._watch(self._minutes)

    def close(self) -> None:
        """Watch no more. May be called again, and before `start`."""
        self._ranks = None
        self._is_near.clear()
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def begin_evaluation(self, steps: float | None) -> None:
        """Begin an evaluation in which this rank takes `steps` steps, None or inf if unknown.

        On every rank. Those with more steps than another do not agree in the steps that only they
        take. Without this call, all ranks take equally many.
        """
        if self._ranks is None or self._ranks.count == 1:
            return
        self._begin_phase(evaluating=True)
        known = 0 if steps is None or steps == math.inf else int(steps)
        self._common_steps = min(self._ranks.all_of(known))

    def is_due(self, *, evaluating: bool = False) -> bool:
        """Return whether to save at this safe point; the same on every rank, which all call it."""
        if self._ranks is None:
            return False
        if self._ranks.count == 1:
            return self._decide()
        if evaluating != self._evaluating:
            self._begin_phase(evaluating=evaluating)
        if self._common_steps is not None:
            if self._common_steps == 0:
                return False
            self._common_steps -= 1
        self._steps_to_agreement -= 1
        if self._steps_to_agreement > 0:
            return False
        mine = (self._decide(), self._next_steps()) if self._ranks.is_first else (False, 1)
        due, self._steps_to_agreement = self._ranks.from_first(mine)
        return due

    @contextmanager
    def save(self) -> Iterator[None]:
        """Measure the save in this block; one that raises is not counted."""
        self.begin_save()
        yield
        self.end_save()

    def begin_save(self) -> None:
        """Begin to measure a save, whatever it is for."""
        self._save_begun = self._clock()

    def end_save(self) -> None:
        """Note how long the save took that began with `begin_save`; nothing if none did."""
        if self._save_begun is not None:
            self._longest_save_s = max(self._longest_save_s, self._clock() - self._save_begun)
            self._save_begun = None

    def report_saved(self, checkpoint: object) -> None:
        """Log where the checkpoint is; on the first rank only."""
        if self._ranks is not None and self._ranks.is_first:
            self._log(text("A checkpoint was saved before the stop: %1", str(checkpoint)))

    def _begin_phase(self, *, evaluating: bool) -> None:
        """Agree at the first step of it: steps of training and of evaluation differ in time."""
        self._evaluating = evaluating
        self._common_steps = None
        self._steps_to_agreement = self._steps_between = 1
        self._agreed_at = None

    def _watch(self, minutes: float) -> None:
        def note(_reading: jupyter_dsw.Reading, _time_left: timedelta) -> None:
            self._is_near.set()

        try:
            self._handle = jupyter_dsw.before_stop(note, minutes=minutes)
            self._speed = jupyter_dsw.read().source.speed
        except RuntimeError as error:
            log.warning("%s", escaped(str(error)))
        except jupyter_dsw.DSWError:
            # The reason was logged. A later reading may show the instance.
            pass

    def _decide(self) -> bool:
        if self._handle is None:
            return False
        if not self._is_near.is_set():
            self._watch_earlier()
            return False
        self._is_near.clear()
        left = jupyter_dsw.time_left()
        if left is None or left > timedelta(minutes=self._handle.minutes):
            # Called off, or put off, while a long step ran.
            return False
        needed = timedelta(seconds=self._longest_save_s * self._speed)
        if left < needed:
            self._log(
                text(
                    "No checkpoint is saved before the stop: %1 are left, and a save took %2.",
                    _shown(left),
                    _shown(needed),
                )
            )
            return False
        return True

    def _watch_earlier(self) -> None:
        """Leave more time for a save that takes longer than was thought."""
        needed_s = TIMES_A_SAVE * self._longest_save_s * self._speed
        minutes = needed_s / 60 + MORE_MINUTES
        if not needed_s or self._handle is None or minutes <= self._handle.minutes:
            return
        left = jupyter_dsw.time_left()
        # Not while a stop is so near: it may have been saved for.
        if left is None or left > timedelta(minutes=minutes):
            self._handle.cancel()
            self._watch(minutes)

    def _next_steps(self) -> int:
        """Return after how many steps the ranks agree again, from how long the last ones took."""
        now = self._clock()
        if self._agreed_at is not None:
            step_s = max((now - self._agreed_at) / self._steps_between, 1e-6)
            wanted = int(BETWEEN_AGREEMENTS_S / step_s)
            self._steps_between = min(max(1, wanted), 2 * self._steps_between, MOST_STEPS_BETWEEN)
        self._agreed_at = now
        return self._steps_between

    def _log(self, message: str) -> None:
        # With Python's default logging a warning reaches the person, on stderr.
        log.warning("%s", escaped(translated(message)))


def _shown(duration: timedelta) -> str:
    return format_duration(duration.total_seconds() * 1000)


def put_in_place(unfinished: Path, checkpoint: Path) -> None:
    """Rename the file or folder `unfinished`, which is complete now, to `checkpoint`.

    A file is replaced at once. Of a folder, what was there is removed first: if the process is
    ended in between, the checkpoint is still there as `unfinished`.
    """
    # Not there, it must not cost what was saved before.
    unfinished.stat()
    if checkpoint.is_dir():
        shutil.rmtree(checkpoint)
    unfinished.replace(checkpoint)
