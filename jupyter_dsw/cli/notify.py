"""`jupyter dsw notify`: the services that get messages, and a test of each."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from jupyter_core.application import JupyterApp
from traitlets.config import Config

from jupyter_dsw.cli.report import logs_off, show_check
from jupyter_dsw.clock import in_thread
from jupyter_dsw.i18n import joined, text, translated
from jupyter_dsw.notify.delivery import attempt, describe, library_is_there
from jupyter_dsw.notify.settings import NotifySettings, WrongSetting
from jupyter_dsw.server.extension import DSWExtension

if TYPE_CHECKING:
    import argparse

    from jupyter_dsw.cli.report import State

DONE, FAILED = 0, 1
# Where the options of the server extension may be, as the server reads them.
CONFIGURATIONS = ("jupyter_server_config", "jupyter_lab_config", "jupyter_dsw_config")
TITLE = text("jupyter-dsw: test")
BODY = text(
    "This is a test. Messages of your PAI-DSW instance arrive here: before a stop, when one is "
    "called off, when the status changes, and when an image was saved."
)
_EPILOG = text("""\
The services are those of DSWExtension.notify in Jupyter's configuration, else of \
JUPYTER_DSW_NOTIFY: URLs as Apprise writes them (https://appriseit.com), separated by spaces. They \
are shown by number and scheme only.

exit status:
  0  services are set, and with --test, each has taken the message
  1  none is set, or one has not taken it; the output has the reason

examples:
  jupyter dsw notify
  jupyter dsw notify --test
""")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments to `parser`."""
    parser.description = text(
        "Shows which services get a message before a stop. The Jupyter server sends it, also while "
        "no page is open."
    )
    parser.epilog = _EPILOG
    parser.add_argument(
        "--test", action="store_true", help=text("send a test to each service, and wait for it")
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit status."""
    try:
        settings = configured()
        _show(settings)
        check_usable(settings)
    except WrongSetting as wrong:
        show_check(text("settings"), wrong.message, "failed")
        return FAILED
    return _test(settings) if arguments.test else DONE


def check_usable(settings: NotifySettings) -> None:
    """Raise `WrongSetting` where no service is set, or the library is missing."""
    if not settings.services:
        raise WrongSetting(
            text(
                "No service is set for messages. Set JUPYTER_DSW_NOTIFY, or DSWExtension.notify in "
                "jupyter_server_config.json, to the URL of a service."
            )
        )
    if not library_is_there():
        raise WrongSetting(
            text(
                "The package apprise is not installed here. Install it: "
                "pip install 'jupyter-dsw[notify]'"
            )
        )


def _show(settings: NotifySettings) -> None:
    services = ", ".join(map(str, settings.services))
    show_check(text("services"), services or text("none"))
    if services:
        minutes = joined(text(", "), (f"{minutes:g}" for minutes in settings.minutes))
        show_check(text("before a stop"), text("%1 minutes", minutes))
        show_check(text("quiet hours"), _quiet_hours(settings))


def configured() -> NotifySettings:
    """Return the settings of Jupyter's configuration files and of the environment.

    Raises `WrongSetting`.
    """
    merged = Config()
    try:
        # A traceback of a configuration file may quote the line with a URL.
        with logs_off():
            for name in CONFIGURATIONS:
                files = JupyterApp(config_file_name=name)
                files.raise_config_file_errors = True
                files.load_config_file()
                merged.merge(files.config)
            extension = DSWExtension(config=Config(DSWExtension=merged.DSWExtension))
            return extension.notify_settings
    except WrongSetting:
        raise
    except Exception as error:  # noqa: BLE001 - a person's own program may raise anything
        wrong = text("Jupyter's configuration cannot be read (%1).", type(error).__name__)
    raise WrongSetting(wrong)


def _quiet_hours(settings: NotifySettings) -> str:
    if settings.quiet_hours is None:
        return text("none")
    if settings.stops_in_quiet_hours:
        return text("%1, but stops are reported", settings.quiet_hours)
    return str(settings.quiet_hours)


def _test(settings: NotifySettings) -> int:
    title, body = (translated(each, settings.language) for each in (TITLE, BODY))
    # All at once: one that hangs delays no other.
    tests = [
        (service, in_thread(partial(attempt, service, title, body, "info")))
        for service in settings.services
    ]
    status = DONE
    for service, test in tests:
        outcome = test.result()
        state: State = "ok" if outcome.reason == "sent" else "failed"
        status = status if state == "ok" else FAILED
        show_check(str(service), describe(outcome), state)
    return status
