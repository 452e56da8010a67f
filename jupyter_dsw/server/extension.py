"""The server extension: wires monitor, reports, endpoints and connection file."""

from __future__ import annotations

import asyncio
import json
import os
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jsonschema import ValidationError
from jupyter_server.extension.application import ExtensionApp
from tornado.ioloop import IOLoop
from traitlets import Bool, Enum, Float, List, Unicode

from jupyter_dsw.clock import elapsed_seconds
from jupyter_dsw.kernel_endpoint import ConnectionFile, KernelEndpoint, UnusableFile, fingerprint
from jupyter_dsw.notify.services import ServiceURLs
from jupyter_dsw.server.handlers import ENDPOINTS
from jupyter_dsw.server.metrics import Metrics

if TYPE_CHECKING:
    from jupyter_events import EventLogger

    from jupyter_dsw.meter import Recorder
    from jupyter_dsw.monitor import Monitor
    from jupyter_dsw.notify.settings import NotifySettings
    from jupyter_dsw.notify.watcher import Watcher
    from jupyter_dsw.reading import Reading
    from jupyter_dsw.server.sampler import Sampler
    from jupyter_dsw.upstream.client import Client
    from jupyter_dsw.upstream.settings import Settings

EVENT_SCHEMAS = Path(__file__).parent / "event_schemas"
# As long as a reading is fresh: the connection file may be lost (a cleaner, another server), and a
# folder be full or read-only for a while.
LOOK_AGAIN_S = 60.0
_CANNOT_WRITE = (
    "jupyter-dsw: cannot write into the runtime folder (%s); kernels call the API directly."
)
_NO_MODES = (
    "jupyter-dsw: the file system of the runtime folder %s does not keep owner and mode of files "
    "(CIFS and some NFS and FUSE mounts do not), so others could read the kernels' token, and it "
    "is not written. Set JUPYTER_RUNTIME_DIR to a folder on a local disk and restart the server; "
    "until then kernels call the API directly."
)


