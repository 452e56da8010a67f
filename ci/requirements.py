"""What `pyproject.toml` requires, as the installed package has it."""

from __future__ import annotations

from importlib.metadata import requires

from packaging.requirements import Requirement


def dependencies() -> list[Requirement]:
    """Return what a person gets: without any extra."""
    every = [Requirement(line) for line in requires("jupyter-dsw") or ()]
    return [each for each in every if each.marker is None]


def lowest(requirement: Requirement) -> str:
    """Return the lowest version that it allows. Raises `StopIteration` if it names none."""
    return next(each.version for each in requirement.specifier if each.operator == ">=")
