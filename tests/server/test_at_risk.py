"""What a stop would end: the server names jobs in terminals, and the disk of JupyterLab's files."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from jupyter_dsw import files
from jupyter_dsw.server import at_risk
from tests.waiting import until

if TYPE_CHECKING:
    from jupyter_dsw.emulator import Emulator

AT_RISK = "jupyter-dsw/v1/at-risk"
SECRET = "sleep-is-not-a-secret-but-an-argument"


async def found_by(jp_fetch: Any) -> Any:
    return json.loads((await jp_fetch(AT_RISK)).body)


@pytest.mark.parametrize("background", ["", " &"])
async def test_what_runs_in_a_terminal_is_named_without_its_arguments(
    jp_fetch: Any, jp_serverapp: Any, emulator: Emulator, background: str
) -> None:
    # The terminals of a real server; a shell without anybody's settings.
    manager = jp_serverapp.web_app.settings["terminal_manager"]
    manager.shell_command = ["/bin/sh"]
    name = manager.create()["name"]
    try:
        assert (await found_by(jp_fetch))["terminals"] == [{"name": name, "jobs": []}]
        command = f"{sys.executable} -c 'import time; time.sleep(600)' {SECRET}{background}\n"
        manager.terminals[name].ptyproc.write(command)
        while not (terminal := (await found_by(jp_fetch))["terminals"][0])["jobs"]:
            await asyncio.sleep(0.1)
        # Right after the fork it still has the name of the shell.
        while (terminal := (await found_by(jp_fetch))["terminals"][0])["jobs"] == ["sh"]:
            await asyncio.sleep(0.1)
        (job,) = terminal["jobs"]
        assert job.startswith("python")
        assert SECRET not in json.dumps(terminal)
    finally:
        # A job in the background outlives its shell.
        jobs = psutil.Process(manager.terminals[name].ptyproc.pid).children(recursive=True)
        await manager.terminate(name, force=True)
        for process in jobs:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
    assert emulator.calls == 0


async def test_it_names_the_folder_and_its_disk(jp_fetch: Any, jp_serverapp: Any) -> None:
    found = await found_by(jp_fetch)
    assert Path(found["folder"]) == Path(jp_serverapp.root_dir)
    mounted_at, kind = files.disk_of(jp_serverapp.root_dir) or ("", "")
    assert found["disk"] == {"mounted_at": mounted_at, "type": kind}
    assert found["kept"] == files.is_on_mounted_disk(jp_serverapp.root_dir)


def test_a_mount_point_is_written_with_spaces_in_octal() -> None:
    assert files.unescaped("/mnt/数据\\040set") == "/mnt/数据 set"


async def test_asking_for_it_does_not_count_as_activity(jp_fetch: Any, jp_serverapp: Any) -> None:
    before = jp_serverapp.web_app.settings.get("api_last_activity")
    await found_by(jp_fetch)
    assert jp_serverapp.web_app.settings.get("api_last_activity") == before


def test_memory_and_the_container_itself_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = """\
1 0 0:1 / / rw - overlay overlay rw
2 1 0:2 / /mnt/workspace rw shared:1 - nfs4 server:/ rw
3 1 0:3 / /dev/shm rw - tmpfs tmpfs rw
4 1 0:4 / /mnt/with\\040space rw - ext4 /dev/vdb rw
"""
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: rows)
    monkeypatch.setattr(Path, "resolve", lambda path: path)
    kept = {
        path: at_risk.at_risk(path, {}).kept
        for path in ("/home/person/work", "/mnt/workspace/a", "/dev/shm/a", "/mnt/with space")
    }
    assert list(kept.values()) == [False, True, False, True], kept


def test_what_is_not_known_is_null() -> None:
    found = at_risk.at_risk("/", None)
    assert found.terminals is None
    assert at_risk.shells_of(None) is None
    assert at_risk.shells_of(object()) is None
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert at_risk.jobs_of(ended.pid) is None


def test_a_process_without_children_has_no_jobs() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        until(lambda: at_risk.jobs_of(child.pid) == ())
        mine = at_risk.jobs_of(os.getpid())
        assert mine is not None
        assert any(name.startswith("python") for name in mine)
    finally:
        child.kill()
        child.communicate()
