"""How much JavaScript a browser loads: the labextension and the panel, against the peers'."""

from __future__ import annotations

import gzip
import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.harness import Row
from benchmarks.peers import wheels
from benchmarks.servers import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable

# As labextension/scripts/check-size.mjs counts: the scripts, without licences and schemas.
_SCRIPT = re.compile(r".*/share/jupyter/labextensions/.*/static/[^/]*\.js")


@dataclass(frozen=True)
class Size:
    """Of some scripts together, in bytes; `gzipped` each by itself, as a server sends them."""

    raw: int
    gzipped: int

    @classmethod
    def of(cls, scripts: Iterable[bytes]) -> Size:
        """That of these scripts."""
        sizes = [(len(script), len(gzip.compress(script))) for script in scripts]
        return cls(sum(raw for raw, _ in sizes), sum(gzipped for _, gzipped in sizes))

    def __str__(self) -> str:
        return f"{self.raw / 1000:.2f} kB, {self.gzipped / 1000:.2f} kB gzipped"


def measure() -> list[Row]:
    """Ours as built, the peers' as their wheels have them."""
    built = ROOT / "jupyter_dsw"
    labextension = Size.of(path.read_bytes() for path in built.glob("labextension/static/*.js"))
    panel = Size.of([(built / "notebook" / "static" / "panel.js").read_bytes()])
    return [
        _at_most("labextension", labextension, 60),
        _at_most("panel", panel, 20),
        *(row for name in wheels() for row in _below(labextension, name)),
    ]


def _of_wheel(name: str) -> Size:
    with zipfile.ZipFile(wheels()[name]) as wheel:
        return Size.of(wheel.read(each) for each in wheel.namelist() if _SCRIPT.fullmatch(each))


def _at_most(what: str, size: Size, goal: int) -> Row:
    raw = size.raw / 1000
    return Row(f"JavaScript of the {what}: kB", "", raw, f"≤ {goal}", raw <= goal, None, str(size))


def _below(ours: Size, peer: str) -> list[Row]:
    theirs = _of_wheel(peer)
    sizes = {"": (ours.raw, theirs.raw), ", gzipped": (ours.gzipped, theirs.gzipped)}
    return [
        Row(
            f"JavaScript of the labextension{form}",
            peer.replace("_", "-"),
            one / other,
            "< 1",
            one < other,
            detail=f"{one / 1000:.1f} kB against {other / 1000:.1f} kB",
        )
        for form, (one, other) in sizes.items()
    ]
