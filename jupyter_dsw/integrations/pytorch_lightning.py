"""Have the `Trainer` of `pytorch_lightning` save before the instance is stopped."""

from __future__ import annotations

from pytorch_lightning.callbacks import Callback

from jupyter_dsw.integrations.lightning_hooks import SaveBeforeStopHooks


class SaveBeforeStop(SaveBeforeStopHooks, Callback):  # type: ignore[misc] # it may be missing
    """Has the `Trainer` save a checkpoint once before each stop; see `SaveBeforeStopHooks`."""
