"""Durations as people type them: `10m`, `600s`, `1h30m`."""

from __future__ import annotations

import argparse
import re

_NUMBER = r"(\d{1,9}(?:\.\d{1,9})?)"
_DURATION = re.compile(rf"(?:{_NUMBER}h)?(?:{_NUMBER}m)?(?:{_NUMBER}s)?", re.ASCII)
_SECONDS = (3600, 60, 1)


def parse_duration(text: str) -> float:
    """The seconds of `text`; raises `argparse.ArgumentTypeError` in words for the person."""
    found = _DURATION.fullmatch(text.strip().lower())
    parts = found.groups(default="0") if found else ()
    seconds = sum(float(part) * unit for part, unit in zip(parts, _SECONDS, strict=False))
    if not found or not text.strip():
        hint = " Say which unit: 600s, 10m." if text.strip().isdigit() else ""
        msg = f"{text!r} is not a duration such as 10m, 600s or 1h30m.{hint}"
        raise argparse.ArgumentTypeError(msg)
    if seconds <= 0:
        msg = f"{text!r} is no time at all: it has to be above 0"
        raise argparse.ArgumentTypeError(msg)
    return seconds
