"""Where credentials come from: the environment, the credential service, the official library."""

from __future__ import annotations

import importlib
import logging
import os
import threading
import time
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from jupyter_dsw.clock import BOUNDED, bounded
from jupyter_dsw.i18n import joined, text
from jupyter_dsw.upstream.credentials import Credentials, CredentialService
from jupyter_dsw.upstream.errors import NoCredentials
from jupyter_dsw.upstream.settings import of_first_process

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_ID = "ALIBABA_CLOUD_ACCESS_KEY_ID"
_SECRET = "ALIBABA_CLOUD_ACCESS_KEY_SECRET"  # noqa: S105 - the name of a variable
_TOKEN = "ALIBABA_CLOUD_SECURITY_TOKEN"  # noqa: S105
_URI = "ALIBABA_CLOUD_CREDENTIALS_URI"
_ADVICE = text(
    "Give the instance a RAM role (PAI-DSW then sets ALIBABA_CLOUD_CREDENTIALS_URI), or set "
    "ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET."
)


def _not_from_here(_record: logging.LogRecord) -> bool:
    """Return whether the library logs in another thread than ours.

    It logs each source without credentials, with a traceback, to stderr.
    """
    return threading.current_thread().name != BOUNDED


class OfficialCredentials:
    """What `alibabacloud-credentials` finds: OIDC, profiles, the ECS metadata service, and more."""

    def __init__(self) -> None:
        self._client: Any = None
        logging.getLogger("credentials").addFilter(_not_from_here)

    def get(self, timeout_s: float) -> Credentials:
        """Return what the library has. Raises NoCredentials, which never quotes the library."""
        if find_spec("alibabacloud_credentials") is None:
            raise NoCredentials(
                text("No Alibaba Cloud credentials are set."),
                joined(
                    " ",
                    (
                        _ADVICE,
                        text("For profiles and other sources, pip install 'jupyter-dsw[aliyun]'."),
                    ),
                ),
            )
        try:
            # It takes no timeout for the whole, and may call several services one after another.
            return bounded(self._found, timeout_s)
        except Exception as error:  # noqa: BLE001 - its texts may quote secrets
            slow = isinstance(error, TimeoutError)
        message = text("The library alibabacloud-credentials found no credentials.")
        if slow:
            message = text(
                "The library alibabacloud-credentials did not finish in %1 s.", f"{timeout_s:.0f}"
            )
        other = text("Or set up another source that alibabacloud-credentials supports.")
        raise NoCredentials(message, joined(" ", (_ADVICE, other)))

    def _found(self) -> Credentials:
        # By name: it is an optional extra, and heavy.
        client: Any = importlib.import_module("alibabacloud_credentials.client")
        self._client = self._client or client.Client()
        found = self._client.get_credential()
        return Credentials(found.access_key_id, found.access_key_secret, found.security_token)


class CredentialChain:
    """The sources of credentials, in the order of the design, each read at the time of use.

    The environment's access key; the credential service of ALIBABA_CLOUD_CREDENTIALS_URI; every
    source of the official `alibabacloud-credentials`, where that is installed. The first that is
    there decides: one that is there and fails is not passed over for another identity.

    `clock` gives seconds since the epoch, `sleep` waits between tries.
    """

    def __init__(
        self,
        environ: Mapping[str, str] | None = None,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._given = environ
        self._clock = clock
        self._sleep = sleep
        self._service: CredentialService | None = None
        self._official: OfficialCredentials | None = None

    def get(self, timeout_s: float = 5.0) -> Credentials:
        """Return credentials, cached ones while they last. Raises NoCredentials."""
        return self._get(timeout_s, renew=False)

    def renew(self, timeout_s: float = 5.0) -> Credentials:
        """Request new credentials, because the endpoint reports the cached ones as expired.

        Raises NoCredentials.
        """
        return self._get(timeout_s, renew=True)

    def close(self) -> None:
        """Close connections and forget all credentials."""
        if self._service is not None:
            self._service.close()
        self._service = self._official = None

    @property
    def _environ(self) -> Mapping[str, str]:
        # Not kept in the object: whoever looks at its members would see the access key.
        if self._given is not None:
            return self._given
        if any(map(os.environ.get, (_ID, _SECRET, _URI))):
            return os.environ
        # Of one process only: a key and the secret of another are of no use.
        return of_first_process((_ID, _SECRET, _TOKEN, _URI)) or os.environ

    def _get(self, timeout_s: float, *, renew: bool) -> Credentials:
        if self._environ.get(_ID) or self._environ.get(_SECRET):
            return self._from_environment()
        uri = self._environ.get(_URI)
        if uri:
            service = self._service_at(uri)
            return service.renew(timeout_s) if renew else service.get(timeout_s)
        return self._from_official(timeout_s, renew=renew)

    def _from_environment(self) -> Credentials:
        for name, other in ((_ID, _SECRET), (_SECRET, _ID)):
            if not self._environ.get(name):
                raise NoCredentials(
                    text("%1 is set, but %2 is not.", other, name),
                    text("Set both, or remove both to use %1.", _URI),
                )
        try:
            return Credentials(
                self._environ[_ID], self._environ[_SECRET], self._environ.get(_TOKEN)
            )
        except ValueError:
            message = text(
                "%1, %2 or %3 has spaces or characters that are not allowed.", _ID, _SECRET, _TOKEN
            )
        raise NoCredentials(message, text("Set them again, exactly as Alibaba Cloud shows them."))

    def _service_at(self, uri: str) -> CredentialService:
        if self._service is None or self._service.uri != uri:
            if self._service is not None:
                self._service.close()
            self._service = CredentialService(uri, clock=self._clock, sleep=self._sleep)
        return self._service

    def _from_official(self, timeout_s: float, *, renew: bool) -> Credentials:
        if self._official is None or renew:
            self._official = OfficialCredentials()
        return self._official.get(timeout_s)
