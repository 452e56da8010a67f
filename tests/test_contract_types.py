"""The browser's types of the REST contract are those of the schema that ships."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "labextension" / "scripts" / "contract_types.py"


def test_the_types_of_the_contract_are_up_to_date() -> None:
    check = subprocess.run(
        [sys.executable, str(SCRIPT), "--check"], capture_output=True, text=True, check=False
    )
    assert check.returncode == 0, check.stderr
