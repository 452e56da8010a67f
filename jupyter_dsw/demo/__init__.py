"""`jupyter dsw demo`: JupyterLab on a simulated instance, with a notebook that shows it around.

Here is what the tour's cells call to put the instance into another situation.
"""

from __future__ import annotations

import os
import time
from typing import Any
from urllib.parse import urlsplit

import requests

from jupyter_dsw.notebook import readings

PATIENCE_S = 60.0
# The server grants a fresh reading at most once in 5 s.
BETWEEN_ATTEMPTS_S = 0.5


def simulate(scenario: str) -> str:
    """Have the demo's emulator play `scenario`; returns what that is, once a reading shows it.

    `jupyter dsw emulator --help` lists the scenarios. Raises `ValueError` for another name, and
    `RuntimeError` where the instance is not a simulated one.
    """
    before = _at_the_emulator("PUT", scenario)
    until = time.monotonic() + PATIENCE_S
    while _at_the_emulator("GET")["calls"] <= before["calls"] and time.monotonic() < until:
        time.sleep(BETWEEN_ATTEMPTS_S)
        readings.current(fresh=True)
    return str(before["description"])


def _at_the_emulator(method: str, body: str = "") -> dict[str, Any]:
    endpoint = os.environ.get("JUPYTER_DSW_ENDPOINT", "")
    if urlsplit(endpoint).hostname != "127.0.0.1":
        msg = "simulate() is for `jupyter dsw demo`: here is no simulated instance."
        raise RuntimeError(msg)
    with requests.Session() as session:
        session.trust_env = False
        response = session.request(method, f"{endpoint}/emulator/scenario", data=body, timeout=10)
    content: dict[str, Any] = response.json()
    if response.status_code != 200:
        raise ValueError(content["error"])
    return content
