"""`make soak`: a thousand clients for a minute, and a day of readings. Takes about ten minutes.

Writes its figures into docs/reliability.md, and fails where something is wrong with them.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from docs.generated import with_part
from tests.canaries import Canaries
from tests.soak import day, load, page

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
PLAN = load.Plan(clients=1000, seconds=60, pause_s=1)
HOURS = 24


def main() -> int:
    """The exit status: 1 where something is wrong."""
    busy = os.getloadavg()[0]
    begun = time.monotonic()
    canaries = Canaries()
    with tempfile.TemporaryDirectory() as folder:
        loads = [
            load.run(scenario, PLAN, _made(Path(folder) / scenario), canaries)
            for scenario in ("healthy", "hang")
        ]
        canaries.look_at_files(Path(folder))
    one_day = day.run(HOURS, canaries)
    figures = [page.machine(busy), page.loads(loads), page.day(one_day)]
    text = with_part(PAGE.read_text("utf-8"), page.PART, "\n\n".join(figures))
    PAGE.write_text(text, "utf-8")
    print("\n\n".join(figures), f"\n\nIn {(time.monotonic() - begun) / 60:.0f} minutes.")
    wrong = [f"a secret in {where}" for where in canaries.seen]
    for one in loads:
        wrong += one.errors() + one.strains()
    wrong += one_day.errors() + one_day.strains()
    print("\n".join(f"WRONG: {what}" for what in wrong) or "Nothing is wrong with that.")
    return 1 if wrong else 0


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


if __name__ == "__main__":
    sys.exit(main())
