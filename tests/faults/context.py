"""What faults are brought about in: an emulator behind gates, and a monitor that calls it."""

from __future__ import annotations

import contextlib
import socket
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests

from jupyter_dsw.clock import elapsed_seconds
from jupyter_dsw.emulator import Emulator
from jupyter_dsw.monitor import Monitor
from jupyter_dsw.upstream.client import Client
from jupyter_dsw.upstream.credentials import CredentialChain
from jupyter_dsw.upstream.settings import Settings
from tests.upstream.odd_server import GatedServer, hang_up, http_response, relay

if TYPE_CHECKING:
    import pytest

    from tests.upstream.certificates import Authority

# Long enough for whatever else the test does meanwhile; short enough to be waited for.
PATIENT, IMPATIENT = 100.0, 2.0


class Clock:
    """This machine's clocks, moved on by `ahead_s` seconds, so that nobody waits for a back-off."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def let_pass(self, seconds: float) -> None:
        """Move on."""
        self.ahead_s += seconds

    def wall(self) -> float:
        """Seconds since the epoch."""
        return time.time() + self.ahead_s

    def elapsed(self) -> float:
        """Elapsed seconds."""
        return elapsed_seconds() + self.ahead_s


class Context(contextlib.ExitStack):
    """A DSW instance's surroundings, healthy until a fault changes them.

    The Jupyter server calls `endpoint`, and `credentials` for credentials: ways to the emulator.
    `tls` is one for what begins with a handshake.
    """

    def __init__(
        self,
        monkeypatch: pytest.MonkeyPatch,
        authority: Authority,
        **emulator_options: Any,
    ) -> None:
        super().__init__()
        self._monkeypatch = monkeypatch
        self.authority = authority
        self.clock = Clock()
        self.endpoint = self.enter_context(GatedServer(hang_up))
        self.credentials = self.enter_context(GatedServer(hang_up))
        self.tls = self.enter_context(GatedServer(hang_up, hasty=True))
        # Ended first: it may keep a request waiting.
        self.emulator = self.enter_context(Emulator(clock=self.clock.wall, **emulator_options))
        self._set_meanwhile: set[str] = set()
        self.mend()

    def mend(self) -> None:
        """End every fault."""
        self.emulator.scenario = "healthy"
        self.endpoint.behave = self.credentials.behave = relay(self.emulator_port)
        self.wrong_by_s = 0.0
        self.timeout_s = PATIENT
        for name in self._set_meanwhile:
            self._monkeypatch.delenv(name, raising=False)
        self._set_meanwhile.clear()
        for name, value in {
            **self.emulator.environment(),
            "JUPYTER_DSW_ENDPOINT": self.endpoint.url,
            "ALIBABA_CLOUD_CREDENTIALS_URI": self.credentials_uri,
        }.items():
            self._monkeypatch.setenv(name, value)

    def set(self, **variables: str | None) -> None:
        """Set variables of the environment, until the fault ends; None removes one."""
        for name, value in variables.items():
            if value is None:
                self._monkeypatch.delenv(name)
            else:
                self._monkeypatch.setenv(name, value)
                self._set_meanwhile.add(name)

    @property
    def credentials_uri(self) -> str:
        """The credential service, through its gate."""
        return self.credentials.url + urlsplit(self.emulator.credentials_uri).path

    @property
    def emulator_port(self) -> int:
        """Where the emulator listens."""
        return int(self.emulator.url.rpartition(":")[2])

    def port_where_nobody_listens(self) -> int:
        """A port of this machine that stays taken and refuses connections."""
        taken = self.enter_context(socket.socket())
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port

    def other_credential_service(self) -> None:
        """Have credentials requested anew: the cached ones are of another URI."""
        self.set(ALIBABA_CLOUD_CREDENTIALS_URI=self.credentials_uri + "?again")

    def promise(self, expiration: str) -> None:
        """Have the credential service promise that its credentials last until then."""

        def respond(connection: socket.socket, _head: bytes) -> None:
            body = requests.get(self.emulator.credentials_uri, timeout=60).json()
            connection.sendall(http_response(body | {"Expiration": expiration}))

        self.credentials.behave = respond

    def monitor(self) -> Monitor:
        """A monitor that has read nothing yet and lives by this context's clock."""
        chain = CredentialChain(clock=self._wall_here, sleep=self.clock.let_pass)
        client = Client(self._settings, chain, clock=self._wall_here, elapsed=self.clock.elapsed)
        self.callback(client.close)
        return Monitor(client, clock=self.clock.elapsed)

    def _wall_here(self) -> float:
        return self.clock.wall() + self.wrong_by_s

    def _settings(self) -> Settings:
        return Settings.from_environment(
            connect_timeout_s=self.timeout_s,
            read_timeout_s=self.timeout_s,
            deadline_s=self.timeout_s,
        )
