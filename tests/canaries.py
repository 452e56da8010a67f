"""Every secret that an emulator plants is a unique string. None may turn up anywhere.

As a plugin of the whole run, this looks through what every test printed and logged, and at the end
through every file that the run wrote: notebooks, server logs, runtime files, workspaces.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jupyter_dsw.emulator import Emulator

# GetInstance's `Token`, for the tests that set it.
SHARING_TOKEN = "canary-of-the-sharing-token-5d1c9e"
# A part of the URLs of notifications' services.
NOTIFY_TOKEN = "canaryofanotifyurl3f7b91d2c84e6a05"
# Everything that can be made to talk, talks.
LOUD = """
import http.client, logging
logging.basicConfig(level=logging.DEBUG, force=True{target})
http.client.HTTPConnection.debuglevel = 1
"""
SCENARIOS = (
    "healthy", "denied", "missing", "throttled", "reset", "garbage", "truncated", "html", "empty",
    "refused", "skewed", "expired",
)  # fmt: skip
# What the emulator mints ends in this; so few texts have it that all can be looked through.
MINTED = re.compile(rb"canary-?[0-9a-f]{24}")
# Environments are made of other people's files, and there are many.
NOT_OURS = {"site-packages", "venv"}


class Canaries:
    """The emulators of this run, and where a secret of theirs was seen."""

    def __init__(self) -> None:
        self.emulators: list[Emulator] = []
        self._of_workers: set[str] = set()
        self.seen: list[str] = []
        self.files_read = 0

    def secrets(self) -> set[str]:
        """All that was planted so far."""
        ours = (secret for emulator in self.emulators for secret in emulator.secrets)
        return {SHARING_TOKEN, NOTIFY_TOKEN, *self._of_workers, *ours}

    def found_in(self, text: str | bytes) -> list[str]:
        """The secrets that occur in `text`."""
        return _Search(self.secrets()).found_in(text)

    def look_at(self, where: str, text: str | bytes) -> None:
        """Remember it if `text` has a secret in it; the secret itself is not repeated."""
        if self.found_in(text):
            self.seen.append(where)

    def look_at_files(self, folder: Path) -> None:
        """Look at every file below `folder`."""
        search = _Search(self.secrets())
        for path in _files(folder):
            self.files_read += 1
            if search.found_in(path.read_bytes()):
                self.seen.append(str(path))

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """What the test printed, logged and failed with."""
        for title, text in report.sections:
            self.look_at(f"{report.nodeid}: {title}", text)
        if report.longrepr is not None:
            self.look_at(f"{report.nodeid}: its failure", report.longreprtext)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a worker of pytest-xdist planted and saw."""
        output = getattr(node, "workeroutput", {})
        self._of_workers.update(output.get("planted", ()))
        self.seen += output.get("seen", ())

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """What the run wrote; a secret in it fails the run."""
        if hasattr(session.config, "workeroutput"):  # this is a worker: the run is not over yet
            session.config.workeroutput |= {"planted": list(self.secrets()), "seen": self.seen}
            return
        factory = getattr(session.config, "_tmp_path_factory", None)
        if factory is not None and factory._basetemp is not None:
            self.look_at_files(factory._basetemp)
        if self.seen:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Report what was looked at, and where a secret was seen."""
        planted = len(self.secrets())
        terminalreporter.write_line(
            f"canaries: {planted} secrets planted, {self.files_read} files read, "
            f"seen in {len(self.seen)} places"
        )
        for where in self.seen:
            terminalreporter.write_line(f"  SECRET SEEN in {where}", red=True)


class _Search:
    """Looks for thousands of secrets at once."""

    def __init__(self, secrets: set[str]) -> None:
        self._minted: dict[bytes, list[str]] = {}
        self._others: list[str] = []
        for secret in secrets:
            end = MINTED.search(secret.encode())
            if end is not None and end.end() == len(secret):
                self._minted.setdefault(end.group(), []).append(secret)
            else:
                self._others.append(secret)

    def found_in(self, text: str | bytes) -> list[str]:
        """The secrets that occur in `text`."""
        if isinstance(text, str):
            text = text.encode("utf-8", "replace")
        ends = {end for end in MINTED.findall(text) if end in self._minted}
        found = [secret for end in ends for secret in self._minted[end] if secret.encode() in text]
        return found + [secret for secret in self._others if secret.encode() in text]


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_symlink() or path.name in NOT_OURS:
            continue
        if path.is_dir():
            yield from _files(path)
        elif path.is_file():
            yield path
