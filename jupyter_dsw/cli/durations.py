"""Durations as people type them: `10m`, `600s`, `1h30m`."""

from __future__ import annotations

import argparse
import re

from jupyter_dsw.i18n import joined, text
from jupyter_dsw.notebook.person import translated

_NUMBER = r"(\d{1,9}(?:\.\d{1,9})?)"
_DURATION = re.compile(rf"(?:{_NUMBER}h)?(?:{_NUMBER}m)?(?:{_NUMBER}s)?", re.ASCII)
_SECONDS = (3600, 60, 1)


def parse_duration(word: str) -> float:
    """The seconds of `word`; raises `argparse.ArgumentTypeError` in words for the person."""
    found = _DURATION.fullmatch(word.strip().lower())
    parts = found.groups(default="0") if found else ()
    seconds = sum(float(part) * unit for part, unit in zip(parts, _SECONDS, strict=False))
    if not found or not word.strip():
        wrong = text("%1 is not a duration such as 10m, 600s or 1h30m.", repr(word))
        hint = text("Say which unit: 600s, 10m.") if word.strip().isdigit() else ""
        raise argparse.ArgumentTypeError(translated(joined(" ", filter(None, (wrong, hint)))))
    if seconds <= 0:
        wrong = text("%1 is no time at all: it has to be above 0", repr(word))
        raise argparse.ArgumentTypeError(translated(wrong))
    return seconds
