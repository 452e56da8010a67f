"""Save a hand-written PyTorch loop before the instance is stopped, in one process or several."""

from __future__ import annotations

from collections.abc import Sized
from typing import TYPE_CHECKING, Any, TypeVar

from torch import distributed

from jupyter_dsw.integrations.save_plan import Ranks, SavePlan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from typing_extensions import Self

T = TypeVar("T")


class ProcessGroup(Ranks):
    """The ranks of PyTorch's default process group."""

    def __init__(self) -> None:
        self.count = distributed.get_world_size()
        self.is_first = distributed.get_rank() == 0

    def from_first(self, value: T) -> T:
        """Return the value that rank 0 passed."""
        values = [value]
        distributed.broadcast_object_list(values, src=0)
        return values[0]

    def all_of(self, value: T) -> Sequence[T]:
        """Return what each rank passed."""
        values: list[Any] = [None] * self.count
        distributed.all_gather_object(values, value)
        return values


def ranks() -> Ranks:
    """Return the ranks of this training, as of now."""
    if distributed.is_available() and distributed.is_initialized():
        return ProcessGroup()
    return Ranks()


class SaveBeforeStop:
    """Calls `save()` once before each stop of the instance, between two batches.

    `save` is called on every rank, after the same batch, `minutes` before the stop, or earlier if
    the longest save so far needs that. Let it save all that changes, the progress in the epoch
    included. Write a file under another name and then rename it. With `end_training`, the loops end
    after that save, and `ended` is true.

    >>> with SaveBeforeStop(save) as saver:  # doctest: +SKIP
    ...     for batch in saver.training(loader):
    ...         train_step(batch)
    ...     for batch in saver.evaluation(validation_loader):
    ...         evaluate_step(batch)

    If several processes train, initialize the process group first. Raises `ValueError` if `minutes`
    is not greater than 0.
    """

    def __init__(
        self, save: Callable[[], object], *, minutes: float = 10, end_training: bool = False
    ) -> None:
        self.ended = False
        """Whether training was ended before a stop; the same on every rank."""
        self._save = save
        self._end_training = end_training
        self._plan = SavePlan(minutes)
        self._plan.start(ranks())

    def training(self, batches: Iterable[T], *, batches_per_step: int = 1) -> Iterator[T]:
        """Yield the `batches`; save when one was trained and a stop is near.

        Every rank has to take equally many, as DDP and FSDP require too. If gradients are
        accumulated, `batches_per_step` is the number of batches for one step of the optimizer.
        """
        for number, batch in enumerate(batches, 1):
            yield batch
            whole = number % batches_per_step == 0 and self._is_safe()
            if whole and self._ends_here(evaluating=False):
                return

    def evaluation(self, batches: Iterable[T]) -> Iterator[T]:
        """Yield the `batches`; save when one was evaluated and a stop is near.

        Ranks may have different numbers of batches. Several ranks save within an evaluation only if
        `batches` has a length on each of them.
        """
        self._plan.begin_evaluation(len(batches) if isinstance(batches, Sized) else None)
        for batch in batches:
            yield batch
            if self._ends_here(evaluating=True):
                return

    def close(self) -> None:
        """Save no more; what `with` does at its end."""
        self._plan.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def _is_safe(self) -> bool:
        """Return whether no step of the optimizer is half done; the same on every rank."""
        return True

    def _ends_here(self, *, evaluating: bool) -> bool:
        if self._plan.is_due(evaluating=evaluating):
            with self._plan.save():
                saved = self._save()
            self._plan.report_saved(saved)
            self.ended = self._end_training
        return self.ended
