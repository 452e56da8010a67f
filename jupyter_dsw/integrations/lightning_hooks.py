"""What the callbacks for `lightning` and for `pytorch_lightning` share: all but the base class."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_dsw.integrations.save_plan import SavePlan, put_in_place
from jupyter_dsw.integrations.torch import ranks

if TYPE_CHECKING:
    import os

CHECKPOINT = "last.ckpt"
"""The name that Lightning's `ckpt_path="last"` looks for."""


class SaveBeforeStopHooks:
    """Has Lightning's `Trainer` save a checkpoint once before each stop of the instance.

    >>> callbacks = [ModelCheckpoint(folder), SaveBeforeStop(folder)]  # doctest: +SKIP
    >>> Trainer(callbacks=callbacks).fit(model, ckpt_path="last")  # doctest: +SKIP

    The checkpoint is `last.ckpt` in `dirpath`, replaced when it is complete. `ckpt_path="last"`
    finds it if a `ModelCheckpoint` has the same `dirpath`. It is saved `minutes` before the stop,
    or earlier if the longest save so far needs that: after a step of the optimizer, or within a
    validation of `fit`, where the model does not change. All ranks save together. With
    `end_training`, training ends after that save; a validation that runs is finished first.

    Raises `ValueError` if `minutes` is not greater than 0.
    """

    def __init__(
        self,
        dirpath: str | os.PathLike[str],
        *,
        minutes: float = 10,
        end_training: bool = False,
    ) -> None:
        self.checkpoint = Path(dirpath, CHECKPOINT)
        self._end_training = end_training
        self._plan = SavePlan(minutes)
        self._global_step = 0

    def on_train_start(self, trainer: Any, *_: Any) -> None:
        """Begin to watch for a stop."""
        self._global_step = trainer.global_step
        self._plan.start(ranks())

    def on_train_batch_end(self, trainer: Any, *_: Any) -> None:
        """Save if a stop is near, unless gradients are still accumulated."""
        if trainer.global_step != self._global_step:
            self._global_step = trainer.global_step
            self._check(trainer, evaluating=False)

    def on_validation_start(self, trainer: Any, *_: Any) -> None:
        """Have all ranks agree in the batches that each of them has."""
        self._plan.end_save()
        if not trainer.sanity_checking:
            self._plan.begin_evaluation(sum(trainer.num_val_batches))

    def on_validation_batch_end(self, trainer: Any, *_: Any) -> None:
        """Save if a stop is near: the validation may take longer than what is left."""
        if not trainer.sanity_checking:
            self._check(trainer, evaluating=True)

    def on_save_checkpoint(self, *_: Any) -> None:
        """Measure this save, whoever makes it, until the next hook."""
        self._plan.begin_save()

    def on_train_batch_start(self, *_: Any) -> None:
        """Note how long a save took."""
        self._plan.end_save()

    on_train_epoch_start = on_train_batch_start

    def on_train_end(self, *_: Any) -> None:
        """Watch no more."""
        self._plan.close()

    on_exception = on_train_end

    def _check(self, trainer: Any, *, evaluating: bool) -> None:
        if not self._plan.is_due(evaluating=evaluating):
            return
        unfinished = self.checkpoint.with_name(f"{CHECKPOINT}.part")
        with self._plan.save():
            # Returns when every rank has saved.
            trainer.save_checkpoint(unfinished)
            if trainer.is_global_zero:
                put_in_place(unfinished, self.checkpoint)
        self._plan.report_saved(self.checkpoint)
        if self._end_training:
            trainer.should_stop = True
