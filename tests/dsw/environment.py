"""A container like that of a PAI-DSW instance, as far as its layout is known.

JupyterLab 3.6.5 runs in a virtual environment of its own, kernels and terminals in the image's
Python, with the instance's variables and a base URL. `work` stands for `/mnt/workspace`. Other than
on an instance the server listens on 127.0.0.1 only, and has a token.

    template = Container.create(folder)      # about half a minute; the fixture `dsw_template`
    container = template.copy(elsewhere)     # a second; may be changed and thrown away
    container.image.install(wheel)           # as `pip install` in a notebook does
    container.jupyter.install(wheel)         # as `jupyter dsw setup` does
    lab = container.start(emulator)          # a `Lab`, which the helpers of tests/browser know
    container.run("jupyter-dsw", "info")     # in an SSH session
    lab.stop()

Tests get one by the fixture `dsw_container`, with jupyter-dsw in the image only. By hand: `make
dsw`.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_dsw.demo.lab import Lab, free_port
from tests.environments import Environment
from tests.leftovers import RUN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jupyter_dsw.emulator import Emulator

HERE = Path(__file__).parent
JULY_2023 = HERE / "dated-2023-07.txt"
"""Constraints of pip: JupyterLab 3.6.5 and what was new then."""
JUNE_2024 = HERE / "dated-2024-06.txt"
"""The same for JupyterLab 4.2."""
NUMBER = "481516"
"""Of the instance: in its base URL and host name, and not its ID."""
_KEPT = ("PIP_", "SSL_", "REQUESTS_CA_BUNDLE", "LANG", RUN)


@dataclass(frozen=True)
class Container:
    """A folder that stands for the file system of a container."""

    folder: Path

    @property
    def jupyter(self) -> Environment:
        """The Jupyter server's own environment."""
        venv = "etc/dsw/cache/pre-install/plugins/jupyter-lab/v3.6.5/venv"
        return Environment(self.folder / venv)

    @property
    def image(self) -> Environment:
        """The image's Python, in which kernels and terminals run."""
        return Environment(self.folder / "usr/local")

    @property
    def home(self) -> Path:
        """The home of root."""
        return self.folder / "root"

    @classmethod
    def create(cls, folder: Path) -> Container:
        """Make both environments, without jupyter-dsw."""
        container = cls(folder)
        jupyter = Environment.create(container.jupyter.prefix)
        jupyter.install("--constraint", JULY_2023, "jupyterlab")
        image = Environment.create(container.image.prefix)
        image.install("ipykernel")
        container._lay_out()
        return container

    def copy(self, folder: Path) -> Container:
        """Copy both environments, to be changed."""
        copy = Container(folder)
        self.jupyter.copy(copy.jupyter.prefix)
        self.image.copy(copy.image.prefix)
        copy._lay_out()
        return copy

    def start(
        self,
        emulator: Emulator,
        options: Mapping[str, object] | None = None,
        **variables: str,
    ) -> Lab:
        """Start the Jupyter server on the emulator's instance; it may not respond yet."""
        port, token = str((options or {}).get("ServerApp.port") or free_port()), secrets.token_hex()
        options = {**self._options(token), "ServerApp.port": port, **(options or {})}
        environment = {**self.variables(emulator, port), **variables}
        with (self.folder / "server.log").open("wb") as log:
            process = subprocess.Popen(
                [self.jupyter.prefix / "bin/jupyter-lab"]
                + [f"--{name}={value}" for name, value in options.items()],
                env=environment,
                cwd=self.folder / "work",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        url = f"http://127.0.0.1:{port}{options['ServerApp.base_url']}"
        return Lab(process, url, token, self.folder)

    def run(
        self, program: str, *arguments: object, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a program of the image as an SSH session does; its output is text, errors included.

        With `**container.variables(emulator)` as a terminal of the instance does.
        """
        return subprocess.run(
            [str(word) for word in (self.image.prefix / "bin" / program, *arguments)],
            env={**self._shell(), **variables},
            cwd=self.folder / "work",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def variables(self, emulator: Emulator, port: str = "8088") -> dict[str, str]:
        """The variables of the container's processes, whose instance is the emulator's."""
        return {
            **self._shell(),
            "HOSTNAME": f"dsw-{NUMBER}-5d8f7c9b6d-x2lqv",
            "USER_NAME": "root",
            "JUPYTER_NAME": f"dsw-{NUMBER}",
            "JUPYTER_COMMAND": "lab",
            "JUPYTER_SERVER_ADDR": "0.0.0.0",
            "JUPYTER_SERVER_PORT": port,
            "JUPYTER_SERVER_AUTH": "",
            "JUPYTER_SERVER_ROOT": str(self.folder / "work"),
            "CODE_SERVER_ADDR": "0.0.0.0",
            "CODE_SERVER_PORT": "8082",
            "CODE_SERVER_AUTH": "",
            "WORKSPACE_DIR": str(self.folder / "work"),
            "PAI_WORKSPACE_ID": "86995",
            **emulator.environment(),
        }

    def _shell(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name.startswith(_KEPT)}
        # Only what pip downloads is shared, with the person who runs the tests.
        kept.setdefault("PIP_CACHE_DIR", str(Path("~/.cache/pip").expanduser()))
        path = f"{self.image.prefix}/bin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return {**kept, "HOME": str(self.home), "USER": "root", "SHELL": "/bin/bash", "PATH": path}

    def _options(self, token: str) -> dict[str, object]:
        return {
            "ServerApp.root_dir": self.folder / "work",
            "ServerApp.ip": "127.0.0.1",
            "ServerApp.base_url": f"/dsw-{NUMBER}/",
            "ServerApp.port_retries": 0,
            "ServerApp.open_browser": False,
            "ServerApp.allow_root": True,
            "IdentityProvider.token": token,
            "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
            # So that tests can wait for a kernel instead of for a picture of it.
            "LabApp.expose_app_in_browser": True,
        }

    def _lay_out(self) -> None:
        """Let the server run kernels in the image, and make root's home and `work`."""
        kernel = self.jupyter.prefix / "share/jupyter/kernels/python3/kernel.json"
        argv = [str(self.image.python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        spec = {"argv": argv, "display_name": "Python 3 (ipykernel)", "language": "python"}
        kernel.unlink()  # which a copy shares
        kernel.write_text(json.dumps(spec))
        labconfig = self.home / ".jupyter/labconfig"
        labconfig.mkdir(parents=True)
        # JupyterLab's question about its news would be the first thing that people see.
        news = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
        (labconfig / "page_config.json").write_text(json.dumps(news))
        # Where the helpers of tests/browser write settings.
        (self.folder / "config").symlink_to(self.home / ".jupyter")
        (self.folder / "work").mkdir()
