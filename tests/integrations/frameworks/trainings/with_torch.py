"""A hand-written loop: one process, or several with DDP."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch
from torch import distributed
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler

from jupyter_dsw.integrations.torch import SaveBeforeStop
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
    rank, count = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    if count > 1:
        distributed.init_process_group("gloo")
    plain = linear_model(dropout=0.2)
    model: Any = DistributedDataParallel(plain) if count > 1 else plain
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    checkpoint = Path(arguments.folder, f"rank-{rank}.pt")
    position = {"epoch": 0, "batches": 0, "step": 0}
    if arguments.resume:
        state = torch.load(checkpoint)
        plain.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["rng"])
        position = state["position"]

    def save() -> Path:
        unfinished = checkpoint.with_suffix(".part")
        state = {
            "model": plain.state_dict(),
            "optimizer": optimizer.state_dict(),
            "rng": torch.get_rng_state(),
            "position": position,
        }
        torch.save(state, unfinished)
        unfinished.replace(checkpoint)
        return checkpoint

    progress = Progress(arguments, is_first=rank == 0)
    # Ranks evaluate different numbers of batches.
    validation = DataLoader(samples(arguments)[: (2 + rank) * BATCH], batch_size=BATCH)
    sampler = DistributedSampler(samples(arguments), count, rank, shuffle=True)
    with SaveBeforeStop(save, minutes=MINUTES, end_training=arguments.end_training) as saver:
        while position["step"] < arguments.steps:
            sampler.set_epoch(position["epoch"])
            generator = torch.get_rng_state()
            batches = list(DataLoader(samples(arguments), batch_size=BATCH, sampler=sampler))
            torch.set_rng_state(generator)
            for batch in saver.training(
                batches[position["batches"] :], batches_per_step=arguments.accumulate
            ):
                progress.wait_at(position["step"] + 1, saver._plan)
                loss = loss_of(model, batch)
                loss.backward()
                position["batches"] += 1
                if position["batches"] % arguments.accumulate == 0:
                    optimizer.step()
                    optimizer.zero_grad()
                    position["step"] += 1
                    progress.loss(position["step"], loss.item())
            if saver.ended:
                break
            position["epoch"] += 1
            position["batches"] = 0
            model.eval()
            for batch in saver.evaluation(validation):
                progress.wait_at("evaluation", saver._plan)
                with torch.no_grad():
                    loss_of(plain, batch)
            model.train()
    progress.end(plain)


if __name__ == "__main__":
    main()
