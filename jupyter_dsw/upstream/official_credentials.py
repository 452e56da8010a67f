"""Every other source of credentials, by the official library, where that is installed."""

from __future__ import annotations

import importlib
import logging
import threading
from importlib.util import find_spec
from typing import Any

from jupyter_dsw.language import text
from jupyter_dsw.upstream.credentials import Credentials
from jupyter_dsw.upstream.errors import NoCredentials
from jupyter_dsw.upstream.sockets import BOUNDED, bounded

_ADVICE = text(
    "Give the instance a RAM role (PAI-DSW then sets ALIBABA_CLOUD_CREDENTIALS_URI), or set "
    "ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET"
)


def _not_from_here(_record: logging.LogRecord) -> bool:
    """Whether it is not our question that the library logs about: it writes each source that has
    nothing, with a traceback, to stderr."""
    return threading.current_thread().name != BOUNDED


class OfficialCredentials:
    """What `alibabacloud-credentials` finds: OIDC, profiles, the ECS metadata service, and more."""

    def __init__(self) -> None:
        self._client: Any = None
        logging.getLogger("credentials").addFilter(_not_from_here)

    def get(self, timeout_s: float) -> Credentials:
        """Return what the library has.  Raises NoCredentials, in our own words: its own quote."""
        if find_spec("alibabacloud_credentials") is None:
            raise NoCredentials(
                text("No Alibaba Cloud credentials are set."),
                text(
                    "%1; or, for profiles and other sources, pip install 'jupyter-dsw[aliyun]'.",
                    _ADVICE,
                ),
            )
        try:
            # It takes no timeout for the whole, and may ask several services one after another.
            return bounded(self._ask, timeout_s)
        except Exception as error:  # noqa: BLE001 - its texts may quote secrets
            slow = isinstance(error, TimeoutError)
        reason = text("found none")
        if slow:
            reason = text("did not finish in %1 s", f"{timeout_s:.0f}")
        raise NoCredentials(
            text("No Alibaba Cloud credentials: the library alibabacloud-credentials %1.", reason),
            text("%1; or set up one of the library's own sources.", _ADVICE),
        )

    def _ask(self) -> Credentials:
        # By name: it is an optional extra, and heavy.
        client: Any = importlib.import_module("alibabacloud_credentials.client")
        self._client = self._client or client.Client()
        found = self._client.get_credential()
        return Credentials(found.access_key_id, found.access_key_secret, found.security_token)
