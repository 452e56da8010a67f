"""Save a loop that uses Accelerate before the instance is stopped."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_dsw.integrations import torch
from jupyter_dsw.integrations.save_plan import put_in_place

if TYPE_CHECKING:
    import os

    from accelerate import Accelerator


class SaveBeforeStop(torch.SaveBeforeStop):
    """Calls `accelerator.save_state` once before each stop of the instance, between two batches.

    The checkpoint is `output_dir`, replaced when it is complete; load it with
    `accelerator.load_state(output_dir)`. Without `output_dir`, the accelerator's
    `ProjectConfiguration` has to have `automatic_checkpoint_naming`, and
    `accelerator.load_state()` finds the newest checkpoint. Progress of yours belongs to it if you
    register it: `accelerator.register_for_checkpointing`.
    Where gradients are accumulated (`accelerator.accumulate`), it saves after a whole step.

    `minutes`, `end_training`, `training()` and `evaluation()` are as in
    `jupyter_dsw.integrations.torch.SaveBeforeStop`.

    Raises `ValueError` unless exactly one of them names the checkpoint, and if `minutes` is not
    greater than 0.
    """

    def __init__(
        self,
        accelerator: Accelerator,
        output_dir: str | os.PathLike[str] | None = None,
        *,
        minutes: float = 10,
        end_training: bool = False,
    ) -> None:
        self._accelerator = accelerator
        self._output_dir = None if output_dir is None else Path(output_dir)
        if (output_dir is None) != accelerator.project_configuration.automatic_checkpoint_naming:
            msg = (
                "SaveBeforeStop needs either an output_dir or a ProjectConfiguration with "
                "automatic_checkpoint_naming=True, which lets Accelerate ignore any other folder"
            )
            raise ValueError(msg)
        super().__init__(self._save_state, minutes=minutes, end_training=end_training)

    def _save_state(self) -> str:
        if self._output_dir is None:
            self._number_after_existing()
            return str(self._accelerator.save_state())
        unfinished = self._output_dir.with_name(f"{self._output_dir.name}.part")
        self._accelerator.save_state(str(unfinished))
        self._accelerator.wait_for_everyone()
        if self._accelerator.is_main_process:
            put_in_place(unfinished, self._output_dir)
        return str(self._output_dir)

    def _number_after_existing(self) -> None:
        """Continue the numbers of an earlier run, which Accelerate does not: it would raise."""
        folder = Path(self._accelerator.project_dir, "checkpoints")
        numbers = [
            int(path.name.rpartition("_")[2])
            for path in folder.glob("checkpoint_*")
            if path.name.rpartition("_")[2].isdigit()
        ]
        project = self._accelerator.project_configuration
        project.iteration = max([project.iteration, *(number + 1 for number in numbers)])
        # Each rank has to look before one of them makes the folder.
        self._accelerator.wait_for_everyone()

    def _is_safe(self) -> bool:
        return bool(self._accelerator.sync_gradients)
