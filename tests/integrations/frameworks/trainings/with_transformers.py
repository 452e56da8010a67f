"""A `Trainer` of transformers with a language model made from a config."""

from __future__ import annotations

import os
from typing import Any

from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    Trainer,
    TrainerCallback,
    TrainingArguments,
)

from jupyter_dsw.integrations.transformers import SaveBeforeStop
from tests.integrations.frameworks.trainings.common import (
    BATCH,
    MINUTES,
    Progress,
    options,
    samples,
)


class Steps(TrainerCallback):  # type: ignore[misc]
    """Has the steps wait, and writes their losses."""

    def __init__(self, progress: Progress, saver: SaveBeforeStop) -> None:
        self._progress = progress
        self._plan = saver._plan

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._progress.wait_at(state.global_step + 1, self._plan)

    def on_prediction_step(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._progress.wait_at("evaluation", self._plan)

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        if "loss" in logs:
            self._progress.loss(state.global_step, logs["loss"])


def main() -> None:
    """Train."""
    arguments = options()
    data = [{"input_ids": row, "labels": row} for row in samples(arguments)]
    evaluation: dict[str, Any] = {}
    if arguments.evaluate_every:
        evaluation = {"eval_strategy": "steps", "eval_steps": arguments.evaluate_every}
    trainer = Trainer(
        GPT2LMHeadModel(GPT2Config(vocab_size=32, n_positions=8, n_embd=16, n_layer=1, n_head=2)),
        TrainingArguments(
            arguments.folder,
            max_steps=arguments.steps,
            per_device_train_batch_size=BATCH,
            gradient_accumulation_steps=arguments.accumulate,
            logging_steps=1,
            save_strategy="no",
            report_to=[],
            use_cpu=True,
            ddp_backend="gloo" if "WORLD_SIZE" in os.environ else None,
            disable_tqdm=True,
            seed=7,
            **evaluation,
        ),
        train_dataset=data,
        eval_dataset=data,
    )
    progress = Progress(arguments, is_first=trainer.is_world_process_zero())
    saver = SaveBeforeStop(trainer, minutes=MINUTES, end_training=arguments.end_training)
    # Before the one that is tested, so that it waits first.
    trainer.add_callback(Steps(progress, saver))
    trainer.add_callback(saver)
    trainer.train(resume_from_checkpoint=arguments.resume or None)
    progress.end(trainer.model)


if __name__ == "__main__":
    main()
