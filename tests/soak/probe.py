"""A server extension that measures how late the server's event loop is, and what the server uses.

The heart beats each 5 ms; a beat is as late as whatever else the loop had to do took.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

import msgspec
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado import web
from tornado.ioloop import IOLoop

from tests.soak.footprint import Footprint

BEAT_S = 0.005
PATH = "soak/probe"


class Measured(msgspec.Struct, frozen=True):
    """What was measured since the last time it was requested."""

    lags_ms: list[float]
    footprint: Footprint


class Heart:
    """Beats in the server's event loop."""

    def __init__(self) -> None:
        self._lags_ms: list[float] = []

    async def beat(self) -> None:
        """Beat for as long as the server runs."""
        while True:
            begun = time.perf_counter()
            await asyncio.sleep(BEAT_S)
            self._lags_ms.append((time.perf_counter() - begun - BEAT_S) * 1000)

    def measured(self) -> Measured:
        """What was measured since the last time."""
        lags_ms, self._lags_ms = self._lags_ms, []
        return Measured(lags_ms, Footprint.now())


class ProbeHandler(APIHandler):
    """Gives out what was measured."""

    def initialize(self, heart: Heart) -> None:
        self.heart = heart

    @web.authenticated
    async def get(self) -> None:
        self.finish(msgspec.json.encode(self.heart.measured()))


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(server: Any) -> None:
    heart = Heart()
    server.web_app.add_handlers(
        ".*$",
        [(url_path_join(server.base_url, PATH), ProbeHandler, {"heart": heart})],
    )
    IOLoop.current().add_callback(heart.beat)
