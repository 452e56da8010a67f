"""The statuses that GetInstance documents, and what follows from them.

A status stays a plain `str` in the model, so one that is not listed here is shown as it came.
"""

from __future__ import annotations

from jupyter_dsw.i18n import Text, text

STATUSES: tuple[tuple[str, Text], ...] = (
    ("Creating", text("Creating")),
    ("SaveFailed", text("Image save failed")),
    ("Stopped", text("Stopped")),
    ("Failed", text("Failed")),
    ("ResourceAllocating", text("Allocating resources")),
    ("Stopping", text("Stopping")),
    ("Updating", text("Updating")),
    ("Saving", text("Saving image")),
    ("Queuing", text("Queuing")),
    ("Recovering", text("Recovering")),
    ("Starting", text("Starting")),
    ("Running", text("Running")),
    ("Saved", text("Image saved")),
    ("Deleting", text("Deleting")),
    ("EnvPreparing", text("Preparing environment")),
)
"""Labels of the values of `Status`, the same as in the panel."""

TRANSITIONAL_STATUSES = frozenset(
    {
        "Creating",
        "Deleting",
        "EnvPreparing",
        "Queuing",
        "Recovering",
        "ResourceAllocating",
        "Saving",
        "Starting",
        "Stopping",
        "Updating",
    }
)
"""Statuses that will become another one without anybody doing anything."""

ENDED_STATUSES = frozenset({"Deleting", "Failed", "Stopped", "Stopping"})
"""Statuses in which no stop lies ahead: it has happened, or it is happening."""

USABLE_STATUSES = frozenset({"Running", "SaveFailed", "Saved", "Saving"})
"""Statuses in which a person can work on the instance; saving an image does not end that."""

SNAPSHOT_STATUSES: tuple[tuple[str, Text], ...] = (
    ("Committing", text("Committing")),
    ("Pushing", text("Pushing")),
    ("Failed", text("Save failed")),
    ("Saved", text("Saved")),
)
"""Labels of the values of a snapshot's `Status`."""

TRANSITIONAL_SNAPSHOT_STATUSES = frozenset({"Committing", "Pushing"})
"""Snapshot statuses in which the image is still being saved."""

SNAPSHOT_STEPS = ("Committing", "Pushing", "Saved")
"""The way of an image that is saved without failing."""


def status_label(status: str) -> str:
    """Return the label of an instance status; the status itself if it has none."""
    return dict[str, str](STATUSES).get(status, status)


def snapshot_status_label(status: str) -> str:
    """Return the label of a snapshot status; the status itself if it has none."""
    return dict[str, str](SNAPSHOT_STATUSES).get(status, status)
