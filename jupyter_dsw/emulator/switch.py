"""The emulator's own door: which scenario it plays, told and changed over HTTP.

A page in a browser cannot change it: a PUT from another origin is asked for beforehand (OPTIONS),
and that is never granted here.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from jupyter_dsw.emulator.endpoint import Response
from jupyter_dsw.emulator.scenarios import SCENARIOS

if TYPE_CHECKING:
    from jupyter_dsw.emulator.emulator import Emulator
    from jupyter_dsw.emulator.verification import SignedRequest

SCENARIO_PATH = "/emulator/scenario"
"""GET tells the scenario and the number of GetInstance calls so far; PUT, with the name of a
scenario as its body, changes it first."""


def answer(emulator: Emulator, request: SignedRequest) -> Response:
    """Answer a request to `SCENARIO_PATH`."""
    if request.method == "PUT":
        name = request.body.decode("utf-8", "replace")
        if name not in SCENARIOS:
            return _json(400, error=f"No such scenario; there are: {', '.join(SCENARIOS)}")
        emulator.scenario = name
    elif request.method != "GET":
        return _json(405, error="GET or PUT")
    return _json(
        200,
        scenario=emulator.scenario,
        description=SCENARIOS[emulator.scenario].description,
        calls=emulator.calls,
    )


def _json(status: int, **body: object) -> Response:
    headers = (("Content-Type", "application/json"),)
    return Response(status, json.dumps(body).encode(), headers)
