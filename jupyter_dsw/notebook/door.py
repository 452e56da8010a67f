"""The kernels' door of the Jupyter server beside this code: one GET that tells nobody its token."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import HTTPAdapter

from jupyter_dsw.language import TAGS
from jupyter_dsw.notebook import person
from jupyter_dsw.reading import KERNEL_TOKEN_HEADER
from jupyter_dsw.upstream.connections import keep_quiet

if TYPE_CHECKING:
    from jupyter_dsw.notebook.connection import Connection


def ask(door: Connection, *, fresh: bool, timeout_s: float) -> requests.Response:
    """What the server answers.  Raises `requests.RequestException` and `OSError`."""
    try:
        return _get(door, fresh=fresh, timeout_s=timeout_s)
    except BaseException as error:  # noqa: BLE001 - it is raised again
        # The frames below, and what was caught on the way, hold the token: a verbose traceback of
        # an interrupted cell would show them.
        error.__context__ = error.__cause__ = None
        raise error.with_traceback(None)  # noqa: B904 - nothing is behind it


def _get(door: Connection, *, fresh: bool, timeout_s: float) -> requests.Response:
    headers = {KERNEL_TOKEN_HEADER: door.token, "Accept-Language": TAGS[person.language()]}
    if fresh:
        headers["Cache-Control"] = "no-cache"
    with requests.Session() as session:
        # The server is on this machine: a proxy, a .netrc or a cookie has no say in it.
        session.trust_env = False
        session.mount("http://", _Adapter())
        if door.ca is not None:
            session.verify = door.ca
            session.mount("https://", _Adapter(_pinned_to(door.ca)))
        return session.get(door.url, headers=headers, timeout=timeout_s, allow_redirects=False)


class _Adapter(HTTPAdapter):
    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        if self._tls is not None:
            kwargs |= {"ssl_context": self._tls, "assert_hostname": False}
        super().init_poolmanager(*args, **kwargs)
        keep_quiet(self.poolmanager)


def _pinned_to(certificate: str) -> ssl.SSLContext:
    """Trust exactly the server's own certificate, whatever name it bears: it was made for the name
    people use, and the kernel asks the local address."""
    context = ssl.create_default_context(cafile=certificate)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    # Python 3.13 sets it: self-signed certificates without extensions are common here.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context
