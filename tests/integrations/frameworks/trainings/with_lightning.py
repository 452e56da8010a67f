"""A `Trainer` of `lightning` or `pytorch_lightning`, with a data loader that can resume."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

import torch
from torch.utils.data import DataLoader
from torchdata.stateful_dataloader import StatefulDataLoader
from torchdata.stateful_dataloader.sampler import RandomSampler

from tests.integrations.frameworks.trainings.common import (
    BATCH,
    MINUTES,
    Progress,
    linear_model,
    loss_of,
    options,
    samples,
)


def main() -> None:
    """Train."""
    arguments = options()
    processes = int(os.environ.get("WORLD_SIZE", "1"))
    package = "lightning.pytorch" if arguments.package == "lightning" else arguments.package
    pl: Any = import_module(package)
    callbacks: Any = import_module(f"{package}.callbacks")
    integration: Any = import_module(f"jupyter_dsw.integrations.{arguments.package}")
    saver = integration.SaveBeforeStop(
        arguments.folder, minutes=MINUTES, end_training=arguments.end_training
    )

    class Model(pl.LightningModule):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model = linear_model(dropout=0)

        def training_step(self, batch: torch.Tensor, batch_idx: int) -> Any:
            loss = loss_of(self.model, batch)
            progress.loss(self.global_step + 1, loss.item())
            return loss

        def validation_step(self, batch: torch.Tensor, batch_idx: int) -> None:
            loss_of(self.model, batch)

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.Adam(self.parameters(), lr=0.01)

    class Steps(callbacks.Callback):  # type: ignore[misc]
        def on_train_batch_start(self, trainer: Any, *_: Any) -> None:
            progress.wait_at(trainer.global_step + 1, saver._plan)

        def on_validation_batch_start(self, trainer: Any, *_: Any) -> None:
            if not trainer.sanity_checking:
                progress.wait_at("evaluation", saver._plan)

    trainer = pl.Trainer(
        accelerator="cpu",
        devices=processes,
        strategy="ddp" if processes > 1 else "auto",
        max_steps=arguments.steps,
        accumulate_grad_batches=arguments.accumulate,
        callbacks=[
            callbacks.ModelCheckpoint(arguments.folder, save_top_k=0),
            Steps(),
            saver,
        ],
        logger=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        use_distributed_sampler=False,
    )
    progress = Progress(arguments, is_first=trainer.is_global_zero)
    rank = int(os.environ.get("RANK", "0"))
    # Each rank has its part, in an order whose generator is a part of the loader's state.
    part = samples(arguments)[rank::processes]
    sampler = RandomSampler(part, generator=torch.Generator().manual_seed(1))
    loader = StatefulDataLoader(part, batch_size=BATCH, sampler=sampler)
    # Ranks evaluate different numbers of batches.
    validation = DataLoader(samples(arguments)[: (2 + rank) * BATCH], batch_size=BATCH)
    model = Model()
    trainer.fit(
        model,
        loader,
        validation,
        ckpt_path="last" if arguments.resume else None,
    )
    progress.end(model)


if __name__ == "__main__":
    main()
