"""Responses of GetInstance for the tests: the page's example, its elements, changes to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jupyter_dsw.model.instance import Instance, parse_instance

HERE = Path(__file__).parent

ELEMENTS: tuple[tuple[str, str], ...] = tuple(
    (line.split()[0], line.split()[1])
    for line in (HERE / "elements.txt").read_text().splitlines()
    if line and not line.startswith("#")
)
"""Path and type of each element on the API page, `("Datasets[].Dynamic", "boolean")`."""


def example() -> dict[str, Any]:
    """The example response of the API page, to change at will."""
    response: dict[str, Any] = json.loads((HERE / "getinstance-example.json").read_text())
    return response


def instance(**elements: Any) -> Instance:
    """The example's instance with some of its elements replaced."""
    return parse_instance(example() | elements)


def put(response: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Set the element at a path; `[]` takes the first item. Returns the response."""
    *parents, last = path.split(".")
    place: Any = response
    for name in parents:
        place = place[name.removesuffix("[]")]
        place = place[0] if name.endswith("[]") else place
    place[last] = value
    return response


def top_of(path: str) -> str:
    """Give the top-level element of a path: `"Datasets"` of `"Datasets[].Uri"`."""
    return path.partition(".")[0].removesuffix("[]")
