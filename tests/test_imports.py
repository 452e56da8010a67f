"""What is loaded where: a kernel pays for no server code, a server for no kernel code."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def loaded_by(code: str, *prefixes: str) -> list[str]:
    """Which modules whose names begin so are loaded after `code` ran in a fresh interpreter."""
    script = f"{code}\nimport sys\nprint(*[m for m in sys.modules if m.startswith({prefixes!r})])"
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    return done.stdout.split()


def test_importing_the_package_loads_nothing_of_it() -> None:
    assert loaded_by("import jupyter_dsw", "jupyter_dsw") == ["jupyter_dsw"]
    heavy = ("requests", "msgspec", "tornado", "IPython", "ipywidgets", "anywidget")
    assert loaded_by("import jupyter_dsw", *heavy) == []


def test_the_server_extension_loads_no_kernel_code() -> None:
    code = "import jupyter_dsw\njupyter_dsw._jupyter_server_extension_points()"
    kernel_code = ("jupyter_dsw.notebook", "jupyter_dsw.emulator", "anywidget", "ipywidgets")
    assert "jupyter_dsw.server.extension" in loaded_by(code, "jupyter_dsw.server")
    assert loaded_by(code, *kernel_code) == []


STARTED = """
from jupyter_server.serverapp import ServerApp

server = ServerApp(jpserver_extensions={"jupyter_dsw": True})
server.initialize([], find_extensions=False, new_httpserver=False)
"""


def test_a_server_starts_without_what_only_a_reading_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("CONFIG", "DATA", "RUNTIME"):
        monkeypatch.setenv(f"JUPYTER_{folder}_DIR", str(tmp_path))
    heavy = (
        "requests",
        "urllib3",
        "msgspec",
        "jupyter_dsw.model",
        "jupyter_dsw.reading",
        "jupyter_dsw.upstream.client",
    )
    loaded = loaded_by(STARTED, "jupyter_dsw.server", *heavy)
    assert "jupyter_dsw.server.metrics" in loaded
    assert [name for name in loaded if name.startswith(heavy)] == []


def test_the_names_of_the_package_are_those_it_announces() -> None:
    code = "import jupyter_dsw\nprint(*[getattr(jupyter_dsw, n) and n for n in dir(jupyter_dsw)])"
    names = loaded_by(code, "nothing at all")
    assert names == [
        "DSWError",
        "Instance",
        "Panel",
        "Reading",
        "__version__",
        "before_stop",
        "load_ipython_extension",
        "notify_before_stop",
        "read",
        "time_left",
        "utilization",
    ]
