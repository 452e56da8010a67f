"""The parts of pages that a command writes anew: what was measured, each between two marks."""

from __future__ import annotations


def begin(name: str) -> str:
    """Return the mark before the part of that name."""
    return f"<!-- {name}:begin -->"


def end(name: str) -> str:
    """Return the mark behind it."""
    return f"<!-- {name}:end -->"


def part(page: str, name: str) -> str:
    """Return what stands between the marks. Raises ValueError where they are missing."""
    _, opened, rest = page.partition(begin(name))
    between, closed, _ = rest.partition(end(name))
    if not (opened and closed):
        msg = f"the page has no {begin(name)} and {end(name)}"
        raise ValueError(msg)
    return between


def with_part(page: str, name: str, text: str) -> str:
    """Return `page` with `text` between the marks. Raises ValueError where they are missing."""
    old = f"{begin(name)}{part(page, name)}{end(name)}"
    return page.replace(old, f"{begin(name)}\n{text.strip()}\n{end(name)}")
