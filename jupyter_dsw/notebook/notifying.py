"""`notify_before_stop()`: messages to a phone, a chat or a mailbox, without a Jupyter server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_dsw.i18n import text, translated
from jupyter_dsw.notebook import readings
from jupyter_dsw.notify.settings import NotifySettings, services_of_environment
from jupyter_dsw.notify.watcher import NotStarted, start_watcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from typing_extensions import Self

    from jupyter_dsw.notify.watcher import Watcher

NO_SERVICE = text("No service is set for messages: set JUPYTER_DSW_NOTIFY to the URL of a service.")


def notify_before_stop(minutes: float | Iterable[float] | None = None) -> Notifying:
    """Send a message to the services of JUPYTER_DSW_NOTIFY before this DSW instance is stopped.

    `minutes` before a stop, one number or several, up to 10; by default those of
    JUPYTER_DSW_NOTIFY_MINUTES, then 30 and 10. Messages are also sent when a stop that was reported
    is called off, when the status changes, when an image was saved or not, and when the machine
    below fails: what the Jupyter server sends, for programs that run without one. What was sent is
    recorded, so nothing is sent twice, whichever process notices it first.

    It watches in a thread of its own, until it is cancelled or the interpreter ends:

    >>> handle = jupyter_dsw.notify_before_stop(minutes=30)  # doctest: +SKIP
    >>> handle.cancel()  # doctest: +SKIP
    >>> with jupyter_dsw.notify_before_stop():  # doctest: +SKIP
    ...     train()

    Raises `ValueError` if no service is set or a setting cannot be used, and `RuntimeError` if the
    package apprise is missing (`pip install 'jupyter-dsw[notify]'`) or no thread can be started.
    """
    if minutes is not None:
        minutes = (minutes,) if isinstance(minutes, (int, float)) else tuple(minutes)
    settings = NotifySettings.of(services_of_environment(), minutes=minutes)
    if not settings.services:
        raise ValueError(translated(NO_SERVICE))
    return Notifying(start(settings).close)


def start(settings: NotifySettings) -> Watcher:
    """Start to watch for `settings`. Raises `RuntimeError`, with the reason, where that fails."""
    try:
        return start_watcher(settings, lambda fresh: readings.current(fresh=fresh))
    except NotStarted as failure:
        raise RuntimeError(translated(failure.message)) from None


class Notifying:
    """The handle that `notify_before_stop` returns.

    As a context manager it is cancelled at the end of the block.
    """

    def __init__(self, close: Callable[[], None]) -> None:
        self._close = close

    def cancel(self) -> None:
        """Send nothing more; what is being sent is not interrupted."""
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.cancel()
