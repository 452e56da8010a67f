"""A Jupyter server extension with a handler that does nothing but know who asks."""

from __future__ import annotations

from typing import Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado import web


class NothingHandler(APIHandler):
    """What any authenticated handler of a Jupyter server costs."""

    auth_resource = "nothing"
    _track_activity = False

    @web.authenticated
    @authorized
    def get(self) -> None:
        """An empty object."""
        self.finish("{}")


def _load_jupyter_server_extension(server: Any) -> None:
    path = url_path_join(server.base_url, "benchmarks/nothing")
    server.web_app.add_handlers(".*$", [(path, NothingHandler)])


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "benchmarks.nothing"}]
