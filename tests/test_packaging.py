"""What the wheel has, and that `pip install` of it is the only step."""

from __future__ import annotations

import json
import re
import tarfile
import zipfile
from typing import TYPE_CHECKING

from tests.environments import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from jupyter_dsw.emulator import Emulator
    from tests.environments import Environment

DATA = "jupyter_dsw-0.1.0.data/data/"
LARGEST_PANEL = 59_000


def test_the_wheel_has_all_that_makes_it_work(distributions: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(distributions[1]) as wheel:
        names = set(wheel.namelist())
        panel = wheel.getinfo("jupyter_dsw/notebook/static/panel.js")
    assert {
        "jupyter_dsw/py.typed",
        "jupyter_dsw/server/rest-api.yml",
        "jupyter_dsw/emulator/instance.json",
        "jupyter_dsw/demo/tour.ipynb",
        "jupyter_dsw/locale/zh_CN/LC_MESSAGES/jupyter_dsw.json",
        f"{DATA}etc/jupyter/jupyter_server_config.d/jupyter_dsw.json",
        f"{DATA}etc/ipython/startup/50-jupyter-dsw.py",
        f"{DATA}share/jupyter/labextensions/jupyter-dsw/package.json",
        f"{DATA}share/jupyter/labextensions/jupyter-dsw/install.json",
    } <= names
    labextension = f"{DATA}share/jupyter/labextensions/jupyter-dsw/static/"
    assert any(name.startswith(f"{labextension}remoteEntry") for name in names)
    assert panel.file_size <= LARGEST_PANEL
    assert not [name for name in names if "tests/" in name or "node_modules" in name]
    assert not [name for name in names if name.endswith(".po")]
    # Once, as shared data.
    assert not [name for name in names if name.startswith("jupyter_dsw/labextension")]


def test_the_sdist_has_the_sources_of_the_front_end(distributions: tuple[Path, Path]) -> None:
    with tarfile.open(distributions[0]) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert {"labextension/src/lab/index.ts", "labextension/yarn.lock", "LICENSE"} <= names
    assert "jupyter_dsw/locale/zh_CN/LC_MESSAGES/jupyter_dsw.po" in names
    assert not [name for name in names if "node_modules" in name]


def test_installing_it_enables_the_extensions_and_breaks_no_other_package(
    other_environment: Environment,
) -> None:
    server = other_environment.run("jupyter", "server", "extension", "list")
    assert "jupyter_dsw enabled" in without_colours(server)
    assert "jupyter_dsw 0.1.0 OK" in without_colours(server)
    lab = without_colours(other_environment.run("jupyter", "labextension", "list"))
    assert "jupyter-dsw v0.1.0 enabled OK" in lab
    assert "No broken requirements" in other_environment.run("pip", "check")


def test_uninstalling_it_leaves_nothing_behind(
    other_environment: Environment, tmp_path: Path
) -> None:
    there = list(other_environment.prefix.rglob("*dsw*"))
    assert len(there) >= 5
    without = other_environment.copy_without_this_project(tmp_path / "venv")
    assert list(without.prefix.rglob("*dsw*")) == []
    lab = without_colours(without.run("jupyter", "labextension", "list"))
    assert "jupyter-dsw" not in lab


def without_colours(text: str) -> str:
    return re.sub(r"\x1b\[\d*m", "", text)


def test_the_terminal_command_is_there(other_environment: Environment) -> None:
    assert "emulator" in other_environment.run("jupyter", "dsw", "--help")


def test_plain_ipython_has_the_magic_and_calls_the_api(
    other_environment: Environment, emulator: Emulator, tmp_path: Path
) -> None:
    printed = other_environment.run(
        "ipython",
        "--colors=nocolor",
        "--simple-prompt",
        "-c",
        "r = get_ipython().run_line_magic('dsw_info', ''); print(r)",
        IPYTHONDIR=str(tmp_path),
        **emulator.environment(),
    )
    assert "Running" in printed
    assert "directly from the API" in " ".join(printed.split())
    assert emulator.accepted == 1


def test_each_module_of_jupyterlab_is_shared_in_the_range_that_is_needed() -> None:
    package = json.loads((ROOT / "labextension/package.json").read_text("utf-8"))
    needed = {
        name: {"requiredVersion": versions}
        for name, versions in package["dependencies"].items()
        if name.startswith("@")
    }
    assert package["jupyterlab"]["sharedPackages"] == needed
