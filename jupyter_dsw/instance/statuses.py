"""The statuses that GetInstance documents, and what follows from them.

A status stays a plain `str` in the model, so one that is not listed here is shown as it came.
"""

from __future__ import annotations

STATUSES: tuple[tuple[str, str], ...] = (
    ("Creating", "Creating"),
    ("SaveFailed", "Image save failed"),
    ("Stopped", "Stopped"),
    ("Failed", "Failed"),
    ("ResourceAllocating", "Allocating resources"),
    ("Stopping", "Stopping"),
    ("Updating", "Updating"),
    ("Saving", "Saving image"),
    ("Queuing", "Queuing"),
    ("Recovering", "Recovering instance"),
    ("Starting", "Creating"),
    ("Running", "Running"),
    ("Saved", "Image saved successfully"),
    ("Deleting", "Deleting"),
    ("EnvPreparing", "Preparing environment"),
)
"""Values of `Status` with their meaning, as the API page GetInstance words it."""

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

SNAPSHOT_STATUSES: tuple[tuple[str, str], ...] = (
    ("Committing", "Committing"),
    ("Pushing", "Pushing"),
    ("Failed", "Save failed"),
    ("Saved", "Save succeeded"),
)
"""Values of a snapshot's `Status` with their meaning, as the API page words it."""

TRANSITIONAL_SNAPSHOT_STATUSES = frozenset({"Committing", "Pushing"})
"""Snapshot statuses in which the image is still being saved."""

SNAPSHOT_STEPS = ("Committing", "Pushing", "Saved")
"""The way of an image that is saved without failing."""


def status_meaning(status: str) -> str:
    """Give the page's words for an instance status, or the status itself if it is unknown."""
    return dict(STATUSES).get(status, status)


def snapshot_status_meaning(status: str) -> str:
    """Give the page's words for a snapshot status, or the status itself if it is unknown."""
    return dict(SNAPSHOT_STATUSES).get(status, status)