class DSWExtension(ExtensionApp):
    """Proxies GetInstance of the PAI-DSW instance that this server runs on."""

    name = "jupyter_dsw"

    instance_id = Unicode(
        help="The instance to read, `dsw-…`. Empty: the environment's DSW_INSTANCE_ID."
    ).tag(config=True)
    region = Unicode(
        help="Its region, such as cn-hangzhou. Empty: the environment's REGION, then dsw_region."
    ).tag(config=True)
    network = Enum(
        ["", "auto", "vpc", "public"],
        default_value="",
        help="""Which of the region's endpoints to call: auto takes the VPC's if a TLS handshake
        with it is complete within 1 s, and the other one after a failure. Empty: the
        environment's JUPYTER_DSW_NETWORK, then auto.""",
    ).tag(config=True)
    endpoint = Unicode(
        help="""A whole URL to call instead of the region's endpoint; plain http for loopback only.
        Empty: the environment's JUPYTER_DSW_ENDPOINT, then the region's endpoint."""
    ).tag(config=True)
    fields = Unicode(
        help="""GetInstance's `Fields` parameter, sent as it is; it has to include InstanceId.
        Empty: all elements."""
    ).tag(config=True)
    stop_policies = Bool(
        None,
        allow_none=True,
        help="""Whether the stop policies of the workspace are read as well, with
        QueryAutoShutdownPolicies. Unset: the environment's JUPYTER_DSW_STOP_POLICIES, then yes.""",
    ).tag(config=True)
    connect_timeout_s = Float(3.0, help="Seconds to wait for a connection.").tag(config=True)
    read_timeout_s = Float(10.0, help="Seconds to wait for the next part of a response.").tag(
        config=True
    )
    deadline_s = Float(15.0, help="Seconds that one reading may take in all.").tag(config=True)
    notify = ServiceURLs(
        help="""URLs of the services that get a message before a stop, as Apprise writes them, such
        as `dingtalk://TOKEN`. They are secrets: write them into a configuration file that only you
        can read, not on the command line. Needs `pip install 'jupyter-dsw[notify]'`. Empty: the
        environment's JUPYTER_DSW_NOTIFY."""
    ).tag(config=True)
    notify_minutes = List(
        Float(),
        help="""How many minutes before a stop a message is sent: up to 10 numbers. Empty: the
        environment's JUPYTER_DSW_NOTIFY_MINUTES, then 30 and 10.""",
    ).tag(config=True)
    notify_quiet_hours = Unicode(
        help="""When no messages are sent, such as 23:00-08:00, in your time zone. What is still
        true afterwards is sent then. Empty: the environment's JUPYTER_DSW_NOTIFY_QUIET_HOURS,
        then none."""
    ).tag(config=True)
    notify_stops_in_quiet_hours = Bool(
        None,
        allow_none=True,
        help="""Whether messages before a stop are sent in quiet hours, too. None: the environment's
        JUPYTER_DSW_NOTIFY_STOPS_IN_QUIET_HOURS, then no.""",
    ).tag(config=True)
    notify_language = Enum(
        ["", "en", "zh_CN"],
        default_value="",
        help="""The language of messages. Empty: the environment's JUPYTER_DSW_NOTIFY_LANGUAGE, then
        the one chosen in JupyterLab, then the environment's.""",
    ).tag(config=True)

    @property
    def notify_settings(self) -> NotifySettings:
        """The settings of notifications. Raises `WrongSetting`."""
        from jupyter_dsw.notify.settings import NotifySettings

        return NotifySettings.of(
            self.notify,
            minutes=self.notify_minutes or None,
            quiet_hours=self.notify_quiet_hours,
            stops_in_quiet_hours=self.notify_stops_in_quiet_hours,
            language=self.notify_language,
        )

    def has_services(self) -> bool:
        """Return whether the options or the environment set a service. May read a file."""
        if self.notify or os.environ.get("JUPYTER_DSW_NOTIFY"):
            return True
        if os.environ.get("DSW_INSTANCE_ID"):  # then the first process's are not used
            return False
        from jupyter_dsw.notify.settings import services_of_environment

        return bool(services_of_environment())

    def initialize_settings(self) -> None:
        """Prepare what the endpoints need, short of what only a reading needs."""
        server: Any = self.serverapp
        _hide_urls(server, type(self).__name__)
        # jupyter-server 1 has no events.
        self.event_logger: EventLogger | None = getattr(server, "event_logger", None)
        if self.event_logger is not None:
            _register_event_schemas(self.event_logger)
        self.metrics = Metrics(elapsed_seconds)
        if not self.metrics.expose():
            server.log.debug("jupyter-dsw: another server of this process shows its metrics.")
        self.kernel_token = os.urandom(32).hex()
        self.monitor: Monitor | None = None
        self._client: Client | None = None
        self._one_at_a_time = asyncio.Lock()
        self._last_reading: Reading | None = None
        self.sampler: Sampler | None = None

    async def ready_monitor(self) -> Monitor:
        """Return the server's one monitor; the first request makes it.

        A misconfigured environment never raises here: the readings report it.
        """
        async with self._one_at_a_time:
            if self.monitor is None:
                loop = IOLoop.current()
                try:
                    self.monitor = await loop.run_in_executor(None, self._make_monitor, loop)
                except RuntimeError:  # at a limit of threads, which the monitor reports
                    self.monitor = self._make_monitor(loop)
            return self.monitor

    def _make_monitor(self, loop: IOLoop) -> Monitor:
        # Not above: a server's start would wait 0.1 s for what parses responses and talks HTTP.
        from jupyter_dsw.monitor import Monitor
        from jupyter_dsw.server.events import Reporter
        from jupyter_dsw.upstream.client import Client
        from jupyter_dsw.upstream.settings import Settings

        server: Any = self.serverapp
        # The server's own log, so that its level is the one that people set.
        reporter = Reporter(server.log, self.event_logger)

        def load_settings() -> Settings:
            return Settings.from_environment(
                os.environ,
                instance_id=self.instance_id,
                region=self.region,
                network=self.network,
                endpoint=self.endpoint,
                fields=self.fields,
                stop_policies=self.stop_policies,
                connect_timeout_s=self.connect_timeout_s,
                read_timeout_s=self.read_timeout_s,
                deadline_s=self.deadline_s,
            )

        def observe(reading: Reading, seconds: float) -> None:
            self._last_reading = reading
            self.metrics.called(reading, seconds)
            loop.add_callback(reporter.report, reading, elapsed_seconds())

        self._client = Client(load_settings)
        return Monitor(self._client, observe=observe)

    def _start_sampling(self) -> None:
        from jupyter_dsw.server.sampler import Sampler

        self.recorder = self.make_recorder()
        self.sampler = Sampler(self.recorder, lambda: self._last_reading, self.log)
        self.sampler.start()

    def make_recorder(self) -> Recorder:
        """Return what measures the utilization; the demo has another one."""
        # As above, not at the server's start.
        from jupyter_dsw.meter import Recorder

        return Recorder()

    def at_risk(self) -> bytes:
        """Return what a stop may end or remove, as JSON. It may wait for a disk."""
        # As above, not at the server's start.
        from jupyter_dsw.server.at_risk import at_risk, shells_of

        server: Any = self.serverapp
        shells = shells_of(server.web_app.settings.get("terminal_manager"))
        return at_risk(server.root_dir, shells).encode()

    def initialize_handlers(self) -> None:
        """Add the endpoints, and write the connection file once the server listens."""
        self.handlers.extend(ENDPOINTS)
        # Read once, when the server reads it: a certificate that is renewed on disk later is not
        # presented before the server starts again.
        server: Any = self.serverapp
        self.certificate = fingerprint(server.certfile) if server.certfile else None
        self.connection_file: ConnectionFile | None = None
        self._looking_again: object | None = None
        self._cannot_write = False
        # The port is only certain once the loop runs; older servers have no hook for that moment.
        IOLoop.current().add_callback(self._keep_connection_file)
        # When the loop begins: before the first request, and not at the server's start.
        IOLoop.current().add_callback(self._start_sampling)
        self.watcher: Watcher | None = None
        IOLoop.current().add_callback(self._start_watcher)

    async def _start_watcher(self) -> None:
        if not await IOLoop.current().run_in_executor(None, self.has_services):
            return
        monitor = await self.ready_monitor()
        self.watcher = await IOLoop.current().run_in_executor(None, self._make_watcher, monitor)

    def _make_watcher(self, monitor: Monitor) -> Watcher | None:
        from jupyter_dsw.notify.settings import WrongSetting
        from jupyter_dsw.notify.watcher import NotStarted, Watcher

        try:
            settings = self.notify_settings
            watcher = Watcher(settings, lambda fresh: monitor.read(fresh=fresh).result())
            watcher.start()
        except (NotStarted, WrongSetting) as failure:
            self.log.error("jupyter-dsw: %s", failure.message)
            return None
        services = ", ".join(map(str, settings.services))
        self.log.info("jupyter-dsw: messages before a stop are sent to %s.", services)
        return watcher

    def _keep_connection_file(self) -> None:
        """Write it, and from now on whenever it was lost or spoiled."""
        server: Any = self.serverapp
        if server.sock:
            self.log.info("jupyter-dsw: on a UNIX socket, so kernels call the API directly.")
            return
        if self.connection_file is None:
            url = _local_url(server, "jupyter-dsw/v1/kernel/instance")
            endpoint = KernelEndpoint(url, self.kernel_token, self.certificate)
            self.connection_file = ConnectionFile(server.runtime_dir, endpoint)
        try:
            self.connection_file.keep()
        except UnusableFile:
            self._warn_once(_NO_MODES, server.runtime_dir)
        except OSError as error:
            self._warn_once(_CANNOT_WRITE, error.strerror or type(error).__name__)
        else:
            self._cannot_write = False
        self._looking_again = IOLoop.current().call_later(LOOK_AGAIN_S, self._keep_connection_file)

    def _warn_once(self, message: str, value: str) -> None:
        if not self._cannot_write:
            self._cannot_write = True
            self.log.warning(message, value)

    async def stop_extension(self) -> None:
        """Remove the connection file, let go of the connections, and end metrics and samples."""
        if self.sampler is not None:
            self.sampler.stop()
        if self.watcher is not None:
            self.watcher.close()
        if self._looking_again is not None:
            IOLoop.current().remove_timeout(self._looking_again)
        if self.connection_file is not None:
            self.connection_file.remove()
        if self._client is not None:
            self._client.close()
        self.metrics.withdraw()


def _hide_urls(server: Any, name: str) -> None:
    """Remove `NAME.notify` from the configurations, which are shown and passed on.

    Its trait has taken the URLs over, and shows nothing of them.
    """
    for app in chain([server], *server.extension_manager.extension_apps.values()):
        app.config.get(name, {}).pop("notify", None)


def _register_event_schemas(event_logger: EventLogger) -> None:
    for path in sorted(EVENT_SCHEMAS.glob("*.json")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        try:
            event_logger.register_event_schema(schema)
        except ValidationError:
            # jupyter-events before 0.11 wants a number there, later ones a string.
            event_logger.register_event_schema({**schema, "version": int(schema["version"])})


def _local_url(server: Any, path: str) -> str:
    # An address that only other machines can reach this one by is kept; a wildcard is this machine.
    ip = server.ip if server.ip not in {"", "0.0.0.0", "*", "localhost"} else "127.0.0.1"  # noqa: S104
    if ":" in ip:
        ip = "[::1]" if ip == "::" else f"[{ip}]"
    scheme = "https" if server.certfile else "http"
    return f"{scheme}://{ip}:{server.port}{server.base_url}{path}"
