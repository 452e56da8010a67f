"""Checks of the environment: instance, region, credentials."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from jupyter_dsw.cli.doctor.context import LEFT_OUT, Skipped, Step
from jupyter_dsw.i18n import Text, text
from jupyter_dsw.notebook.person import time_zone
from jupyter_dsw.render.values import Moments
from jupyter_dsw.upstream.settings import VARIABLES, Settings, of_first_process

if TYPE_CHECKING:
    from jupyter_dsw.cli.doctor.context import Context
    from jupyter_dsw.upstream.signing import Credentials

# Stands in for the settings that a check is not about.
_SOME_ENDPOINT = "https://localhost"
_ACCESS_KEY = ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET")
_CREDENTIALS_URI = "ALIBABA_CLOUD_CREDENTIALS_URI"


def _instance_id(_: Context) -> Text:
    instance_id, variable = _found("instance_id")
    Settings(instance_id=instance_id, endpoint=_SOME_ENDPOINT)
    return text("%1 (%2)", instance_id, variable)


def _region(_: Context) -> Text:
    region, variable = _found("region")
    endpoint = _SOME_ENDPOINT if _found("endpoint")[0] else None
    Settings(instance_id="dsw-0", region=region, endpoint=endpoint)
    if not region:
        return text("not set; JUPYTER_DSW_ENDPOINT names the endpoint")
    return text("%1 (%2)", region, variable)


def _found(setting: str) -> tuple[str, Text | str]:
    """Return a setting's value and where it comes from; both empty if it is not set."""
    return _variable(*VARIABLES[setting])


def _variable(*names: str) -> tuple[str, Text | str]:
    others = of_first_process(names)
    for name in names:
        if value := os.environ.get(name):
            return value, name
        if value := others.get(name):
            return value, text("%1 of the container's first process", name)
    return "", ""


def _credentials(context: Context) -> Text:
    _, key = _variable(*_ACCESS_KEY)
    if context.offline and not key:
        raise Skipped(LEFT_OUT)
    found = context.credentials.get()
    return text("%1, %2", _source(key), _until(found))


def _source(key: Text | str) -> Text:
    if key:
        return text("from the environment (%1)", key)
    uri, variable = _variable(_CREDENTIALS_URI)
    if uri:
        # Its host only: a token may be in what follows.
        parts = urlsplit(uri)
        port = f":{parts.port}" if parts.port else ""
        host = f"{parts.hostname}{port}"
        return text("from the credential service at %1 (%2)", host, variable)
    return text("from alibabacloud-credentials")


def _until(credentials: Credentials) -> Text:
    if credentials.expires_at is not None:
        moments = Moments(zone=time_zone(_found("region")[0] or None))
        return text("valid until %1", moments.write(credentials.expires_at))
    if credentials.security_token:
        return text("expiry unknown")
    return text("an access key without an expiry")


STEPS: tuple[Step, ...] = (
    Step(text("instance id"), _instance_id),
    Step(text("region"), _region),
    Step(text("credentials"), _credentials),
)
