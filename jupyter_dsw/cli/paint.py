"""Colours, where the terminal and the person want them."""

from __future__ import annotations

import os
from typing import TextIO

# Select Graphic Rendition of ECMA-48: what every terminal knows.
_CODES = {"bold": 1, "dim": 2, "red": 31, "green": 32, "yellow": 33}


class Paint:
    """Colours text for `stream`: not where it is no terminal, nor a dumb one, nor where NO_COLOR
    is set (https://no-color.org)."""

    def __init__(self, stream: TextIO) -> None:
        self.on = (
            stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        )

    def __call__(self, text: str, *styles: str) -> str:
        """`text` in these styles: `bold`, `dim`, `red`, `green`, `yellow`."""
        if not (self.on and text):
            return text
        codes = ";".join(str(_CODES[style]) for style in styles)
        return f"\x1b[{codes}m{text}\x1b[0m"
