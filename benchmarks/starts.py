"""What jupyter-dsw adds to the start of a server and of a kernel, and what importing it takes.

Processor time, so that other work on the machine is no part of it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING

from benchmarks.jupyter import ROOT
from benchmarks.rows import Row, difference, ratio

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 10
IMPORTS = 20
# Times the methods of the class that find, import and load extensions, or run startup files.
SCRIPT = """
import os, sys, time
from {module} import {name} as Application
from traitlets.config import Config
spent = 0.0

def timed(method):
    def wrapper(self, *args):
        global spent
        begun = time.process_time()
        method(self, *args)
        spent += time.process_time() - begun
    return wrapper

for name in {methods}:
    setattr(Application, name, timed(getattr(Application, name)))
output = os.dup(1)
app = Application.instance(config=Config({config}))
app.initialize([])
os.write(output, f"\\n{{spent * 1000}}".encode())
os._exit(0)
"""
OTHER_EXTENSIONS = ("jupyter_lsp", "jupyter_server_terminals", "jupyterlab", "notebook")
SERVER_METHODS = ["find_server_extensions", "init_server_extensions", "load_server_extensions"]


def measure() -> list[Row]:
    """Measure each with jupyter-dsw and without, in turns."""
    server = _in_turns(_server_start_ms, ROUNDS)
    kernel = _in_turns(_kernel_start_ms, ROUNDS)
    imports = _in_turns(_import_ms, IMPORTS)
    without = "without jupyter-dsw"
    return [
        difference("start of a server: ms of extensions more", without, *server, 20, "ms"),
        difference("start of a kernel: ms of startup files more", without, *kernel, 5, "ms"),
        ratio("`import jupyter_dsw`", "`import requests`", *imports, 0.3, "ms"),
    ]


def _in_turns(start_ms: Callable[[bool], float], rounds: int) -> tuple[list[float], list[float]]:
    """Measure with ours (True) and the other, each as often the second with its warmer caches."""
    mine: list[float] = []
    other: list[float] = []
    for number in range(rounds):
        for ours in (True, False) if number % 2 else (False, True):
            (mine if ours else other).append(start_ms(ours))
    return mine, other


def _server_start_ms(ours: bool) -> float:
    settings = {
        "jpserver_extensions": {**dict.fromkeys(OTHER_EXTENSIONS, False), "jupyter_dsw": ours},
        "allow_root": True,
        "open_browser": False,
        "port": 0,
        "log_level": "CRITICAL",
    }
    config = {"ServerApp": settings}
    return _run(
        SCRIPT.format(
            module="jupyter_server.serverapp",
            name="ServerApp",
            methods=SERVER_METHODS,
            config=config,
        )
    )


def _kernel_start_ms(ours: bool) -> float:
    before = "" if ours else "import IPython.core.application as a; a.ENV_CONFIG_DIRS.clear()"
    script = SCRIPT.format(
        module="ipykernel.kernelapp", name="IPKernelApp", methods=["init_code"], config={}
    )
    return _run(before + script)


def _import_ms(ours: bool) -> float:
    return _run(
        "import time; begun = time.process_time()\n"
        f"import {'jupyter_dsw' if ours else 'requests'}\n"
        "print((time.process_time() - begun) * 1000)"
    )


def _run(script: str) -> float:
    with tempfile.TemporaryDirectory() as home:
        places = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
        environment = {**os.environ, **dict.fromkeys(places, home), "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=home,
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    return float(done.stdout.splitlines()[-1])
