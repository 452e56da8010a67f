"""Have a Hugging Face `Trainer` save before the instance is stopped."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from transformers import TrainerCallback

from jupyter_dsw.integrations.save_plan import SavePlan
from jupyter_dsw.integrations.torch import ranks

if TYPE_CHECKING:
    from transformers import Trainer, TrainerControl


class SaveBeforeStop(TrainerCallback):  # type: ignore[misc] # where transformers is not installed
    """Has `trainer` save a checkpoint once before each stop of the instance.

    >>> trainer.add_callback(SaveBeforeStop(trainer))  # doctest: +SKIP
    >>> trainer.train(resume_from_checkpoint=...)  # doctest: +SKIP

    The checkpoint is an ordinary `checkpoint-N` in `args.output_dir`, which
    `trainer.train(resume_from_checkpoint=True)` finds. It is saved `minutes` before the stop, or
    earlier if the longest save so far needs that: after a step, or within an evaluation, where the
    model does not change. All ranks save together. With `end_training`, training ends after that
    save; an evaluation that runs is finished first.

    Raises `ValueError` if `minutes` is not greater than 0.
    """

    def __init__(
        self, trainer: Trainer, *, minutes: float = 10, end_training: bool = False
    ) -> None:
        self._trainer = trainer
        self._end_training = end_training
        self._plan = SavePlan(minutes)
        self._is_due = False

    def on_train_begin(self, *_: Any, **__: Any) -> None:
        """Begin to watch for a stop."""
        self._is_due = False
        self._plan.start(ranks())

    def on_step_end(self, args: Any, state: Any, control: TrainerControl, **_: Any) -> None:
        """Have the trainer save after this step, or after the evaluation that comes first."""
        if self._plan.is_due():
            self._is_due = control.should_save = True
        self._plan.begin_save()

    def on_prediction_step(self, args: Any, state: Any, control: TrainerControl, **_: Any) -> None:
        """Save now: the evaluation may take longer than what is left."""
        if self._plan.is_due(evaluating=True) or self._is_due:
            self._is_due = True
            self._plan.begin_save()
            trainer = self._trainer
            # No public method saves a whole checkpoint. The same from 4.41 to 5.24.
            trainer._save_checkpoint(trainer.model, None)
            trainer.callback_handler.on_save(args, state, control)
        self._plan.begin_save()

    def on_epoch_end(self, *_: Any, **__: Any) -> None:
        """Measure the save that may follow."""
        self._plan.begin_save()

    on_evaluate = on_epoch_end

    def on_save(self, args: Any, state: Any, control: TrainerControl, **_: Any) -> None:
        """Note how long it took, and end the training if that is wanted."""
        self._plan.end_save()
        if self._is_due:
            self._is_due = False
            self._plan.report_saved(Path(args.output_dir, f"checkpoint-{state.global_step}"))
            if self._end_training:
                # Not before the checkpoint is complete: it would be a part of it.
                control.should_training_stop = True

    def on_train_end(self, *_: Any, **__: Any) -> None:
        """Watch no more."""
        self._plan.close()
