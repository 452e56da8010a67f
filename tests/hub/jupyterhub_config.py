"""A JupyterHub on this machine: users with an instance of their own, and a guest of one of them.

What differs from run to run is in the JSON file that the variable `HUB` names.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

hub = json.loads(Path(os.environ["HUB"]).read_text("utf-8"))
c: Any = get_config()  # type: ignore[name-defined]  # noqa: F821 - JupyterHub puts it here


def of_the_user(name: str) -> Any:
    """What the variable is in the environment of the user whose server is started."""
    return lambda spawner: hub["environments"][spawner.user.name].get(name, "")


c.JupyterHub.bind_url = hub["url"]
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{hub['hub_port']}"
c.JupyterHub.db_url = "sqlite:///:memory:"
c.ConfigurableHTTPProxy.command = hub["proxy"]
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{hub['proxy_port']}"

c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = hub["password"]
c.Authenticator.allowed_users = set(hub["environments"])

c.JupyterHub.load_roles = [
    {"name": "guests", "users": ["guest"], "scopes": ["access:servers!user=sharing"]}
]

# All run as whoever runs the tests: what keeps them apart here is what their servers check.
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = str(Path(hub["home"]) / "{username}")
names = {name for environment in hub["environments"].values() for name in environment}
# By the last one, tests/leftovers.py knows what is left of the run.
c.Spawner.environment = {
    **{name: of_the_user(name) for name in names},
    "JUPYTER_TESTS_RUN": os.environ.get("JUPYTER_TESTS_RUN", ""),
}
c.Spawner.start_timeout = c.Spawner.http_timeout = 120
c.Spawner.args = [
    # As root (containers), Jupyter needs a setting that this is meant.
    "--allow-root",
    "--LabApp.expose_app_in_browser=True",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
]
