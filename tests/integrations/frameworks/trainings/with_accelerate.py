"""A loop with Accelerate: one process, or several."""

from __future__ import annotations

from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import ProjectConfiguration, set_seed
from torch.utils.data import DataLoader

from jupyter_dsw.integrations.accelerate import SaveBeforeStop
from tests.integrations.frameworks.trainings.common import (
    BATCH,
    MINUTES,
    Progress,
    linear_model,
    loss_of,
    options,
    samples,
)


class Position:
    """How far the training is; a part of the checkpoint."""

    def __init__(self) -> None:
        self.epoch = self.batches = self.step = 0

    def state_dict(self) -> dict[str, int]:
        return dict(vars(self))

    def load_state_dict(self, state: dict[str, int]) -> None:
        vars(self).update(state)


def main() -> None:
    """Train."""
    arguments = options()
    set_seed(7)
    accelerator = Accelerator(
        cpu=True,
        gradient_accumulation_steps=arguments.accumulate,
        project_config=ProjectConfiguration(
            project_dir=arguments.folder, automatic_checkpoint_naming=True
        ),
    )
    plain = linear_model(dropout=0.2)
    order = torch.Generator()
    loader: Any = DataLoader(samples(arguments), batch_size=BATCH, shuffle=True, generator=order)
    model, optimizer, loader, validation = accelerator.prepare(
        plain,
        torch.optim.Adam(plain.parameters(), lr=0.01),
        loader,
        DataLoader(samples(arguments)[: 2 * BATCH], batch_size=BATCH),
    )
    position = Position()
    accelerator.register_for_checkpointing(position)
    if arguments.resume:
        accelerator.load_state()
    progress = Progress(arguments, is_first=accelerator.is_main_process)
    saver = SaveBeforeStop(accelerator, minutes=MINUTES, end_training=arguments.end_training)
    with saver:
        while position.step < arguments.steps:
            # The order of an epoch follows from its number.
            order.manual_seed(position.epoch)
            rest = accelerator.skip_first_batches(loader, position.batches)
            for batch in saver.training(rest):
                progress.wait_at(position.step + 1, saver._plan)
                with accelerator.accumulate(model):
                    loss = loss_of(model, batch)
                    accelerator.backward(loss)
                    optimizer.step()
                    optimizer.zero_grad()
                position.batches += 1
                if accelerator.sync_gradients:
                    position.step += 1
                    progress.loss(position.step, loss.item())
            if saver.ended:
                break
            position.epoch += 1
            position.batches = 0
            model.eval()
            for batch in saver.evaluation(validation):
                progress.wait_at("evaluation", saver._plan)
                with torch.no_grad():
                    loss_of(model, batch)
            model.train()
    progress.end(plain)


if __name__ == "__main__":
    main()
