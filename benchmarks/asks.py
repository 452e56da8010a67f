"""How often a server was asked, as its own metrics tell."""

from __future__ import annotations

import re
from collections import Counter

_COUNTED = re.compile(
    r'^jupyter_dsw_asks_total\{cache="(?P<cache>\w+)",door="(?P<door>\w+)"\} (?P<count>\S+)$', re.M
)


def asks(metrics: str) -> Counter[tuple[str, str]]:
    """Requests so far by door and cache, `("people", "miss")`, from the text of `/metrics`."""
    return Counter(
        {
            (one["door"], one["cache"]): int(float(one["count"]))
            for one in _COUNTED.finditer(metrics)
        }
    )
